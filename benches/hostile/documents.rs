//! What the guests say.

use serde_json::{Value, json};

use crate::attacks::Target;

#[expect(clippy::unwrap_used, reason = "as in the stories that it is of")]
#[path = "../../tests/it/fuzz/seeds.rs"]
mod seeds;

/// Bodies that the fuzz run begins with.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    seeds::all()
}

/// A whole request of somebody who is known.
pub(crate) fn post(token: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: meridian\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         accept: application/graphql-response+json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn document(target: &Target, query: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    post(&target.token, body.as_bytes())
}

pub(crate) fn brackets(target: &Target, number: u64) -> Vec<u8> {
    let open = ["[", "{", "{a(b:[", "{...", "query($v: ["][(number % 5) as usize];
    let text = open.repeat(90_000 / open.len());
    document(target, &text, &json!({}))
}

/// Fragments that each spread the next one twice, and lead to a field, to nothing, or in a circle.
pub(crate) fn fragments(target: &Target, number: u64) -> Vec<u8> {
    let end = ["name", "...nobody", "...f0"][(number % 3) as usize];
    let fragments = (0..28).fold(String::new(), |text, n| {
        let next = n + 1;
        text + &format!("fragment f{n} on Person {{ ...f{next} ...f{next} }} ")
    });
    let text = format!("{{ viewer {{ ...f0 }} }} {fragments} fragment f28 on Person {{ {end} }}");
    document(target, &text, &json!({}))
}

pub(crate) fn aliases(target: &Target, number: u64) -> Vec<u8> {
    let count = [51, 800][(number % 2) as usize];
    let aliases = (0..count).fold(String::new(), |text, n| text + &format!("a{n}: name "));
    document(target, &format!("{{ viewer {{ {aliases} }} }}"), &json!({}))
}

pub(crate) fn directives(target: &Target, number: u64) -> Vec<u8> {
    let directive = ["@include(if: true) ", "@nobody "][(number % 2) as usize];
    let text = format!("{{ viewer {{ name {} }} }}", directive.repeat(900));
    document(target, &text, &json!({}))
}

/// In circles, past the depth and within it.
pub(crate) fn introspection(target: &Target, number: u64) -> Vec<u8> {
    let depth = [4, 30][(number % 2) as usize];
    let open = "fields { name type { name ofType { name ".repeat(depth);
    let close = "} } } ".repeat(depth);
    document(
        target,
        &format!("{{ __schema {{ types {{ {open} {close} }} }} }}"),
        &json!({}),
    )
}

pub(crate) fn variables(target: &Target, number: u64) -> Vec<u8> {
    let query = "query ($v: [ID!]!) { nodes(ids: $v) { id } }";
    let huge = match number % 3 {
        0 => json!(vec!["prj_x"; 25_000]),
        1 => (0..60).fold(json!(1), |inner, _| json!([inner])),
        _ => json!("x".repeat(200_000)),
    };
    document(target, query, &json!({ "v": huge }))
}

pub(crate) fn corpus(target: &Target, number: u64) -> Vec<u8> {
    let place = number as usize % target.seeds.len();
    post(&target.token, &target.seeds[place])
}

/// What may be asked, and takes most.
pub(crate) fn expensive(target: &Target, number: u64) -> Vec<u8> {
    let query = match number % 3 {
        0 => {
            "{ projects(first: 50) { nodes { name client { name projects(first: 10) { nodes { name
                accountable { side person { name } why } } } } } } }"
        }
        1 => {
            "{ people(first: 60) { nodes { name capacity(weeks: 4) { week load { confirmedBp } explain { minutes } } } } }"
        }
        _ => "{ emailForecast(days: 7, first: 100) { nodes { kind subject recipient { name } } } }",
    };
    document(target, query, &json!({}))
}

/// A head that does not end.
pub(crate) fn half_a_head(_: &Target, number: u64) -> Vec<u8> {
    let heads: [&[u8]; 3] = [
        b"P",
        b"POST /graphql HTTP/1.1\r\nhost: meridian\r\n",
        b"GET /graphql?query={",
    ];
    heads[(number % 3) as usize].to_vec()
}

/// A body of which most does not come.
pub(crate) fn half_a_body(target: &Target, _: u64) -> Vec<u8> {
    let whole = document(
        target,
        "{ viewer { name } }",
        &json!({ "v": "x".repeat(9_000) }),
    );
    whole[..whole.len() - 9_000].to_vec()
}

