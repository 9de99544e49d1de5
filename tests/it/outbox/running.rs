//! The loops of a replica.

use std::time::Duration;

use jiff::SignedDuration;
use meridian::clock::Clock;
use meridian::domain::zone::zone_data_version;
use meridian::entity::EmailState;
use meridian::jobs::Jobs;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::replica::until;
use crate::support::scripted_smtp::ScriptedSmtp;
use crate::support::scripted_smtp::Step::{Hear, HearMessage, Pause, Say};

stories! {
    running_jobs_send_what_is_due_and_what_falls_due
    a_shutdown_finishes_the_mail_in_hand_and_gives_the_others_back
    a_shutdown_plans_and_claims_nothing_any_more
}

async fn running_jobs_send_what_is_due_and_what_falls_due(mut stage: Stage) {
    stage.app.clock = Clock::running_from(stage.now());
    stage.mails(3).await;
    let jobs = Jobs::start(stage.app.clone()).await;
    until("sending what was due", async || {
        stage.memory.sent().len() == 3
    })
    .await;
    stage.mails(2).await;
    until("sending what fell due", async || {
        stage.memory.sent().len() == 5
    })
    .await;
    jobs.shutdown().await;
    assert_eq!(stage.states().await, "SENT 5");
    stage.mails(1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.states().await, "PENDING 1, SENT 5", "nothing runs on");
}

async fn a_shutdown_finishes_the_mail_in_hand_and_gives_the_others_back(mut stage: Stage) {
    let first = stage.mail_to("zoe@client.example").await;
    stage.pass(1);
    stage.mails(4).await;
    let server = ScriptedSmtp::after_hello(&[
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Say("250 ok\r\n"),
        Hear("DATA"),
        Say("354 go ahead\r\n"),
        HearMessage,
        Pause(700),
        Say("250 queued\r\n"),
        Hear("QUIT"),
        Say("221 bye\r\n"),
    ])
    .await;
    stage.app.mailer = mailer(&server.url());
    stage.app.clock = Clock::running_from(stage.now() + SignedDuration::from_secs(1));
    std::sync::Arc::make_mut(&mut stage.app.config).senders = 1;
    let jobs = Jobs::start(stage.app.clone()).await;
    until("entering DATA", async || {
        stage.row(first).await.state == EmailState::Data
    })
    .await;
    jobs.shutdown().await;
    assert_eq!(stage.states().await, "PENDING 4, SENT 1");
    assert_eq!(stage.row(first).await.state, EmailState::Sent);
    for row in stage.rows().await {
        assert_eq!((row.claimed_by, row.lease_until), (None, None));
    }
    assert_eq!(server.heard().last().map(String::as_str), Some("QUIT"));
}

async fn a_shutdown_plans_and_claims_nothing_any_more(mut stage: Stage) {
    let first = stage.mail_to("zoe@client.example").await;
    let server = ScriptedSmtp::after_hello(&[
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Say("250 ok\r\n"),
        Hear("DATA"),
        Say("354 go ahead\r\n"),
        HearMessage,
        Pause(4_000),
        Say("250 queued\r\n"),
        Hear("QUIT"),
        Say("221 bye\r\n"),
    ])
    .await;
    stage.app.mailer = mailer(&server.url());
    // Three seconds before the full minute at which the loops wake and plan.
    let almost = stage.now() + SignedDuration::from_secs(57);
    stage.app.clock = Clock::running_from(almost);
    std::sync::Arc::make_mut(&mut stage.app.config).senders = 1;
    let jobs = Jobs::start(stage.app.clone()).await;
    until("entering DATA", async || {
        stage.row(first).await.state == EmailState::Data
    })
    .await;
    let stopping = tokio::spawn(jobs.shutdown());
    let minute = almost + SignedDuration::from_secs(3);
    let subscription = stage.subscription(minute, zone_data_version()).await;
    let late = stage.mail_to("tom@client.example").await;
    stopping.await.unwrap();
    assert!(stage.now() > minute, "it has come");
    assert_eq!(stage.states().await, "PENDING 1, SENT 1");
    assert_eq!(stage.row(late).await.fence, 0);
    let due = subscription.next_due_at;
    assert_eq!(stage.schedule(subscription.id).await.next_due_at, due);
}
