//! The guard as a whole: what it admits, what it refuses, and that it always ends.

use std::time::{Duration, Instant};

use async_graphql::value;
use proptest::prelude::*;

use super::*;

const SDL: &str = "
    type Query { viewer: Person! client(id: ID!): Client clients(first: Int, last: Int): ClientConnection!
        nodes(ids: [ID!]!): [Node]! roles: [Role!]! }
    type Mutation { clientUpdate(name: String): Client }
    interface Node { id: ID! }
    type Client implements Node { id: ID! name: String! projects(first: Int): ProjectConnection! parent: Client }
    type Project implements Node { id: ID! name: String! client: Client! }
    type Person implements Node { id: ID! name: String! }
    type Role { name: String! }
    type ClientConnection { nodes: [Client!]! edges: [ClientEdge!]! totalCount: Int! }
    type ClientEdge { node: Client! }
    type ProjectConnection { nodes: [Project!]! }";

fn admit_with(text: &str, operation: Option<&str>, variables: Value) -> Result<Cost, Refusal> {
    let prices = Prices::from_sdl(SDL).unwrap();
    let variables = Variables::from_value(variables);
    admit(text, operation, variables, &prices).map(|admitted| admitted.cost)
}

fn cost(text: &str) -> u64 {
    admit_with(text, None, value!({})).unwrap().requested
}

fn refused(text: &str) -> Refusal {
    let start = Instant::now();
    let refusal = admit_with(text, None, value!({})).unwrap_err();
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    refusal
}

