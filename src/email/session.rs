//! Our own SMTP session: every phase is driven by hand, so that each failure says whether the mail
//! can have been accepted. (lettre's own `send` cannot tell, and its pool may hand on a half-used
//! connection on which the next message is reported sent although it was refused.)

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::response::Response;

use super::connection::{COURTESY, Connection, Fault, code};
use super::hold::{Held, Hold};
use super::message::Outgoing;
use super::outcome::{Outcome, Phase};
use super::route::Route;
use crate::error::Result;
use crate::watch::{Stopwatch, Watch};

/// How long to wait for a server, and how long to keep a connection. The waits are RFC 5321 §4.5.3.2's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the TCP connection: 30 s.
    pub connect: Duration,
    /// For the greeting and the answer to EHLO: 5 min.
    pub greeting: Duration,
    /// For the answer to STARTTLS, AUTH, MAIL and RCPT, and for a TLS handshake: 5 min.
    pub reply: Duration,
    /// For the answer to DATA: 2 min.
    pub data: Duration,
    /// For sending the message and the answer to its final dot: 10 min.
    pub message: Duration,
    /// A connection unused for longer is not used again: 60 s.
    pub idle: Duration,
    /// Messages begun on one connection: 100.
    pub messages_per_connection: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(5 * 60),
            reply: Duration::from_secs(5 * 60),
            data: Duration::from_secs(2 * 60),
            message: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(60),
            messages_per_connection: 100,
        }
    }
}

/// A sender's conversation with an SMTP server, connected when first needed and kept for many mails.
pub struct SmtpSession {
    route: Arc<Route>,
    limits: Limits,
    connection: Option<Connection>,
    watch: Option<Watch>,
    hold: Option<Hold>,
}

impl SmtpSession {
    pub(super) fn new(route: Arc<Route>, limits: Limits) -> Self {
        Self {
            route,
            limits,
            connection: None,
            watch: None,
            hold: None,
        }
    }

    /// The same session, whose steps `watch` takes the time of.
    pub(super) fn watched_by(self, watch: Watch) -> Self {
        Self {
            watch: Some(watch),
            ..self
        }
    }

    /// The same session, which is done with a mail before `hold` ends.
    pub(super) fn within(self, hold: Hold) -> Self {
        Self {
            hold: Some(hold),
            ..self
        }
    }

    /// Connects anew, since one that was kept proves nothing: Err says what a mail would have met.
    pub(super) async fn connect(&mut self) -> Result<(), Outcome> {
        if let Some(kept) = self.connection.take() {
            kept.quit().await;
        }
        let connection = self.take_connection().await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Sends one mail. The connection is out of `self` meanwhile: if this future is dropped half-way,
    /// the half-used connection goes with it.
    pub(super) async fn send(
        &mut self,
        mail: &Outgoing,
        fence: impl Future<Output = Result<bool>>,
    ) -> Outcome {
        if let Some(outcome) = refuse_foreign_addresses(mail) {
            return outcome;
        }
        let mut transaction = match self.begin(mail).await {
            Ok(transaction) => transaction,
            Err(outcome) => return outcome,
        };
        let hold = self.hold.clone();
        let outcome = transaction.carry_out(mail, fence, hold).await;
        self.connection = transaction.finish().await;
        outcome.unwrap_or_else(|outcome| outcome)
    }

    /// Says goodbye and closes.
    pub(super) async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            connection.quit().await;
        }
    }

    /// A connection on which MAIL was accepted. One that died unnoticed while idle is replaced, once; so is one that has
    /// carried mails and takes no more, which may be all that the server minds.
    async fn begin(&mut self, mail: &Outgoing) -> Result<Transaction, Outcome> {
        loop {
            let kept = self.connection.is_some();
            let connection = self.take_connection().await?;
            let has_delivered = connection.has_delivered;
            let mut transaction =
                Transaction::new(connection, self.limits.clone(), self.watch.clone());
            let outcome = match transaction.name_the_sender(mail).await {
                Ok(()) => return Ok(transaction),
                Err(outcome) => outcome,
            };
            let connection = transaction.finish().await;
            if has_delivered || (connection.is_none() && kept) {
                if let Some(full) = connection {
                    full.quit().await;
                }
                continue;
            }
            self.connection = connection;
            return Err(outcome);
        }
    }

    async fn take_connection(&mut self) -> Result<Connection, Outcome> {
        if let Some(connection) = self.connection.take() {
            let fresh = connection.last_used.elapsed() <= self.limits.idle;
            if fresh && connection.begun < self.limits.messages_per_connection {
                return Ok(connection);
            }
            connection.quit().await;
        }
        let stopwatch = Stopwatch::start(self.watch.as_ref(), Phase::Connect);
        let opened = Connection::open(&self.route, &self.limits).await;
        stopwatch.stop();
        opened
    }
}

