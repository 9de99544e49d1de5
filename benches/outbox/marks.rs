//! Claiming and marking, without a mail server.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use meridian::app::App;
use meridian::email::outbox::{self, Attempt, Claim, Mark, Marked, When};
use meridian::email::outcome::Outcome;
use meridian::entity::EmailState;
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::task::JoinSet;

use crate::place::{NOWHERE, Place};
use crate::{mails, rate};

const MAILS: usize = 20_000;
const BATCH: u64 = 500;
/// Connections at once, where the database takes more than one writer.
const WRITERS: usize = 4;

pub(crate) async fn run(place: &Place) {
    let app = place.app(NOWHERE, 1).await;
    mails::write(&app, MAILS * 2, 0).await;
    place.analyze(&app).await;
    let commits = durable_commits(&app).await;
    let limit = plain(&app, MAILS).await;
    let ours = ours(&app).await;
    assert_eq!(mails::in_state(&app, EmailState::Sent).await, MAILS * 2);
    println!(
        "{}: claimed, fenced and marked {:.0} mails/s in batches of {BATCH}; plain statements through the same states {:.0} \
         rows/s (ratio {:.2}); {commits:.0} durable commits/s",
        place.name,
        rate(MAILS, ours),
        rate(MAILS, limit),
        limit.as_secs_f64() / ours.as_secs_f64(),
    );
}

/// How many commits of one small change the disk makes durable in a second, one after the other.
async fn durable_commits(app: &App) -> f64 {
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_secs(2) {
        let tx = app.db.begin().await.expect("a transaction");
        let change = "UPDATE person SET version = version + 1";
        tx.execute_unprepared(change).await.expect("a change");
        tx.commit().await.expect("a commit");
        count += 1;
    }
    rate(count, started.elapsed())
}

fn writers(app: &App) -> usize {
    match app.db.backend() {
        DbBackend::Postgres => WRITERS,
        _ => 1,
    }
}

/// The limit: the first `count` mails through the same three states by statements without fence, lease or attempts.
async fn plain(app: &App, count: usize) -> Duration {
    let started = Instant::now();
    let mut writing = JoinSet::new();
    for _ in 0..writers(app) {
        let app = app.clone();
        let rounds = count / BATCH as usize / writers(&app);
        writing.spawn(async move {
            for _ in 0..rounds {
                plain_batch(&app).await;
            }
        });
    }
    while let Some(ended) = writing.join_next().await {
        ended.expect("it goes on");
    }
    started.elapsed()
}

async fn plain_batch(app: &App) {
    let (own, lock) = match app.db.backend() {
        DbBackend::Postgres => ("pg_backend_pid()::text", "FOR UPDATE SKIP LOCKED"),
        _ => ("'1'", ""),
    };
    let tx = app.db.begin().await.expect("a transaction");
    let claim = format!(
        "UPDATE email SET state = 'CLAIMED', claimed_by = {own} WHERE id IN (SELECT id FROM email \
         WHERE state = 'PENDING' ORDER BY next_attempt_at LIMIT {BATCH} {lock})"
    );
    tx.execute_unprepared(&claim).await.expect("a claim");
    for (from, to) in [("CLAIMED", "DATA"), ("DATA", "SENT")] {
        let mark = format!(
            "UPDATE email SET state = '{to}' WHERE state = '{from}' AND claimed_by = {own}"
        );
        tx.execute_unprepared(&mark).await.expect("a mark");
    }
    tx.commit().await.expect("a commit");
}

/// What the senders do, each step durable before the next.
async fn ours(app: &App) -> Duration {
    let started = Instant::now();
    let mut writing = JoinSet::new();
    for writer in 0..writers(app) {
        let app = app.clone();
        writing.spawn(async move {
            let replica = format!("bench-{writer}");
            while batch(&app, &replica).await > 0 {}
        });
    }
    while let Some(ended) = writing.join_next().await {
        ended.expect("it goes on");
    }
    started.elapsed()
}

async fn batch(app: &App, replica: &str) -> usize {
    let now = app.clock.now();
    let until = When::At(now + SignedDuration::from_secs(60));
    let tx = app.db.begin().await.expect("a transaction");
    let rows = outbox::claim(&tx, replica, now, until, BATCH).await;
    tx.commit().await.expect("a commit");
    let claims: Vec<Claim> = rows.expect("claims").iter().map(Claim::from).collect();
    let outcome = Outcome::Accepted {
        code: 250,
        text: "2.0.0 Ok: queued as 4711".to_owned(),
    };
    let entering = claims.iter().map(|claim| (*claim, Mark::EnterData, None));
    mark(app, entering.collect(), until).await;
    let sent = claims.iter().map(|claim| {
        let attempt = Attempt {
            claim: *claim,
            replica,
            started_at: now,
            finished_at: now,
            outcome: &outcome,
        };
        (*claim, Mark::Sent(now), Some(attempt.row()))
    });
    mark(app, sent.collect(), until).await;
    claims.len()
}

async fn mark(
    app: &App,
    marks: Vec<(Claim, Mark, Option<meridian::entity::email_attempt::Model>)>,
    until: When,
) {
    let marked: Vec<Marked> = marks
        .into_iter()
        .map(|(claim, mark, attempt)| Marked {
            claim,
            mark,
            attempt,
        })
        .collect();
    let marked: Vec<&Marked> = marked.iter().collect();
    let tx = app.db.begin().await.expect("a transaction");
    let now = app.clock.now().into();
    let held = outbox::mark_together(&tx, &marked, now, until).await;
    tx.commit().await.expect("a commit");
    assert!(held.expect("marks").iter().all(|held| *held));
}
