//! A program that is told of events: it keeps what it hears and answers as it is bidden.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request that came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// What it answers to one request; 200 where it is bidden nothing.
type Answer = (u16, &'static str, String, String);

#[derive(Clone)]
struct Shared {
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    open: watch::Receiver<bool>,
}

/// The program; gone when it is dropped.
pub(super) struct Receiver {
    pub(super) port: u16,
    shared: Shared,
    gate: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let gate = watch::Sender::new(true);
        let shared = Shared {
            heard: Arc::default(),
            answers: Arc::default(),
            open: gate.subscribe(),
        };
        let router = Router::new().fallback(hear).with_state(shared.clone());
        let server = tokio::spawn(async {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            port,
            shared,
            gate,
            server,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events?key=a", self.port)
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.shared.heard.lock().unwrap().clone()
    }

    /// The one request that came.
    pub(super) fn one(&self) -> Heard {
        let mut heard = self.heard();
        assert_eq!(heard.len(), 1, "{heard:#?}");
        heard.remove(0)
    }

    /// The next request is answered by this status.
    pub(super) fn answers(&self, status: u16) {
        self.answers_with(status, "x-nothing", "", "");
    }

    /// The next request is answered by this status, with a header and a body.
    pub(super) fn answers_with(&self, status: u16, name: &'static str, value: &str, body: &str) {
        let answer = (status, name, value.to_owned(), body.to_owned());
        self.shared.answers.lock().unwrap().push_back(answer);
    }

    /// Answers nothing until it is let go on.
    pub(super) fn holds(&self) {
        self.gate.send_replace(false);
    }

    pub(super) fn goes_on(&self) {
        self.gate.send_replace(true);
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn hear(State(mut shared): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    shared.heard.lock().unwrap().push(Heard {
        headers: head.headers,
        text: String::from_utf8(bytes.into()).unwrap(),
    });
    // The gate may be gone with the story.
    let _ = shared.open.wait_for(|open| *open).await;
    let answer = shared.answers.lock().unwrap().pop_front();
    let (status, name, value, body) =
        answer.unwrap_or((200, "x-nothing", String::new(), String::new()));
    let status = axum::http::StatusCode::from_u16(status).unwrap();
    (status, [(name, value)], body).into_response()
}