/// lettre would put other characters on the wire as they are, which needs SMTPUTF8 at every relay. A sender's address is
/// ours, and would be refused for every mail.
fn refuse_foreign_addresses(mail: &Outgoing) -> Option<Outcome> {
    let is_foreign =
        |address: &&Address| !(address.user().is_ascii() && address.domain().is_ascii());
    let text = "addresses outside ASCII are not supported (write the domain in its xn-- form)";
    if mail.envelope.from().filter(is_foreign).is_some() {
        return Some(Outcome::refused(Phase::Mail, 553, text, None));
    }
    let address = mail.envelope.to().iter().find(is_foreign)?.to_string();
    Some(Outcome::refused(Phase::Rcpt, 553, text, Some(address)))
}

/// One mail on one connection, from MAIL to the reply after the final dot.
struct Transaction {
    connection: Connection,
    limits: Limits,
    state: State,
    /// Recipients that were named ahead of the server's answers.
    unanswered: usize,
    watch: Option<Watch>,
}

/// What the connection is good for afterwards.
#[derive(PartialEq)]
enum State {
    /// The next mail.
    Ready,
    /// The next mail, after RSET.
    Begun,
    /// Nothing.
    Broken,
}

impl Transaction {
    fn new(mut connection: Connection, limits: Limits, watch: Option<Watch>) -> Self {
        connection.begun += 1;
        Self {
            connection,
            limits,
            state: State::Ready,
            unanswered: 0,
            watch,
        }
    }

    /// Names the recipients in the same breath where the server takes that, which spares waiting for each answer.
    async fn name_the_sender(&mut self, mail: &Outgoing) -> Result<(), Outcome> {
        let mut commands = Mail::new(mail.envelope.from().cloned(), Vec::new()).to_string();
        if self.connection.wire.takes_several() {
            for recipient in mail.envelope.to() {
                commands += &rcpt(recipient).to_string();
                self.unanswered += 1;
            }
        }
        let limit = self.limits.reply;
        self.command(Phase::Mail, limit, commands, &[250]).await?;
        self.state = State::Begun;
        Ok(())
    }

    async fn name_the_recipients(&mut self, mail: &Outgoing) -> Result<(), Outcome> {
        let (limit, accepted) = (self.limits.reply, &[250, 251]);
        for recipient in mail.envelope.to() {
            let answer = if self.unanswered > 0 {
                self.unanswered -= 1;
                self.reply(Phase::Rcpt, limit, accepted).await
            } else {
                let command = rcpt(recipient);
                self.command(Phase::Rcpt, limit, command, accepted).await
            };
            answer.map_err(|outcome| about(outcome, recipient.as_ref()))?;
        }
        Ok(())
    }

    async fn carry_out(
        &mut self,
        mail: &Outgoing,
        fence: impl Future<Output = Result<bool>>,
        hold: Option<Hold>,
    ) -> Result<Outcome, Outcome> {
        self.name_the_recipients(mail).await?;
        let held = hold.map(Hold::begin);
        let stopwatch = Stopwatch::start(self.watch.as_ref(), Phase::Fence);
        let entered = fence.await;
        stopwatch.stop();
        match entered {
            Ok(true) => {}
            Ok(false) => return Ok(Outcome::Fenced),
            Err(error) => return Err(Outcome::not_sent(Phase::Fence, error)),
        }
        let limit = self.limits.data.min(left_to_begin(held.as_ref())?);
        self.command(Phase::Data, limit, Data, &[354]).await?;
        // From here on there is no way back but to hang up.
        self.state = State::Broken;
        left_to_begin(held.as_ref())?;
        let left = held.map_or(Duration::MAX, |held| held.left());
        self.message(&mail.raw, self.limits.message.min(left)).await
    }

