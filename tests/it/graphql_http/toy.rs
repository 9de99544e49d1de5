//! A toy schema behind the real endpoint and layers, and a client that asks it.
#![expect(
    clippy::unwrap_used,
    reason = "a test may end at the first thing that is not so"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{EmptySubscription, Enum, Object, Schema};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use meridian::config::Networks;
use meridian::error::{Error, Result};
use meridian::graphql::field_errors::FieldErrors;
use meridian::server::connections::Bounds;
use meridian::server::graphql::{self, Endpoint};
use meridian::server::{connections, health, with_layers};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinHandle;

/// How long a request of the toy may take, and a connection be quiet.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// A resolver that stands still in the middle until it is told to go on.
pub(super) struct Middle {
    at: watch::Sender<At>,
    go_on: Notify,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    NotBegun,
    Middle,
    End,
    /// Dropped in the middle.
    Cut,
}

impl Middle {
    /// Waits until it has come so far. Answers where it is when it does not come to that.
    pub(super) async fn comes_to(&self, wanted: At) -> At {
        let mut at = self.at.subscribe();
        let waiting = at.wait_for(|at| *at == wanted);
        let _ = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        *self.at.borrow()
    }

    pub(super) fn go_on(&self) {
        self.go_on.notify_one();
    }

    async fn pass(&self) -> i32 {
        struct Passing<'a>(&'a Middle);
        impl Drop for Passing<'_> {
            fn drop(&mut self) {
                self.0.at.send_modify(|at| {
                    if *at == At::Middle {
                        *at = At::Cut;
                    }
                });
            }
        }
        let passing = Passing(self);
        self.at.send_replace(At::Middle);
        self.go_on.notified().await;
        self.at.send_replace(At::End);
        drop(passing);
        1
    }
}

struct Query;
struct Mutation;
struct Viewer(&'static str);

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Style {
    Friendly,
    #[graphql(deprecation = "Use FRIENDLY.")]
    Loud,
}

struct Doll;

#[Object]
impl Doll {
    async fn name(&self) -> &str {
        "doll"
    }
    async fn price(&self) -> Result<Option<i32>> {
        Err(Error::NotFound("price"))
    }
    async fn inner(&self) -> Doll {
        Doll
    }
}

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }
    #[graphql(deprecation = "Use `hello`.")]
    async fn greeting(&self, style: Option<Style>) -> &str {
        match style {
            Some(Style::Loud) => "HI",
            Some(Style::Friendly) | None => "hi",
        }
    }
    async fn viewer<'a>(
        &self,
        context: &async_graphql::Context<'a>,
    ) -> async_graphql::Result<&'a str> {
        Ok(context.data::<Viewer>()?.0)
    }
    async fn double(&self, value: i32) -> i32 {
        value * 2
    }
    async fn dolls(&self, first: usize) -> Vec<Doll> {
        (0..first).map(|_| Doll).collect()
    }
    async fn doll(&self) -> Doll {
        Doll
    }
    async fn missing(&self) -> Result<Option<i32>> {
        Err(Error::NotFound("toy"))
    }
    async fn invalid(&self) -> Result<Option<i32>> {
        Err(Error::invalid("toy.size", "Give a size from 1 to 9."))
    }
    async fn fault(&self) -> Result<Option<i32>> {
        Err(Error::internal("password=hunter2"))
    }
    async fn stray(&self) -> async_graphql::Result<Option<i32>> {
        Err("password=hunter2".into())
    }
    async fn unregistered(
        &self,
        context: &async_graphql::Context<'_>,
    ) -> async_graphql::Result<Option<i32>> {
        context.data::<u64>()?;
        Ok(None)
    }
    async fn required(&self) -> Result<i32> {
        Err(Error::Forbidden("This is not yours.".into()))
    }
    async fn panics(&self) -> Option<i32> {
        Some("password=hunter2".parse().unwrap())
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(30)).await;
        1
    }
    async fn look(&self, context: &async_graphql::Context<'_>) -> async_graphql::Result<i32> {
        Ok(context.data::<Arc<Middle>>()?.pass().await)
    }
}

