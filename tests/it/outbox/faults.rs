//! Every fault of a mail server, one by one: what becomes of the mail, when it is tried again, what its timeline says, and
//! that the connection on which it happened carries no other mail unless the server has said that it may.

mod lines;
mod refusals;
mod table;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use meridian::domain::mail_messages;
use meridian::email::session::Limits;
use meridian::entity::{AttemptOutcome, EmailState, email, email_attempt, suppressed_address};
use meridian::jobs::breaker::Breaker;
use meridian::jobs::maintenance;
use meridian::jobs::sender::Sender;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::scripted_smtp::{HELLO, ScriptedSmtp, Step};
use table::{Becomes, Fault, SECRETS};

stories! {
    a_server_that_ends_its_service_is_tried_again_on_a_new_connection
    a_mail_refused_for_now_waits_for_its_next_attempt
    what_is_refused_for_good_fails_or_is_our_fault
    who_cannot_sign_in_lets_all_mails_wait
    silence_ends_at_the_limit_of_its_phase
    a_silent_server_of_smtps_is_a_fault_of_encryption
    a_line_that_drops_leaves_no_mail_behind
    a_reply_is_heard_whatever_its_form_and_not_for_ever
    nothing_is_sent_when_encryption_fails
}

async fn a_server_that_ends_its_service_is_tried_again_on_a_new_connection(stage: Stage) {
    meet(stage, refusals::service_ends()).await;
}

async fn a_mail_refused_for_now_waits_for_its_next_attempt(stage: Stage) {
    meet(stage, refusals::refusals_for_now()).await;
}

async fn what_is_refused_for_good_fails_or_is_our_fault(stage: Stage) {
    let told = meet(stage, refusals::refusals_for_good()).await;
    assert!(
        told.contains("/a/***"),
        "a server has repeated a link: {told}"
    );
}

async fn who_cannot_sign_in_lets_all_mails_wait(stage: Stage) {
    let told = meet(stage, refusals::signing_in()).await;
    assert!(
        told.contains("***"),
        "a server has repeated the account: {told}"
    );
}

async fn silence_ends_at_the_limit_of_its_phase(stage: Stage) {
    meet(stage, lines::silence()).await;
}

async fn a_silent_server_of_smtps_is_a_fault_of_encryption(mut stage: Stage) {
    let server = ScriptedSmtp::always(&[Step::FallSilent]).await;
    let limits = Limits {
        reply: Duration::from_millis(1_500),
        ..Limits::default()
    };
    let url = server.url().replace("smtp://", "smtps://");
    stage.app.mailer = mailer(&url).with_limits(limits);
    let id = stage.mail_to("zoe@client.example").await;
    let breaker = Arc::new(Breaker::default());
    let stopping = tokio::sync::watch::channel(false).1;
    let mut sender = stage.sender().sharing(breaker.clone(), stopping);
    assert_eq!(sender.step().await.unwrap(), 1);
    let fault = breaker.fault().unwrap_or_default();
    assert!(fault.contains("encrypting"), "{fault}");
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Pending, 0));
    let (outcome, code, told) = stage.attempts().await.remove(0);
    assert_eq!((outcome, code), (AttemptOutcome::NotSent, None));
    assert!(told.contains("no answer within 1.5s"), "{told}");
}

async fn a_line_that_drops_leaves_no_mail_behind(stage: Stage) {
    meet(stage, lines::dropped_lines()).await;
}

async fn a_reply_is_heard_whatever_its_form_and_not_for_ever(stage: Stage) {
    meet(stage, lines::odd_replies()).await;
}

async fn nothing_is_sent_when_encryption_fails(stage: Stage) {
    meet(stage, lines::encryption()).await;
}

/// Meets one fault after the other. Answers all that is kept of what the servers said, in which there are no secrets.
async fn meet(mut stage: Stage, faults: Vec<Fault>) -> String {
    for fault in &faults {
        Trial::of(&mut stage, fault).await.run(&mut stage).await;
        stage.pass(60);
    }
    let attempts = stage.attempts().await.into_iter().map(|(_, _, text)| text);
    let reasons = stage.rows().await.into_iter().filter_map(|row| row.reason);
    let told: Vec<String> = attempts.chain(reasons).collect();
    let told = told.join("\n");
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    told
}

/// One fault, the server that has it, and the mail that meets it.
struct Trial<'a> {
    fault: &'a Fault,
    server: ScriptedSmtp,
    breaker: Arc<Breaker>,
    sender: Sender,
    id: Uuid,
}

impl<'a> Trial<'a> {
    async fn of(stage: &mut Stage, fault: &'a Fault) -> Self {
        let server = ScriptedSmtp::start(vec![fault.script.clone()]).await;
        server.go_on(&[&HELLO[..], &[Step::Serve(usize::MAX)]].concat());
        let url = if fault.signs_in {
            server.go_on(&[&table::HELLO_WITH_AUTH[..], &[Step::Serve(usize::MAX)]].concat());
            server.url().replace("smtp://", "smtp://dana:hunter2@") + "?auth=plain-text"
        } else {
            server.url()
        };
        stage.app.mailer = mailer(&url).with_limits(fault.limits.clone());
        let breaker = Arc::new(Breaker::default());
        let stopping = tokio::sync::watch::channel(false).1;
        let id = stage.mail_to("zoe@client.example").await;
        if fault.is_long {
            lengthen(stage, id).await;
        }
        Self {
            sender: stage.sender().sharing(breaker.clone(), stopping),
            fault,
            server,
            breaker,
            id,
        }
    }

