//! Time is injected: everything that asks for "now" asks a [`Clock`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Where "now" comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's own clock.
    #[default]
    System,
    /// Started at a chosen instant and runs on from there: the demo's.
    Running {
        /// What the clock showed when it was started.
        from: Timestamp,
        /// When it was started, on the machine's monotonic clock.
        started: Instant,
    },
    /// The machine's own clock where it is wrong by so much: the tests', which must not touch that of their machine.
    Wrong(Arc<Mutex<SignedDuration>>),
    /// Moves only when told to: the tests'.
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that shows `from` now and runs on.
    pub fn running_from(from: Timestamp) -> Self {
        Self::Running {
            from,
            started: Instant::now(),
        }
    }

    /// A clock that stands at `at` until it is moved.
    pub fn manual(at: Timestamp) -> Self {
        Self::Manual(Arc::new(Mutex::new(at)))
    }

    /// The machine's clock, wrong by `ahead` until it is [adjusted](Self::adjust).
    pub fn wrong(ahead: SignedDuration) -> Self {
        Self::Wrong(Arc::new(Mutex::new(ahead)))
    }

    /// Whether it is the machine's own: one that may be off, and that somebody sets right.
    pub fn is_the_machines(&self) -> bool {
        matches!(self, Self::System | Self::Wrong(_))
    }

    /// The instant now, UTC, cut to the microseconds that both databases keep.
    pub fn now(&self) -> Timestamp {
        let now = match self {
            Self::System => system_now(),
            Self::Running { from, started } => from
                .checked_add(SignedDuration::try_from(started.elapsed()).unwrap_or_default())
                .unwrap_or(*from),
            Self::Wrong(ahead) => {
                let ahead = *ahead.lock().unwrap_or_else(PoisonError::into_inner);
                system_now().checked_add(ahead).unwrap_or(Timestamp::MAX)
            }
            Self::Manual(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a manual clock to `to`. Other clocks cannot be moved and stay as they are.
    pub fn set(&self, to: Timestamp) {
        if let Self::Manual(at) = self {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Makes a wrong clock wrong by `ahead` from now on. Other clocks stay as they are.
    pub fn adjust(&self, to: SignedDuration) {
        if let Self::Wrong(ahead) = self {
            *ahead.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Real time to wait until this clock shows `instant`; zero when it is past.
    pub fn until(&self, instant: Timestamp) -> Duration {
        Duration::try_from(instant.duration_since(self.now())).unwrap_or_default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}