#[Object]
impl Mutation {
    async fn toy_make(&self) -> i32 {
        7
    }
    async fn toy_mend(&self, context: &async_graphql::Context<'_>) -> async_graphql::Result<i32> {
        Ok(context.data::<Arc<Middle>>()?.pass().await)
    }
    async fn scale(&self, by: Vec<i32>) -> i32 {
        by.iter().sum()
    }
}

type ToySchema = Schema<Query, Mutation, EmptySubscription>;

#[derive(Clone)]
struct Toy {
    endpoint: Endpoint<ToySchema>,
    middle: Arc<Middle>,
}

/// The toy schema on a free port.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) middle: Arc<Middle>,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) ended: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::with_places(1_000).await
    }

    /// One that has no more than so many connections open, all of them from here if need be.
    pub(super) async fn with_places(open: usize) -> Self {
        Self::within(Bounds {
            quiet: PATIENCE,
            open,
            trusted: Networks::parse("127.0.0.1").unwrap(),
        })
        .await
    }

    /// One whose connections have these bounds.
    pub(super) async fn within(bounds: Bounds) -> Self {
        let schema = Schema::build(Query, Mutation, EmptySubscription)
            .extension(FieldErrors)
            .finish();
        let sdl = schema.sdl();
        let middle = Arc::new(Middle {
            at: watch::Sender::new(At::NotBegun),
            go_on: Notify::new(),
        });
        let toy = Toy {
            endpoint: Endpoint::try_new(schema, &sdl, PATIENCE).unwrap(),
            middle: middle.clone(),
        };
        let router = Router::new()
            .route("/graphql", graphql::methods(answer))
            .route("/refused", post(refuse))
            .route("/panics", get(panics))
            .route("/healthz", get(health::healthz))
            .with_state(toy);
        let router = with_layers(router, &["https://app.example.com".parse().unwrap()]);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(connections::serve(listener, router, bounds, async {
            // A story that is over without having stopped it goes on needing it.
            if stopped.await.is_err() {
                std::future::pending().await
            }
        }));
        Self {
            address,
            middle,
            stop,
            ended,
        }
    }
}

/// Serves the toy schema on a free port and returns the server's address.
pub(super) async fn serve() -> String {
    format!("http://{}", Server::start().await.address)
}

async fn answer(State(toy): State<Toy>, request: Request) -> Response {
    let prepare = |request: async_graphql::Request| request.data(Viewer("anna")).data(toy.middle);
    toy.endpoint.answer(request, prepare).await
}

async fn refuse(headers: HeaderMap) -> Response {
    graphql::refuse(&headers, &Error::Unauthenticated)
}

async fn panics() -> String {
    panic!("password=hunter2")
}

pub(super) const OLD: &str = "application/json";
pub(super) const NEW: &str = "application/graphql-response+json";

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Answer {
    pub(super) async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.json().await.unwrap(),
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap()
    }

    pub(super) fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap()
    }
}

pub(super) async fn ask(accept: &str, body: Value) -> Answer {
    let request = reqwest::Client::new()
        .post(serve().await + "/graphql")
        .header("accept", accept)
        .json(&body);
    Answer::of(request.send().await.unwrap()).await
}

pub(super) async fn query(text: &str) -> Answer {
    ask(NEW, json!({ "query": text })).await
}

pub(super) async fn post_raw(content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = reqwest::Client::new()
        .post(serve().await + "/graphql")
        .header("content-type", content_type)
        .body(body);
    Answer::of(request.send().await.unwrap()).await
}

/// Sends a body whose length is not told, and returns the answer as far as it came.
pub(super) async fn post_in_chunks(body: &str) -> String {
    let address = serve().await;
    let address = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    for chunk in body.as_bytes().chunks(4_096) {
        let text = String::from_utf8_lossy(chunk);
        request += &format!("{:x}\r\n{text}\r\n", chunk.len());
    }
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1_024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}
