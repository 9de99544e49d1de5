//! How a mail server takes what it is told: as a sound one does, or as badly as a story wants it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// What a server is at when it asks its temper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// Somebody has connected.
    Greeting,
    /// A command, as it was said: `RCPT TO:<zoe@client.example>`.
    Command(&'a str),
    /// The final dot of a message.
    FinalDot,
}

/// What it makes of that.
#[derive(Clone, Debug)]
pub(crate) enum Turn {
    /// Takes it and answers.
    Answer,
    /// Takes it, and answers after so long.
    AnswerAfter(Duration),
    /// Takes it, and answers once the gate is open.
    AnswerBehind(Gate),
    /// Takes nothing and says this; after a 421 it closes the connection.
    Refuse(&'static str),
    /// Says nothing and closes the connection after so long, whether it has taken it or not.
    HangUp { taken: bool, after: Duration },
}

/// Decides what a server makes of each step; a sound one's by default.
#[derive(Clone, Default)]
pub(crate) struct Temper(Option<Arc<Decide>>);

type Decide = dyn Fn(Step<'_>) -> Turn + Send + Sync;

impl Temper {
    pub(crate) fn new(decide: impl Fn(Step<'_>) -> Turn + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(decide)))
    }

    /// A sound server that does not answer the final dot, or else a command of this verb, while `gate` is closed.
    pub(crate) fn behind(gate: &Gate, verb: Option<&'static str>) -> Self {
        let gate = gate.clone();
        Self::new(move |step| {
            let held = match (step, verb) {
                (Step::FinalDot, None) => true,
                (Step::Command(said), Some(verb)) => said.starts_with(verb),
                _ => false,
            };
            match held {
                true => Turn::AnswerBehind(gate.clone()),
                false => Turn::Answer,
            }
        })
    }

    pub(crate) fn turn(&self, step: Step<'_>) -> Turn {
        self.0.as_ref().map_or(Turn::Answer, |decide| decide(step))
    }
}

impl fmt::Debug for Temper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "bad" } else { "sound" })
    }
}

/// Behind which a server waits with its answers. Closed at first.
#[derive(Clone, Debug)]
pub(crate) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    pub(super) async fn opened(&self) {
        let mut open = self.0.subscribe();
        // The other end is in `self`.
        let _ = open.wait_for(|open| *open).await;
    }
}
