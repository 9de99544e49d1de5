//! The byte stream under an SMTP conversation, with four guards that lettre's connection lacks:
//! it hands out one line a read, so that nothing sent ahead of TLS survives into it; it refuses to
//! send while an unasked reply waits, so that a reply is never taken for the next command's; it
//! knows whether the final dot has left; and it makes each line one that lettre can read, so that a
//! yes in odd words stays a yes, and ends a reply that has no end.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use crate::fail_points;

/// What ends a message.
pub(super) const FINAL_DOT: &[u8; 5] = b"\r\n.\r\n";

/// A reply of more bytes has no end: lettre alone would keep a line until its time-out, and reads a reply anew with each
/// of its lines.
const LONGEST_REPLY: usize = 16 * 1024;

/// What is kept of a line: lettre refuses a reply for a line of 1,000 bytes.
const LONGEST_LINE: usize = 900;

/// A TCP or TLS stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug> Stream for T {}

/// A handle on the stream: one is given to lettre, one is kept to ask and to take the stream back.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    state: Arc<Mutex<State>>,
    peer: SocketAddr,
}

#[derive(Debug)]
struct State {
    stream: Option<BufReader<Box<dyn Stream>>>,
    /// The beginning of a line that has not come whole.
    line: Vec<u8>,
    /// What is to be read next: the rest of a whole line.
    ready: VecDeque<u8>,
    /// Bytes heard since we last spoke.
    heard: usize,
    /// Has the server said that it takes several commands at once?
    takes_several: bool,
    /// The last bytes that were sent.
    sent: [u8; FINAL_DOT.len()],
}

impl Wire {
    /// The wire to `peer`; `first` is read before anything that the peer says.
    pub(super) fn new(stream: Box<dyn Stream>, peer: SocketAddr, first: &'static [u8]) -> Self {
        let state = State {
            stream: Some(BufReader::new(stream)),
            line: Vec::new(),
            ready: first.iter().copied().collect(),
            heard: 0,
            takes_several: false,
            sent: [0; FINAL_DOT.len()],
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            peer,
        }
    }

    /// Takes the stream out, to encrypt it. None when it is gone, or when bytes wait that nobody asked for.
    pub(super) fn take_stream(&self) -> Option<Box<dyn Stream>> {
        let mut state = self.state();
        let stream = state.stream.take()?;
        let is_quiet =
            stream.buffer().is_empty() && state.line.is_empty() && state.ready.is_empty();
        is_quiet.then(|| stream.into_inner())
    }

    /// Has the end of a message left us, so that the server may have accepted it?
    pub(super) fn ended_with_the_final_dot(&self) -> bool {
        self.state().sent == *FINAL_DOT
    }

    /// Does the server take several commands at once (PIPELINING, RFC 2920)? lettre forgets what it has no use for.
    pub(super) fn takes_several(&self) -> bool {
        self.state().takes_several
    }

    /// The server's address.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn stream(&mut self) -> io::Result<Pin<&mut BufReader<Box<dyn Stream>>>> {
        let gone = || io::Error::from(io::ErrorKind::NotConnected);
        self.stream.as_mut().map(Pin::new).ok_or_else(gone)
    }

    /// Nothing may wait to be read when we begin to speak.
    fn check_silence(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.stream()?.poll_fill_buf(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok([])) => Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the server closed the connection",
            )),
            Poll::Ready(Ok(words)) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the server spoke out of turn: {}",
                    String::from_utf8_lossy(words)
                ),
            )),
            Poll::Ready(Err(error)) => Err(error),
        }
    }

    /// Hears until a line has come whole, or the server is gone.
    fn hear(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut stream = self.stream()?;
            let waiting = ready!(stream.as_mut().poll_fill_buf(cx))?;
            if waiting.is_empty() {
                self.ready.extend(std::mem::take(&mut self.line));
                return Poll::Ready(Ok(()));
            }
            let end = waiting.iter().position(|byte| *byte == b'\n');
            let heard = waiting[..end.map_or(waiting.len(), |end| end + 1)].to_vec();
            stream.consume(heard.len());
            self.heard += heard.len();
            if self.heard > LONGEST_REPLY {
                let endless = format!("the server's reply is longer than {LONGEST_REPLY} bytes");
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, endless)));
            }
            self.line.extend(heard);
            if end.is_some() {
                let line = legible(&std::mem::take(&mut self.line));
                self.takes_several |= offers_pipelining(&line);
                self.ready.extend(line.into_bytes());
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn remember(&mut self, sent: &[u8]) {
        let tail = sent.len().min(FINAL_DOT.len());
        self.sent.rotate_left(tail);
        self.sent[FINAL_DOT.len() - tail..].copy_from_slice(&sent[sent.len() - tail..]);
    }
}

/// A whole line as lettre reads it: in UTF-8, not too long, with a space after a code that stands alone, and with the line
/// break of the standard.
fn legible(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let text = &text[..text.floor_char_boundary(LONGEST_LINE)];
    let is_bare = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    format!("{text}{}\r\n", if is_bare { " " } else { "" })
}

