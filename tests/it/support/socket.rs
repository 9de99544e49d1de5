//! A client that speaks graphql-transport-ws, and one that listens to an event stream.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::app::Actor;

/// Longer than any bound of a story.
const PATIENCE: Duration = Duration::from_secs(60);

/// A socket.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    events: VecDeque<Value>,
}

impl Socket {
    /// Shakes hands, with the protocol's name and `headers`.
    pub(crate) async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let named = [("sec-websocket-protocol", "graphql-transport-ws")];
        let headers: Vec<_> = named.into_iter().chain(headers.iter().copied()).collect();
        Self::shake_hands(address, &headers).await.unwrap()
    }

    /// Shakes hands, with `headers` alone.
    pub(crate) async fn shake_hands(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        // Small, so that who does not read is soon known for it.
        let tcp = TcpSocket::new_v4().unwrap();
        tcp.set_recv_buffer_size(8 * 1_024).unwrap();
        let tcp = tcp.connect(address).await.unwrap();
        let (stream, _) = client_async(request, tcp).await?;
        let events = VecDeque::new();
        Ok(Self { stream, events })
    }

    /// A socket of somebody who is known.
    pub(crate) async fn of(address: SocketAddr, actor: &Actor) -> Self {
        let mut socket = Self::open(address, &[]).await;
        socket.sign_in(actor).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Says who one is.
    pub(crate) async fn sign_in(&mut self, actor: &Actor) {
        let authorization = format!("Bearer {}", actor.token);
        let payload = json!({ "Authorization": authorization });
        self.say(json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    /// Says a message.
    pub(crate) async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    /// Says anything.
    pub(crate) async fn say_text(&mut self, text: &str) {
        // A server that closes meanwhile may not take it; what it says then is heard.
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// Says what is no text.
    pub(crate) async fn say_bytes(&mut self) {
        let _ = self.stream.send(Message::binary(vec![1_u8, 2, 3])).await;
    }

    /// Asks for something.
    pub(crate) async fn ask(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// Subscribes, and waits until that stands: the server answers what comes after it.
    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.ask(id, query, variables).await;
        self.say(json!({ "type": "ping" })).await;
        loop {
            match self.message().await {
                Ok(message) if message["type"] == "pong" => return,
                Ok(message) => self.events.push_back(message),
                Err(code) => panic!("closed with {code}"),
            }
        }
    }

    /// The next message. Pings are answered.
    pub(crate) async fn hear(&mut self) -> Value {
        if let Some(event) = self.events.pop_front() {
            return event;
        }
        match self.message().await {
            Ok(message) => message,
            Err(code) => panic!("closed with {code}"),
        }
    }

    /// The data of the next result.
    pub(crate) async fn next(&mut self, id: &str) -> Value {
        let mut message = self.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("next"), &json!(id)),
            "{message:#}"
        );
        assert_eq!(message["payload"].get("errors"), None, "{message:#}");
        message["payload"]["data"].take()
    }

    /// The code of the next error of an operation.
    pub(crate) async fn refusal(&mut self, id: &str) -> String {
        let message = self.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!(id)),
            "{message:#}"
        );
        let code = &message["payload"][0]["extensions"]["code"];
        code.as_str().unwrap().to_owned()
    }

    /// The code by which the socket is closed, whatever is said before; 0: without a word.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.message().await {
                return code;
            }
        }
    }

    async fn message(&mut self) -> Result<Value, u16> {
        let heard = tokio::time::timeout(PATIENCE, self.answering_pings()).await;
        heard.expect("nothing was said")
    }

    async fn answering_pings(&mut self) -> Result<Value, u16> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message != json!({ "type": "ping" }) {
                        return Ok(message);
                    }
                    self.say(json!({ "type": "pong" })).await;
                }
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or(0, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
        }
    }

    /// As [`Self::closed`], of one who answers no ping.
    pub(crate) async fn unanswering(&mut self) -> u16 {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Close(frame))) => {
                    return frame.map_or(0, |frame| frame.code.into());
                }
                Some(Ok(_)) => {}
                _ => return 0,
            }
        }
    }

    /// The next ping of the server, left without an answer.
    pub(crate) async fn ping_unanswered(&mut self) {
        let heard = self.stream.next().await.unwrap().unwrap();
        assert_eq!(heard.into_text().unwrap(), r#"{"type":"ping"}"#);
    }
}

/// An event stream.
pub(crate) struct EventStream {
    response: reqwest::Response,
    heard: String,
}

impl EventStream {
    /// Listens to what a request is answered by.
    pub(crate) async fn open(request: reqwest::RequestBuilder) -> Self {
        let request = request.header("accept", "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let heard = String::new();
        Self { response, heard }
    }

    /// Asks by POST.
    pub(crate) async fn post(url: &str, actor: &Actor, query: &str) -> Self {
        let request = reqwest::Client::new().post(url).bearer_auth(&actor.token);
        Self::open(request.json(&json!({ "query": query }))).await
    }

    /// The next event, or comment: its name and its data. None at the end.
    pub(crate) async fn hear(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.heard.split_once("\n\n") {
                let lines: Vec<&str> = event.lines().collect();
                let field = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
                let name = field("event:").unwrap_or(":").trim().to_owned();
                let data = field("data:").unwrap_or_default().trim();
                let data = serde_json::from_str(data).unwrap_or_default();
                self.heard = rest.to_owned();
                return Some((name, data));
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("nothing was said").ok().flatten()?;
            self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that is no comment.
    pub(crate) async fn event(&mut self) -> Option<(String, Value)> {
        loop {
            let heard = self.hear().await?;
            if heard.0 != ":" {
                return Some(heard);
            }
        }
    }
}
