//! One open conversation with an SMTP server: found, greeted, encrypted and signed in.

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::authentication::{self, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Quit, Starttls};
use lettre::transport::smtp::extension::Extension;
use lettre::transport::smtp::response::Response;
use memchr::memmem;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::mail_transport::{Account, Encryption, StartTls};
use super::outcome::{Outcome, Phase, readable};
use super::redaction::Credentials;
use super::route::Route;
use super::session::Limits;
use super::wire::{FINAL_DOT, Stream, Wire};

/// lettre reads a greeting from every stream it is given, but after STARTTLS the server sends none:
/// its own, already read, is handed over once more in short.
const GREETING_BEFORE_TLS: &[u8] = b"220 encrypted\r\n";

/// How long to wait for the answer to RSET and QUIT: all that silence costs is the connection.
pub(super) const COURTESY: Duration = Duration::from_secs(5);

/// Why a step of the conversation failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server said no.
    Reply {
        /// 400–599
        code: u16,
        /// Its words.
        text: String,
    },
    /// Silence, a network fault, or words that are not SMTP: nothing more may be said on this connection.
    Broken(String),
}

impl Fault {
    /// The same, in words that do not give our account away.
    fn without(self, credentials: &Credentials) -> Self {
        match self {
            Self::Reply { code, text } => Self::Reply {
                code,
                text: credentials.without(&text),
            },
            Self::Broken(text) => Self::Broken(credentials.without(&text)),
        }
    }

    /// The outcome of a mail whose message has not left us.
    pub(super) fn before_the_message(self, phase: Phase) -> Outcome {
        match self {
            Self::Reply { code, text } => Outcome::refused(phase, code, &text, None),
            Self::Broken(text) => Outcome::not_sent(phase, text),
        }
    }
}

impl From<lettre::transport::smtp::Error> for Fault {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let cause = error.source().map(ToString::to_string);
        match error.status() {
            Some(code) => Self::Reply {
                code: code.into(),
                text: cause.unwrap_or_default(),
            },
            None => Self::Broken(cause.unwrap_or_else(|| error.to_string())),
        }
    }
}

/// Waits at most `limit` for one step.
async fn within<T, E: Into<Fault>>(
    limit: Duration,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, Fault> {
    match timeout(limit, step).await {
        Ok(done) => done.map_err(E::into),
        Err(_) => Err(Fault::Broken(format!("no answer within {limit:?}"))),
    }
}

/// A message as it travels, with the final dot: lines that begin with one begin with two (RFC 5321, 4.5.2).
fn transparent(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len() + raw.len() / 64 + FINAL_DOT.len());
    if raw.starts_with(b".") {
        text.push(b'.');
    }
    let mut rest = raw;
    while let Some(line_break) = memmem::find(rest, b"\r\n.") {
        let (before, from_the_dot) = rest.split_at(line_break + 2);
        text.extend_from_slice(before);
        text.push(b'.');
        rest = from_the_dot;
    }
    text.extend_from_slice(rest);
    text.extend_from_slice(FINAL_DOT);
    text
}

/// An open conversation, ready for MAIL.
pub(super) struct Connection {
    /// lettre's half: commands and replies.
    pub(super) smtp: AsyncSmtpConnection,
    /// Our half: what has left us.
    pub(super) wire: Wire,
    /// Messages begun on it.
    pub(super) begun: u32,
    /// Has the server accepted one of them?
    pub(super) has_delivered: bool,
    /// What the server's words are cleaned of.
    credentials: Credentials,
    /// When it was last spoken on.
    pub(super) last_used: Instant,
}

impl Connection {
    /// Finds the server, greets it, encrypts and signs in, as far as `route` asks for it.
    pub(super) async fn open(route: &Route, limits: &Limits) -> Result<Self, Outcome> {
        let wire = connect(route, limits).await?;
        let mut connection = Self::greet(wire, Phase::Connect, route, limits).await?;
        if let Encryption::StartTls(wanted) = route.server.encryption {
            connection = connection.start_tls(wanted, route, limits).await?;
        }
        if let Some(account) = &route.server.account {
            connection.sign_in(account, limits.reply).await?;
        }
        Ok(connection)
    }

