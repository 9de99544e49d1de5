//! On PostgreSQL leases go by its clock: a replica whose own is wrong can neither take a claim away nor keep one too long.

use jiff::{SignedDuration, Timestamp};
use meridian::clock::Clock;
use meridian::db::Db;
use meridian::email::outbox::{self, Claim};
use meridian::entity::EmailState;
use meridian::jobs::maintenance;
use sea_orm::ConnectionTrait;

use super::stage::Stage;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A stage whose replica goes by the machine's clock, on a database whose clock is an hour behind it.
async fn an_hour_ahead_of_the_database() -> Option<Stage> {
    let mut stage = Stage::on_postgres().await?;
    let (_, name) = stage.url.rsplit_once('/').unwrap();
    for statement in [
        "CREATE FUNCTION public.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS \
         $$ SELECT pg_catalog.statement_timestamp() - interval '1 hour' $$"
            .to_owned(),
        // The system's own functions come first unless they are named later.
        format!("ALTER DATABASE {name} SET search_path = public, pg_catalog"),
    ] {
        let tx = stage.app.db.begin().await.unwrap();
        tx.execute_unprepared(&statement).await.unwrap();
        tx.commit().await.unwrap();
    }
    stage.app.db = Db::connect(&stage.url).await.unwrap();
    stage.app.clock = Clock::System;
    Some(stage)
}

/// Whether `instant` is `expected`, but for what a slow machine may take.
fn is_about(instant: Timestamp, expected: Timestamp) -> bool {
    let apart = instant.duration_since(expected).abs();
    apart < SignedDuration::from_mins(10)
}

/// A mail that has been due since before this hour by either clock.
async fn long_due(stage: &mut Stage) -> uuid::Uuid {
    let now = stage.now();
    stage.app.clock = Clock::manual(now - HOUR * 2);
    let id = stage.mail_to("zoe@client.example").await;
    stage.app.clock = Clock::System;
    id
}

#[tokio::test]
async fn a_mail_is_due_when_the_database_says_so() {
    let Some(stage) = an_hour_ahead_of_the_database().await else {
        return;
    };
    let id = stage.mail_to("zoe@client.example").await;
    assert_eq!(stage.sender().step().await.unwrap(), 0);
    assert_eq!(stage.row(id).await.state, EmailState::Pending);
}

#[tokio::test]
async fn a_claim_holds_as_long_as_the_database_says() {
    let Some(mut stage) = an_hour_ahead_of_the_database().await else {
        return;
    };
    let id = long_due(&mut stage).await;
    let databases_now = stage.now() - HOUR;
    let tx = stage.app.db.begin().await.unwrap();
    let lease_until = databases_now + SignedDuration::from_mins(20);
    let claimed = outbox::claim(&tx, "right", databases_now, lease_until, 1).await;
    tx.commit().await.unwrap();
    let claim = Claim::from(&claimed.unwrap()[0]);
    maintenance::take_back(&stage.app).await.unwrap();
    let row = stage.row(id).await;
    assert_eq!((row.state, row.fence), (EmailState::Claimed, claim.fence));

    let tx = stage.app.db.begin().await.unwrap();
    let ran_out = databases_now - SignedDuration::from_mins(20);
    assert_eq!(outbox::renew(&tx, &[claim], ran_out).await.unwrap(), 1);
    tx.commit().await.unwrap();
    maintenance::take_back(&stage.app).await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Pending);
}

#[tokio::test]
async fn a_sender_s_own_leases_are_by_the_database_s_clock() {
    let Some(mut stage) = an_hour_ahead_of_the_database().await else {
        return;
    };
    let id = long_due(&mut stage).await;
    stage
        .memory
        .fail_next(1, meridian::email::memory::Failure::LostAfterAcceptance);
    assert_eq!(stage.sender().step().await.unwrap(), 1);
    let row = stage.row(id).await;
    assert_eq!(row.state, EmailState::Data);
    let until = row.lease_until.unwrap().0;
    assert!(is_about(until, stage.now() - HOUR), "{until}");
    maintenance::take_back(&stage.app).await.unwrap();
    assert_eq!(
        stage.row(id).await.state,
        EmailState::Data,
        "the grace is by the database's clock as well"
    );
}
