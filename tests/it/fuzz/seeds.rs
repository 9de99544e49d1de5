//! What a run begins with: the kept corpus, and what is too large to keep.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// Every seed as the body of a request: files `.graphql` are documents, files `.json` are bodies.
pub(super) fn all() -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fuzz/corpus");
    let mut files: Vec<_> = fs::read_dir(&corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files
        .iter()
        .map(|file| match file.extension().and_then(|end| end.to_str()) {
            Some("graphql") => body(&fs::read_to_string(file).unwrap(), json!({})),
            _ => fs::read(file).unwrap(),
        })
        .collect();
    seeds.extend(large());
    seeds
}

/// A document as a body.
pub(super) fn body(document: &str, variables: Value) -> Vec<u8> {
    json!({ "query": document, "variables": variables })
        .to_string()
        .into_bytes()
}

fn large() -> Vec<Vec<u8>> {
    let documents = [
        "[".repeat(90_000),
        "{".repeat(90_000),
        "{a(b:[".repeat(15_000),
        "{...".repeat(20_000),
        format!("query($v: {}", "[".repeat(90_000)),
        format!("{{ viewer {{ {} }} }}", "é".repeat(40_000)),
        format!("{{ viewer {{ {} }} }}", "x ".repeat(4_900)),
        format!("{{ viewer {{ {} }} }}", "x".repeat(99_000)),
        format!(
            "{{ viewer(a: \"\"\"{}\"\"\") {{ name }} }}",
            "\\\"\"\"".repeat(20_000)
        ),
        format!("{{ viewer {{ name }} }} #{}", "\u{feff}".repeat(30_000)),
        format!("{{ viewer {{ name }} }}{}", "\n".repeat(99_000)),
        format!(
            "{{ viewer {{ name {} }} }}",
            "@include(if: true) ".repeat(900)
        ),
        format!(
            "{{ nodes(ids: [{}]) {{ id }} }}",
            "\"prj_x\" ".repeat(4_900)
        ),
        format!("{{ node(id: {}) {{ id }} }}", "9".repeat(90_000)),
        format!("{{ project(id: {{{}}}) {{ id }} }}", "a: 1 ".repeat(1_600)),
        many("query q", " { viewer { name } } ", 800),
        many("fragment f", " on Mutation { clientCrate } ", 700),
        format!(
            "query({}) {{ viewer {{ name }} }}",
            (0..1_200).fold(String::new(), |text, n| text + &format!("$v{n}: Int "))
        ),
        bomb(28, "...nobody"),
        bomb(28, "name"),
        bomb(13, "id"),
        names_unlike_any(),
        conflicts(),
        nested(16, "client { projects(first: 1) { nodes { "),
        nested(15, "... on Person { "),
    ];
    let mut seeds: Vec<Vec<u8>> = documents
        .iter()
        .map(|document| body(document, json!({})))
        .collect();
    let deep = (0..31).fold(json!(1), |inner, _| json!({ "and": [inner] }));
    let list = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    seeds.extend([
        body(list, json!({ "v": vec!["prj_x"; 1_000] })),
        body(list, json!({ "v": deep })),
        vec![b'['; 256 * 1024],
        vec![b' '; 256 * 1024 + 1],
        vec![0xff; 4_096],
        format!("{{\"query\":\"{}\"}}", "\\u0041".repeat(40_000)).into_bytes(),
        format!(
            "{{\"query\":\"{{viewer{{name}}}}\",\"variables\":{}1{}}}",
            "[".repeat(120),
            "]".repeat(120)
        )
        .into_bytes(),
    ]);
    seeds
}

fn many(start: &str, end: &str, count: usize) -> String {
    (0..count).fold(String::new(), |text, n| text + &format!("{start}{n}{end}"))
}

/// Fragments that each spread the next one twice.
fn bomb(depth: usize, end: &str) -> String {
    let fragments = (0..depth).fold(String::new(), |text, n| {
        let next = n + 1;
        text + &format!("fragment f{n} on Person {{ ...f{next} ...f{next} }} ")
    });
    format!("{{ viewer {{ ...f0 }} }} {fragments} fragment f{depth} on Person {{ {end} }}")
}

/// Each is to be compared with every mutation there is.
fn names_unlike_any() -> String {
    let fields = (0..4_500).fold(String::new(), |text, n| {
        text + &format!("clientUpdateName{n} ")
    });
    format!("{{ viewer {{ name }} }} fragment f on Mutation {{ {fields} }}")
}

/// The same field, again and again, with other arguments and a long name, at every depth.
fn conflicts() -> String {
    let name = "a".repeat(900);
    let fields = (0..80).fold(String::new(), |text, n| text + &format!("{name}(a: {n}) "));
    format!(
        "{{ viewer {{ {}{fields}{} }} }}",
        "... { ".repeat(29),
        "}".repeat(29)
    )
}

fn nested(times: usize, open: &str) -> String {
    let close = "}".repeat(times * open.matches('{').count());
    format!("{{ viewer {{ {} id {close} }} }}", open.repeat(times))
}
