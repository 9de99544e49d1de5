//! The application behind a real socket, and clients that speak HTTP by hand: too slowly, or not to the end.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use meridian::app::App;
use meridian::server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than any bound of a story.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Served {
    /// Serves the whole of `app`.
    pub(crate) async fn by(app: &App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let app = app.clone();
        let ended = tokio::spawn(async move {
            let told = async {
                let _ = stopped.await;
            };
            server::serve(&app, listener, told).await.unwrap();
        });
        Self {
            address,
            stop,
            ended,
        }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Tells it to stop. What is answered ends when it has.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).unwrap();
        self.ended
    }
}

/// A POST, of which the end may be missing.
pub(crate) fn post(path: &str, headers: &[(&str, &str)], length: usize, body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "POST {path} HTTP/1.1\r\nhost: meridian\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

/// Connects and says `text`.
pub(crate) async fn say(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// As [`say`], from an address of this machine.
pub(crate) async fn say_from(from: Ipv4Addr, address: SocketAddr, text: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    // One that is not taken may be closed already.
    let _ = stream.write_all(text.as_bytes()).await;
    stream
}

/// Says `text` and then a space every 50 ms, as one who means to keep the line. Answers what is heard until the other side
/// hangs up.
pub(crate) async fn trickle(address: SocketAddr, text: &str) -> String {
    let (mut reader, mut writer) = say(address, text).await.into_split();
    let trickling = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let heard = heard(&mut reader).await;
    trickling.abort();
    heard
}

/// What comes until the other side hangs up.
pub(crate) async fn heard(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut heard = Vec::new();
    let mut chunk = [0; 4_096];
    let reading = async {
        // One that hangs up on somebody who is still talking may do so by a reset.
        while let Ok(length @ 1..) = stream.read(&mut chunk).await {
            heard.extend_from_slice(&chunk[..length]);
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, reading).await;
    assert!(in_time.is_ok(), "the line was left open");
    String::from_utf8(heard).unwrap()
}
