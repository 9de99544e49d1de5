//! Seeds, damaged: by bytes, by tokens, and by each other.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::{LONGEST_BODY, seeds};

/// What a parser of GraphQL or JSON, or a store behind it, may stumble over.
const TOKENS: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "...",
    "...on Person",
    "on",
    "query",
    "mutation",
    "subscription",
    "fragment f0 on Person",
    "viewer",
    "clients",
    "nodes",
    "first:",
    "after:",
    "$",
    "$v",
    "@include(if: true)",
    "@skip(if: $v)",
    "@nobody",
    "!",
    "=",
    ":",
    "|",
    "&",
    "null",
    "true",
    "-0",
    "1.5e9",
    "1e999",
    "9223372036854775808",
    "-99999999999999999999",
    "00",
    "0x1",
    "\\\"",
    "\\\"\\\"\\\"",
    "\"",
    "\\",
    "\\\\u0000",
    "\\ud800",
    "\\udc00",
    "\\u{1F600}",
    "#",
    "\\n",
    "\\r",
    "\\u0000",
    "\u{feff}",
    "\u{2028}",
    "\u{202e}",
    "é",
    "😀",
    "e\u{301}",
    "__schema",
    "__type(name: \\\"Query\\\")",
    "__typename",
    "fields",
    "type",
    "ofType",
    "\"variables\":",
    "\"operationName\":",
    "\"extensions\":",
];

/// A seed or two, damaged a few times.
pub(super) fn of(seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let pick = |random: &mut StdRng| seeds.choose(random).cloned().unwrap_or_default();
    let mut body = pick(random);
    for _ in 0..random.random_range(1..8) {
        let other = pick(random);
        damage(&mut body, &other, random);
        body.truncate(LONGEST_BODY + 1);
    }
    if random.random_bool(0.5) {
        return body;
    }
    // The same as a document: what breaks JSON then reaches the guard.
    let text = String::from_utf8_lossy(&body);
    let mut end = text.len().min(100_500);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    seeds::body(
        &text[..end],
        serde_json::json!({ "v": random.random_range(-9_i64..99) }),
    )
}

fn damage(body: &mut Vec<u8>, other: &[u8], random: &mut StdRng) {
    let at = random.random_range(0..=body.len());
    let span = at..(at + random.random_range(0..64)).min(body.len());
    match random.random_range(0..8) {
        0 => {
            if let Some(byte) = body.get_mut(at) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        1 => drop(body.drain(span)),
        2 => insert(body, at, token(random).as_bytes()),
        3 => {
            let times = random.random_range(1..2_000);
            insert(body, at, token(random).repeat(times).as_bytes());
        }
        4 => {
            let copied = body[span].to_vec();
            let times = random.random_range(1..200);
            insert(body, at, &copied.repeat(times));
        }
        5 => {
            let (open, close) =
                [("{", "}"), ("[", "]"), ("... {", "}"), ("(a:", ")")][random.random_range(0..4)];
            let times = random.random_range(1..100);
            insert(body, span.end, close.repeat(times).as_bytes());
            insert(body, at, open.repeat(times).as_bytes());
        }
        6 => {
            let from = random.random_range(0..=other.len());
            body.truncate(at);
            body.extend_from_slice(&other[from..]);
        }
        _ => body.truncate(at),
    }
}

fn insert(body: &mut Vec<u8>, at: usize, what: &[u8]) {
    body.splice(at..at, what.iter().copied());
}

fn token(random: &mut StdRng) -> &'static str {
    TOKENS.choose(random).copied().unwrap_or_default()
}
