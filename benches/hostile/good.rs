//! Somebody who means well, all along.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::machine;
use crate::server::Server;

/// Between two queries: 16 a second on a connection that is kept, 5 on new ones. At some 420 each they cost less than what a token may
/// cost in the long run, which is 10,000 a second; with 20 there the first were refused after a quarter of an hour.
const KEPT: Duration = Duration::from_millis(62);
const NEW: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

const QUERY: &str = "query Good($first: Int!) { projects(first: $first, filter: { status: { eq: ACTIVE } }) { nodes {
    id name version client { id name } accountable { side person { id name } why } } pageInfo { hasNextPage endCursor } } }";

/// What is noted while nothing else happens.
pub(crate) const ORDINARY: &str = "ordinary";
/// What is noted while nothing is judged.
pub(crate) const ASIDE: &str = "aside";

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Since the beginning.
    pub(crate) at: Duration,
    /// What went on then.
    pub(crate) beside: &'static str,
    pub(crate) took: Duration,
    pub(crate) is_good: bool,
    /// What was taken of the machine until then.
    pub(crate) taken: Duration,
}

/// A median and a 99th percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) count: usize,
    pub(crate) failed: usize,
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
}

impl Figures {
    pub(crate) fn of<'a>(samples: impl Iterator<Item = &'a Sample>) -> Self {
        let samples: Vec<&Sample> = samples.collect();
        let mut took: Vec<Duration> = samples.iter().map(|sample| sample.took).collect();
        took.sort_unstable();
        let at = |percent: usize| {
            let place = (took.len() * percent).div_ceil(100).max(1) - 1;
            took.get(place).copied().unwrap_or_default()
        };
        Self {
            count: took.len(),
            failed: samples.iter().filter(|sample| !sample.is_good).count(),
            median: at(50),
            p99: at(99),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |took: Duration| took.as_secs_f64() * 1_000.0;
        let (median, p99) = (milliseconds(self.median), milliseconds(self.p99));
        write!(
            f,
            "{} good, p50 {median:.1} ms, p99 {p99:.1} ms",
            self.count
        )?;
        if self.failed > 0 {
            write!(f, ", {} FAILED", self.failed)?;
        }
        Ok(())
    }
}

/// The good query, asked until it is ended.
pub(crate) struct Asked {
    book: Arc<Book>,
    asking: Vec<JoinHandle<()>>,
}

struct Book {
    started: Instant,
    beside: Mutex<&'static str>,
    samples: Mutex<Vec<Sample>>,
}

impl Asked {
    pub(crate) fn begin(server: &Server) -> Self {
        let book = Arc::new(Book {
            started: Instant::now(),
            beside: Mutex::new(ASIDE),
            samples: Mutex::default(),
        });
        let asking = [(KEPT, 1), (NEW, 0)].map(|(every, kept)| {
            let client = Client::builder()
                .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)))
                .pool_max_idle_per_host(kept)
                .timeout(LONGEST)
                .no_proxy()
                .build()
                .expect("a client");
            let url = format!("http://{}/graphql", server.address);
            tokio::spawn(ask(client, url, server.good.clone(), every, book.clone()))
        });
        Self {
            book,
            asking: asking.into(),
        }
    }

    /// What goes on from now on. What was measured before [`ORDINARY`] is forgotten with it.
    pub(crate) fn note(&self, beside: &'static str) {
        if beside == ORDINARY {
            self.book.samples.lock().expect("nobody panics").clear();
        }
        *self.book.beside.lock().expect("nobody panics") = beside;
    }

    /// How much was measured so far.
    pub(crate) fn measured(&self) -> usize {
        self.book.samples.lock().expect("nobody panics").len()
    }

    /// Forgets what was measured after so much.
    pub(crate) fn forget_after(&self, measured: usize) {
        let mut samples = self.book.samples.lock().expect("nobody panics");
        samples.truncate(measured);
    }

    /// The figures beside this so far.
    pub(crate) fn latest(&self, beside: &str) -> Figures {
        let samples = self.book.samples.lock().expect("nobody panics");
        Figures::of(samples.iter().filter(|sample| sample.beside == beside))
    }

    /// Ends it. Answers everything that was measured.
    pub(crate) async fn end(self) -> Vec<Sample> {
        for asking in &self.asking {
            asking.abort();
        }
        std::mem::take(&mut self.book.samples.lock().expect("nobody panics"))
    }
}

/// Asks at a steady pace. The time counts from when a query was to be asked: one that waits for the one before it waits, too.
async fn ask(client: Client, url: String, token: String, every: Duration, book: Arc<Book>) {
    let body = json!({ "query": QUERY, "variables": { "first": 20 } }).to_string();
    let mut due = tokio::time::interval(every);
    loop {
        let due = due.tick().await.into_std();
        let beside = *book.beside.lock().expect("nobody panics");
        let request = client
            .post(&url)
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .body(body.clone());
        let is_good = is_answered(request).await;
        let sample = Sample {
            at: book.started.elapsed(),
            beside,
            took: due.elapsed(),
            is_good,
            taken: machine::taken(),
        };
        book.samples.lock().expect("nobody panics").push(sample);
    }
}

async fn is_answered(request: reqwest::RequestBuilder) -> bool {
    let Ok(response) = request.send().await else {
        return false;
    };
    let answer: Value = response.json().await.unwrap_or_default();
    let nodes = answer["data"]["projects"]["nodes"].as_array();
    answer.get("errors").is_none() && nodes.is_some_and(|nodes| nodes.len() == 20)
}
