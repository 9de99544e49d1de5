//! Senders that die, sleep or are slow: their mails are sent by others, and they can spoil nothing.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use meridian::clock::Clock;
use meridian::db::Transaction;
use meridian::email::compose::Rendered;
use meridian::email::memory::Failure;
use meridian::email::outbox::{self, Claim};
use meridian::entity::{AttemptOutcome, EmailState, email};
use meridian::jobs::maintenance;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::scripted_smtp::Step::{Hear, HearMessage, Pause, Say};
use crate::support::scripted_smtp::{HELLO, ScriptedSmtp, Step};

stories! {
    a_dead_sender_s_mail_is_sent_by_another
    an_overtaken_sender_can_neither_send_nor_mark
    a_mail_is_rendered_once_and_only_while_claimed
    an_overtaken_sender_breaks_off_before_the_message
    a_mail_whose_time_passes_while_it_is_claimed_is_not_told_as_taken
    a_replica_that_leaves_gives_back_its_own_claims
    a_mail_in_doubt_waits_for_the_grace
    a_late_yes_spares_a_second_copy
    a_slow_batch_keeps_its_claims
    a_slow_server_costs_no_claim
}

async fn claim(stage: &Stage, replica: &str) -> email::Model {
    let tx = stage.app.db.begin().await.unwrap();
    let lease_until = stage.now() + SignedDuration::from_secs(60);
    let claimed = outbox::claim(&tx, replica, stage.now(), lease_until, 1).await;
    tx.commit().await.unwrap();
    claimed.unwrap().pop().expect("a mail is due")
}

async fn begin(stage: &Stage) -> Transaction {
    stage.app.db.begin().await.unwrap()
}

async fn a_dead_sender_s_mail_is_sent_by_another(stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    claim(&stage, "dead").await;
    let mut sender = stage.sender();
    stage.pass(60);
    maintenance::take_back(&stage.app).await.unwrap();
    assert_eq!(sender.step().await.unwrap(), 0, "its lease still runs");
    stage.pass(1);
    let maintained = maintenance::run(&stage.app).await.unwrap();
    assert_eq!(maintained.taken_back.claimed, 1);
    assert_eq!(sender.step().await.unwrap(), 1);
    let row = stage.row(id).await;
    assert_eq!(
        (row.state, row.fence, row.attempts),
        (EmailState::Sent, 2, 1)
    );
}

fn rendered(words: &str) -> Rendered {
    Rendered {
        to_address: "mallory@client.example".to_owned(),
        subject: words.to_owned(),
        message_id: format!("{words}@meridian.example"),
        html: words.to_owned(),
        text: words.to_owned(),
        message: words.into(),
    }
}

async fn a_mail_is_rendered_once_and_only_while_claimed(stage: Stage) {
    let [closed, kept] = [stage.unrendered_mail().await, stage.unrendered_mail().await];
    let mut claims = Vec::new();
    for _ in 0..2 {
        claims.push(Claim::from(&claim(&stage, "replica").await));
    }
    let of = |id| {
        claims
            .iter()
            .find(|claim| claim.row_id == id)
            .copied()
            .unwrap()
    };
    let tx = begin(&stage).await;
    let empty = EmailState::SkippedEmpty;
    assert!(
        outbox::close(&tx, of(closed), empty, "Nothing is due.", stage.now())
            .await
            .unwrap()
    );
    for (id, words, stored) in [
        (closed, "late", false),
        (kept, "once", true),
        (kept, "twice", false),
    ] {
        let answer = outbox::store_rendered(&tx, of(id), &rendered(words), stage.now()).await;
        assert_eq!(answer.unwrap(), stored, "{words}");
    }
    tx.commit().await.unwrap();
    assert_eq!(
        stage.row(closed).await.reason.as_deref(),
        Some("Nothing is due.")
    );
    assert_eq!(stage.message(kept).await, Some(b"once".to_vec()));
}

