//! Hostile requests against the whole API: whatever a body of up to 256 KB holds, the process lives, the request ends, and
//! the answer is data or clear errors with codes.
//!
//! The ordinary run is short. `MERIDIAN_FUZZ_MINUTES=10 cargo test --test it fuzz -- --nocapture` goes on for ten minutes,
//! and `MERIDIAN_FUZZ_SEED` makes other choices. A run dies by the first input that ends or stalls it, which is then the
//! content of the file whose name it printed; mended, it becomes a file of `tests/it/fuzz/corpus`.

mod documents;
mod mutations;
mod oracle;
mod seeds;
mod stall;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use meridian::config::Config;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Client;
use serde_json::json;

use crate::support::app::{Actor, Store, TestApp, tell};
use crate::support::demo_agency::DemoAgency;
use crate::support::tcp::Served;
use oracle::Verdict;
use stall::Watch;

/// Inputs of the ordinary run beside the seeds.
const CASES: u64 = 300;
/// Every so many go over a socket instead of past it.
const OVER_HTTP: u64 = 16;
/// The stack of a worker of the server: tokio's default.
const WORKER_STACK: usize = 2 * 1024 * 1024;
const LONGEST_BODY: usize = 256 * 1024;

#[test]
fn sqlite() {
    run(Store::Sqlite, "sqlite");
}

#[test]
fn postgres() {
    run(Store::Postgres, "postgres");
}

fn run(store: Store, name: &'static str) {
    let told = thread::Builder::new()
        .stack_size(WORKER_STACK)
        .spawn(move || tell(store, async |app| fuzz(app, name).await));
    told.unwrap().join().unwrap();
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect(name))
}

/// Sends bodies and judges the answers.
struct Attack<'a> {
    app: &'a TestApp,
    eleanor: &'a Actor,
    served: &'a Served,
    client: Client,
    watch: Watch,
    codes: BTreeMap<String, u64>,
    slowest: (Duration, usize),
}

impl Attack<'_> {
    async fn send(&mut self, body: Vec<u8>, over_http: bool) {
        let length = body.len();
        self.watch.begin(&body);
        let started = Instant::now();
        let (status, text) = if over_http {
            self.over_http(body.clone()).await
        } else {
            self.in_process(body.clone()).await
        };
        let took = started.elapsed();
        self.watch.end();
        self.slowest = self.slowest.max((took, length));
        match oracle::judge(status, &text) {
            Verdict::Fine(code) => *self.codes.entry(code).or_default() += 1,
            Verdict::Wrong(what) => {
                let place = self.watch.keep(&body);
                let answer: String = text.chars().take(600).collect();
                panic!("{what}: the body is in {place}, the answer {status}: {answer}");
            }
        }
    }

    async fn in_process(&self, body: Vec<u8>) -> (u16, String) {
        let request = Request::post("/graphql")
            .header("authorization", format!("Bearer {}", self.eleanor.token))
            .header("content-type", "application/json")
            .header("accept", oracle::MEDIA_TYPE)
            .body(Body::from(body));
        let answer = self.app.send(request.unwrap()).await;
        (answer.status.as_u16(), answer.text)
    }

    async fn over_http(&self, body: Vec<u8>) -> (u16, String) {
        let request = self
            .client
            .post(self.served.url("/graphql"))
            .bearer_auth(&self.eleanor.token)
            .header("content-type", "application/json")
            .header("accept", oracle::MEDIA_TYPE)
            .body(body);
        let answer = request.send().await.expect("the server hung up");
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    }
}

/// Of things that there are.
async fn ids(app: &TestApp, eleanor: &Actor) -> Vec<String> {
    let lists = ["clients", "projects", "people", "emails", "touchpoints"];
    let lists: String = lists
        .iter()
        .map(|list| format!("{list}(first: 5) {{ nodes {{ id }} }} "))
        .collect();
    let data = app.ask(eleanor, &format!("{{ {lists} }}"), json!({})).await;
    let lists = data.as_object().unwrap().values();
    lists
        .flat_map(|list| list["nodes"].as_array().unwrap())
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn fuzz(app: &TestApp, name: &str) {
    let agency = DemoAgency::fill(app, 1).await;
    // A stall is for the watch to see, not for the server to answer.
    let config = Config {
        request_timeout: Duration::from_secs(300),
        ..(*app.config).clone()
    };
    let patient = app.configured(config.into()).await;
    let served = Served::by(&patient).await;
    let mut attack = Attack {
        app: &patient,
        eleanor: &agency.eleanor,
        served: &served,
        client: Client::new(),
        watch: Watch::start(name),
        codes: BTreeMap::new(),
        slowest: (Duration::ZERO, 0),
    };
    let started = Instant::now();
    let seeds = seeds::all();
    for (place, seed) in seeds.iter().enumerate() {
        attack.send(seed.clone(), place % 2 == 0).await;
    }
    let ids = ids(app, &agency.eleanor).await;
    let grammar = documents::Grammar::of(&meridian::graphql::sorted_sdl());
    let seed = setting("MERIDIAN_FUZZ_SEED").unwrap_or(7);
    let minutes = setting("MERIDIAN_FUZZ_MINUTES");
    let until = minutes.map(|minutes| started + Duration::from_secs(60 * minutes));
    let mut case = 0;
    while until.map_or(case < CASES, |until| Instant::now() < until) {
        let mut random = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(case));
        let mut body = if random.random_bool(0.5) {
            grammar.body(&ids, &mut random)
        } else {
            mutations::of(&seeds, &mut random)
        };
        body.truncate(LONGEST_BODY + 1);
        attack.send(body, case.is_multiple_of(OVER_HTTP)).await;
        case += 1;
    }
    let good = br#"{"query":"{ viewer { name } }"}"#;
    assert!(attack.over_http(good.to_vec()).await.1.contains("Eleanor"));
    let (slowest, length) = attack.slowest;
    println!(
        "{name}: {} seeds and {case} cases in {} s, the slowest {} ms ({length} bytes): {:?}",
        seeds.len(),
        started.elapsed().as_secs(),
        slowest.as_millis(),
        attack.codes
    );
    served.stop().await.unwrap();
    patient.drain().await;
    patient.stop().await;
}
