//! For how long a mail is its sender's once the fence was passed: others leave it alone for the lease and the grace.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::clock::Clock;

/// What a session must know to be done with a mail before others send it.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    clock: Clock,
    grace: Duration,
}

impl Hold {
    /// By `clock`, for `grace`; the lease besides is left for writing down what came of it.
    pub(super) fn new(clock: Clock, grace: Duration) -> Self {
        Self { clock, grace }
    }

    /// Begins now, before the fence is asked.
    pub(super) fn begin(self) -> Held {
        Held {
            at: self.clock.now(),
            since: Instant::now(),
            hold: self,
        }
    }
}

/// A mail that is held.
pub(super) struct Held {
    hold: Hold,
    at: Timestamp,
    since: Instant,
}

impl Held {
    /// How long the message may still be begun: for half of the grace. None: not any more.
    pub(super) fn left_to_begin(&self) -> Option<Duration> {
        (self.hold.grace / 2)
            .checked_sub(self.age())
            .filter(|left| !left.is_zero())
    }

    /// How long the mail server's answer may still be waited for: for the grace.
    pub(super) fn left(&self) -> Duration {
        self.hold.grace.saturating_sub(self.age())
    }

    /// By whichever of two clocks says more: one that counts on stands still while a machine sleeps, and one that shows the
    /// time may be set back.
    fn age(&self) -> Duration {
        let shown = self.hold.clock.now().duration_since(self.at);
        let shown = Duration::try_from(shown).unwrap_or_default();
        shown.max(self.since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_grace_is_for_beginning_and_all_of_it_for_the_answer() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let clock = Clock::manual(at(0));
        let held = Hold::new(clock.clone(), Duration::from_secs(660)).begin();
        let left = |second| {
            clock.set(at(second));
            (held.left_to_begin().is_some(), held.left().as_secs())
        };
        assert_eq!(left(329), (true, 331));
        assert_eq!(left(330), (false, 330));
        assert_eq!(left(5_000), (false, 0));
    }
}
