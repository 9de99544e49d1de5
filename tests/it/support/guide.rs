//! A page of docs/ whose queries are asked by a story: what the page shows is what works.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::app::{Actor, TestApp};

/// The GraphQL operations of a page, by name.
pub(crate) struct Guide {
    page: &'static str,
    documents: BTreeMap<String, String>,
    asked: RefCell<BTreeSet<String>>,
}

impl Guide {
    /// Reads every block that is fenced as `graphql`.
    ///
    /// # Panics
    /// When a block has no name, or two have the same.
    pub(crate) fn read(page: &'static str) -> Self {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        let mut documents = BTreeMap::new();
        for block in text.split("```graphql\n").skip(1) {
            let (document, _) = block.split_once("```").expect("a block that ends");
            let name = operation_name(document);
            let before = documents.insert(name.clone(), document.to_owned());
            assert_eq!(before, None, "{page} has {name} twice");
        }
        assert!(!documents.is_empty(), "{page} has no queries");
        Self {
            page,
            documents,
            asked: RefCell::default(),
        }
    }

    /// The data of the page's operation of this name. Of a mutation: its payload, which must be without user errors.
    pub(crate) async fn ask(
        &self,
        app: &TestApp,
        by: &Actor,
        name: &str,
        variables: Value,
    ) -> Value {
        let data = self.ask_refused(app, by, name, variables).await;
        let refused = data
            .get("userErrors")
            .is_some_and(|errors| errors != &Value::Array(Vec::new()));
        assert!(!refused, "{name}: {data:#}");
        data
    }

    /// As [`Self::ask`], but the payload may have user errors.
    pub(crate) async fn ask_refused(
        &self,
        app: &TestApp,
        by: &Actor,
        name: &str,
        variables: Value,
    ) -> Value {
        let document = self
            .documents
            .get(name)
            .unwrap_or_else(|| panic!("{} has no operation {name}", self.page));
        self.asked.borrow_mut().insert(name.to_owned());
        let mut data = app.ask(by, document, variables).await;
        if document.trim_start().starts_with("mutation") {
            let fields = data.as_object_mut().unwrap();
            assert_eq!(fields.len(), 1, "{name} changes one thing");
            return fields.values_mut().next().unwrap().take();
        }
        data
    }

    /// # Panics
    /// When the page shows a query that the story did not ask.
    pub(crate) fn end(self) {
        let asked = self.asked.into_inner();
        let left: Vec<&String> = self
            .documents
            .keys()
            .filter(|name| !asked.contains(*name))
            .collect();
        assert!(
            left.is_empty(),
            "{} shows what no story asks: {left:?}",
            self.page
        );
    }
}

fn operation_name(document: &str) -> String {
    let mut words = document.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let name: String = words
        .next()
        .unwrap_or_default()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .collect();
    assert!(
        matches!(kind, "query" | "mutation") && !name.is_empty(),
        "a block of the page is not a named operation: {document}"
    );
    name
}
