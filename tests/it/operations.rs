//! The operations of `docs/operations`: each answers what it should, in as many SQL statements as the table there says.

mod folder;
mod substance;

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::DbBackend;
use serde_json::{Value, json};

use crate::statements::{SPLIT, counted};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT};
use folder::Folder;
use substance::substance;

on_both_databases!(the_operations_answer_in_as_many_statements_as_their_table_says);

/// How often a query is asked again when it took more statements than it should: see [`SPLIT`].
const TRIES: u32 = 60;

async fn the_operations_answer_in_as_many_statements_as_their_table_says(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    app.mails_at(EIGHT).await;
    let folder = Folder::read();
    let database = usize::from(app.db.backend() == DbBackend::Postgres);
    let mut answers = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in &folder.table {
        let by = match &*line.by {
            "Eleanor" => &demo.eleanor,
            "Dana" => &demo.dana,
            other => panic!("{other} has no token"),
        };
        let asked = Asked {
            app,
            by,
            document: folder.document(&line.name),
            variables: Folder::variables(&line.name, &answers),
        };
        let listed = line.statements[database];
        let (statements, answer) = if folder.is_query(&line.name) {
            let (statements, answer) = asked.query(listed).await;
            if let Some(few) = asked.for_two().await
                && statements > few + SPLIT
            {
                wrong.push(format!(
                    "{}: {few} statements for two, {statements} for a page",
                    line.name
                ));
            }
            (statements, answer)
        } else {
            asked.mutation(&line.name, listed).await
        };
        // A plan that takes longer than its request waits is worked out with the next operation.
        let under_way = answer.pointer("/planCreate/plan/state") == Some(&json!("SOLVING"));
        if statements != listed && !under_way {
            wrong.push(format!(
                "{}: {statements} statements, {listed} in the table",
                line.name
            ));
        }
        for (pointer, expected) in substance(&line.name).as_object().unwrap() {
            let found = answer.pointer(pointer);
            if found != Some(expected) {
                wrong.push(format!("{}: {pointer} is {found:?}", line.name));
            }
        }
        answers.insert(line.name.clone(), answer);
        plan_is_worked_out(app, by, &answers).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    app.drain().await;
}

/// An operation that is about to be asked.
struct Asked<'a> {
    app: &'a TestApp,
    by: &'a Actor,
    document: String,
    variables: Value,
}

impl Asked<'_> {
    /// The statements that a query takes where its loaders were not split, and its answer.
    async fn query(&self, listed: u64) -> (u64, Value) {
        let (mut statements, answer) = self.ask(self.variables.clone()).await;
        for _ in 1..TRIES {
            if statements <= listed {
                break;
            }
            statements = statements.min(self.ask(self.variables.clone()).await.0);
        }
        (statements, answer)
    }

    /// The statements of the same query for pages of two; none where its variables name no page.
    async fn for_two(&self) -> Option<u64> {
        let mut variables = self.variables.clone();
        *variables.get_mut("first")? = json!(2);
        Some(self.ask(variables).await.0)
    }

    /// The statements of a mutation, and its answer, which has no user errors. It cannot be asked again: up to [`SPLIT`] more
    /// than it should take are put down to loaders that were split.
    async fn mutation(&self, name: &str, listed: u64) -> (u64, Value) {
        let (statements, answer) = self.ask(self.variables.clone()).await;
        for payload in answer.as_object().unwrap().values() {
            assert_eq!(payload["userErrors"], json!([]), "{name}");
        }
        let split = (listed..=listed + SPLIT).contains(&statements);
        (if split { listed } else { statements }, answer)
    }

    async fn ask(&self, variables: Value) -> (u64, Value) {
        counted(self.app, self.by, &self.document, variables).await
    }
}

/// On a busy machine a plan may take longer than the request that asks for it.
async fn plan_is_worked_out(app: &TestApp, by: &Actor, answers: &BTreeMap<String, Value>) {
    let Some(id) = answers
        .get("PlanCreate")
        .and_then(|answer| answer.pointer("/planCreate/plan/id"))
    else {
        return;
    };
    let document = "query ($id: ID!) { plan(id: $id) { state } }";
    while app.ask(by, document, json!({ "id": id })).await["plan"]["state"] == "SOLVING" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
