//! The clock of a replica against the database's, by which all replicas agree when a claim runs out.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::app::App;
use crate::entity::Moment;
use crate::error::{Error, Result};

/// A clock that is further off plans and claims nothing.
pub(super) const TOLERATED: SignedDuration = SignedDuration::from_secs(5);

/// Compares the clock with the database's, where that is another machine's: on PostgreSQL, with the machine's clock.
/// What comes of it stands in [`super::Watch::clock_is_off`], and a change of it in the log.
///
/// # Errors
/// The database's; then it stands as it stood.
pub async fn compare(app: &App) -> Result<()> {
    if app.db.backend() != DbBackend::Postgres || !app.clock.is_the_machines() {
        return Ok(());
    }
    let skew = skew(app, &app.db.read).await?;
    if !app.watch.note_skew(skew) {
        return Ok(());
    }
    let seconds = skew.as_secs();
    match app.watch.clock_is_off() {
        true => tracing::error!(
            seconds,
            "the clock is off the database's; nothing is planned or claimed until it is right"
        ),
        false => tracing::info!(seconds, "the clock agrees with the database's again"),
    }
    Ok(())
}

/// How far our clock is ahead of the database's; negative: behind. The time that the question took is in our favour.
async fn skew(app: &App, conn: &DatabaseConnection) -> Result<SignedDuration> {
    let question = Statement::from_string(
        conn.get_database_backend(),
        "SELECT clock_timestamp() AS now",
    );
    let asked_at = app.clock.now();
    let row = conn.query_one_raw(question).await?;
    let answered_at = app.clock.now();
    let row = row.ok_or_else(|| Error::internal("the database does not know the time"))?;
    let theirs: Moment = row.try_get("", "now")?;
    Ok(least_skew(asked_at, theirs.0, answered_at))
}

/// The least that our clock can be off, when the database read `theirs` between two readings of ours.
fn least_skew(asked_at: Timestamp, theirs: Timestamp, answered_at: Timestamp) -> SignedDuration {
    if theirs < asked_at {
        asked_at.duration_since(theirs)
    } else if theirs > answered_at {
        answered_at.duration_since(theirs)
    } else {
        SignedDuration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_the_question_took_is_no_skew() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        for (asked, theirs, answered, seconds) in [
            (100, 100, 100, 0),
            (100, 103, 120, 0),
            (100, 94, 101, 6),
            (100, 130, 120, -10),
        ] {
            let skew = least_skew(at(asked), at(theirs), at(answered));
            assert_eq!(skew.as_secs(), seconds);
        }
    }
}
