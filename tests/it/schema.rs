//! The API's schema: kept in `schema.graphql`, and described to the last field.

use async_graphql::{Request, Variables};
use meridian::graphql::{schema, sorted_sdl};
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

/// Of every type: what it is called, what is said of it, and of all that belongs to it.
const INTROSPECTION: &str = "{ __schema { types { name description kind interfaces { name }
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { name description } }
    inputFields(includeDeprecated: true) { name description }
    enumValues(includeDeprecated: true) { name description } } } }";

/// The specification's own; all other types are ours.
const BUILT_IN: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

#[test]
fn the_file_is_the_schema() {
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    let now = sorted_sdl();
    if kept == now {
        return;
    }
    let mut pairs = kept.lines().zip(now.lines()).enumerate();
    let differs = pairs.find(|(_, (kept, now))| kept != now);
    let line = differs.map_or(
        kept.lines().count().min(now.lines().count()),
        |(line, _)| line,
    );
    panic!(
        "schema.graphql is not the schema any more, from line {} on:\n  file: {}\n  code: {}\n\
         Renew it with `cargo run -- schema > schema.graphql`, and read the difference before you commit it.",
        line + 1,
        kept.lines().nth(line).unwrap_or("(ends)"),
        now.lines().nth(line).unwrap_or("(ends)"),
    );
}

#[tokio::test]
async fn whatever_has_an_id_is_a_node() {
    let types = types().await;
    let mut nodes = 0;
    for kind in list(&types).iter().filter(|kind| kind["kind"] == "OBJECT") {
        let has_id = list(&kind["fields"])
            .iter()
            .any(|field| name(field) == "id");
        let is_node = list(&kind["interfaces"])
            .iter()
            .any(|one| name(one) == "Node");
        assert_eq!(has_id, is_node, "{}", name(kind));
        nodes += usize::from(is_node);
    }
    assert!(nodes > 20, "the walk found only {nodes}");
}

#[tokio::test]
async fn everything_in_the_schema_is_described() {
    let types = types().await;
    let mut undescribed = Vec::new();
    let mut described = 0;
    for kind in list(&types) {
        let name = name(kind);
        if name.starts_with("__") || BUILT_IN.contains(&name) {
            continue;
        }
        let mut look = |path: String, thing: &Value| match thing["description"].as_str() {
            Some(text) if !text.trim().is_empty() => described += 1,
            _ => undescribed.push(path),
        };
        look(name.to_owned(), kind);
        for part in ["inputFields", "enumValues", "fields"] {
            for member in list(&kind[part]) {
                let path = format!("{name}.{}", self::name(member));
                look(path.clone(), member);
                for argument in list(&member["args"]) {
                    look(format!("{path}({})", self::name(argument)), argument);
                }
            }
        }
    }
    assert!(
        described > 100,
        "the walk found only {described} descriptions"
    );
    assert!(
        undescribed.is_empty(),
        "without a description: {undescribed:#?}"
    );
}

#[test]
fn nothing_in_the_schema_is_a_float() {
    assert!(!sorted_sdl().contains(": Float"));
}

async fn types() -> Value {
    let request = Request::new(INTROSPECTION).variables(Variables::default());
    let answer = schema().execute(request).await.into_result().unwrap();
    let mut answer = answer.data.into_json().unwrap();
    answer["__schema"]["types"].take()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}