/// Everything that the holder of `claim` could write.
async fn write_everything(stage: &Stage, claim: Claim) -> Vec<&'static str> {
    let now = stage.now();
    let later = now + SignedDuration::from_secs(600);
    let tx = begin(stage).await;
    let rendered = rendered("no");
    let failed = EmailState::Failed;
    let written = [
        (
            "renew",
            outbox::renew(&tx, &[claim], later).await.unwrap() > 0,
        ),
        (
            "enter_data",
            outbox::enter_data(&tx, claim, now, later).await.unwrap(),
        ),
        (
            "store",
            outbox::store_rendered(&tx, claim, &rendered, now)
                .await
                .unwrap(),
        ),
        (
            "close",
            outbox::close(&tx, claim, failed, "no", now).await.unwrap(),
        ),
        (
            "retry_later",
            outbox::retry_later(&tx, claim, later, true).await.unwrap(),
        ),
        ("fail", outbox::fail(&tx, claim, "no").await.unwrap()),
        ("release", outbox::release(&tx, &[claim]).await.unwrap() > 0),
        (
            "mark_sent",
            outbox::mark_sent(&tx, claim, now).await.unwrap(),
        ),
    ];
    tx.commit().await.unwrap();
    let names = written.into_iter().filter(|(_, written)| *written);
    names.map(|(name, _)| name).collect()
}

async fn an_overtaken_sender_can_neither_send_nor_mark(stage: Stage) {
    // Not rendered, so that nothing but the fence keeps its text from being stored.
    let id = stage.unrendered_mail().await;
    let overtaken = Claim::from(&claim(&stage, "asleep").await);
    stage.pass(61);
    maintenance::take_back(&stage.app).await.unwrap();
    let holder = Claim::from(&claim(&stage, "awake").await);
    let before = stage.row(id).await;
    assert!(write_everything(&stage, overtaken).await.is_empty());
    assert_eq!(stage.row(id).await, before);

    let tx = begin(&stage).await;
    let lease_until = stage.now() + SignedDuration::from_secs(60);
    assert!(
        outbox::enter_data(&tx, holder, stage.now(), lease_until)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let before = stage.row(id).await;
    assert!(write_everything(&stage, overtaken).await.is_empty());
    assert_eq!(stage.row(id).await, before);

    let tx = begin(&stage).await;
    assert!(
        !outbox::enter_data(&tx, holder, stage.now(), lease_until)
            .await
            .unwrap(),
        "once"
    );
    assert!(outbox::mark_sent(&tx, holder, stage.now()).await.unwrap());
    tx.commit().await.unwrap();
    let before = stage.row(id).await;
    assert!(
        write_everything(&stage, holder).await.is_empty(),
        "what is sent stays sent"
    );
    assert_eq!(stage.row(id).await, before);
}

/// A server that takes a mail after `pause` milliseconds at RCPT.
fn taking(pause: u64) -> [Step; 9] {
    [
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Pause(pause),
        Say("250 ok\r\n"),
        Hear("DATA"),
        Say("354 go ahead\r\n"),
        HearMessage,
        Say("250 queued\r\n"),
    ]
}

async fn an_overtaken_sender_breaks_off_before_the_message(mut stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    let server = ScriptedSmtp::after_hello(&[&taking(1_000)[..5], &[Hear("RSET")]].concat()).await;
    let in_memory = std::mem::replace(&mut stage.app.mailer, mailer(&server.url()));
    let mut slow = stage.sender();
    let slow = tokio::spawn(async move { slow.step().await.unwrap() });
    while !server.heard().iter().any(|line| line.starts_with("RCPT")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stage.pass(61);
    maintenance::take_back(&stage.app).await.unwrap();
    stage.app.mailer = in_memory;
    assert_eq!(stage.sender().step().await.unwrap(), 1);
    assert_eq!(slow.await.unwrap(), 1);
    let commands = server.heard();
    assert!(
        !commands.iter().any(|line| line.starts_with("DATA")),
        "{commands:?}"
    );
    assert_eq!(stage.memory.sent().len(), 1);
    let row = stage.row(id).await;
    assert_eq!(
        (row.state, row.fence, row.attempts),
        (EmailState::Sent, 2, 1)
    );
    assert_eq!(claims_lost(&stage).await, "1", "counted once");
}

async fn claims_lost(stage: &Stage) -> String {
    let figures = stage.app.watch.exposition(&stage.app).await;
    let mut lines = figures.lines();
    let lost = lines.find_map(|line| line.strip_prefix("meridian_lease_lost_total "));
    lost.unwrap().to_owned()
}

async fn a_mail_whose_time_passes_while_it_is_claimed_is_not_told_as_taken(mut stage: Stage) {
    let id = stage
        .mail("zoe@client.example", SignedDuration::from_secs(10))
        .await;
    let server = ScriptedSmtp::after_hello(&[&taking(1_000)[..5], &[Hear("RSET")]].concat()).await;
    stage.app.mailer = mailer(&server.url());
    let mut sender = stage.sender();
    let sending = tokio::spawn(async move { sender.step().await.unwrap() });
    while !server.heard().iter().any(|line| line.starts_with("RCPT")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stage.pass(10);
    assert_eq!(sending.await.unwrap(), 1);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.claimed_by), (EmailState::Pending, None));
    let told = (AttemptOutcome::NotSent, None, "its time has passed".into());
    assert_eq!(stage.attempts().await, [told]);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Expired);
    assert_eq!(claims_lost(&stage).await, "0");
}

