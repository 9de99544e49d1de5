//! A sender is done with a mail before others may take it: it begins no message too late, and waits for no answer too long.

use std::sync::Arc;
use std::time::Duration;

use meridian::clock::Clock;
use meridian::entity::{AttemptOutcome, EmailState};

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::replica::until;
use crate::support::scripted_smtp::Step::{FallSilent, Hear, HearMessage, Pause, Say};
use crate::support::scripted_smtp::{ScriptedSmtp, Step};

stories! {
    a_message_that_was_announced_is_not_begun_when_half_of_the_grace_has_passed
    an_answer_is_not_waited_for_beyond_the_grace
}

const UP_TO_DATA: [Step; 5] = [
    Hear("MAIL"),
    Say("250 ok\r\n"),
    Hear("RCPT"),
    Say("250 ok\r\n"),
    Hear("DATA"),
];

async fn a_message_that_was_announced_is_not_begun_when_half_of_the_grace_has_passed(
    mut stage: Stage,
) {
    let id = stage.mail_to("zoe@client.example").await;
    let slowly = [Pause(1_000), Say("354 go ahead\r\n"), HearMessage];
    let server = ScriptedSmtp::after_hello(&[&UP_TO_DATA[..], &slowly].concat()).await;
    let in_memory = std::mem::replace(&mut stage.app.mailer, mailer(&server.url()));
    let mut slow = stage.sender();
    let slow = tokio::spawn(async move { slow.step().await.unwrap() });
    until("announcing the message", async || {
        server.heard().last().is_some_and(|line| line == "DATA")
    })
    .await;
    stage.pass(330);
    assert_eq!(slow.await.unwrap(), 1);
    assert!(server.messages().is_empty());
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Pending, 0));
    let (outcome, _, told) = stage.attempts().await.remove(0);
    assert_eq!(outcome, AttemptOutcome::NotSent);
    assert!(told.contains("held for too long"), "{told}");

    stage.app.mailer = in_memory;
    stage.app.clock.set(row.next_attempt_at.0);
    assert_eq!(stage.sender().step().await.unwrap(), 1);
    assert_eq!(stage.row(id).await.state, EmailState::Sent);
}

async fn an_answer_is_not_waited_for_beyond_the_grace(mut stage: Stage) {
    let id = stage.mail_to("zoe@client.example").await;
    let silent = [Say("354 go ahead\r\n"), HearMessage, FallSilent];
    let server = ScriptedSmtp::after_hello(&[&UP_TO_DATA[..], &silent].concat()).await;
    stage.app.mailer = mailer(&server.url());
    stage.app.clock = Clock::running_from(stage.now());
    Arc::make_mut(&mut stage.app.config).grace = Duration::from_secs(6);
    let mut sender = stage.sender();
    let stepped = tokio::time::timeout(Duration::from_secs(60), sender.step()).await;
    assert_eq!(stepped.expect("not for ten minutes").unwrap(), 1);
    assert_eq!(stage.row(id).await.state, EmailState::Data);
    let (outcome, _, told) = stage.attempts().await.remove(0);
    assert_eq!(outcome, AttemptOutcome::Ambiguous);
    assert!(told.contains("no answer within 5."), "{told}");
    assert_eq!(server.messages().len(), 1);
}
