//! Whether a replica does its work: the database answers, ticks come to an end, mail gets out, and the clock is right.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use tokio::time::timeout;

use super::clock::TOLERATED;
use crate::app::App;
use crate::jobs::breaker::Breaker;
use crate::masking::masked;

/// A replica whose last tick ended longer ago is not ready.
const LONGEST_WITHOUT_TICK: SignedDuration = SignedDuration::from_mins(3);

/// How long the database may take to answer nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a replica knows of its own work.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Known>);

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    ticked_at: Option<Timestamp>,
    skew: SignedDuration,
}

/// Whether a replica does its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether every check passed.
    pub ready: bool,
    /// The checks.
    pub checks: Checks,
}

/// The checks of [`Readiness`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// The database answers within two seconds.
    pub database: Check,
    /// The last tick ended at most three minutes ago.
    pub tick: Check,
    /// The circuit breaker is closed: mail gets out.
    pub mail: Check,
    /// The clock is at most five seconds off the database's.
    pub clock: Check,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether all is well.
    pub ok: bool,
    /// What is not, in a sentence without addresses or secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Check {
    fn of(trouble: Option<String>) -> Self {
        Self {
            ok: trouble.is_none(),
            why: trouble,
        }
    }
}

impl Health {
    pub(super) fn ticked(&self, now: Timestamp) {
        self.known().ticked_at = Some(now);
    }

    /// Whether the verdict is another one than before.
    pub(super) fn note_skew(&self, skew: SignedDuration) -> bool {
        let mut known = self.known();
        let was_off = is_off(known.skew);
        known.skew = skew;
        was_off != is_off(skew)
    }

    pub(super) fn clock_is_off(&self) -> bool {
        is_off(self.known().skew)
    }

    pub(super) fn skew(&self) -> SignedDuration {
        self.known().skew
    }

    /// How long ago the last tick ended; before the first one, the time since 1970.
    pub(super) fn tick_age(&self, now: Timestamp) -> SignedDuration {
        let ticked_at = self.known().ticked_at;
        now.duration_since(ticked_at.unwrap_or(Timestamp::UNIX_EPOCH))
    }

    pub(super) async fn readiness(&self, app: &App, breaker: &Breaker) -> Readiness {
        let known = *self.known();
        let checks = Checks {
            database: Check::of(silent_database(app).await),
            tick: Check::of(no_tick(known.ticked_at, app.clock.now())),
            mail: Check::of(breaker.fault().map(|fault| no_way_out(&fault))),
            clock: Check::of(wrong_clock(known.skew)),
        };
        let all = [&checks.database, &checks.tick, &checks.mail, &checks.clock];
        Readiness {
            ready: all.iter().all(|check| check.ok),
            checks,
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_off(skew: SignedDuration) -> bool {
    skew.abs() > TOLERATED
}

async fn silent_database(app: &App) -> Option<String> {
    let question = app.db.read.execute_unprepared("SELECT 1");
    match timeout(PATIENCE, question).await {
        Ok(Ok(_)) => None,
        Ok(Err(_)) => Some("The database refuses; the log says more.".to_owned()),
        Err(_) => Some(format!("The database did not answer within {PATIENCE:?}.")),
    }
}

fn no_tick(ticked_at: Option<Timestamp>, now: Timestamp) -> Option<String> {
    let Some(ticked_at) = ticked_at else {
        return Some("No tick has come to its end yet.".to_owned());
    };
    let age = now.duration_since(ticked_at);
    (age > LONGEST_WITHOUT_TICK).then(|| {
        format!(
            "The last tick ended {} seconds ago, at {ticked_at}.",
            age.as_secs()
        )
    })
}

/// Without the mail server's words: they may be about anybody.
fn no_way_out(fault: &str) -> String {
    let what = fault.split(": ").next().unwrap_or_default();
    format!("Mail does not get out, and mails wait: {}.", masked(what))
}

fn wrong_clock(skew: SignedDuration) -> Option<String> {
    let direction = if skew.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    is_off(skew).then(|| {
        let seconds = skew.abs().as_secs();
        format!(
            "The clock is {seconds} s {direction} the database's: nothing is planned or claimed."
        )
    })
}
