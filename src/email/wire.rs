//! The byte stream under an SMTP conversation, with three guards that lettre's connection lacks:
//! it hands out one line a read, so that nothing sent ahead of TLS survives into it; it refuses to
//! send while an unasked reply waits, so that a reply is never taken for the next command's; and it
//! knows whether the final dot has left.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use crate::fail_points;

const FINAL_DOT: &[u8; 5] = b"\r\n.\r\n";

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
    /// Bytes to read before the stream's own.
    first: &'static [u8],
    /// The last bytes that were sent.
    sent: [u8; FINAL_DOT.len()],
}

impl Wire {
    /// The wire to `peer`; `first` is read before anything that the peer says.
    pub(super) fn new(stream: Box<dyn Stream>, peer: SocketAddr, first: &'static [u8]) -> Self {
        let state = State {
            stream: Some(BufReader::new(stream)),
            first,
            sent: [0; FINAL_DOT.len()],
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            peer,
        }
    }

    /// Takes the stream out, to encrypt it. None when it is gone, or when bytes wait that nobody asked for.
    pub(super) fn take_stream(&self) -> Option<Box<dyn Stream>> {
        let stream = self.state().stream.take()?;
        stream.buffer().is_empty().then(|| stream.into_inner())
    }

    /// Has the end of a message left us, so that the server may have accepted it?
    pub(super) fn ended_with_the_final_dot(&self) -> bool {
        self.state().sent == *FINAL_DOT
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

    fn remember(&mut self, sent: &[u8]) {
        let tail = sent.len().min(FINAL_DOT.len());
        self.sent.rotate_left(tail);
        self.sent[FINAL_DOT.len() - tail..].copy_from_slice(&sent[sent.len() - tail..]);
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.state();
        if !state.first.is_empty() {
            let (now, later) = state
                .first
                .split_at(state.first.len().min(into.remaining()));
            into.put_slice(now);
            state.first = later;
            return Poll::Ready(Ok(()));
        }
        let mut stream = state.stream()?;
        let waiting = ready!(stream.as_mut().poll_fill_buf(cx))?;
        let line = waiting
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(waiting.len(), |end| end + 1);
        let length = line.min(into.remaining());
        into.put_slice(&waiting[..length]);
        stream.consume(length);
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
