//! A mail server that does exactly what a script says, for the faults that no sound server makes.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One step of a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Says this, line break included.
    Say(&'static str),
    /// Says this a byte at a time, with pauses.
    SayInPieces(&'static str),
    /// Reads one line, which must begin so.
    Hear(&'static str),
    /// Reads a message up to and with its final dot.
    HearMessage,
    /// Reads this many bytes of a message.
    HearBytes(usize),
    /// Waits this many milliseconds.
    Pause(u64),
    /// Says and hears nothing more, and keeps the connection open.
    FallSilent,
    /// Closes the connection.
    HangUp,
}

/// Greeting and EHLO without any extension.
pub(crate) const HELLO: [Step; 3] = [
    Step::Say("220 scripted ESMTP\r\n"),
    Step::Hear("EHLO"),
    Step::Say("250 scripted\r\n"),
];

/// A server with one script for each connection; further connections are closed at once.
pub(crate) struct ScriptedSmtp {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl ScriptedSmtp {
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        tokio::spawn(async move {
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(play(stream, script, notes.clone()));
            }
        });
        Self { port, heard }
    }

    /// Script of one connection: greeting, EHLO, then `steps`.
    pub(crate) async fn after_hello(steps: &[Step]) -> Self {
        Self::start(vec![[&HELLO, steps].concat()]).await
    }

    /// `smtp://127.0.0.1:PORT`, in plain text.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Every command line that was heard, over all connections.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Plays one script to its end or to the client's going; what was not as scripted is noted as a line of its own.
async fn play(stream: TcpStream, script: Vec<Step>, heard: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    for step in script {
        let mut line = String::new();
        match step {
            Step::Say(words) => {
                let _ = stream.write_all(words.as_bytes()).await;
            }
            Step::SayInPieces(words) => {
                for byte in words.bytes() {
                    let _ = stream.write_all(&[byte]).await;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
            Step::Hear(wanted) => {
                let _ = stream.read_line(&mut line).await;
                heard.lock().unwrap().push(line.trim_end().to_owned());
                if !line.starts_with(wanted) {
                    heard
                        .lock()
                        .unwrap()
                        .push(format!("!! {wanted} was expected"));
                    return;
                }
            }
            Step::HearMessage => {
                while stream.read_line(&mut line).await.unwrap_or(0) > 0
                    && !line.ends_with("\r\n.\r\n")
                {}
            }
            Step::HearBytes(count) => {
                let _ = stream.read_exact(&mut vec![0; count]).await;
            }
            Step::Pause(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await
            }
            Step::FallSilent => std::future::pending().await,
            Step::HangUp => return,
        }
    }
}
