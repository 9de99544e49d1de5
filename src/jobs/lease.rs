//! The clock that leases go by.

use jiff::SignedDuration;
use sea_orm::DbBackend;

use crate::app::App;
use crate::email::outbox::When;

/// Now: by PostgreSQL's clock, which all replicas share; by ours on SQLite, whose file is on this machine, and wherever the
/// clock is not the machine's own.
pub(super) fn now(app: &App) -> When {
    match app.db.backend() {
        DbBackend::Postgres if app.clock.is_the_machines() => {
            When::ByTheDatabase(SignedDuration::ZERO)
        }
        _ => app.clock.now().into(),
    }
}

/// Until when a claim that is made or renewed now holds.
pub(super) fn until(app: &App) -> When {
    now(app).plus(length(app))
}

/// How long a claim holds.
pub(super) fn length(app: &App) -> SignedDuration {
    SignedDuration::try_from(app.config.lease).unwrap_or(SignedDuration::MAX)
}
