//! The circuit breaker between the senders of one replica and the mail server: a fault of our own (no connection, a
//! wrong password, a sender that is not ours) would meet every mail, so after one of them the others wait.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

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

    /// Notes a fault of our own. True when the breaker was closed until now.
    pub fn open(&self, now: Timestamp, fault: &str) -> bool {
        let open = Open {
            fault: fault.to_owned(),
            next_probe_at: after_probe(now),
        };
        let was_closed = self.lock().replace(open).is_none();
        if was_closed {
            tracing::error!(fault, "mail does not get out; mails wait");
        }
        was_closed
    }

    /// Notes that the mail server works with us.
    pub fn close(&self) {
        if self.lock().take().is_some() {
            tracing::info!("mail gets out again");
        }
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
        assert!(breaker.open(at(0), "connection refused"));
        assert!(!breaker.open(at(0), "connection refused"), "open already");
        assert_eq!(breaker.ask(at(4)), Leave::Wait(at(5)));
        assert_eq!(breaker.ask(at(5)), Leave::Probe);
        assert_eq!(breaker.ask(at(5)), Leave::Wait(at(10)), "one at a time");
        breaker.open(at(8), "wrong password");
        assert_eq!(breaker.fault().as_deref(), Some("wrong password"));
        assert_eq!(breaker.ask(at(12)), Leave::Wait(at(13)));
        breaker.close();
        assert_eq!((breaker.ask(at(12)), breaker.fault()), (Leave::Go, None));
    }
}
