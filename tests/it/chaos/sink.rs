//! A mail server that fails in every way it can, as long as it storms.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::smtp_temper::{Step, Temper, Turn};

/// To addresses that begin so, nothing can be sent.
pub(super) const UNKNOWN: &str = "unknown";

/// How long a server hangs: longer than a lease, and shorter than the grace.
const HANGS: Duration = Duration::from_secs(3);

/// Milliseconds in which a mail is taken when nothing goes wrong, so that many are on their way at a time.
const TAKES: Range<u64> = 100..900;

/// How it fails, and how often it was so that only it knew of a mail it took.
#[derive(Clone)]
pub(super) struct Sink {
    storms: Arc<AtomicBool>,
    forced: Arc<AtomicU64>,
    random: Arc<Mutex<StdRng>>,
}

impl Sink {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            storms: Arc::new(AtomicBool::new(true)),
            forced: Arc::default(),
            random: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        }
    }

    pub(super) fn temper(&self) -> Temper {
        let sink = self.clone();
        Temper::new(move |step| sink.turn(step))
    }

    /// From here on it takes everything at once.
    pub(super) fn calm(&self) {
        self.storms.store(false, Ordering::Relaxed);
    }

    /// How many mails it took without saying so.
    pub(super) fn forced(&self) -> u64 {
        self.forced.load(Ordering::Relaxed)
    }

    fn turn(&self, step: Step<'_>) -> Turn {
        let to_nobody = format!("RCPT TO:<{UNKNOWN}");
        if matches!(step, Step::Command(said) if said.starts_with(&to_nobody)) {
            return Turn::Refuse("550 5.1.1 no such mailbox\r\n");
        }
        if !self.storms.load(Ordering::Relaxed) {
            return Turn::Answer;
        }
        let turn = self.turn_in_a_storm(step);
        if matches!(turn, Turn::HangUp { taken: true, .. }) {
            self.forced.fetch_add(1, Ordering::Relaxed);
        }
        turn
    }

    fn turn_in_a_storm(&self, step: Step<'_>) -> Turn {
        let at_once = Duration::ZERO;
        let hang_up = |taken, after| Turn::HangUp { taken, after };
        let mut random = self.random.lock().unwrap();
        let per_mille = random.random_range(0..1_000);
        match step {
            Step::Greeting if per_mille < 3 => hang_up(false, at_once),
            Step::Command(said) => match (said.split(' ').next(), per_mille) {
                (Some("MAIL"), 0..5) => Turn::Refuse("421 4.3.2 closing\r\n"),
                (Some("MAIL"), 5..15) => Turn::Refuse("451 4.3.0 later\r\n"),
                (Some("RCPT"), 0..10) => Turn::Refuse("451 4.2.1 later\r\n"),
                (Some("DATA"), 0..5) => hang_up(false, at_once),
                _ => Turn::Answer,
            },
            Step::FinalDot => match per_mille {
                0..15 => hang_up(false, at_once),
                15..30 => hang_up(true, at_once),
                30..40 => hang_up(false, HANGS),
                40..50 => hang_up(true, HANGS),
                50..70 => Turn::AnswerAfter(HANGS),
                _ => Turn::AnswerAfter(Duration::from_millis(random.random_range(TAKES))),
            },
            Step::Greeting => Turn::Answer,
        }
    }
}
