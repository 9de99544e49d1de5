//! Several replicas, one that dies, and a receiver that is slow.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use meridian::app::App;
use meridian::domain::history;
use meridian::entity::{new_id, project, webhook_attempt};
use meridian::jobs::{Jobs, maintenance};
use meridian::outbox::Claim;
use meridian::webhook::outbox::{self, Mark};
use sea_orm::EntityTrait;

use super::agency::{Agency, courier, reaching};
use super::receiver::Receiver;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::until;

on_both_databases!(
    two_replicas_send_each_event_once,
    one_that_dies_before_it_has_noted_the_answer_is_followed_by_a_copy_with_the_same_id,
    who_was_overtaken_marks_nothing,
    a_slow_receiver_holds_up_no_other,
    what_is_rolled_back_is_told_to_nobody,
    a_running_replica_delivers_by_itself,
);

async fn two_replicas_send_each_event_once(app: &TestApp) {
    let agency = Agency::found(app).await;
    let other = reaching(&agency.app, "127.0.0.0/8").await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    for number in 0..40 {
        agency.rename(&format!("Site {number}")).await;
    }
    let mut couriers = [courier(&agency.app, "one"), courier(&other, "two")];
    while receiver.heard().len() < 40 {
        let [one, two] = &mut couriers;
        let (begun, as_well) = tokio::join!(one.step(), two.step());
        assert!(begun.unwrap() + as_well.unwrap() > 0);
        tokio::join!(one.finish(), two.finish());
    }
    assert_eq!(agency.deliver().await, 0);
    let heard = receiver.heard();
    let ids: BTreeSet<&str> = heard.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!((heard.len(), ids.len()), (40, 40));
    let by: BTreeSet<String> = agency
        .log()
        .await
        .iter()
        .map(|delivery| delivery["attempts"][0]["replica"].to_string())
        .collect();
    assert_eq!(by.len(), 2, "both have worked");
    other.stop().await;
    agency.app.stop().await;
}

async fn one_that_dies_before_it_has_noted_the_answer_is_followed_by_a_copy_with_the_same_id(
    app: &TestApp,
) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    receiver.holds();
    let mut dying = courier(&agency.app, "dying");
    assert_eq!(dying.step().await.unwrap(), 1);
    until("its coming", async || !receiver.heard().is_empty()).await;
    drop(dying);
    receiver.goes_on();

    // While its lease holds nobody else takes it.
    let lease = SignedDuration::try_from(agency.app.config.lease).unwrap();
    let still = lease + SignedDuration::from_secs(19);
    agency.app.clock.set(agency.app.now() + still);
    maintenance::take_back(&agency.app).await.unwrap();
    assert_eq!(agency.deliver().await, 0);
    let over = SignedDuration::from_secs(2);
    agency.app.clock.set(agency.app.now() + over);
    maintenance::take_back(&agency.app).await.unwrap();
    assert_eq!(agency.deliver().await, 1);
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].text, heard[1].text);
    assert_eq!(heard[0].header("webhook-id"), heard[1].header("webhook-id"));
    assert_eq!(agency.one().await["state"], "DELIVERED");
    agency.app.stop().await;
}

async fn who_was_overtaken_marks_nothing(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    let now = agency.app.now();
    let tx = agency.app.db.begin().await.unwrap();
    let webhook = outbox::due(&tx, now.into()).await.unwrap().remove(0).id;
    let claimed = outbox::claim(&tx, webhook, "paused", now.into(), now.into(), 9).await;
    tx.commit().await.unwrap();
    let claimed = claimed.unwrap().remove(0);
    let later = now + SignedDuration::from_secs(1);
    agency.app.clock.set(later);
    maintenance::take_back(&agency.app).await.unwrap();
    assert_eq!(agency.deliver().await, 1);

    let attempt = webhook_attempt::Model {
        id: new_id(later),
        delivery_id: claimed.id,
        replica: "paused".to_owned(),
        started_at: now.into(),
        finished_at: later.into(),
        status: Some(500),
        answer: None,
        problem: Some("answered 500".to_owned()),
    };
    let tx = agency.app.db.begin().await.unwrap();
    let mark = Mark::Later(later);
    let held = outbox::mark(&tx, Claim::from(&claimed), &mark, attempt).await;
    tx.commit().await.unwrap();
    assert!(!held.unwrap());
    let delivery = agency.one().await;
    assert_eq!(delivery["state"], "DELIVERED");
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 2);
    agency.app.stop().await;
}

async fn a_slow_receiver_holds_up_no_other(app: &TestApp) {
    let agency = Agency::found(app).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    agency.webhook(&slow).await;
    agency.webhook(&quick).await;
    for number in 0..12 {
        agency.rename(&format!("Site {number}")).await;
    }
    slow.holds();
    let mut courier = courier(&agency.app, "one");
    while quick.heard().len() < 12 {
        courier.step().await.unwrap();
        courier.one_ended().await;
    }
    until("its coming", async || slow.heard().len() == 4).await;
    courier.step().await.unwrap();
    assert_eq!(slow.heard().len(), 4, "no more at the same time");
    slow.goes_on();
    courier.finish().await;
    while courier.step().await.unwrap() > 0 {
        courier.finish().await;
    }
    assert_eq!(slow.heard().len(), 12);
    agency.app.stop().await;
}

async fn what_is_rolled_back_is_told_to_nobody(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    let caller = agency.app.operator();
    let rows = project::Entity::find().all(&agency.app.db.read).await;
    let row = rows.unwrap().remove(0);
    let renamed = project::Model {
        name: "Site 2".to_owned(),
        ..row.clone()
    };
    let tx = agency.app.db.begin().await.unwrap();
    history::updated(&tx, &caller, row.id, &row, &renamed)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    let tx = agency.app.db.begin().await.unwrap();
    let part = tx.begin().await.unwrap();
    history::updated(&part, &caller, row.id, &row, &renamed)
        .await
        .unwrap();
    part.rollback().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(agency.log().await.len(), 0);

    let tx = agency.app.db.begin().await.unwrap();
    for _ in 0..2 {
        let part = tx.begin().await.unwrap();
        history::updated(&part, &caller, row.id, &row, &renamed)
            .await
            .unwrap();
        part.commit().await.unwrap();
    }
    tx.commit().await.unwrap();
    agency.deliver().await;
    receiver.one();
    agency.app.stop().await;
}

async fn a_running_replica_delivers_by_itself(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    let jobs = Jobs::start(App::clone(&agency.app)).await;
    agency.rename("Site 2").await;
    until("its coming", async || !receiver.heard().is_empty()).await;
    jobs.shutdown().await;
    assert_eq!(agency.one().await["state"], "DELIVERED");
    agency.app.stop().await;
}
