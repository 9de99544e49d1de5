//! What came of each attack.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Words of what is inside. No request has them in it.
const INSIDE: [&str; 16] = [
    "panicked",
    "backtrace",
    "src/",
    ".rs:",
    "sqlx",
    "sea_orm",
    "SeaORM",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "sqlite",
    "postgres",
    "/tmp",
    "/root",
    ".cargo",
    "unwrap",
];
/// Leaks that are kept to be shown.
const SHOWN: usize = 3;

/// The tallies of all attacks, by name.
#[derive(Clone, Default)]
pub(crate) struct Tallies(Arc<Mutex<BTreeMap<&'static str, Arc<Tally>>>>);

impl Tallies {
    pub(crate) fn of(&self, name: &'static str) -> Arc<Tally> {
        let mut tallies = self.0.lock().expect("nobody panics");
        tallies.entry(name).or_default().clone()
    }
}

/// One attack's.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Clone, Default)]
pub(crate) struct Counts {
    pub(crate) begun: u64,
    /// By status, close code or what else came of it.
    pub(crate) ends: BTreeMap<String, u64>,
    pub(crate) leaks: Vec<String>,
}

impl Tally {
    pub(crate) fn begin(&self) {
        self.0.lock().expect("nobody panics").begun += 1;
    }

    /// Counts an end, and looks for what no answer may have in it.
    pub(crate) fn end(&self, end: &str, answer: &str, secrets: &[String]) {
        let inside = INSIDE.into_iter().chain(secrets.iter().map(String::as_str));
        let found = inside.into_iter().find(|word| answer.contains(word));
        let mut counts = self.0.lock().expect("nobody panics");
        *counts.ends.entry(end.to_owned()).or_default() += 1;
        if let Some(word) = found.filter(|_| counts.leaks.len() < SHOWN) {
            let start: String = answer.chars().take(2_000).collect();
            counts.leaks.push(format!("{word:?} in {start}"));
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        self.0.lock().expect("nobody panics").clone()
    }
}
