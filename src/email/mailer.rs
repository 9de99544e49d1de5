//! The way out of the house for mail: one interface for an SMTP server, a folder and memory.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::hold::Hold;
use super::mail_folder::MailFolder;
use super::mail_transport::MailTransport;
use super::memory::Memory;
use super::message::Outgoing;
use super::outcome::Outcome;
use super::route::Route;
use super::session::{Limits, SmtpSession};
use crate::clock::Clock;
use crate::error::Result;
use crate::watch::Watch;

/// Where mails go. Cheap to clone; each sender opens a [`Session`] of its own.
#[derive(Clone, Debug)]
pub enum Mailer {
    /// To a mail server.
    Smtp(SmtpMailer),
    /// Into a folder.
    File(MailFolder),
    /// Into memory.
    Memory(Memory),
}

/// A mail server, and how long to wait for it.
#[derive(Clone, Debug)]
pub struct SmtpMailer {
    route: Arc<Route>,
    limits: Limits,
}

impl Mailer {
    /// The mailer that a configuration asks for. Nothing is connected yet.
    ///
    /// # Errors
    /// `Invalid` when the file of authorities cannot be used or the host is not a name or address.
    pub fn try_new(transport: MailTransport) -> Result<Self> {
        Ok(match transport {
            MailTransport::Smtp(server) => Self::Smtp(SmtpMailer {
                route: Arc::new(Route::new(server)?),
                limits: Limits::default(),
            }),
            MailTransport::File(directory) => Self::File(MailFolder::new(directory)),
            MailTransport::Memory => Self::Memory(Memory::default()),
        })
    }

    /// The same mailer with other waits; only SMTP knows any.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        match self {
            Self::Smtp(SmtpMailer { route, .. }) => Self::Smtp(SmtpMailer { route, limits }),
            other => other,
        }
    }

    /// A session for one sender. It connects with its first mail.
    pub fn open(&self) -> Session {
        match self {
            Self::Smtp(SmtpMailer { route, limits }) => {
                let session = SmtpSession::new(route.clone(), limits.clone());
                Session::Smtp(Box::new(session))
            }
            Self::File(folder) => Session::File(folder.clone()),
            Self::Memory(memory) => Session::Memory(memory.clone()),
        }
    }
}

impl fmt::Display for Mailer {
    /// The configured transport, without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(smtp) => smtp.route.server.fmt(f),
            Self::File(folder) => write!(f, "{folder}"),
            Self::Memory(_) => f.write_str("memory:"),
        }
    }
}

/// What a sender keeps for many mails.
pub enum Session {
    /// To a mail server.
    Smtp(Box<SmtpSession>),
    /// Into a folder.
    File(MailFolder),
    /// Into memory.
    Memory(Memory),
}

impl Session {
    /// The same session, whose steps `watch` takes the time of; only SMTP has any.
    #[must_use]
    pub fn watched_by(self, watch: &Watch) -> Self {
        match self {
            Self::Smtp(session) => Self::Smtp(Box::new(session.watched_by(watch.clone()))),
            other => other,
        }
    }

    /// The same session, which begins no message once half of `grace` has passed by `clock` since the fence was asked, and
    /// does not wait for an answer once all of it has; only SMTP takes its time.
    #[must_use]
    pub fn within(self, clock: &Clock, grace: Duration) -> Self {
        match self {
            Self::Smtp(session) => {
                let hold = Hold::new(clock.clone(), grace);
                Self::Smtp(Box::new(session.within(hold)))
            }
            other => other,
        }
    }

    /// Sends one mail. `fence` runs once, when all recipients were accepted and before the message is
    /// announced: Ok(true) goes on, Ok(false) forgets the mail, Err is a mail not sent.
    /// Dropping the future half-way drops the connection with it.
    pub async fn send(
        &mut self,
        mail: &Outgoing,
        fence: impl Future<Output = Result<bool>>,
    ) -> Outcome {
        match self {
            Self::Smtp(session) => session.send(mail, fence).await,
            Self::File(folder) => folder.send(mail, fence).await,
            Self::Memory(memory) => memory.send(mail, fence).await,
        }
    }

    /// Is there a way out? Connects, encrypts and signs in, or makes the folder, without sending anything.
    ///
    /// # Errors
    /// What a mail would have met.
    pub async fn check(&mut self) -> Result<(), Outcome> {
        match self {
            Self::Smtp(session) => session.connect().await,
            Self::File(folder) => folder.check().await,
            Self::Memory(_) => Ok(()),
        }
    }

    /// Says goodbye to the server.
    pub async fn close(self) {
        if let Self::Smtp(session) = self {
            session.close().await;
        }
    }
}
