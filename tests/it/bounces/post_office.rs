//! The mail server's side: reports in the shapes of real ones, and the pipe they come through.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use meridian::config::Config;
use meridian::email::message::Outgoing;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};

/// Where reports go in these stories.
pub(super) const BOUNCES: &str = "bounce@mail.agency.example";

/// The same application with a bounce address.
pub(super) async fn with_bounces(app: &TestApp) -> TestApp {
    let address = Some(BOUNCES.parse().unwrap());
    let config = Config {
        bounce_address: address,
        ..(*app.config).clone()
    };
    app.configured(Arc::new(config)).await
}

/// The envelope's sender.
pub(super) fn sender(mail: &Outgoing) -> String {
    mail.envelope.from().unwrap().to_string()
}

/// What became of a recipient, as a Postfix writes it.
pub(super) struct Fate<'a> {
    pub(super) to: &'a str,
    pub(super) action: &'a str,
    pub(super) status: &'a str,
    pub(super) diagnosis: &'a str,
}

pub(super) fn unknown(to: &str) -> Fate<'_> {
    Fate {
        to,
        action: "failed",
        status: "5.1.1",
        diagnosis: "550 5.1.1 nobody of that name",
    }
}

/// A report to `return_path`, told apart from others by `number`.
pub(super) fn report(return_path: &str, number: u32, fate: &Fate<'_>) -> String {
    let Fate {
        to,
        action,
        status,
        diagnosis,
    } = fate;
    format!(
        "X-Original-To: {return_path}\r\nFrom: MAILER-DAEMON@mx.client.example\r\nTo: {return_path}\r\n\
         Message-ID: <report.{number}@mx.client.example>\r\nSubject: About your mail\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"cut\"\r\n\r\n\
         --cut\r\nContent-Type: text/plain\r\n\r\nThis is about your mail.\r\n\r\n\
         --cut\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.client.example\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nOriginal-Recipient: rfc822;{to}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; {diagnosis}\r\n\r\n\
         --cut\r\nContent-Type: message/rfc822\r\n\r\nSubject: Week 48\r\n\r\nhello\r\n--cut--\r\n"
    )
}

/// `meridian bounce` with a message on its standard input.
pub(super) struct Pipe<'a> {
    pub(super) database_url: &'a str,
    pub(super) arguments: &'a [&'a str],
    pub(super) environment: &'a [(&'a str, &'a str)],
}

impl Pipe<'_> {
    pub(super) fn read(&self, message: &str) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MERIDIAN_")) {
            command.env_remove(name);
        }
        command
            .env_remove("RECIPIENT")
            .env_remove("ORIGINAL_RECIPIENT")
            .args(["bounce", "--database-url", self.database_url])
            .args(self.arguments)
            .envs(self.environment.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut input = process.stdin.take().unwrap();
        // A pipe that is closed early would be told by the status as well.
        let written = input.write_all(message.as_bytes());
        drop(input);
        let output = process.wait_with_output().unwrap();
        written.unwrap();
        output
    }
}

/// Reads a message that was delivered to nobody in particular: its header says to whom.
pub(super) fn read(app: &TestApp, message: &str) -> Output {
    let pipe = Pipe {
        database_url: app.database_url(),
        arguments: &[],
        environment: &[],
    };
    pipe.read(message)
}

/// What the command said of a message that it saw to.
pub(super) fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What the command said of a message that it refused, with the status it ended with.
pub(super) fn refused(output: &Output) -> (Option<i32>, String) {
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    (output.status.code(), said)
}

/// The suppressed addresses in force, as an owner reads them.
pub(super) async fn suppressed(app: &TestApp, by: &Actor) -> Vec<Value> {
    let document = "{ suppressedAddresses { nodes { id address reason version liftedAt people { name } contacts { name client { name } } } } }";
    let mut data = app.ask(by, document, json!({})).await;
    let Value::Array(nodes) = data["suppressedAddresses"]["nodes"].take() else {
        panic!("suppressed addresses are a list");
    };
    nodes
}
