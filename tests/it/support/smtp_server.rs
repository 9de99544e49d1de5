//! A real mail server over TCP: `mailin` keeps the protocol, this file moves the bytes.
//!
//! mailin 0.6.5 stays in its data state after it refused a message, and forgets AUTH after RSET; both
//! are faults of its own, so those conversations are told with `scripted_smtp`.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use mailin::response::{AUTH_OK, INVALID_CREDENTIALS, NO_MAILBOX, OK, START_DATA};
use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::smtp_temper::{Step, Temper, Turn};

/// How the server's connections are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ServerTls {
    #[default]
    None,
    StartTls,
    Implicit,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ServerOptions {
    pub(crate) tls: ServerTls,
    /// User and password without which no mail is taken.
    pub(crate) account: Option<(&'static str, &'static str)>,
    /// Offer AUTH LOGIN instead of AUTH PLAIN.
    pub(crate) login_mechanism: bool,
    /// Offer AUTH before encryption.
    pub(crate) plain_text_auth: bool,
    /// These recipients are refused with 550.
    pub(crate) unknown: Vec<&'static str>,
    /// How it takes what it is told.
    pub(crate) temper: Temper,
}

/// A mail as the server was given it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) raw: Vec<u8>,
}

/// What happened at the server, shared by its connections.
#[derive(Debug, Default)]
struct Log {
    received: Vec<Received>,
    connections: usize,
    commands: Vec<String>,
}

pub(crate) struct SmtpServer {
    port: u16,
    tls: ServerTls,
    log: Arc<Mutex<Log>>,
    certificate: tempfile::TempDir,
    accepting: JoinHandle<()>,
}

impl SmtpServer {
    pub(crate) async fn start(options: ServerOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, certificate) = encryption();
        let log = Arc::new(Mutex::new(Log::default()));
        let tls = options.tls;
        let notes = log.clone();
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, peer) = listener.accept().await.unwrap();
                notes.lock().unwrap().connections += 1;
                let connection = Conversation {
                    options: options.clone(),
                    acceptor: acceptor.clone(),
                    log: notes.clone(),
                };
                tokio::spawn(connection.run(stream, peer.ip()));
            }
        });
        Self {
            port,
            tls,
            log,
            certificate,
            accepting,
        }
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The authority that signed the server's certificate, as PEM.
    pub(crate) fn authority(&self) -> PathBuf {
        self.certificate.path().join("authority.pem")
    }

    /// A `MERIDIAN_MAIL` for this server; `account` is `user:password@` or empty.
    pub(crate) fn url(&self, account: &str) -> String {
        let scheme = if self.tls == ServerTls::Implicit {
            "smtps"
        } else {
            "smtp"
        };
        format!(
            "{scheme}://{account}{}?ca={}",
            self.address(),
            self.authority().display()
        )
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap().received.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }

    /// The first words of every command, upper case.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.log.lock().unwrap().commands.clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn encryption() -> (TlsAcceptor, tempfile::TempDir) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("authority.pem"), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), folder)
}

struct Conversation {
    options: ServerOptions,
    acceptor: TlsAcceptor,
    log: Arc<Mutex<Log>>,
}

