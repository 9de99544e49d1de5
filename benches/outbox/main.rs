//! What the outbox costs, on SQLite and on PostgreSQL with everything durable, each figure beside a limit measured in the
//! same run: `cargo bench --bench outbox`; names after `--` choose among `marks`, `planning`, `restart` and `drain`.
//!
//! - `marks`: claiming due mails, the fence, and marking them sent with an attempt each, in batches, without a mail server;
//!   beside plain statements that do nothing but move as many rows through the same states. At least 10,000 mails a second
//!   on PostgreSQL and 5,000 on SQLite.
//! - `planning`: 10,000 people whose subscriptions fall due in one minute, planned by one tick; the inserts alone are to
//!   reach 50,000 rows a second, and the process is to stay below 200 MB.
//! - `restart`: the program, killed while it sends and started again, until it has sent its next mail: below two seconds.
//! - `drain`: 20,000 due mails of some 20 KB into Postfix's `smtp-sink`, which takes everything, beside what its own
//!   `smtp-source` reaches just before with as many sessions, which it keeps as we do: at least 60 % of it.
//!
//! What is not installed is left out, and said: PostgreSQL, and for the last two Postfix's two programs.

mod drain;
mod mails;
mod marks;
mod place;
mod planning;
mod postfix;
mod restart;
mod support;

use place::Place;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let chosen = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if chosen("planning") {
        // First: its figure for memory is that of the whole process.
        for place in places(&runtime) {
            runtime.block_on(planning::run(&place));
        }
    }
    if chosen("marks") {
        for place in places(&runtime) {
            runtime.block_on(marks::run(&place));
        }
    }
    if chosen("restart") {
        for place in places(&runtime) {
            runtime.block_on(restart::run(&place));
        }
    }
    if chosen("drain") {
        for place in places(&runtime) {
            runtime.block_on(drain::run(&place));
        }
    }
}

/// A fresh database of each kind that is installed.
fn places(runtime: &tokio::runtime::Runtime) -> Vec<Place> {
    let postgres = runtime.block_on(Place::on_postgres());
    if postgres.is_none() {
        println!("PostgreSQL is not installed: its figures are left out.");
    }
    let sqlite = runtime.block_on(Place::on_sqlite());
    [Some(sqlite), postgres].into_iter().flatten().collect()
}

/// `count` things in this time, a second.
fn rate(count: usize, took: std::time::Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
