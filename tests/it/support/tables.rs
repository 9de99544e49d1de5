//! Everything that stands in the database, to see whether it has changed.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::app::TestApp;

/// When a token was last used is noted in the background, whenever that comes to pass.
const IN_ITS_OWN_TIME: (&str, &str) = ("api_token", "last_used_at");

/// Every row of every table as text, by table, in an order of its own. Without what is noted in its own time.
pub(crate) async fn contents(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut contents = BTreeMap::new();
    for table in tables(app).await {
        let row = match app.db.backend() {
            DbBackend::Postgres if table == IN_ITS_OWN_TIME.0 => {
                format!("(to_jsonb(t) - '{}')::text", IN_ITS_OWN_TIME.1)
            }
            DbBackend::Postgres => "to_json(t)::text".to_owned(),
            _ => row_as_text(app, &table).await,
        };
        let rows = texts(
            app,
            &format!("SELECT {row} AS value FROM \"{table}\" t ORDER BY 1"),
        )
        .await;
        contents.insert(table, rows);
    }
    assert!(contents.len() > 20, "{:?}", contents.keys());
    contents
}

async fn tables(app: &TestApp) -> Vec<String> {
    let names = match app.db.backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS value FROM information_schema.tables WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT name AS value FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
    };
    texts(app, names).await
}

async fn row_as_text(app: &TestApp, table: &str) -> String {
    let columns = texts(
        app,
        &format!("SELECT name AS value FROM pragma_table_info('{table}')"),
    )
    .await;
    let columns: Vec<String> = columns
        .iter()
        .filter(|name| (table, name.as_str()) != IN_ITS_OWN_TIME)
        .map(|name| format!("quote(\"{name}\")"))
        .collect();
    columns.join(" || ', ' || ")
}

async fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(app.db.backend(), sql);
    let rows = app.db.read.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "value").unwrap())
        .collect()
}
