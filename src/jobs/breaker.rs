//! The circuit breaker between the senders of one replica and the mail server: a fault of our own (no connection, a
//! wrong password, a sender that is not ours) would meet every mail, so after one of them the others wait.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::email::outcome::Phase;

/// While open, one mail in this time finds out whether the fault has gone.
const PROBE_EVERY: SignedDuration = SignedDuration::from_secs(5);

/// Whether a sender may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Closed: with as many mails as it likes.
    Go,
    /// Open, and it is this sender's turn to try one mail.
    Probe,
    /// Open: not before this instant.
    Wait(Timestamp),
}

/// Closed at first. All senders of a replica share one.
#[derive(Debug, Default)]
pub struct Breaker {
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    /// How far a mail must get to show that the fault has gone.
    phase: Phase,
    fault: String,
    next_probe_at: Timestamp,
}

impl Breaker {
    /// May a sender go on? [`Leave::Probe`] is given to one asker in five seconds.
    pub fn ask(&self, now: Timestamp) -> Leave {
        match self.lock().as_mut() {
            None => Leave::Go,
            Some(open) if open.next_probe_at <= now => {
                open.next_probe_at = after_probe(now);
                Leave::Probe
            }
            Some(open) => Leave::Wait(open.next_probe_at),
        }
    }

    /// Notes a fault of our own, which a mail met at `phase`. True when the breaker was closed until now.
    pub fn open(&self, now: Timestamp, phase: Phase, fault: &str) -> bool {
        let mut lock = self.lock();
        let before = lock.as_ref().map(|open| open.phase);
        *lock = Some(Open {
            phase: before.map_or(phase, |before| before.max(phase)),
            fault: fault.to_owned(),
            next_probe_at: after_probe(now),
        });
        drop(lock);
        let was_closed = before.is_none();
        if was_closed {
            tracing::error!(fault, "mail does not get out; mails wait");
        }
        was_closed
    }

    /// Notes that the mail server works with us up to and with `phase`: which closes it, unless the fault came later.
    pub fn passed(&self, phase: Phase) {
        let closed = self.lock().take_if(|open| open.phase <= phase);
        if closed.is_some() {
            tracing::info!("mail gets out again");
        }
    }

    /// Whether it is open for a fault that shows without a mail as well: up to signing in.
    pub fn needs_no_mail(&self) -> bool {
        let open = self.lock();
        open.as_ref().is_some_and(|open| open.phase <= Phase::Auth)
    }

    /// The fault for which mails wait; none while they do not.
    pub fn fault(&self) -> Option<String> {
        self.lock().as_ref().map(|open| open.fault.clone())
    }

    /// Whether mails wait.
    pub fn is_open(&self) -> bool {
        self.lock().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after_probe(now: Timestamp) -> Timestamp {
    now.checked_add(PROBE_EVERY).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn one_mail_in_five_seconds_probes_until_one_gets_through() {
        let breaker = Breaker::default();
        assert_eq!(breaker.ask(at(0)), Leave::Go);
        let connect = Phase::Connect;
        assert!(breaker.open(at(0), connect, "connection refused"));
        assert!(!breaker.open(at(0), connect, "connection refused"), "open");
        assert_eq!(breaker.ask(at(4)), Leave::Wait(at(5)));
        assert_eq!(breaker.ask(at(5)), Leave::Probe);
        assert_eq!(breaker.ask(at(5)), Leave::Wait(at(10)), "one at a time");
        breaker.open(at(8), Phase::Auth, "wrong password");
        assert_eq!(breaker.fault().as_deref(), Some("wrong password"));
        assert_eq!(breaker.ask(at(12)), Leave::Wait(at(13)));
        breaker.passed(Phase::Auth);
        assert_eq!((breaker.ask(at(12)), breaker.fault()), (Leave::Go, None));
    }

    #[test]
    fn it_closes_when_a_mail_gets_past_the_furthest_fault() {
        let breaker = Breaker::default();
        breaker.open(at(0), Phase::Mail, "not from you");
        breaker.open(at(5), Phase::Connect, "connection refused");
        breaker.passed(Phase::Auth);
        assert!(breaker.is_open() && !breaker.needs_no_mail());
        breaker.passed(Phase::Mail);
        assert!(!breaker.is_open() && !breaker.needs_no_mail());
    }
}
