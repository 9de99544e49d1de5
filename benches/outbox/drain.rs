//! A full outbox, emptied into a mail server that takes everything.

use std::time::{Duration, Instant};

use meridian::entity::EmailState;
use meridian::jobs::Jobs;

use crate::place::Place;
use crate::postfix::Sink;
use crate::{mails, rate};

const MAILS: usize = 20_000;
const SIZE: usize = 20_000;
const SESSIONS: usize = 64;

pub(crate) async fn run(place: &Place) {
    let Some(sink) = Sink::start() else {
        println!(
            "{}: smtp-sink is not installed: nothing is drained.",
            place.name
        );
        return;
    };
    let app = place.app(&sink.url(), SESSIONS).await;
    mails::write(&app, MAILS, SIZE).await;
    place.analyze(&app).await;
    let source = tokio::task::block_in_place(|| sink.filled_by_source(MAILS, SIZE, SESSIONS));
    let statements = app.db.statements();
    let started = Instant::now();
    let jobs = Jobs::start(app.clone()).await;
    while mails::are_under_way(&app).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = started.elapsed();
    let statements = app.db.statements() - statements;
    jobs.shutdown().await;
    assert_eq!(mails::in_state(&app, EmailState::Sent).await, MAILS);
    println!(
        "{}: {MAILS} mails of {SIZE} bytes drained over {SESSIONS} sessions at {:.0}/s; smtp-source just before {:.0}/s \
         (ratio {:.2}); {statements} statements",
        place.name,
        rate(MAILS, took),
        rate(MAILS, source),
        source.as_secs_f64() / took.as_secs_f64(),
    );
}
