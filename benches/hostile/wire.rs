//! How the guests talk: HTTP by hand, and WebSockets, each from an address of theirs.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Longer than the server takes for anything that it answers.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: u64 = 4 * 1_024 * 1_024;
/// So little of an answer is on its way to somebody who does not read.
const SMALL_BUFFER: u32 = 8 * 1_024;

/// What came of a visit: a status, a close code or a word, and what was answered.
pub(crate) struct End {
    pub(crate) what: String,
    pub(crate) answer: String,
}

impl End {
    fn silent(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            answer: String::new(),
        }
    }

    /// Of what was heard until the line was cut.
    fn of(heard: &[u8]) -> Self {
        let answer = String::from_utf8_lossy(heard).into_owned();
        let status = answer
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3));
        Self {
            what: status.unwrap_or("hung up").to_owned(),
            answer,
        }
    }
}

async fn connect(address: SocketAddr, from: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(SMALL_BUFFER)?;
    socket.bind((from, 0).into())?;
    socket.connect(address).await
}

/// Says `words` and hears the answer.
pub(crate) async fn ask(address: SocketAddr, from: Ipv4Addr, words: Vec<u8>) -> End {
    let asking = async {
        let Ok(stream) = connect(address, from).await else {
            return End::silent("no connection");
        };
        let (reader, mut writer) = stream.into_split();
        let mut heard = Vec::new();
        // A server that has heard enough answers, and hangs up on the rest.
        let saying = async { writer.write_all(&words).await.is_ok() };
        let _ = tokio::join!(saying, hear(reader, &mut heard));
        End::of(&heard)
    };
    let asked = tokio::time::timeout(PATIENCE, asking).await;
    asked.unwrap_or_else(|_| End::silent("no answer"))
}

async fn hear(reader: impl AsyncReadExt + Unpin, heard: &mut Vec<u8>) {
    // One that hangs up on somebody who is still talking may do so by a reset.
    let _ = reader.take(LONGEST_ANSWER).read_to_end(heard).await;
}

/// Says `words`, and then a letter every second.
pub(crate) async fn trickle(address: SocketAddr, from: Ipv4Addr, words: Vec<u8>) -> End {
    let Ok(stream) = connect(address, from).await else {
        return End::silent("no connection");
    };
    let (reader, mut writer) = stream.into_split();
    let mut heard = Vec::new();
    let trickling = async {
        let mut said = writer.write_all(&words).await;
        while said.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            said = writer.write_all(b"a").await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = trickling => {}
        () = hear(reader, &mut heard) => {}
    }
    End::of(&heard)
}

/// Says `words` once, and waits.
pub(crate) async fn wait(address: SocketAddr, from: Ipv4Addr, words: Vec<u8>) -> End {
    let Ok(mut stream) = connect(address, from).await else {
        return End::silent("no connection");
    };
    let mut heard = Vec::new();
    if stream.write_all(&words).await.is_ok() {
        hear(stream, &mut heard).await;
    }
    End::of(&heard)
}

/// Says `words` again and again, and reads nothing.
pub(crate) async fn turn_away(address: SocketAddr, from: Ipv4Addr, words: Vec<u8>) -> End {
    let Ok(mut stream) = connect(address, from).await else {
        return End::silent("no connection");
    };
    while stream.write_all(&words).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    End::silent("hung up")
}

/// Opens a socket, says `messages`, and hears what comes until it is closed.
pub(crate) async fn talk(address: SocketAddr, from: Ipv4Addr, messages: Vec<String>) -> End {
    let Ok(stream) = connect(address, from).await else {
        return End::silent("no connection");
    };
    let request = format!("ws://{address}/graphql").into_client_request();
    let mut request = request.expect("an address");
    let protocol = "graphql-transport-ws".parse().expect("a name");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let mut socket = match client_async(request, stream).await {
        Ok((socket, _)) => socket,
        Err(Error::Http(refused)) => {
            let body = refused.body().as_deref().unwrap_or_default();
            return End {
                what: refused.status().as_str().to_owned(),
                answer: String::from_utf8_lossy(body).into_owned(),
            };
        }
        Err(_) => return End::silent("hung up"),
    };
    for message in messages {
        if socket.send(Message::text(message)).await.is_err() {
            break;
        }
    }
    let mut answer = String::new();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) if answer.len() < 100_000 => answer.push_str(&text),
            Message::Close(frame) => {
                let code = frame.map_or(0, |frame| frame.code.into());
                return End {
                    what: code.to_string(),
                    answer,
                };
            }
            _ => {}
        }
    }
    End {
        what: "hung up".to_owned(),
        answer,
    }
}
