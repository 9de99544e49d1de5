//! Several processes on one PostgreSQL, and what they leave to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use meridian::entity::{EmailState, email_attempt};
use sea_orm::EntityTrait;

use super::scene::{LONG_LEASE, Scene};
use crate::support::app::{Store, TestApp, on_both_databases, tell};
use crate::support::replica::until;
use crate::support::smtp_temper::{Gate, Temper, Turn};

on_both_databases!(a_claim_is_left_to_a_process_that_lives);

/// More than one process claims at a time, however late the others wake.
const MAILS: usize = 400;

/// The guards: FOR UPDATE SKIP LOCKED, by which a claim belongs to one, and the fence, which is enough where it does not.
#[test]
fn three_processes_send_each_mail_once() {
    tell(Store::Postgres, three_processes);
}

async fn three_processes(app: &TestApp) {
    let slow = Temper::new(|_| Turn::AnswerAfter(Duration::from_millis(5)));
    let scene = Scene::set(app, slow).await;
    let address = |number| format!("p{number}@agency.example");
    let mails = (0..MAILS).map(|number| (address(number), SignedDuration::ZERO));
    scene.mails(mails).await;
    let mut processes: Vec<_> = (0..3).map(|_| scene.start(LONG_LEASE)).collect();
    for process in &mut processes {
        process.says("jobs started").await;
    }
    scene.at_rest().await;

    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for mail in scene.server.received() {
        *copies.entry(mail.to.join(",")).or_default() += 1;
    }
    assert_eq!(copies.len(), MAILS);
    assert!(copies.values().all(|count| *count == 1), "{copies:?}");
    let rows = scene.rows().await;
    assert!(rows.iter().all(|row| row.state == EmailState::Sent));

    let attempts = email_attempt::Entity::find()
        .all(&app.db.read)
        .await
        .unwrap();
    assert_eq!(attempts.len(), MAILS);
    let senders: BTreeSet<String> = attempts.into_iter().map(|one| one.replica).collect();
    let names = processes.iter().filter_map(|process| process.name());
    let names: BTreeSet<String> = names.collect();
    assert_eq!(names.len(), 3);
    assert!(
        senders.len() > 1 && senders.is_subset(&names),
        "{senders:?}"
    );
}

/// The guard: nobody takes a claim whose lease still runs.
async fn a_claim_is_left_to_a_process_that_lives(app: &TestApp) {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, Some("RCPT TO:<olga"))).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let slow = scene.start(LONG_LEASE);
    until("the claim", async || {
        scene.row(mail).await.state == EmailState::Claimed
    })
    .await;
    let bait = scene.bait().await;
    let _other = scene.start(LONG_LEASE);
    scene.is_sent(bait).await;
    assert_eq!(scene.row(mail).await.claimed_by, slow.name());
    gate.open();
    scene.is_sent(mail).await;
    let row = scene.row(mail).await;
    assert_eq!((row.fence, scene.copies().len()), (1, 1));
}