    async fn message(&mut self, raw: &[u8], limit: Duration) -> Result<Outcome, Outcome> {
        // The final dot comes with a line break of its own before it.
        let raw = raw.strip_suffix(b"\r\n").unwrap_or(raw);
        let stopwatch = Stopwatch::start(self.watch.as_ref(), Phase::Body);
        let answer = self.connection.message(limit, raw).await;
        stopwatch.stop();
        match answer {
            Ok(reply) if code(&reply) == 250 => {
                self.state = State::Ready;
                self.connection.has_delivered = true;
                let text = self.connection.words(&reply);
                Ok(Outcome::Accepted { code: 250, text })
            }
            Ok(reply) => Err(self.lost(self.connection.unexpected(&reply))),
            Err(Fault::Reply { code, text }) => Err(self.refused(Phase::Body, code, &text)),
            Err(Fault::Broken(text)) => Err(self.lost(text)),
        }
    }

    fn lost(&mut self, why: String) -> Outcome {
        self.state = State::Broken;
        if self.connection.wire.ended_with_the_final_dot() {
            return Outcome::ambiguous(Phase::Body, why);
        }
        Outcome::not_sent(Phase::Body, why)
    }

    /// Sends one command of which only the replies in `accepted` are a yes.
    async fn command(
        &mut self,
        phase: Phase,
        limit: Duration,
        command: impl Display,
        accepted: &[u16],
    ) -> Result<Response, Outcome> {
        let stopwatch = Stopwatch::start(self.watch.as_ref(), phase);
        let answer = self.connection.command(limit, command).await;
        stopwatch.stop();
        self.judged(phase, answer, accepted)
    }

    /// Waits for the answer to a command that was sent ahead.
    async fn reply(
        &mut self,
        phase: Phase,
        limit: Duration,
        accepted: &[u16],
    ) -> Result<Response, Outcome> {
        let stopwatch = Stopwatch::start(self.watch.as_ref(), phase);
        let answer = self.connection.reply(limit).await;
        stopwatch.stop();
        self.judged(phase, answer, accepted)
    }

    fn judged(
        &mut self,
        phase: Phase,
        answer: Result<Response, Fault>,
        accepted: &[u16],
    ) -> Result<Response, Outcome> {
        match answer {
            Ok(reply) if accepted.contains(&code(&reply)) => Ok(reply),
            Ok(reply) => {
                self.state = State::Broken;
                Err(Outcome::not_sent(phase, self.connection.unexpected(&reply)))
            }
            Err(Fault::Reply { code, text }) => Err(self.refused(phase, code, &text)),
            Err(Fault::Broken(text)) => {
                self.state = State::Broken;
                Err(Outcome::not_sent(phase, text))
            }
        }
    }

    fn refused(&mut self, phase: Phase, code: u16, text: &str) -> Outcome {
        // 421: the server closes the connection after it.
        self.state = if code == 421 {
            State::Broken
        } else {
            State::Begun
        };
        Outcome::refused(phase, code, text, None)
    }

    /// Gives the connection back, clean for the next mail, or drops it.
    async fn finish(mut self) -> Option<Connection> {
        while self.state == State::Begun && self.unanswered > 0 {
            self.unanswered -= 1;
            if let Err(Fault::Broken(_)) = self.connection.reply(COURTESY).await {
                self.state = State::Broken;
            }
        }
        if self.state == State::Begun {
            self.state = match self.connection.command(COURTESY, Rset).await {
                Ok(reply) if code(&reply) == 250 => State::Ready,
                _ => State::Broken,
            };
        }
        (self.state == State::Ready).then_some(self.connection)
    }
}

fn rcpt(recipient: &Address) -> Rcpt {
    Rcpt::new(recipient.clone(), Vec::new())
}

/// How long the message may still be begun. A process may have stood still since the fence, for so long that another sender
/// has taken over by now.
fn left_to_begin(held: Option<&Held>) -> Result<Duration, Outcome> {
    let Some(held) = held else {
        return Ok(Duration::MAX);
    };
    let text = "it was held for too long before its message was begun";
    held.left_to_begin()
        .ok_or_else(|| Outcome::not_sent(Phase::Fence, text))
}

/// Names the recipient that a refusal is about.
fn about(mut outcome: Outcome, address: &str) -> Outcome {
    if let Outcome::Refused { recipient, .. } = &mut outcome {
        *recipient = Some(address.to_owned());
    }
    outcome
}
