//! A mail server that does exactly what a script says, for the faults that no sound server makes.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One step of a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Says this, line break included.
    Say(&'static str),
    /// Says this a byte at a time, with pauses.
    SayInPieces(&'static str),
    /// Says this so many times over.
    SayOften(&'static str, usize),
    /// Takes so many whole mails, as a sound server does, until the client says goodbye.
    Serve(usize),
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

/// A server with one script for each connection; further connections are closed at once, unless there is a script that is
/// always played.
pub(crate) struct ScriptedSmtp {
    port: u16,
    notes: Arc<Mutex<Notes>>,
    accepting: JoinHandle<()>,
}

/// What happened at the server, over all connections.
#[derive(Debug, Default)]
struct Notes {
    connections: usize,
    heard: Vec<String>,
    messages: Vec<String>,
    always: Option<Vec<Step>>,
}

impl Drop for ScriptedSmtp {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl ScriptedSmtp {
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let notes = Arc::new(Mutex::new(Notes::default()));
        let noted = notes.clone();
        let accepting = tokio::spawn(async move {
            let mut scripts = scripts.into_iter();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                noted.lock().unwrap().connections += 1;
                let always = noted.lock().unwrap().always.clone();
                if let Some(script) = scripts.next().or(always) {
                    tokio::spawn(play(stream, script, noted.clone()));
                }
            }
        });
        Self {
            port,
            notes,
            accepting,
        }
    }

    /// A server that plays `script` on every connection.
    pub(crate) async fn always(script: &[Step]) -> Self {
        let server = Self::start(Vec::new()).await;
        server.go_on(script);
        server
    }

    /// From now on plays `script` on every connection that has none of its own.
    pub(crate) fn go_on(&self, script: &[Step]) {
        self.notes.lock().unwrap().always = Some(script.to_vec());
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
        self.notes.lock().unwrap().heard.clone()
    }

    /// Every message that was heard to its final dot, over all connections, whatever was said of it.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.notes.lock().unwrap().messages.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.notes.lock().unwrap().connections
    }
}

/// Plays one script to its end or to the client's going; what was not as scripted is noted as a line of its own.
async fn play(stream: TcpStream, script: Vec<Step>, notes: Arc<Mutex<Notes>>) {
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
            Step::SayOften(words, times) => {
                let _ = stream.write_all(words.repeat(times).as_bytes()).await;
            }
            Step::Serve(mails) => serve(&mut stream, mails, &notes).await,
            Step::Hear(wanted) => {
                let _ = stream.read_line(&mut line).await;
                let mut notes = notes.lock().unwrap();
                notes.heard.push(line.trim_end().to_owned());
                if !line.starts_with(wanted) {
                    notes.heard.push(format!("!! {wanted} was expected"));
                    return;
                }
            }
            Step::HearMessage => hear_message(&mut stream, &notes).await,
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

async fn hear_message(stream: &mut BufReader<TcpStream>, notes: &Mutex<Notes>) {
    let mut message = Vec::new();
    while !message.ends_with(b"\r\n.\r\n") {
        if stream.read_until(b'\n', &mut message).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let message = String::from_utf8_lossy(&message).into_owned();
    notes.lock().unwrap().messages.push(message);
}

/// Answers every command until so many mails were taken.
async fn serve(stream: &mut BufReader<TcpStream>, mails: usize, notes: &Mutex<Notes>) {
    let mut taken = 0;
    while taken < mails {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        notes.lock().unwrap().heard.push(line.trim_end().to_owned());
        let answer = match line.split([' ', '\r']).next().unwrap_or_default() {
            "DATA" => {
                let _ = stream.write_all(b"354 go ahead\r\n").await;
                hear_message(stream, notes).await;
                taken += 1;
                "250 queued\r\n"
            }
            "AUTH" => "235 welcome\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
