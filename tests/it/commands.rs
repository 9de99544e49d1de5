//! The binary itself, as an operator runs it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a database, and the commands that work on it.
struct Agency(TempDir);

impl Agency {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// One whose owner is olga@example.com.
    fn with_olga() -> Self {
        let agency = Self::new();
        succeeded(&agency.create_owner("olga@example.com", &[]));
        agency
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command(self.0.path(), arguments)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn create_owner(&self, email: &str, more: &[&str]) -> Output {
        let arguments = ["owner", "create", "--name", "Olga Berg", "--email", email];
        let arguments = [&arguments[..], &["--time-zone", "Europe/Berlin"], more].concat();
        self.run(&arguments)
    }
}

/// `meridian` in a folder of its own and without the settings of whoever runs the tests.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MERIDIAN_")) {
        command.env_remove(name);
    }
    command
}

pub(crate) fn succeeded(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one sentence of a command that failed.
pub(crate) fn failed(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors.trim_end().to_owned()
}

#[test]
fn the_first_owner_is_made_once() {
    let agency = Agency::new();
    let made = succeeded(&agency.create_owner("olga@example.com", &[]));
    assert!(made.starts_with("Olga Berg (per_"), "{made}");
    assert!(made.contains("5 × 8 hours at 80 %"), "{made}");
    let again = failed(&agency.create_owner("otto@example.com", &[]), 1);
    assert!(
        again.starts_with("Olga Berg is an owner already"),
        "{again}"
    );
    let taken = failed(&agency.create_owner("OLGA@example.com", &["--another"]), 1);
    assert!(
        taken.starts_with("Somebody has this address already."),
        "{taken}"
    );
    succeeded(&agency.create_owner("otto@example.com", &["--another"]));
}

#[test]
fn a_token_is_made_listed_and_revoked() {
    let agency = Agency::with_olga();
    let make = [
        "token",
        "create",
        "--person",
        "Olga@Example.com",
        "--name",
        "CI",
    ];
    let made = agency.run(&[&make[..], &["--expires-in-days", "30"]].concat());
    let token = succeeded(&made).trim_end().to_owned();
    assert!(token.starts_with("mer_") && token.len() == 47, "{token}");
    let note = String::from_utf8(made.stderr).unwrap();
    assert!(note.starts_with("It signs Olga Berg in until 20"), "{note}");

    let listed = succeeded(&agency.run(&["token", "list"]));
    assert_eq!(listed.lines().count(), 1);
    assert!(
        listed.contains("Olga Berg  “CI”  valid until 20"),
        "{listed}"
    );
    assert!(
        listed.contains("never used") && !listed.contains(&token),
        "{listed}"
    );
    let (id, _) = listed.split_once(' ').unwrap();
    succeeded(&agency.run(&["token", "revoke", id]));
    let listed = succeeded(&agency.run(&["token", "list", "--person", "olga@example.com"]));
    assert!(listed.contains("“CI”  revoked 20"), "{listed}");

    let made = agency.run(&[&make[..], &["--scope", "read"]].concat());
    succeeded(&made);
    let note = String::from_utf8(made.stderr).unwrap();
    assert!(
        note.starts_with("It signs Olga Berg in to read, until it is revoked."),
        "{note}"
    );
    let listed = succeeded(&agency.run(&["token", "list"]));
    assert!(
        listed.contains("valid, never used, may only read"),
        "{listed}"
    );

    let nobody = [
        "token",
        "create",
        "--person",
        "x@example.com",
        "--name",
        "CI",
    ];
    let refused = failed(&agency.run(&nobody), 1);
    assert_eq!(
        refused,
        "There is nobody with the address or id x@example.com."
    );
}

#[test]
fn the_database_is_migrated_as_often_as_one_likes() {
    let agency = Agency::new();
    for _ in 0..2 {
        let said = succeeded(&agency.run(&["migrate"]));
        assert_eq!(
            said,
            "The database sqlite://meridian.db?mode=rwc is up to date.\n"
        );
    }
    let elsewhere = [
        "migrate",
        "--database-url",
        "sqlite://no/such/folder/x.db?mode=rwc",
    ];
    let refused = failed(&agency.run(&elsewhere), 1);
    assert!(
        refused.starts_with(
            "MERIDIAN_DATABASE_URL (--database-url): the database sqlite://no/such/folder/x.db"
        ),
        "{refused}"
    );
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let agency = Agency::new();
    let printed = succeeded(&agency.run(&["schema"]));
    assert_eq!(printed, meridian::graphql::sorted_sdl());
    assert_eq!(std::fs::read_dir(agency.0.path()).unwrap().count(), 0);
}

#[test]
fn a_wrong_command_line_ends_with_status_2() {
    let agency = Agency::new();
    let refused = failed(&agency.run(&["serve", "--senders", "0"]), 2);
    assert!(refused.contains("--senders"), "{refused}");
    assert_eq!(agency.run(&["dance"]).status.code(), Some(2));
}

#[test]
fn a_provider_that_is_half_configured_is_refused_at_the_start() {
    let agency = Agency::new();
    let refused = agency.run(&["serve", "--oidc-issuer", "https://sso.example.com"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    let sentence = "MERIDIAN_OIDC_CLIENT_ID is not set, and MERIDIAN_OIDC_ISSUER is";
    assert!(said.contains(sentence), "{said}");
}

#[test]
fn a_preview_says_why_nothing_would_be_sent() {
    let agency = Agency::with_olga();
    let preview = [
        "preview",
        "--kind",
        "client-update",
        "--person",
        "olga@example.com",
    ];
    let said = succeeded(&agency.run(&preview));
    assert!(
        said.starts_with("Nothing would be sent: SKIPPED_EMPTY"),
        "{said}"
    );
}

/// A server that is killed when the test ends before it does.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(agency: &Agency) -> Self {
        let mut process = agency
            .command(&["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("Meridian listens on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Self { process, address }
    }

    /// Sends a signal, and answers the status and the log of the process once it has ended.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .unwrap();
        assert!(sent.success());
        let mut log = String::new();
        let mut errors = self.process.stderr.take().unwrap();
        errors.read_to_string(&mut log).unwrap();
        (self.process.wait().unwrap().code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_server_answers_until_it_is_told_to_stop() {
    let agency = Agency::with_olga();
    let make = [
        "token",
        "create",
        "--person",
        "olga@example.com",
        "--name",
        "CI",
    ];
    let token = succeeded(&agency.run(&make));
    for signal in ["TERM", "INT"] {
        let server = Server::start(&agency);
        let answer = reqwest::Client::new()
            .post(format!("http://{}/graphql", server.address))
            .bearer_auth(token.trim_end())
            .json(&json!({ "query": "{ clients { totalCount } }" }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["data"], json!({ "clients": { "totalCount": 0 } }));

        let health = ["healthcheck", "--listen", &server.address];
        succeeded(&agency.run(&health));
        succeeded(&agency.run(&[&health[..], &["--ready"]].concat()));
        let address = server.address.clone();
        let (status, log) = server.end(signal);
        assert_eq!(status, Some(0), "{log}");
        assert!(log.contains(&format!("SIG{signal}")), "{log}");
        assert!(!log.contains(token.trim_end()), "{log}");
        let dead = failed(&agency.run(&["healthcheck", "--listen", &address]), 1);
        assert!(
            dead.starts_with(&format!("Meridian at {address} is not well")),
            "{dead}"
        );
    }
}
