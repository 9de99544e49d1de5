//! What keeps the outbox and the subscriptions in order.

use jiff::{SignedDuration, Timestamp};

use super::lease;
use crate::app::App;
use crate::domain::{idempotency, openid, plans, sessions, sign_ins, subscriptions, used_links};
use crate::email::outbox::{self, TakenBack};
use crate::error::Result;
use crate::fail_points;
use crate::webhook;

/// The texts of mails are kept this long after their end.
const KEEP_BODIES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Mails, their attempts and the keys that keep them from being planned twice are kept this long after their end.
const KEEP_ROWS: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

/// What was delivered to webhooks, or was not, is kept this long after its end.
const KEEP_DELIVERIES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whoever follows a link that has expired, or comes back from a provider too late, is told so for as long.
const KEEP_SIGN_INS: SignedDuration = SignedDuration::from_hours(24);

/// What one maintenance did; mails, but for the last four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Taken back from senders that did not report.
    pub taken_back: TakenBack,
    /// Ended because their time had passed.
    pub expired: u64,
    /// Texts forgotten.
    pub bodies_cleared: u64,
    /// Removed.
    pub pruned: u64,
    /// Used links that have expired, forgotten.
    pub links_forgotten: u64,
    /// Kept answers of mutations that have expired, forgotten.
    pub answers_forgotten: u64,
    /// Sessions, links that sign in and sign-ins by a provider whose time has passed, forgotten.
    pub sign_ins_forgotten: u64,
    /// Deliveries to webhooks, removed.
    pub deliveries_pruned: u64,
    /// Subscriptions recomputed by new time-zone rules.
    pub recomputed: usize,
}

/// Does everything that is due. Safe to run on several replicas at once.
pub async fn run(app: &App) -> Result<Maintained> {
    let (taken_back, expired) = take_back(app).await?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let bodies_cleared = outbox::clear_bodies(&tx, before(now, KEEP_BODIES)).await?;
    let pruned = outbox::prune(&tx, before(now, KEEP_ROWS)).await?;
    let links_forgotten = used_links::prune(&tx, now).await?;
    let answers_forgotten = idempotency::prune(&tx, now).await?;
    let sign_ins_forgotten = sessions::prune(&tx, now).await?
        + sign_ins::prune(&tx, before(now, KEEP_SIGN_INS)).await?
        + openid::prune(&tx, before(now, KEEP_SIGN_INS)).await?;
    let deliveries_pruned = webhook::outbox::prune(&tx, before(now, KEEP_DELIVERIES)).await?;
    tx.commit().await?;
    let tx = app.db.begin().await?;
    let recomputed = subscriptions::follow_zone_data(&tx).await?;
    tx.commit().await?;
    let maintained = Maintained {
        taken_back,
        expired,
        bodies_cleared,
        pruned,
        links_forgotten,
        answers_forgotten,
        sign_ins_forgotten,
        deliveries_pruned,
        recomputed,
    };
    if maintained != Maintained::default() {
        tracing::info!(?maintained, "maintenance");
    }
    Ok(maintained)
}

/// The part that cannot wait an hour: mails of senders that vanished go back, and those whose time has passed expire; so do
/// plans of processes that are gone. Answers both counts of mails.
pub async fn take_back(app: &App) -> Result<(TakenBack, u64)> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let (grace, policy) = (grace(app), app.config.on_ambiguous);
    let taken_back = outbox::take_back(&tx, lease::now(app), grace, policy, now).await?;
    let expired = outbox::expire(&tx, lease::now(app), now).await?;
    outbox::forget_sign_ins(&tx, now).await?;
    let (events, events_expired) = webhook::outbox::take_back(&tx, lease::now(app), now).await?;
    tx.commit().await?;
    if events + events_expired > 0 {
        tracing::warn!(
            taken_back = events,
            expired = events_expired,
            "events were not delivered"
        );
    }
    app.watch
        .lease_lost(taken_back.claimed + taken_back.in_doubt);
    app.watch.in_doubt(taken_back.in_doubt);
    app.watch.missed(expired);
    let forgotten = plans::fail_forgotten(&app.db, &app.plans, now).await?;
    if forgotten > 0 {
        tracing::warn!(
            plans = forgotten,
            "plans of a process that is gone have failed"
        );
    }
    if taken_back.in_doubt > 0 {
        let mails = taken_back.in_doubt;
        let policy = app.config.on_ambiguous;
        tracing::warn!(
            mails,
            ?policy,
            "perhaps sent before their sender vanished; letters to clients are held, other mails as the policy says"
        );
    }
    Ok((taken_back, expired))
}

fn before(now: Timestamp, age: SignedDuration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}

fn grace(app: &App) -> SignedDuration {
    if fail_points::is_on("without-grace") {
        return SignedDuration::ZERO;
    }
    SignedDuration::try_from(app.config.grace).unwrap_or(SignedDuration::MAX)
}