    async fn run(mut self, stage: &mut Stage) {
        let name = self.fault.name;
        assert_eq!(self.sender.step().await.unwrap(), 1, "{name}");
        let row = stage.row(self.id).await;
        self.check_row(&row, stage.now());
        self.check_attempt(stage).await;
        assert_eq!(
            self.sender.step().await.unwrap(),
            0,
            "{name}: at once again"
        );

        self.let_time_pass(stage, &row).await;
        if self.fault.becomes != Becomes::Sent {
            assert_eq!(self.sender.step().await.unwrap(), 1, "{name}");
        }
        let waiting = stage
            .rows()
            .await
            .into_iter()
            .find(|row| !matches!(row.state, EmailState::Sent | EmailState::Failed));
        assert_eq!(waiting, None, "{name}");
        assert_eq!(self.breaker.fault(), None, "{name}");
        let connections = if self.fault.is_kept { 1 } else { 2 };
        assert_eq!(
            self.server.connections(),
            connections,
            "{name}: {:?}",
            self.server.heard()
        );
        self.check_copies();
        self.sender.close().await;
    }

    fn check_row(&self, row: &email::Model, now: Timestamp) {
        let name = self.fault.name;
        let wait = row.next_attempt_at.duration_since(now);
        let fault = self.breaker.fault();
        assert_eq!(
            fault.is_some(),
            self.fault.becomes == Becomes::OurFault,
            "{name}: {fault:?}"
        );
        let (state, attempts) = match self.fault.becomes {
            Becomes::Sent => (EmailState::Sent, 1),
            Becomes::Waits => {
                assert!(
                    wait.is_positive() && wait <= SignedDuration::from_secs(30),
                    "{name}: {wait}"
                );
                (EmailState::Pending, 1)
            }
            Becomes::OurFault => {
                // Where a mail was named, the next probe names another.
                if matches!(self.fault.attempt.1, table::SENDER | table::RECIPIENT) {
                    assert!(wait.is_positive(), "{name}: {wait}");
                } else {
                    assert_eq!(wait, SignedDuration::ZERO, "{name}");
                }
                assert!(wait <= SignedDuration::from_secs(30), "{name}: {wait}");
                let fault = fault.unwrap_or_default();
                assert!(fault.contains(&self.fault.words), "{name}: {fault}");
                (EmailState::Pending, 0)
            }
            Becomes::Failed => {
                let reason = row.reason.as_deref().unwrap_or_default();
                assert!(reason.contains(&self.fault.words), "{name}: {reason}");
                (EmailState::Failed, 1)
            }
            Becomes::InDoubt => (EmailState::Data, 0),
        };
        assert_eq!((row.state, row.attempts), (state, attempts), "{name}");
        let is_claimed = self.fault.becomes == Becomes::InDoubt;
        assert_eq!(row.claimed_by.is_some(), is_claimed, "{name}");
    }

    async fn check_attempt(&self, stage: &Stage) {
        let name = self.fault.name;
        let attempts = email_attempt::Entity::find()
            .filter(email_attempt::Column::EmailId.eq(self.id))
            .all(&stage.app.db.read)
            .await
            .unwrap();
        let [attempt] = &attempts[..] else {
            panic!("{name}: {attempts:?}");
        };
        let (outcome, phase, code) = self.fault.attempt;
        assert_eq!(
            (
                attempt.outcome,
                attempt.phase.as_deref(),
                attempt.server_code
            ),
            (outcome, phase, code),
            "{name}: {attempt:?}"
        );
        let words = attempt.server_text.as_deref().unwrap_or_default();
        assert!(words.contains(&self.fault.words), "{name}: {words}");
        assert!(words.chars().count() <= 500, "{name}: {words}");
    }

    /// Until the mail, or where it has ended another one to the same address, is to be sent.
    async fn let_time_pass(&self, stage: &mut Stage, row: &email::Model) {
        match self.fault.becomes {
            Becomes::Sent => {}
            Becomes::Waits => stage.app.clock.set(row.next_attempt_at.0),
            Becomes::OurFault => {
                stage.pass(5);
                let next = row.next_attempt_at.0;
                stage.app.clock.set(stage.now().max(next));
            }
            Becomes::Failed => {
                forgive(stage).await;
                stage.mail_to("zoe@client.example").await;
            }
            Becomes::InDoubt => {
                // The lease, then the grace.
                stage.pass(60 + 660 + 1);
                maintenance::take_back(&stage.app).await.unwrap();
            }
        }
    }

    /// A second copy is the first, byte for byte; and there is one only where the first may not have come.
    fn check_copies(&self) {
        let copies = self.server.messages();
        let is_refused_whole = self.fault.attempt.1 == Some("sending the message");
        let expected = if is_refused_whole && !self.fault.is_long {
            2
        } else {
            1
        };
        assert_eq!(copies.len(), expected, "{}", self.fault.name);
        if self.fault.becomes != Becomes::Failed {
            assert!(
                copies.iter().all(|copy| *copy == copies[0]),
                "{}",
                self.fault.name
            );
        }
    }
}

/// More than the socket's buffers hold, so that the final dot is still ours when the line drops.
async fn lengthen(stage: &Stage, id: Uuid) {
    let message = b"a line of the message\r\n".repeat(300_000);
    let tx = stage.app.db.begin().await.unwrap();
    mail_messages::forget(&tx, [id]).await.unwrap();
    mail_messages::keep(&tx, id, message).await.unwrap();
    tx.commit().await.unwrap();
}

/// Lets the address be written to again.
async fn forgive(stage: &Stage) {
    let tx = stage.app.db.begin().await.unwrap();
    suppressed_address::Entity::delete_many()
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}
