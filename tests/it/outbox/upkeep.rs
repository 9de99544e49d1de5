//! Mails that end without being sent, and how long the outbox remembers.

use jiff::SignedDuration;
use meridian::domain::zone::zone_data_version;
use meridian::email::memory::Failure;
use meridian::email::outbox::{self, Claim};
use meridian::entity::{EmailState, email_attempt, obligation};
use meridian::jobs::{maintenance, planner};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};

use super::stage::Stage;
use super::stories;

const DAY: i64 = 24 * 60 * 60;

stories! {
    a_mail_that_could_not_be_sent_in_time_says_so
    a_claimed_mail_whose_time_passes_is_not_sent
    new_zone_rules_move_what_is_due
    a_tick_that_comes_before_new_zone_rules_are_followed_loses_nothing
    texts_are_kept_thirty_days_and_rows_eight_weeks
}

async fn a_mail_that_could_not_be_sent_in_time_says_so(stage: Stage) {
    let ten_minutes = SignedDuration::from_mins(10);
    let id = stage.mail("zoe@client.example", ten_minutes).await;
    let expires_at = stage.row(id).await.expires_at;
    stage.memory.fail_next(1_000, Failure::TryLater);
    let mut sender = stage.sender();
    let mut tries = 0;
    while stage.row(id).await.next_attempt_at < expires_at {
        stage.app.clock.set(stage.row(id).await.next_attempt_at.0);
        assert_eq!(sender.step().await.unwrap(), 1);
        tries += 1;
    }
    assert!(tries >= 3, "{tries}");
    stage.app.clock.set(expires_at.0);
    assert_eq!(
        sender.step().await.unwrap(),
        0,
        "too late, even before maintenance says so"
    );
    let maintained = maintenance::run(&stage.app).await.unwrap();
    assert_eq!(maintained.expired, 1);
    let row = stage.row(id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Expired, tries));
    assert_eq!(
        row.next_attempt_at, expires_at,
        "no attempt is promised for later"
    );
    assert_eq!(
        row.reason.as_deref(),
        Some("It could not be sent before its time had passed; the attempts tell why.")
    );
    assert_eq!(
        stage.attempts().await.len(),
        usize::try_from(tries).unwrap()
    );
}

async fn a_claimed_mail_whose_time_passes_is_not_sent(stage: Stage) {
    stage
        .mail("zoe@client.example", SignedDuration::from_secs(10))
        .await;
    let tx = stage.app.db.begin().await.unwrap();
    let lease_until = stage.now() + SignedDuration::from_secs(60);
    let claimed = outbox::claim(&tx, "slow", stage.now(), lease_until, 1)
        .await
        .unwrap();
    stage.pass(10);
    let claim = Claim::from(&claimed[0]);
    assert!(
        !outbox::enter_data(&tx, claim, stage.now(), lease_until)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    stage.pass(51);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.states().await, "EXPIRED 1");
}

async fn texts_are_kept_thirty_days_and_rows_eight_weeks(stage: Stage) {
    let sent = stage.mail_to("zoe@client.example").await;
    let tx = stage.app.db.begin().await.unwrap();
    let discharged = obligation::Model {
        obligation_key: "capacity_summary/zoe/2026-W48".to_owned(),
        email_id: sent,
        person_id: None,
        client_id: None,
    };
    discharged.into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    stage.sender().step().await.unwrap();
    let held = stage.held_mail().await;
    let waiting = stage
        .mail("tom@client.example", SignedDuration::from_hours(100 * 24))
        .await;
    stage.pass(30 * DAY);
    assert_eq!(
        maintenance::run(&stage.app).await.unwrap(),
        Default::default()
    );
    stage.pass(1);
    assert_eq!(
        maintenance::run(&stage.app).await.unwrap().bodies_cleared,
        1
    );
    assert_eq!(stage.message(sent).await, None);
    assert!(stage.message(waiting).await.is_some());
    stage.pass(26 * DAY - 1);
    assert_eq!(
        maintenance::run(&stage.app).await.unwrap().pruned,
        0,
        "eight weeks, not less"
    );
    stage.pass(1);
    assert_eq!(maintenance::run(&stage.app).await.unwrap().pruned, 1);
    assert_eq!(stage.states().await, "PENDING 1, HELD 1");
    assert!(stage.message(held).await.is_some(), "an owner is to decide");
    let db = &stage.app.db.read;
    assert!(
        email_attempt::Entity::find()
            .all(db)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(obligation::Entity::find().all(db).await.unwrap().is_empty());
}

/// Two replicas of different age run side by side while they are replaced one by one.
async fn a_tick_that_comes_before_new_zone_rules_are_followed_loses_nothing(stage: Stage) {
    for next_due_at in ["2026-11-23T07:30:00Z", "2026-11-30T06:30:00Z"] {
        let next_due_at = next_due_at.parse().unwrap();
        let row = stage.subscription(next_due_at, "1999a").await;
        stage.app.clock.set(row.next_due_at.0);
        for _ in 0..3 {
            planner::tick(&stage.app).await.unwrap();
            maintenance::run(&stage.app).await.unwrap();
            stage.pass(30 * 60);
        }
        let tx = stage.app.db.begin().await.unwrap();
        row.delete(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut periods: Vec<String> = stage
        .rows()
        .await
        .into_iter()
        .map(|row| row.period)
        .collect();
    periods.sort();
    assert_eq!(periods, ["2026-W48", "2026-W49"]);
}

async fn new_zone_rules_move_what_is_due(stage: Stage) {
    let row = stage
        .subscription("2026-11-23T07:30:00Z".parse().unwrap(), "1999a")
        .await;
    stage.pass(60);
    assert_eq!(maintenance::run(&stage.app).await.unwrap().recomputed, 1);
    let moved = stage.schedule(row.id).await;
    assert_eq!(
        moved.next_due_at.to_string(),
        "2026-11-23T07:00:00Z",
        "a minute ago, not next week"
    );
    assert_eq!(moved.time_zone_data, zone_data_version());
    assert_eq!(maintenance::run(&stage.app).await.unwrap().recomputed, 0);
}