async fn a_replica_that_leaves_gives_back_its_own_claims(stage: Stage) {
    stage.mails(2).await;
    let leaving = claim(&stage, "leaving").await;
    let staying = claim(&stage, "staying").await;
    let tx = begin(&stage).await;
    assert_eq!(outbox::release_all(&tx, "leaving").await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(stage.row(leaving.id).await.state, EmailState::Pending);
    assert_eq!(stage.row(staying.id).await.state, EmailState::Claimed);
}

async fn a_mail_in_doubt_waits_for_the_grace(stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    stage.memory.fail_next(1, Failure::LostAfterAcceptance);
    let mut sender = stage.sender();
    sender.step().await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Data);
    stage.pass(60 + 660);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(
        stage.row(id).await.state,
        EmailState::Data,
        "the server may still be thinking"
    );
    assert_eq!(sender.step().await.unwrap(), 0);

    stage.pass(1);
    let maintained = maintenance::run(&stage.app).await.unwrap();
    assert_eq!(
        (
            maintained.taken_back.in_doubt,
            maintained.taken_back.claimed
        ),
        (1, 0)
    );
    assert_eq!(sender.step().await.unwrap(), 1);
    assert_eq!(stage.row(id).await.state, EmailState::Sent);
    let copies = stage.memory.sent();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1], "the same bytes");
    let outcomes: Vec<_> = stage
        .attempts()
        .await
        .into_iter()
        .map(|attempt| attempt.0)
        .collect();
    assert_eq!(
        outcomes,
        [AttemptOutcome::Ambiguous, AttemptOutcome::Accepted]
    );
}

async fn a_late_yes_spares_a_second_copy(stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    let claim = Claim::from(&claim(&stage, "slow").await);
    let tx = begin(&stage).await;
    assert!(
        outbox::enter_data(&tx, claim, stage.now(), stage.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    stage.pass(661);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Pending);
    assert_eq!(stage.attempts().await[0].0, AttemptOutcome::Ambiguous);
    let tx = begin(&stage).await;
    assert!(outbox::mark_sent(&tx, claim, stage.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(stage.sender().step().await.unwrap(), 0);
}

/// Sends all that is due, on the machine's clock with this lease, while maintenance takes back what it can.
async fn send_under_maintenance(stage: &mut Stage, server: &ScriptedSmtp, lease: Duration) {
    stage.app.mailer = mailer(&server.url());
    stage.app.clock = Clock::running_from(stage.now());
    Arc::make_mut(&mut stage.app.config).lease = lease;
    let app = stage.app.clone();
    let maintaining = tokio::spawn(async move {
        loop {
            maintenance::take_back(&app).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    stage.sender().step().await.unwrap();
    maintaining.abort();
    for row in stage.rows().await {
        assert_eq!(
            (row.state, row.fence),
            (EmailState::Sent, 1),
            "{:?}",
            row.to_address
        );
    }
}

async fn a_slow_batch_keeps_its_claims(mut stage: Stage) {
    stage.mails(6).await;
    let script = [&HELLO[..], &taking(800).repeat(6)].concat();
    let server = ScriptedSmtp::start(vec![script]).await;
    send_under_maintenance(&mut stage, &server, Duration::from_secs(3)).await;
}

async fn a_slow_server_costs_no_claim(mut stage: Stage) {
    // The second waits for longer than its lease before anybody comes to it.
    stage.mails(2).await;
    let server = ScriptedSmtp::after_hello(&taking(5_000).repeat(2)).await;
    send_under_maintenance(&mut stage, &server, Duration::from_secs(4)).await;
}