#[test]
fn a_field_costs_one_and_a_list_multiplies_what_is_below() {
    assert_eq!(cost("{ viewer { name } }"), 2);
    assert_eq!(cost("{ roles { name } }"), 1 + 20);
    assert_eq!(
        cost("{ clients { nodes { name } totalCount } }"),
        1 + 20 * 3
    );
    assert_eq!(
        cost("{ clients(first: 3) { edges { node { name } } } }"),
        1 + 3 * 3
    );
    assert_eq!(
        cost("{ clients(first: 3, last: 5) { nodes { name } } }"),
        1 + 5 * 2
    );
    assert_eq!(cost("{ clients(first: 0) { nodes { name } } }"), 1 + 2);
    assert_eq!(
        cost("{ clients(first: -7) { nodes { name } } }"),
        1 + 20 * 2
    );
    assert_eq!(
        cost("{ clients(first: null) { nodes { name } } }"),
        1 + 20 * 2
    );
    assert_eq!(
        cost("{ clients(first: 2) { nodes { projects { nodes { name } } } } }"),
        1 + 2 * (1 + 1 + 20 * 2)
    );
    assert_eq!(cost(r#"{ nodes(ids: ["a", "b", "c"]) { id } }"#), 1 + 3);
}

#[test]
fn variables_and_their_defaults_are_priced() {
    let text = "query($n: Int = 7, $ids: [ID!]!) { clients(first: $n) { nodes { name } } nodes(ids: $ids) { id } }";
    let priced = |variables| admit_with(text, None, variables).unwrap().requested;
    assert_eq!(priced(value!({ "ids": ["a"] })), 1 + 7 * 2 + 1 + 1);
    assert_eq!(
        priced(value!({ "n": 50, "ids": ["a", "b"] })),
        1 + 50 * 2 + 1 + 2
    );
    assert_eq!(priced(value!({ "n": null, "ids": [] })), 1 + 20 * 2 + 1 + 1);
    let missing = admit_with(text, None, value!({})).unwrap_err();
    assert_eq!(missing.code, Code::BadUserInput);
    assert_eq!(
        missing.message,
        "The variable \"$ids\" of type [ID!]! must have a value."
    );
}

#[test]
fn fragments_cost_at_every_spread() {
    assert_eq!(
        cost(
            "{ viewer { ...p } client(id: 1) { ... on Client { ...c } } } fragment p on Person { id name } fragment c on Client { parent { ...d } } fragment d on Client { id projects { nodes { name } } }"
        ),
        (1 + 2) + (1 + (1 + (1 + 1 + 20 * 2)))
    );
}

#[test]
fn the_price_is_that_of_the_operation_asked_for() {
    let text = "query A { viewer { name } } query B { roles { name } }";
    let priced = |operation| admit_with(text, operation, value!({})).unwrap().requested;
    assert_eq!(priced(Some("A")), 2);
    assert_eq!(priced(Some("B")), 21);
    assert_eq!(priced(Some("C")), 0);
    assert_eq!(priced(None), 0);
}

#[test]
fn a_costly_query_is_refused_with_its_most_expensive_path() {
    let refusal = refused(
        "{ viewer { name } clients(first: 100) { nodes { name projects(first: 100) { nodes { client { name } } } } } }",
    );
    assert_eq!(refusal.code, Code::QueryTooComplex);
    assert_eq!(refusal.cost, Cost::of(2 + 1 + 100 * (1 + 1 + 1 + 100 * 3)));
    assert!(
        refusal
            .message
            .contains("along clients.nodes.projects.nodes.client:"),
        "{}",
        refusal.message
    );
    let huge = refused(
        "{ clients(first: 18446744073709551615) { nodes { projects(first: 18446744073709551615) { nodes { id } } } } }",
    );
    assert_eq!(huge.cost.requested, u64::MAX);
}

#[test]
fn the_counts_are_exact() {
    let aliased = |count: usize| {
        let fields: String = (0..count).map(|n| format!("a{n}: name ")).collect();
        format!("{{ viewer {{ {fields} }} }}")
    };
    assert_eq!(cost(&aliased(50)), 51);
    assert!(refused(&aliased(51)).message.contains("51 aliases"));

    let roots = |count: usize| format!("{{ {} }}", "viewer { id } ".repeat(count));
    assert_eq!(cost(&roots(20)), 40);
    assert!(
        refused(&roots(21))
            .message
            .contains("21 fields at its root")
    );

    let directives = |count: usize| {
        let directives = "@include(if: true) ".repeat(count - 1);
        format!("query @x {{ viewer {{ name {directives} }} }}")
    };
    assert_eq!(cost(&directives(50)), 2);
    assert!(refused(&directives(51)).message.contains("51 directives"));

    let operations = |count: usize| -> String {
        (0..count)
            .map(|n| format!("query q{n} {{ viewer {{ id }} }} "))
            .collect()
    };
    assert!(admit_with(&operations(10), Some("q3"), value!({})).is_ok());
    assert!(refused(&operations(11)).message.contains("11 operations"));

    let deep = |depth: usize| {
        let parents = depth - 2;
        format!(
            "{{ client(id: 1) {{ {} id {} }} }}",
            "parent { ".repeat(parents),
            "} ".repeat(parents)
        )
    };
    assert_eq!(cost(&deep(15)), 15);
    assert!(refused(&deep(16)).message.contains("nests 16 fields"));

    let levels = |levels: usize| {
        let inlined = levels - 2;
        format!(
            "{{ viewer {{ {} id {} }} }}",
            "... { ".repeat(inlined),
            "} ".repeat(inlined)
        )
    };
    assert_eq!(cost(&levels(32)), 2);
    assert!(refused(&levels(33)).message.contains("nest 33 deep"));
}

#[test]
fn aliases_hidden_in_fragments_count_at_every_spread() {
    let refusal = refused(
        "{ viewer { ...a ...a ...a ...a ...a ...a } } fragment a on Person { ...b ...b ...b } fragment b on Person { a: id b: id c: id }",
    );
    assert!(
        refusal.message.contains("54 aliases"),
        "{}",
        refusal.message
    );
}

#[test]
fn the_standard_introspection_query_passes() {
    let cost = cost(INTROSPECTION);
    assert!(cost < 500, "{cost}");
}

#[test]
fn introspection_that_walks_in_circles_is_refused() {
    let lists = refused(
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    );
    assert!(
        lists.message.contains("3 lists of introspection"),
        "{}",
        lists.message
    );
    let deep = format!(
        "{{ __type(name: \"Query\") {{ {} name {} }} }}",
        "ofType { ".repeat(19),
        "} ".repeat(19)
    );
    assert!(refused(&deep).message.contains("21 introspection fields"));
    let hidden = refused(
        "{ __schema { types { ...t } } } fragment t on __Type { fields { type { ...u } } } fragment u on __Type { fields { type { fields { name } } } }",
    );
    assert!(
        hidden.message.contains("3 lists of introspection"),
        "{}",
        hidden.message
    );
}

#[test]
fn fragments_in_circles_and_twins_are_refused() {
    let circle = refused(
        "{ viewer { ...a } } fragment a on Person { ...b } fragment b on Person { viewer { ...a } }",
    );
    assert_eq!(circle.code, Code::ValidationFailed);
    assert!(
        circle.message.contains("spreads itself"),
        "{}",
        circle.message
    );
    let oneself = refused("{ viewer { id } } fragment a on Person { ...a }");
    assert!(oneself.message.contains("\"a\" spreads itself"));
    let twins =
        refused("{ viewer { ...a } } fragment a on Person { id } fragment a on Person { name }");
    assert_eq!(
        twins.message,
        "There is more than one fragment named \"a\"."
    );
}

#[test]
fn syntax_errors_are_one_line_with_a_position() {
    let refusal = refused("{ viewer { } }");
    assert_eq!(refusal.code, Code::ParseFailed);
    assert_eq!(refusal.message, "Syntax error: expected selection.");
    assert_eq!(
        refusal.position,
        Some(Pos {
            line: 1,
            column: 12
        })
    );
}

#[test]
fn a_small_fragment_bomb_is_refused_at_once() {
    let mut bomb = String::from("{ viewer { ...f0 } }");
    for n in 0..20 {
        bomb += &format!(" fragment f{n} on Person {{ ...f{m} ...f{m} }}", m = n + 1);
    }
    bomb += " fragment f20 on Person { id }";
    assert!(bomb.len() < 900, "{}", bomb.len());
    let refusal = refused(&bomb);
    assert_eq!(refusal.code, Code::QueryTooComplex);
    assert_eq!(refusal.cost.requested, 1 + (1 << 20));
}

/// Nothing of it would ever be executed, but validation walks every way to what is missing.
#[test]
fn a_bomb_that_ends_in_a_fragment_that_does_not_exist_is_refused_at_once() {
    let mut bomb = String::from("{ viewer { ...f0 } }");
    for n in 0..28 {
        bomb += &format!(" fragment f{n} on Person {{ ...f{m} ...f{m} }}", m = n + 1);
    }
    let refusal = refused(&bomb);
    assert_eq!(refusal.code, Code::QueryTooComplex);
    assert!(
        refusal.message.contains("selections"),
        "{}",
        refusal.message
    );
}

#[test]
fn a_long_chain_of_fragments_is_refused_without_recursion() {
    let mut chain = String::from("{ viewer { ...f0 } }");
    for n in 0..600 {
        chain += &format!(" fragment f{n} on Person {{ ...f{} }}", n + 1);
    }
    chain += " fragment f600 on Person { id }";
    assert!(
        refused(&chain)
            .message
            .contains("Fields and fragments nest")
    );
}

#[test]
fn what_would_overflow_the_parser_never_reaches_it() {
    for open in [
        "[",
        "{",
        "(",
        "{a",
        "{...",
        "{a(b:[",
        "{a(b:{c:",
        "{...@a(b:[",
    ] {
        let flood = open.repeat(4_096 / open.len());
        for text in [
            flood.clone(),
            format!("{{ a(b: {flood}"),
            format!("query($v: {flood}"),
        ] {
            assert_eq!(refused(&text).code, Code::QueryTooComplex, "{open}");
        }
    }
}

/// Debug builds of the parser need the most stack, so this holds there or nowhere:
/// half of a worker's 2 MB is enough (630 KB were measured) for the deepest text the scan lets through.
#[test]
fn the_deepest_admitted_nesting_fits_a_worker_s_stack() {
    let nested = |start: &str, open: &str, middle: &str, close: &str, end: &str, taken: usize| {
        let times = (MAX_NESTING - taken) / open.matches(['{', '[', '(']).count();
        format!(
            "{start}{}{middle}{}{end}",
            open.repeat(times),
            close.repeat(times)
        )
    };
    let texts = [
        nested("{ a(b: ", "[", "1", "]", ") }", 2),
        nested("{ a(b: ", "{c: ", "1", "}", ") }", 2),
        nested("{ a(b: ", "[{c: ", "1", "}]", ") }", 2),
        nested("query($v: I = ", "[{c: ", "1", "}]", ") { a }", 1),
        nested("query($v: ", "[", "I", "]", ") { a }", 1),
        nested("", "{ a ", "{ a }", "}", "", 1),
        nested("{ a ", "{ ... @a(b: 1) ", "{ a }", "}", "}", 2),
        nested("{ a @b(c: ", "[", "1", "]", ") }", 2),
    ];
    for text in texts {
        let outcome = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || {
                scan::scan(&text).expect("the scan lets it through");
                let _ = admit_with(&text, None, value!({}));
            })
            .unwrap()
            .join();
        assert!(outcome.is_ok());
    }
}

const STACK: usize = 1024 * 1024;

proptest! {
    #[test]
    fn any_text_ends_in_a_document_or_a_refusal(text in "\\PC{0,400}") {
        let _ = admit_with(&text, None, value!({}));
    }

    #[test]
    fn any_mixture_of_tokens_ends_in_a_document_or_a_refusal(
        tokens in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "[", "]", "(", ")", "...", "on", "query", "fragment", "viewer", "clients",
                "Client", "nodes", "first", ":", "$", "@", "!", "=", "1", "-1.5e9", "\"", "\"\"\"", "\\", "#", "\n", "\u{feff}", "é",
            ]),
            0..600,
        ),
    ) {
        let _ = admit_with(&tokens.join(" "), None, value!({}));
        let _ = admit_with(&tokens.concat(), None, value!({}));
    }
}

#[test]
fn a_quarter_megabyte_of_noise_is_refused_for_its_length() {
    let noise: Vec<u8> = std::iter::successors(Some(1_u32), |n| {
        Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
    })
    .map(|n| (n >> 24) as u8)
    .take(256 * 1024)
    .collect();
    let text = String::from_utf8_lossy(&noise);
    assert!(refused(&text).message.contains("bytes long"));
    let mut end = MAX_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    assert_eq!(refused(&text[..end]).code, Code::ParseFailed);
}

/// What graphql-js 16 sends (`getIntrospectionQuery()`), with every option on.
const INTROSPECTION: &str = include_str!("introspection.graphql");
