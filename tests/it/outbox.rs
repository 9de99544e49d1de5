//! What becomes of a mail in the outbox: it is sent once, or it stands there with its reason.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod ambiguity;
mod committing;
mod database_time;
mod faults;
mod holding;
mod leases;
mod outage;
mod running;
mod sharing;
mod shutdown;
mod stage;
mod upkeep;

use std::collections::HashSet;

use jiff::SignedDuration;
use meridian::email::memory::Failure;
use meridian::entity::{AttemptOutcome, EmailState};
use meridian::jobs::maintenance;

use crate::smtp_session::mailer;
use crate::support::scripted_smtp::ScriptedSmtp;
use crate::support::scripted_smtp::Step::{Hear, HearMessage, Say};
use stage::Stage;

/// Tells each story on both databases.
macro_rules! stories {
    ($($story:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                let stage = crate::outbox::stage::Stage::on_sqlite().await.expect("SQLite is built in");
                super::$story(stage).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some(stage) = crate::outbox::stage::Stage::on_postgres().await {
                    super::$story(stage).await;
                }
            })+
        }
    };
}
pub(crate) use stories;

stories! {
    many_senders_claim_each_mail_once
    a_mail_refused_for_now_waits_and_is_then_sent
    the_timeline_tells_the_server_s_words
    an_unknown_recipient_is_not_written_to_again
    a_mail_refused_for_good_fails_alone
    an_outage_opens_the_breaker_and_burns_no_attempts
    a_breaker_without_mails_closes_when_the_server_lets_us_in
}

async fn many_senders_claim_each_mail_once(stage: Stage) {
    stage.mails(500).await;
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut sender = stage.sender();
        senders.spawn(async move { while sender.step().await.unwrap() > 0 {} });
    }
    while let Some(ended) = senders.join_next().await {
        ended.unwrap();
    }
    assert_eq!(stage.states().await, "SENT 500");
    let sent: HashSet<_> = stage
        .memory
        .sent()
        .into_iter()
        .map(|mail| mail.stem)
        .collect();
    assert_eq!((sent.len(), stage.memory.sent().len()), (500, 500));
    for row in stage.rows().await {
        assert_eq!((row.fence, row.attempts), (1, 1), "claimed once");
        assert_eq!((row.claimed_by, row.lease_until), (None, None));
    }
}

async fn a_mail_refused_for_now_waits_and_is_then_sent(stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    stage.memory.fail_next(1, Failure::TryLater);
    let mut sender = stage.sender();
    assert_eq!(sender.step().await.unwrap(), 1);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Pending, 1));
    let wait = row.next_attempt_at.duration_since(stage.now());
    assert!(
        wait.is_positive() && wait <= SignedDuration::from_secs(30),
        "{wait}"
    );
    assert_eq!(sender.step().await.unwrap(), 0, "not before its time");
    assert!(stage.memory.sent().is_empty());

    stage.app.clock.set(row.next_attempt_at.0);
    assert_eq!(sender.step().await.unwrap(), 1);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Sent, 2));
    assert_eq!(row.sent_at.map(|sent| sent.0), Some(stage.now()));
}

async fn the_timeline_tells_the_server_s_words(mut stage: Stage) {
    let greylisting = ScriptedSmtp::after_hello(&[
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Say("451 4.7.1 greylisted, come back\r\n"),
        Hear("RSET"),
        Say("250 ok\r\n"),
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT TO:<zoe@client.example>"),
        Say("250 ok\r\n"),
        Hear("DATA"),
        Say("354 go ahead\r\n"),
        HearMessage,
        Say("250 2.0.0 queued as 4711\r\n"),
    ])
    .await;
    stage.app.mailer = mailer(&greylisting.url());
    let id = stage.mail_to("zoe@client.example").await;
    let mut sender = stage.sender();
    sender.step().await.unwrap();
    stage.pass(31);
    sender.step().await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Sent);
    let later = "4.7.1 greylisted, come back".to_owned();
    let sent = "2.0.0 queued as 4711".to_owned();
    assert_eq!(
        stage.attempts().await,
        [
            (AttemptOutcome::RefusedForNow, Some(451), later),
            (AttemptOutcome::Accepted, Some(250), sent)
        ]
    );
}