impl Conversation {
    async fn run(self, stream: TcpStream, peer: IpAddr) {
        let mut session = self.session(peer);
        if self.options.tls == ServerTls::Implicit {
            session.tls_active();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                self.speak(stream, &mut session, true).await;
            }
            return;
        }
        let Some(stream) = self.speak(stream, &mut session, true).await else {
            return;
        };
        if let Ok(stream) = self.acceptor.accept(stream).await {
            session.tls_active();
            self.speak(stream, &mut session, false).await;
        }
    }

    fn session(&self, peer: IpAddr) -> Session<Mailbox> {
        let mut builder = SessionBuilder::new("mail.test");
        if self.options.tls == ServerTls::StartTls || self.options.tls == ServerTls::Implicit {
            builder.enable_start_tls();
        }
        if self.options.account.is_some() {
            builder.enable_auth(if self.options.login_mechanism {
                AuthMechanism::Login
            } else {
                AuthMechanism::Plain
            });
        }
        if self.options.plain_text_auth {
            builder.insecure_enable_plaintext_auth();
        }
        let mailbox = Mailbox {
            options: self.options.clone(),
            log: self.log.clone(),
            mail: Received::default(),
        };
        builder.build(peer, mailbox)
    }

    /// The first word of a command, upper case.
    fn note(&self, said: &str) {
        let verb = said.split_whitespace().next().unwrap_or_default();
        self.log.lock().unwrap().commands.push(verb.to_uppercase());
    }

    /// What the server makes of `step`, with what it says or does before it takes it; none when the connection is closed.
    async fn turn<S: AsyncWrite + Unpin>(&self, step: Step<'_>, stream: &mut S) -> Option<Turn> {
        let turn = self.options.temper.turn(step);
        match turn {
            Turn::Refuse(words) => {
                stream.write_all(words.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
                (!words.starts_with("421")).then_some(turn)
            }
            Turn::HangUp { taken: false, .. } => {
                before_the_answer(turn).await?;
                None
            }
            _ => Some(turn),
        }
    }

    /// Speaks until the connection ends, or gives the stream back for STARTTLS.
    async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        session: &mut Session<Mailbox>,
        greet: bool,
    ) -> Option<S> {
        let mut stream = BufReader::new(stream);
        if greet {
            self.turn(Step::Greeting, &mut stream).await?;
            say(&mut stream, &session.greeting()).await?;
        }
        let mut in_message = false;
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            let said = String::from_utf8_lossy(&line).trim_end().to_owned();
            if !in_message {
                self.note(&said);
            }
            let step = match (in_message, said.as_str()) {
                (false, command) => Some(Step::Command(command)),
                (true, ".") => Some(Step::FinalDot),
                (true, _) => None,
            };
            let turn = match step {
                Some(step) => self.turn(step, &mut stream).await?,
                None => Turn::Answer,
            };
            if matches!(turn, Turn::Refuse(_)) {
                continue;
            }
            let response = session.process(&line);
            in_message = response.code == START_DATA.code
                || (in_message && response.action == Action::NoReply);
            before_the_answer(turn).await?;
            say(&mut stream, &response).await?;
            match response.action {
                Action::Close => return None,
                Action::UpgradeTls => return Some(stream.into_inner()),
                Action::NoReply | Action::Reply => {}
            }
        }
    }
}

/// Waits as the server's temper wants it; none when it closes the connection instead of answering.
async fn before_the_answer(turn: Turn) -> Option<()> {
    match turn {
        Turn::Answer | Turn::Refuse(_) => {}
        Turn::AnswerAfter(pause) => tokio::time::sleep(pause).await,
        Turn::AnswerBehind(gate) => gate.opened().await,
        Turn::HangUp { after, .. } => {
            tokio::time::sleep(after).await;
            return None;
        }
    }
    Some(())
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), response: &Response) -> Option<()> {
    let mut words = Vec::new();
    response.write_to(&mut words).ok()?;
    stream.write_all(&words).await.ok()?;
    stream.flush().await.ok()
}

/// Takes the mails of one connection.
struct Mailbox {
    options: ServerOptions,
    log: Arc<Mutex<Log>>,
    mail: Received,
}

impl Mailbox {
    fn admit(&self, user: &str, password: &str) -> Response {
        if self.options.account == Some((user, password)) {
            AUTH_OK
        } else {
            INVALID_CREDENTIALS
        }
    }
}

impl Handler for Mailbox {
    fn mail(&mut self, _ip: IpAddr, _domain: &str, from: &str) -> Response {
        self.mail = Received {
            from: from.to_owned(),
            ..Received::default()
        };
        OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        if self.options.unknown.contains(&to) {
            return NO_MAILBOX;
        }
        self.mail.to.push(to.to_owned());
        OK
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.mail.raw.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = std::mem::take(&mut self.mail);
        self.log.lock().unwrap().received.push(mail);
        OK
    }

    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        self.admit(user, password)
    }

    fn auth_login(&mut self, user: &str, password: &str) -> Response {
        self.admit(user, password)
    }
}