    async fn greet(
        wire: Wire,
        phase: Phase,
        route: &Route,
        limits: &Limits,
    ) -> Result<Self, Outcome> {
        let greeting =
            AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), &route.hello);
        let smtp = within(limits.greeting, greeting).await;
        let clean = |fault: Fault| fault.without(&route.credentials).before_the_message(phase);
        Ok(Self {
            smtp: smtp.map_err(clean)?,
            wire,
            begun: 0,
            has_delivered: false,
            credentials: route.credentials.clone(),
            last_used: Instant::now(),
        })
    }

    async fn start_tls(
        mut self,
        wanted: StartTls,
        route: &Route,
        limits: &Limits,
    ) -> Result<Self, Outcome> {
        let offered = self
            .smtp
            .server_info()
            .supports_feature(Extension::StartTls);
        match (wanted, offered) {
            (StartTls::Never, _) | (StartTls::Opportunistic, false) => return Ok(self),
            (StartTls::Required, false) => {
                return Err(Outcome::not_sent(
                    Phase::Tls,
                    "the server does not offer STARTTLS, which is required here",
                ));
            }
            (StartTls::Required | StartTls::Opportunistic, true) => {}
        }
        let reply = self.command(limits.reply, Starttls).await;
        reply.map_err(|fault| fault.before_the_message(Phase::Tls))?;
        let stream = self.wire.take_stream().ok_or_else(|| {
            Outcome::not_sent(Phase::Tls, "the server spoke out of turn before encryption")
        })?;
        let stream = handshake(stream, route, limits).await?;
        let wire = Wire::new(stream, self.wire.peer(), GREETING_BEFORE_TLS);
        Self::greet(wire, Phase::Tls, route, limits).await
    }

    async fn sign_in(&mut self, account: &Account, limit: Duration) -> Result<(), Outcome> {
        let credentials = authentication::Credentials::new(
            account.user.reveal().to_owned(),
            account.password.reveal().to_owned(),
        );
        let reply = self
            .smtp
            .auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        match within(limit, reply).await {
            Ok(reply) if code(&reply) == 235 => Ok(()),
            Ok(reply) => Err(Outcome::not_sent(Phase::Auth, self.unexpected(&reply))),
            Err(fault) => Err(fault
                .without(&self.credentials)
                .before_the_message(Phase::Auth)),
        }
    }

    /// Says one command, or several of which this is the first, and waits for its reply.
    pub(super) async fn command(
        &mut self,
        limit: Duration,
        command: impl Display,
    ) -> Result<Response, Fault> {
        let reply = within(limit, self.smtp.command(command)).await;
        self.heard(reply)
    }

    /// Waits for the reply to a command that was said together with one before it.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Response, Fault> {
        let reply = within(limit, self.smtp.read_response()).await;
        self.heard(reply)
    }

    /// Sends a message, up to the reply after its final dot: in one piece, where lettre would copy it byte by byte and send
    /// the dot apart.
    pub(super) async fn message(&mut self, limit: Duration, raw: &[u8]) -> Result<Response, Fault> {
        let text = transparent(raw);
        let conversation = async {
            let sent = async {
                self.wire.write_all(&text).await?;
                self.wire.flush().await
            };
            sent.await
                .map_err(|error: io::Error| Fault::Broken(error.to_string()))?;
            self.smtp.read_response().await.map_err(Fault::from)
        };
        let reply = within(limit, conversation).await;
        self.heard(reply)
    }

    fn heard(&mut self, reply: Result<Response, Fault>) -> Result<Response, Fault> {
        self.last_used = Instant::now();
        reply.map_err(|fault| fault.without(&self.credentials))
    }

    /// The words of a reply, as people may read them.
    pub(super) fn words(&self, reply: &Response) -> String {
        let words = reply.message().collect::<Vec<_>>().join(" ");
        readable(&self.credentials.without(&words))
    }

    /// What to say of a reply that has no place here.
    pub(super) fn unexpected(&self, reply: &Response) -> String {
        let (code, words) = (reply.code(), self.words(reply));
        format!("the server answered out of place: {code} {words}")
    }

    /// Says goodbye, without minding the answer.
    pub(super) async fn quit(mut self) {
        let _ = self.command(COURTESY, Quit).await;
    }
}

async fn connect(route: &Route, limits: &Limits) -> Result<Wire, Outcome> {
    let server = &route.server;
    let fault =
        |error: &dyn Display| Outcome::not_sent(Phase::Connect, format!("{server}: {error}"));
    let stream = TcpStream::connect((server.host.as_str(), server.port));
    let stream = timeout(limits.connect, stream).await;
    let stream = stream
        .map_err(|_| fault(&format!("no answer within {:?}", limits.connect)))?
        .map_err(|error| fault(&error))?;
    // Each command waits for its reply: Nagle's delay would hold every one of them back.
    stream.set_nodelay(true).map_err(|error| fault(&error))?;
    let peer = stream.peer_addr().map_err(|error| fault(&error))?;
    let stream: Box<dyn Stream> = match server.encryption {
        Encryption::Implicit => handshake(Box::new(stream), route, limits).await?,
        Encryption::StartTls(_) => Box::new(stream),
    };
    Ok(Wire::new(stream, peer, b""))
}

async fn handshake(
    stream: Box<dyn Stream>,
    route: &Route,
    limits: &Limits,
) -> Result<Box<dyn Stream>, Outcome> {
    let handshake = TlsConnector::from(route.tls.clone()).connect(route.name.clone(), stream);
    match timeout(limits.reply, handshake).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(Outcome::not_sent(
            Phase::Tls,
            format!("{error} (an authority of one's own is trusted with the option ca=FILE)"),
        )),
        Err(_) => Err(Outcome::not_sent(
            Phase::Tls,
            format!("no answer within {:?}", limits.reply),
        )),
    }
}

/// The three digits of a reply.
pub(super) fn code(reply: &Response) -> u16 {
    reply.code().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_begins_with_a_dot_is_no_end() {
        for (raw, travels) in [
            (&b"one\r\ntwo"[..], &b"one\r\ntwo\r\n.\r\n"[..]),
            (b".\r\n", b"..\r\n\r\n.\r\n"),
            (
                b"one\r\n.\r\n.two\r\nthree.",
                b"one\r\n..\r\n..two\r\nthree.\r\n.\r\n",
            ),
            (b"one\n.two", b"one\n.two\r\n.\r\n"),
            (b"", b"\r\n.\r\n"),
        ] {
            assert_eq!(transparent(raw), travels);
        }
    }
}
