//! The deepest query that is let in, against the program itself: its stack has to hold it in this build too.

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::Replica;
use crate::support::rows;

on_both_databases!(the_deepest_query_is_answered);

async fn the_deepest_query_is_answered(app: &TestApp) {
    let olga = app.owner().await;
    let client = app.insert(rows::client("Orchard", app.now())).await;
    app.insert(rows::project(client.id, "Site", app.now()))
        .await;
    let folder = TempDir::new().unwrap();
    let settings = [("MERIDIAN_DATABASE_URL", app.database_url().to_owned())];
    let mut replica = Replica::start(folder.path(), &settings);
    let url = format!("{}/graphql", replica.address().await);
    let ask = async |times: usize| {
        let mut inside = "name".to_owned();
        for _ in 0..times {
            inside = format!("name projects(first: 1) {{ nodes {{ client {{ {inside} }} }} }}");
        }
        let query = format!("{{ clients(first: 1) {{ nodes {{ {inside} }} }} }}");
        let request = Client::new().post(&url).bearer_auth(&olga.token);
        let answer = request.json(&json!({ "query": query })).send().await;
        answer.unwrap().json::<Value>().await.unwrap()
    };
    let answer = ask(4).await;
    let mut node = &answer["data"]["clients"]["nodes"][0];
    for _ in 0..4 {
        node = &node["projects"]["nodes"][0]["client"];
    }
    assert_eq!(node["name"], "Orchard", "{answer}");
    let refused = ask(5).await;
    let code = &refused["errors"][0]["extensions"]["code"];
    assert_eq!(code, "QUERY_TOO_COMPLEX", "it is the deepest");
    replica.kill();
}
