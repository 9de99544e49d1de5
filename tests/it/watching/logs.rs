//! Logs are for whoever runs Meridian: by request and by mail, without anybody's address or secrets.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use meridian::email::memory::Failure;
use meridian::telemetry::{self, LogFilter, LogFormat};
use serde_json::Value;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::outbox::emails;

on_both_databases!(
    a_week_s_log_names_mails_and_requests_and_no_address,
    what_databases_and_mail_servers_say_is_masked_as_well,
);

/// The log of this thread, as lines of JSON, until it is dropped.
pub(super) struct Log {
    lines: Lines,
    _installed: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Everything from `debug` on, as `MERIDIAN_LOG_FORMAT=json` has it.
    pub(super) fn start() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let filter = LogFilter::parse("debug").unwrap();
        let dispatch = telemetry::dispatch(&filter, LogFormat::Json, move || writer.clone());
        Self {
            lines,
            _installed: tracing::dispatcher::set_default(&dispatch),
        }
    }

    fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }

    fn events(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// How many events have this message.
    pub(super) fn count(&self, message: &str) -> usize {
        let is_it = |event: &Value| {
            let told = event["message"].as_str();
            told.is_some_and(|told| told.starts_with(message))
        };
        self.events().iter().filter(|event| is_it(event)).count()
    }
}

/// The word around an `@` that is not masked.
fn whole_address(text: &str) -> Option<&str> {
    let mut words = text.split(|c: char| c.is_whitespace() || "\"'<>(),;".contains(c));
    words.find(|word| {
        let local = word.split_once('@').map(|(local, _)| local);
        local.is_some_and(|local| !local.contains('…'))
    })
}

async fn a_week_s_log_names_mails_and_requests_and_no_address(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let log = Log::start();
    app.memory().fail_next(1, Failure::TryLater);
    app.memory().fail_next(1, Failure::UnknownRecipient);
    app.memory().fail_next(1, Failure::WrongPassword);
    for day in 23..28 {
        for time in ["08:00", "08:30", "13:00"] {
            app.mails_at(&format!("2026-11-{day}T{time}:00Z")).await;
        }
    }
    let request = Request::get("/nowhere?token=mer_abcdefghijklmnopqrstuvwxyz")
        .header("authorization", format!("Bearer {}", demo.eleanor.token))
        .header("x-request-id", "asked-by-a-story");
    app.send(request.body(Body::empty()).unwrap()).await;
    for path in ["/a/shortish", "/sign-in/shortish"] {
        let request = Request::post(path).body(Body::empty()).unwrap();
        app.send(request).await;
    }
    let (text, events) = (log.text(), log.events());
    drop(log);

    let sent = emails(app, &demo.eleanor).await;
    let sent: Vec<_> = sent.iter().filter(|mail| mail["state"] == "SENT").collect();
    assert!(sent.len() >= 3, "{}", sent.len());
    for mail in &sent {
        let told = |event: &&Value| event["mail"] == mail["id"] && event["message"] == "mail sent";
        assert_eq!(events.iter().filter(told).count(), 1, "{mail}");
    }
    let refused = events
        .iter()
        .filter(|event| event["message"] == "mail not sent");
    assert_eq!(refused.count(), 3, "{text}");
    assert!(
        text.contains("…a@halyard.example") || text.contains("…m@halyard.example"),
        "{text}"
    );
    let of_request = events
        .iter()
        .find(|event| event["span"]["id"] == "asked-by-a-story");
    assert!(of_request.is_some(), "{text}");
    assert_eq!(whole_address(&text), None);
    for secret in [
        &*demo.eleanor.token,
        "mer_abc",
        "shortish",
        app.secret().unwrap().expose(),
    ] {
        assert!(!text.contains(secret));
    }
}

async fn what_databases_and_mail_servers_say_is_masked_as_well(_: &TestApp) {
    let log = Log::start();
    let error = "duplicate key value: Key (lower(email))=(zoe@client.example) already exists";
    tracing::error!(error, "at postgres://meridian:s3cret@db.example/agency");
    tracing::warn!(error = ?Err::<(), _>("link https://m.example/a/AbCdEfGhIjKlMnOpQrStUvWxYz is dead"));
    tracing::warn!("https://m.example/sign-in/AbCdEfGhIjKlMnOpQrStUvWxYz is dead as well");
    let text = log.text();
    assert!(text.contains("/sign-in/… is dead as well"), "{text}");
    assert!(text.contains("(z…e@client.example)"), "{text}");
    assert!(text.contains("postgres://…@db.example/agency"), "{text}");
    assert!(text.contains("/a/… is dead"), "{text}");
    assert_eq!(whole_address(&text), None);
    assert!(!text.contains("s3cret") && !text.contains("AbCd"), "{text}");
    assert_eq!(log.events().len(), 3, "each is a line of JSON still");
}
