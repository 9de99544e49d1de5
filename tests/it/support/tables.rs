//! Everything that stands in the database, to see whether it has changed.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::app::TestApp;

/// Every row of every table as text, by table, in an order of its own.
pub(crate) async fn contents(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut contents = BTreeMap::new();
    for table in tables(app).await {
        let row = match app.db.backend() {
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
