//! `memory:`: keeps what was sent, and fails on demand, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::Outgoing;
use super::outcome::{Outcome, Phase};
use crate::error::Result;

/// A way in which the next mail fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No server answers; the fence is not asked.
    NoConnection,
    /// 535 at AUTH: our own fault; the fence is not asked.
    WrongPassword,
    /// 550 at RCPT: the first recipient does not exist; the fence is not asked.
    UnknownRecipient,
    /// 451 at RCPT: try later; the fence is not asked.
    TryLater,
    /// The line drops after DATA, before the final dot.
    LostBeforeTheDot,
    /// The server accepted the mail, and the reply was lost.
    LostAfterAcceptance,
    /// 554 after the final dot.
    MessageRefused,
}

impl Failure {
    fn outcome(self, mail: &Outgoing) -> Outcome {
        match self {
            Self::NoConnection => Outcome::not_sent(Phase::Connect, "connection refused"),
            Self::WrongPassword => {
                Outcome::refused(Phase::Auth, 535, "5.7.8 authentication failed", None)
            }
            Self::UnknownRecipient => {
                let recipient = mail.envelope.to().first().map(ToString::to_string);
                Outcome::refused(Phase::Rcpt, 550, "5.1.1 no such user", recipient)
            }
            Self::TryLater => {
                let recipient = mail.envelope.to().first().map(ToString::to_string);
                Outcome::refused(Phase::Rcpt, 451, "4.7.1 try again later", recipient)
            }
            Self::LostBeforeTheDot => Outcome::not_sent(Phase::Body, "connection reset by peer"),
            Self::LostAfterAcceptance => {
                Outcome::ambiguous(Phase::Body, "connection reset by peer")
            }
            Self::MessageRefused => {
                Outcome::refused(Phase::Body, 554, "5.6.0 message refused", None)
            }
        }
    }

    fn is_before_the_fence(self) -> bool {
        matches!(
            self,
            Self::NoConnection | Self::WrongPassword | Self::UnknownRecipient | Self::TryLater
        )
    }
}

/// Mails kept in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    sent: Vec<Outgoing>,
    failures: VecDeque<Failure>,
}

impl Memory {
    /// Every mail accepted so far, in order.
    pub fn sent(&self) -> Vec<Outgoing> {
        self.kept().sent.clone()
    }

    /// The next `times` mails fail like this, after those already told to fail.
    pub fn fail_next(&self, times: usize, failure: Failure) {
        self.kept()
            .failures
            .extend(std::iter::repeat_n(failure, times));
    }

    pub(super) async fn send(
        &self,
        mail: &Outgoing,
        fence: impl Future<Output = Result<bool>>,
    ) -> Outcome {
        let failure = self.kept().failures.pop_front();
        if let Some(failure) = failure.filter(|failure| failure.is_before_the_fence()) {
            return failure.outcome(mail);
        }
        match fence.await {
            Ok(true) => {}
            Ok(false) => return Outcome::Fenced,
            Err(error) => return Outcome::not_sent(Phase::Fence, error),
        }
        if failure.is_none_or(|failure| failure == Failure::LostAfterAcceptance) {
            self.kept().sent.push(mail.clone());
        }
        failure.map_or_else(
            || Outcome::Accepted {
                code: 250,
                text: "kept in memory".to_owned(),
            },
            |failure| failure.outcome(mail),
        )
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::mailer::{Mailer, Session};
    use super::*;

    fn memory() -> (Memory, Session) {
        let memory = Memory::default();
        (memory.clone(), Mailer::Memory(memory).open())
    }

    fn mail(stem: &str) -> Outgoing {
        let address = "zoe@client.example".parse().unwrap();
        Outgoing {
            envelope: lettre::address::Envelope::new(None, vec![address]).unwrap(),
            raw: b"Subject: x\r\n\r\nbody\r\n".to_vec(),
            stem: stem.to_owned(),
        }
    }

    fn stems(memory: &Memory) -> Vec<String> {
        memory.sent().into_iter().map(|mail| mail.stem).collect()
    }

    #[tokio::test]
    async fn it_fails_as_told_and_then_works_again() {
        let (memory, mut session) = memory();
        memory.fail_next(2, Failure::UnknownRecipient);
        memory.fail_next(1, Failure::LostAfterAcceptance);
        for stem in ["first", "second"] {
            let unasked = async { panic!("the fence is not asked") };
            let outcome = session.send(&mail(stem), unasked).await.to_string();
            assert_eq!(
                outcome,
                "refused when naming a recipient zoe@client.example: 550 5.1.1 no such user"
            );
        }
        let lost = session.send(&mail("third"), async { Ok(true) }).await;
        assert!(matches!(lost, Outcome::Ambiguous { .. }), "{lost}");
        let sent = session.send(&mail("fourth"), async { Ok(true) }).await;
        assert!(
            matches!(sent, Outcome::Accepted { code: 250, .. }),
            "{sent}"
        );
        assert_eq!(stems(&memory), ["third", "fourth"]);
    }

    #[tokio::test]
    async fn the_fence_is_asked_before_anything_is_kept() {
        let (memory, mut session) = memory();
        memory.fail_next(1, Failure::LostBeforeTheDot);
        let lost = session.send(&mail("first"), async { Ok(true) }).await;
        assert!(
            matches!(
                lost,
                Outcome::NotSent {
                    phase: Phase::Body,
                    ..
                }
            ),
            "{lost}"
        );
        assert_eq!(
            session.send(&mail("second"), async { Ok(false) }).await,
            Outcome::Fenced
        );
        assert!(stems(&memory).is_empty());
    }
}
