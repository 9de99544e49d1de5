//! The outbox as the API shows it.

use serde_json::{Value, json};

use super::app::{Actor, TestApp};

const EMAILS: &str = "query ($kind: EmailKind) { emails(filter: { kind: $kind }, first: 60) { totalCount nodes {
    id kind period localOn state reason dueAt expiresAt subject messageId toAddress sentAt recipient { id name }
    attempts { outcome phase serverCode serverText startedAt replica } } } }";

/// Every mail that `by` may see, newest first.
pub(crate) async fn emails(app: &TestApp, by: &Actor) -> Vec<Value> {
    of_kind(app, by, Value::Null).await
}

/// The weekly capacity summaries among them.
pub(crate) async fn summaries(app: &TestApp, by: &Actor) -> Vec<Value> {
    of_kind(app, by, json!("CAPACITY_SUMMARY")).await
}

/// The client-update prompts among them.
pub(crate) async fn prompts(app: &TestApp, by: &Actor) -> Vec<Value> {
    of_kind(app, by, json!("CLIENT_UPDATE")).await
}

async fn of_kind(app: &TestApp, by: &Actor, kind: Value) -> Vec<Value> {
    let mut data = app.ask(by, EMAILS, json!({ "kind": kind })).await;
    let Value::Array(nodes) = data["emails"]["nodes"].take() else {
        panic!("emails are a list");
    };
    assert_eq!(data["emails"]["totalCount"], nodes.len(), "all on one page");
    nodes
}

/// The one mail among `emails` for somebody.
pub(crate) fn of<'a>(emails: &'a [Value], name: &str) -> &'a Value {
    let mut found = emails
        .iter()
        .filter(|email| email["recipient"]["name"] == name);
    let email = found
        .next()
        .unwrap_or_else(|| panic!("no mail for {name}: {emails:#?}"));
    assert_eq!(found.next(), None, "one for {name} only");
    email
}

/// `SKIPPED_ABSENT: Away; …`: where a mail stands, and why.
pub(crate) fn standing(email: &Value) -> String {
    let state = email["state"].as_str().unwrap();
    match email["reason"].as_str() {
        Some(reason) => format!("{state}: {reason}"),
        None => state.to_owned(),
    }
}