/// Many requests with long answers.
pub(crate) fn unread(target: &Target, _: u64) -> Vec<u8> {
    let one = document(
        target,
        "{ __schema { types { name description fields { name description } } } }",
        &json!({}),
    );
    let one = String::from_utf8_lossy(&one).replace("connection: close\r\n", "");
    one.repeat(20).into_bytes()
}

pub(crate) fn nothing(_: &Target, _: u64) -> Vec<u8> {
    Vec::new()
}

pub(crate) fn malformed(target: &Target, number: u64) -> Vec<u8> {
    let token = &target.token;
    let kinds = [
        "\u{0}\u{1}\u{2}\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "BREW /graphql HTCPCP/1.0\r\n\r\n".to_owned(),
        "POST /graphql HTTP/1.1\r\nhost: m\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "POST /graphql HTTP/1.1\r\nhost: m\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        format!("POST /graphql HTTP/1.1\r\nhost: m\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nffffffffffffffffff\r\n"),
        "GET /graphql?query=%zz%00%ff HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n".to_owned(),
        "GET /../../etc/passwd HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n".to_owned(),
        "GET /a/%00%ff%2e%2e HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n".to_owned(),
        "GET /healthz HTTP/1.1\r\nno colon here\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}".to_owned() + &"x".repeat(300) + "\r\n\r\n",
    ];
    let place = number as usize % kinds.len();
    kinds[place].clone().into_bytes()
}

pub(crate) fn long_heads(_: &Target, number: u64) -> Vec<u8> {
    let head = match number % 3 {
        0 => format!(
            "GET /graphql?query={} HTTP/1.1\r\nhost: m\r\n",
            "x".repeat(70_000)
        ),
        1 => format!(
            "GET /graphql HTTP/1.1\r\nhost: m\r\nx-a: {}\r\n",
            "x".repeat(500_000)
        ),
        _ => format!(
            "GET /graphql HTTP/1.1\r\nhost: m\r\n{}",
            "x-a: b\r\n".repeat(300)
        ),
    };
    format!("{head}connection: close\r\n\r\n").into_bytes()
}

/// Asks for a link to an address that nobody has, guesses a link, guesses a token.
pub(crate) fn sign_ins(_: &Target, number: u64) -> Vec<u8> {
    let guess: u128 = rand::random();
    let form = |path: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: m\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    match number % 4 {
        0 => form(
            "/sign-in",
            &format!("email=nobody{number}%40halyard.example"),
        ),
        1 => form(&format!("/sign-in/{guess:043x}"), ""),
        2 => format!("GET /sign-in/{guess:043x} HTTP/1.1\r\nhost: m\r\nconnection: close\r\n\r\n"),
        _ => {
            let bearer = format!("mer_{guess:043x}");
            return post(&bearer, br#"{"query":"{ viewer { name } }"}"#);
        }
    }
    .into_bytes()
}

fn init(target: &Target) -> String {
    let authorization = format!("Bearer {}", target.token);
    json!({ "type": "connection_init", "payload": { "Authorization": authorization } }).to_string()
}

pub(crate) fn no_init(_: &Target, _: u64) -> Vec<String> {
    Vec::new()
}

/// As many as a socket takes and more, beside changes that they are to be told of.
pub(crate) fn subscriptions(target: &Target, number: u64) -> Vec<String> {
    let fields = [
        "projectChanged { kind project { name } }",
        "capacityChanged(weeks: 13) { person { name } }",
        "mailDelivered { kind }",
    ];
    let subscribe = |id: usize| {
        let query = format!("subscription {{ {} }}", fields[id % 3]);
        json!({ "type": "subscribe", "id": id.to_string(), "payload": { "query": query } })
            .to_string()
    };
    let change = json!({ "type": "subscribe", "id": "change", "payload": {
        "query": "mutation ($to: Int!) { projectUpdate(input: { id: \"prj_01a2076b0968700080000000000002c8\", complexity: $to }) { userErrors { code } } }",
        "variables": { "to": number % 5 + 1 },
    } });
    let floods = (0..25).map(subscribe);
    [init(target), change.to_string()]
        .into_iter()
        .chain(floods)
        .collect()
}
