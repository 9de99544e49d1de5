//! W0 to W5: killed by SIGKILL between one step and the next, and started again.

use meridian::entity::EmailState;

use super::scene::{SHORT_GRACE, SHORT_LEASE, Scene, outcomes};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::outbox::summaries;
use crate::support::smtp_temper::Temper;

on_both_databases!(
    w0_killed_before_the_tick_s_commit_it_plans_again,
    w1_killed_after_the_tick_s_commit_it_does_not_plan_twice,
    w2_killed_after_the_claim_another_process_takes_the_mail,
    w3_killed_after_the_fence_the_mail_is_sent_once,
    w4_killed_after_the_final_dot_the_same_bytes_are_sent_again,
    w5_killed_after_the_yes_the_same_bytes_are_sent_again,
);

const LONDON: &str = "Europe/London";
/// The same time under another name: with it a subscription is another one and falls due anew.
const JERSEY: &str = "Europe/Jersey";

/// The guard: one transaction of the tick, which plans a mail and moves its subscription on, or does neither.
async fn w0_killed_before_the_tick_s_commit_it_plans_again(app: &TestApp) {
    let scene = Scene::set(app, Temper::default()).await;
    scene.summary_falls_due(LONDON).await;
    scene.killed_at("planned").await;
    assert_eq!(summaries(app, &scene.olga).await.len(), 0);
    let _again = scene.start(SHORT_LEASE);
    sent_once(&scene).await;
}

/// The guard: the outbox's key, which is the obligation's, and not the subscription's or the instant's.
async fn w1_killed_after_the_tick_s_commit_it_does_not_plan_twice(app: &TestApp) {
    let scene = Scene::set(app, Temper::default()).await;
    scene.summary_falls_due(LONDON).await;
    scene.killed_at("plan-committed").await;
    assert_eq!(scene.summary().await["state"], "PENDING");
    scene.summary_falls_due(JERSEY).await;
    let _again = scene.start(SHORT_LEASE);
    sent_once(&scene).await;
}

/// The guard: the lease, without which a claim would be for ever.
async fn w2_killed_after_the_claim_another_process_takes_the_mail(app: &TestApp) {
    let scene = Scene::set(app, Temper::default()).await;
    scene.summary_falls_due(LONDON).await;
    scene.killed_at("claimed").await;
    assert_eq!(scene.summary().await["state"], "CLAIMED");
    scene.leases_ran_out(0).await;
    let _again = scene.start(SHORT_LEASE);
    sent_once(&scene).await;
}

/// The guard: what is in DATA is sent again after the grace, and not given up.
async fn w3_killed_after_the_fence_the_mail_is_sent_once(app: &TestApp) {
    let scene = Scene::set(app, Temper::default()).await;
    scene.summary_falls_due(LONDON).await;
    scene.killed_at("fenced").await;
    assert_eq!(scene.summary().await["state"], "DATA");
    assert_eq!(scene.copies().len(), 0);
    scene.short_grace_ran_out().await;
    let _again = scene.start(SHORT_GRACE);
    scene.at_rest().await;
    assert_eq!(scene.copies().len(), 1);
    let told = scene.summary().await;
    assert_eq!(
        outcomes(&told),
        ["AMBIGUOUS", "ACCEPTED"],
        "nobody can know that it was not sent"
    );
}

async fn w4_killed_after_the_final_dot_the_same_bytes_are_sent_again(app: &TestApp) {
    killed_when_the_server_has_it(app, "message-sent").await;
}

async fn w5_killed_after_the_yes_the_same_bytes_are_sent_again(app: &TestApp) {
    killed_when_the_server_has_it(app, "accepted").await;
}

/// The guards: the grace, before which nobody sends it again, and the bytes, which were kept before the first attempt.
async fn killed_when_the_server_has_it(app: &TestApp, point: &str) {
    let scene = Scene::set(app, Temper::default()).await;
    scene.summary_falls_due(LONDON).await;
    scene.killed_at(point).await;
    let first = &scene.only_copy().await;
    scene.leases_ran_out(0).await;

    let bait = scene.bait().await;
    let mut before_the_grace = scene.start(SHORT_LEASE);
    scene.is_sent(bait).await;
    before_the_grace.kill();
    assert_eq!(scene.summary().await["state"], "DATA");
    assert_eq!(scene.copies(), std::slice::from_ref(first));

    scene.short_grace_ran_out().await;
    let _after_the_grace = scene.start(SHORT_GRACE);
    scene.at_rest().await;
    assert_eq!(scene.copies(), [first.clone(), first.clone()]);
    let told = scene.summary().await;
    assert_eq!(told["state"], EmailState::Sent.word());
    assert_eq!(outcomes(&told), ["AMBIGUOUS", "ACCEPTED"]);
}

/// Waits for the rest: the mail server has one copy, and the timeline one attempt.
async fn sent_once(scene: &Scene<'_>) {
    scene.at_rest().await;
    assert_eq!(scene.copies().len(), 1);
    let told = scene.summary().await;
    assert_eq!(told["state"], "SENT");
    assert_eq!(outcomes(&told), ["ACCEPTED"]);
}
