//! A replica whose clock is off the database's plans and claims nothing until it is right.

use jiff::SignedDuration;
use meridian::clock::Clock;
use meridian::domain::access::Caller;
use meridian::domain::mails;
use meridian::entity::{EmailState, Moment, email, used_link};
use meridian::jobs::{self, Jobs, sender::Sender};
use meridian::watch::clock::compare;
use sea_orm::EntityTrait;

use super::logs::Log;
use super::readiness::readyz;
use crate::support::app::{Store, TestApp, tell};

const AHEAD: SignedDuration = SignedDuration::from_secs(10);

#[test]
fn a_clock_that_is_off_is_not_planned_or_claimed_by_until_it_is_right() {
    tell(Store::Postgres, async |app: &TestApp| {
        let olga = app.owner().await.person;
        let replica = app.ticking_by(Clock::wrong(AHEAD)).await;
        let operator = Caller::system("a story", replica.now() - AHEAD - AHEAD);
        let mail = mails::test(&replica.db, &operator, Some(olga.id))
            .await
            .unwrap();

        jobs::round(&replica).await;
        let subscribed = emails(app).await;
        assert_eq!(
            subscribed,
            [EmailState::Pending],
            "nothing but the test mail was planned"
        );
        let mut sender = Sender::new(replica.clone(), "wrong");
        assert_eq!(sender.step().await.unwrap(), 0, "nothing is claimed");
        let pause = sender.pause().await.unwrap();
        assert_eq!(pause.as_secs(), 5, "the mail is due, and not asked for");
        let (status, checks) = readyz(&replica).await;
        assert_eq!((status, &checks["clock"]["ok"]), (503, &false.into()));
        let why = checks["clock"]["why"].as_str().unwrap();
        assert!(why.contains(" s ahead of the database's"), "{why}");
        assert_eq!(checks["tick"]["ok"], false, "{checks}");

        replica.clock.adjust(SignedDuration::ZERO);
        jobs::round(&replica).await;
        assert!(sender.step().await.unwrap() >= 1);
        let (status, checks) = readyz(&replica).await;
        assert_eq!(status, 200, "{checks}");
        let row = email::Entity::find_by_id(mail.id).one(&app.db.read).await;
        assert_eq!(row.unwrap().unwrap().state, EmailState::Sent);
        sender.close().await;
        replica.stop().await;
    });
}

#[test]
fn a_replica_that_starts_with_a_clock_that_is_off_does_nothing() {
    tell(Store::Postgres, async |app: &TestApp| {
        let olga = app.owner().await.person;
        let replica = app.ticking_by(Clock::wrong(AHEAD)).await;
        let operator = Caller::system("a story", replica.now() - AHEAD - AHEAD);
        mails::test(&replica.db, &operator, Some(olga.id))
            .await
            .unwrap();
        // By the wrong clock it has expired and may be forgotten.
        let link = used_link::Model {
            digest: "a digest".to_owned(),
            person_id: olga.id,
            outcome: "Done".to_owned(),
            used_at: Moment(operator.now),
            expires_at: Moment(replica.now() - AHEAD / 2),
        };
        app.insert(link).await;

        let jobs = Jobs::start((*replica).clone()).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        jobs.shutdown().await;
        assert_eq!(emails(app).await, [EmailState::Pending]);
        let links = used_link::Entity::find().all(&app.db.read).await.unwrap();
        assert_eq!(links.len(), 1, "nothing is forgotten either");

        replica.clock.adjust(SignedDuration::ZERO);
        jobs::round(&replica).await;
        app.drain().await;
        replica.stop().await;
    });
}

#[test]
fn a_clock_that_is_off_is_told_once() {
    tell(Store::Postgres, async |app: &TestApp| {
        // Another story may be telling it for the first time just as this one begins to listen, which tracing would miss.
        let unheard = app.ticking_by(Clock::wrong(-AHEAD)).await;
        compare(&unheard).await.unwrap();
        unheard.stop().await;

        let replica = app.ticking_by(Clock::wrong(-AHEAD)).await;
        let log = Log::start();
        for _ in 0..3 {
            compare(&replica).await.unwrap();
        }
        assert_eq!(log.count("the clock is off the database's"), 1);
        replica.clock.adjust(SignedDuration::from_secs(3));
        for _ in 0..3 {
            compare(&replica).await.unwrap();
        }
        assert_eq!(log.count("the clock agrees with the database's again"), 1);
        assert_eq!(log.count("the clock is off the database's"), 1);
        replica.stop().await;
    });
}

#[test]
fn a_clock_is_not_compared_with_itself() {
    tell(Store::Sqlite, async |app: &TestApp| {
        let replica = app.ticking_by(Clock::wrong(AHEAD)).await;
        compare(&replica).await.unwrap();
        assert!(!replica.watch.clock_is_off(), "the file is on this machine");
        replica.stop().await;
    });
}

async fn emails(app: &TestApp) -> Vec<EmailState> {
    let rows = email::Entity::find().all(&app.db.read).await.unwrap();
    rows.into_iter().map(|row| row.state).collect()
}
