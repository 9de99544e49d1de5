//! How the program itself stops: told by a signal, while a mail is being handed over.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use meridian::clock::Clock;
use meridian::entity::EmailState;
use uuid::Uuid;

use super::stage::Stage;
use super::stories;
use crate::support::replica::until;
use crate::support::scripted_smtp::Step::{FallSilent, HangUp, Hear, HearMessage, Pause, Say};
use crate::support::scripted_smtp::{ScriptedSmtp, Step};

stories! {
    a_signal_lets_the_mail_in_hand_end_and_gives_the_others_back
    what_does_not_end_in_time_is_left_to_the_grace
    a_second_signal_ends_at_once
    a_signal_breaks_off_a_probe_without_a_mail
}

/// Up to the message's end, as any server would.
const UP_TO_THE_DOT: [Step; 7] = [
    Hear("MAIL"),
    Say("250 ok\r\n"),
    Hear("RCPT"),
    Say("250 ok\r\n"),
    Hear("DATA"),
    Say("354 go ahead\r\n"),
    HearMessage,
];

/// `meridian serve`, killed when the story ends before it does.
struct Program(Child);

impl Program {
    /// Serves on the stage's database, with one sender that mails to `mail`.
    fn start(stage: &Stage, mail: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MERIDIAN_")) {
            command.env_remove(name);
        }
        let process = command
            .args(["serve", "--listen=127.0.0.1:0", "--senders=1"])
            .arg(format!("--mail={mail}"))
            .env("MERIDIAN_DATABASE_URL", &stage.url)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        Self(process.unwrap())
    }

    fn signal(&self) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Reads the log up to the line in which `words` stand.
    fn wait_for(log: &mut BufReader<ChildStderr>, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            let read = log.read_line(&mut line).unwrap();
            assert!(read > 0, "the log ended before it said {words:?}");
        }
    }

    /// Waits for the end, and answers the status and the rest of the log.
    fn ended(mut self, mut log: BufReader<ChildStderr>) -> (Option<i32>, String) {
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        (self.0.wait().unwrap().code(), rest)
    }

    fn log(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.0.stderr.take().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already when the story went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Five mails that are due by the machine's clock; the first is the one that is sent first.
async fn five_mails(stage: &mut Stage) -> Uuid {
    stage.app.clock = Clock::System;
    let first = stage.mail_to("zoe@client.example").await;
    stage.mails(4).await;
    first
}

async fn until_in_data(stage: &Stage, id: Uuid) {
    until("entering DATA", async || {
        stage.row(id).await.state == EmailState::Data
    })
    .await;
}

/// Every row that no replica works on any more.
async fn given_back(stage: &Stage) -> usize {
    let rows = stage.rows().await;
    let free = rows
        .iter()
        .filter(|row| row.claimed_by.is_none() && row.lease_until.is_none());
    free.count()
}

async fn a_signal_lets_the_mail_in_hand_end_and_gives_the_others_back(mut stage: Stage) {
    let first = five_mails(&mut stage).await;
    let end = [
        // A busy machine may take a second to notice the signal.
        Pause(6_000),
        Say("250 queued\r\n"),
        Hear("QUIT"),
        Say("221 bye\r\n"),
    ];
    let server = ScriptedSmtp::after_hello(&[&UP_TO_THE_DOT[..], &end].concat()).await;
    let mut program = Program::start(&stage, &server.url());
    let log = program.log();
    until_in_data(&stage, first).await;
    program.signal();
    let late = stage.mail_to("tom@client.example").await;
    let (status, log) = tokio::task::spawn_blocking(|| program.ended(log))
        .await
        .unwrap();
    assert_eq!(status, Some(0), "{log}");
    assert_eq!(stage.states().await, "PENDING 5, SENT 1", "{log}");
    assert_eq!(stage.row(first).await.state, EmailState::Sent);
    assert_eq!(
        stage.row(late).await.fence,
        0,
        "it claimed nothing any more"
    );
    assert_eq!(given_back(&stage).await, 6);
    let heard = server.heard();
    assert_eq!(heard.last().map(String::as_str), Some("QUIT"), "{heard:?}");
}

async fn what_does_not_end_in_time_is_left_to_the_grace(mut stage: Stage) {
    let first = five_mails(&mut stage).await;
    let server = ScriptedSmtp::after_hello(&[&UP_TO_THE_DOT[..], &[FallSilent]].concat()).await;
    let mut program = Program::start(&stage, &server.url());
    let log = program.log();
    until_in_data(&stage, first).await;
    program.signal();
    let ended = tokio::task::spawn_blocking(|| program.ended(log));
    // 25 seconds and what a busy machine needs besides; the mail server would be waited for ten minutes.
    let ended = tokio::time::timeout(Duration::from_secs(100), ended).await;
    let (status, log) = ended.expect("it ends").unwrap();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("mails were still being handed over"), "{log}");
    assert_eq!(stage.states().await, "PENDING 4, DATA 1");
    assert_eq!(stage.row(first).await.state, EmailState::Data);
    assert_eq!(given_back(&stage).await, 4);
}

async fn a_second_signal_ends_at_once(mut stage: Stage) {
    let first = five_mails(&mut stage).await;
    let server = ScriptedSmtp::after_hello(&[&UP_TO_THE_DOT[..], &[FallSilent]].concat()).await;
    let mut program = Program::start(&stage, &server.url());
    let mut log = program.log();
    until_in_data(&stage, first).await;
    program.signal();
    let told = tokio::task::spawn_blocking(move || {
        Program::wait_for(&mut log, "a second signal ends at once");
        program.signal();
        program.ended(log)
    });
    let (status, log) = told.await.unwrap();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("ended without waiting"), "{log}");
    assert_eq!(
        stage.states().await,
        "CLAIMED 4, DATA 1",
        "it gave nothing back: leases and grace do"
    );
}

async fn a_signal_breaks_off_a_probe_without_a_mail(mut stage: Stage) {
    let no_greeting = vec![HangUp];
    let no_answer = vec![Say("220 scripted ESMTP\r\n"), Hear("EHLO"), FallSilent];
    let server = ScriptedSmtp::start(vec![no_greeting, no_answer]).await;
    stage.app.clock = Clock::System;
    let id = stage.mail_to("zoe@client.example").await;
    let mut program = Program::start(&stage, &server.url());
    let mut log = program.log();
    let told = tokio::task::spawn_blocking(move || {
        Program::wait_for(&mut log, "mail does not get out");
        log
    });
    let log = told.await.unwrap();
    until("giving the mail back", async || {
        stage.row(id).await.state == EmailState::Pending
    })
    .await;
    stage.cancel(id).await;
    until("the probe", async || server.heard().len() == 1).await;
    program.signal();
    let ended = tokio::task::spawn_blocking(|| program.ended(log));
    let (status, log) = ended.await.unwrap();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("still being handed over"), "{log}");
    let row = stage.row(id).await;
    assert_eq!((row.attempts, row.claimed_by), (0, None));
}
