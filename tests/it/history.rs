//! The history of an object, page by page.

use meridian::graphql::id::Kind;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;

on_both_databases!(only_the_changes_that_are_shown_are_read);

/// What makes a change that cannot be read: Meridian knows no such year.
const SPOIL_THE_OLDEST: &str = "UPDATE change SET changed_at = '12026-11-23 08:00:00+00:00'
    WHERE id = (SELECT id FROM change ORDER BY id LIMIT 1)";

async fn only_the_changes_that_are_shown_are_read(app: &TestApp) {
    let olga = app.owner().await;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    let id = Kind::Client.text(acme.id);
    for communication in [1, 2, 4] {
        let input = json!({ "id": id, "communication": communication });
        app.done(&olga, "clientUpdate", input, "").await;
    }
    let tx = app.db.begin().await.unwrap();
    tx.execute_unprepared("DELETE FROM change WHERE subject_kind <> 'client'")
        .await
        .unwrap();
    let spoilt = tx.execute_unprepared(SPOIL_THE_OLDEST).await.unwrap();
    assert_eq!(spoilt.rows_affected(), 1);
    tx.commit().await.unwrap();

    let document = "query ($id: ID!, $first: Int!) { client(id: $id) { history(first: $first) {
        totalCount pageInfo { hasNextPage } nodes { fields { after } } } } }";
    let read = |first: i32| app.graphql(&olga, document, json!({ "id": id, "first": first }));
    let newest = read(2).await;
    assert_eq!(newest.get("errors"), None, "{newest:#}");
    let history = &newest["data"]["client"]["history"];
    assert_eq!(history["totalCount"], 3);
    assert_eq!(history["pageInfo"]["hasNextPage"], true);
    let after = |number: usize| &history["nodes"][number]["fields"][0]["after"];
    assert_eq!(
        (after(0), after(1), after(2)),
        (&json!("4"), &json!("2"), &Value::Null)
    );
    // The one that was not shown would have told.
    let all = read(3).await;
    assert_eq!(
        all["errors"][0]["extensions"]["code"], "INTERNAL",
        "{all:#}"
    );
}