/// Is this the line of an answer to EHLO that says so?
fn offers_pipelining(line: &str) -> bool {
    let keyword = line.strip_prefix("250").and_then(|rest| rest.get(1..));
    keyword.is_some_and(|keyword| keyword.trim_end().eq_ignore_ascii_case("PIPELINING"))
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.state();
        if state.ready.is_empty() {
            ready!(state.hear(cx))?;
        }
        let length = state.ready.len().min(into.remaining());
        let now: Vec<u8> = state.ready.drain(..length).collect();
        into.put_slice(&now);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        state.check_silence(cx)?;
        let written = ready!(state.stream()?.poll_write(cx, bytes))?;
        state.remember(&bytes[..written]);
        state.heard = 0;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.state();
        ready!(state.stream()?.poll_flush(cx))?;
        if state.sent == *FINAL_DOT {
            fail_points::reached("message-sent");
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state().stream()?.poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn wire() -> (Wire, tokio::io::DuplexStream) {
        let (ours, theirs) = duplex(1024);
        (
            Wire::new(Box::new(ours), ([127, 0, 0, 1], 25).into(), b""),
            theirs,
        )
    }

    #[tokio::test]
    async fn a_read_gives_one_line_and_a_reply_too_many_stops_us() {
        let (mut wire, mut server) = wire();
        server
            .write_all(b"250 first\r\n250 second\r\n")
            .await
            .unwrap();
        let mut into = [0; 64];
        let read = wire.read(&mut into).await.unwrap();
        assert_eq!(&into[..read], b"250 first\r\n");
        let error = wire.write_all(b"MAIL").await.unwrap_err().to_string();
        assert!(error.contains("out of turn: 250 second"), "{error}");
        assert!(
            wire.take_stream().is_none(),
            "what was said in plain text must not reach TLS"
        );
    }

    #[tokio::test]
    async fn each_line_is_made_one_that_can_be_read() {
        for (said, heard) in [
            (&b"250 ok\r\n"[..], "250 ok\r\n".to_owned()),
            (b"250\r\n", "250 \r\n".to_owned()),
            (b"250 ok\n", "250 ok\r\n".to_owned()),
            (
                b"550 Empf\xe4nger\r\n",
                "550 Empf\u{fffd}nger\r\n".to_owned(),
            ),
            (
                "550 Empfänger\r\n".as_bytes(),
                "550 Empfänger\r\n".to_owned(),
            ),
            (
                &[b"250 ", &[b'x'; 5_000][..], b"\r\n"].concat(),
                format!("250 {}\r\n", "x".repeat(LONGEST_LINE - 4)),
            ),
        ] {
            let (mut wire, mut server) = wire();
            let said = said.to_vec();
            tokio::spawn(async move {
                server.write_all(&said).await.unwrap();
                std::future::pending::<()>().await;
            });
            let mut line = vec![0; heard.len()];
            wire.read_exact(&mut line).await.unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), heard);
        }
    }

    #[test]
    fn pipelining_is_offered_in_a_line_of_its_own() {
        for (line, is_offer) in [
            ("250-PIPELINING\r\n", true),
            ("250 pipelining\r\n", true),
            ("250-PIPELINING \r\n", true),
            ("250-XPIPELINING\r\n", false),
            ("250-PIPELINING yes\r\n", false),
            ("550 PIPELINING\r\n", false),
            ("250\r\n", false),
            ("250ä\r\n", false),
        ] {
            assert_eq!(offers_pipelining(line), is_offer, "{line}");
        }
    }

    #[tokio::test]
    async fn a_reply_without_an_end_is_ended() {
        for line in [&b"x"[..], b"250-more\r\n"] {
            let (mut wire, mut server) = wire();
            let told = line.repeat(LONGEST_REPLY + 1);
            tokio::spawn(async move { server.write_all(&told).await });
            let mut heard = Vec::new();
            let error = wire.read_to_end(&mut heard).await.unwrap_err().to_string();
            assert!(error.contains("longer than 16384 bytes"), "{error}");
            assert!(heard.len() <= LONGEST_REPLY);
        }
    }

    #[tokio::test]
    async fn the_final_dot_is_seen_however_it_is_cut() {
        let (mut wire, _server) = wire();
        wire.write_all(b"body\r\n.").await.unwrap();
        assert!(!wire.ended_with_the_final_dot());
        wire.write_all(b"\r").await.unwrap();
        wire.write_all(b"\n").await.unwrap();
        assert!(wire.ended_with_the_final_dot());
        wire.write_all(b"QUIT\r\n").await.unwrap();
        assert!(!wire.ended_with_the_final_dot());
    }

    #[tokio::test]
    async fn a_closed_connection_is_noticed_before_speaking() {
        let (mut wire, server) = wire();
        drop(server);
        let error = wire.write_all(b"MAIL").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
    }
}