async fn an_unknown_recipient_is_not_written_to_again(stage: Stage) {
    let first = stage.mail_to("zoe@client.example").await;
    stage.pass(1);
    let in_the_same_batch = stage.mail_to("ZOE@client.example").await;
    let to_somebody_else = stage.mail_to("tom@client.example").await;
    stage.memory.fail_next(1, Failure::UnknownRecipient);
    let mut sender = stage.sender();
    sender.step().await.unwrap();
    let later = stage.mail_to("Zoe@Client.example").await;
    sender.step().await.unwrap();

    assert_eq!(stage.states().await, "SENT 1, FAILED 3");
    assert_eq!(stage.row(to_somebody_else).await.state, EmailState::Sent);
    let refusal = "The mail server refused when naming a recipient zoe@client.example: 550 5.1.1 no such user";
    assert_eq!(stage.row(first).await.reason.as_deref(), Some(refusal));
    let reason = format!("Nothing is sent to zoe@client.example any more: {refusal}");
    for id in [in_the_same_batch, later] {
        assert_eq!(stage.row(id).await.reason, Some(reason.clone()));
    }
    assert_eq!(
        stage.attempts().await.len(),
        2,
        "the mail server was not asked again"
    );
}

async fn a_mail_refused_for_good_fails_alone(stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    stage.memory.fail_next(1, Failure::MessageRefused);
    let mut sender = stage.sender();
    sender.step().await.unwrap();
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Failed, 1));
    stage.mail_to("zoe@client.example").await;
    sender.step().await.unwrap();
    assert_eq!(
        stage.states().await,
        "SENT 1, FAILED 1",
        "the address is sound"
    );
}

async fn an_outage_opens_the_breaker_and_burns_no_attempts(stage: Stage) {
    stage.mails(5).await;
    stage.memory.fail_next(1, Failure::WrongPassword);
    stage.memory.fail_next(2, Failure::NoConnection);
    let mut sender = stage.sender();
    assert_eq!(sender.step().await.unwrap(), 5);
    assert_eq!(stage.states().await, "PENDING 5");
    assert_eq!(sender.step().await.unwrap(), 0, "mails wait");
    for probe in 1..=2 {
        stage.pass(5);
        assert_eq!(sender.step().await.unwrap(), 1, "probe {probe}");
        assert_eq!(sender.step().await.unwrap(), 0, "one probe in five seconds");
    }
    for row in stage.rows().await {
        assert_eq!((row.state, row.attempts), (EmailState::Pending, 0));
    }
    let password = (
        AttemptOutcome::Refused,
        Some(535),
        "5.7.8 authentication failed".to_owned(),
    );
    assert_eq!(stage.attempts().await, [password], "one outage, one line");

    stage.pass(5);
    assert_eq!(
        sender.step().await.unwrap(),
        1,
        "the probe that gets through"
    );
    assert_eq!(sender.step().await.unwrap(), 4);
    assert_eq!(stage.states().await, "SENT 5");
}

async fn a_breaker_without_mails_closes_when_the_server_lets_us_in(stage: Stage) {
    let id = stage
        .mail("zoe@client.example", SignedDuration::from_secs(3))
        .await;
    stage.memory.fail_next(1, Failure::NoConnection);
    let breaker = std::sync::Arc::new(meridian::jobs::breaker::Breaker::default());
    let stopping = tokio::sync::watch::channel(false).1;
    let mut sender = stage.sender().sharing(breaker.clone(), stopping);
    sender.step().await.unwrap();
    assert!(breaker.fault().unwrap().contains("connection refused"));
    stage.pass(5);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Expired);
    assert_eq!(sender.step().await.unwrap(), 0);
    assert!(!breaker.is_open());
}
