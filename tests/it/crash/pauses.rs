//! W7: a process is frozen by SIGSTOP for longer than its lease, another takes over, and the first wakes up.

use meridian::entity::EmailState;

use super::scene::{SHORT_GRACE, SHORT_LEASE, Scene, Settings};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::until;
use crate::support::smtp_temper::{Gate, Temper};

on_both_databases!(
    w7_frozen_before_the_fence_the_overtaken_process_sends_nothing,
    without_the_fence_the_overtaken_process_sends_a_copy,
    w7_frozen_after_the_final_dot_nobody_takes_over_within_the_grace,
    without_the_grace_another_process_sends_a_copy,
    w7_frozen_between_the_fence_and_the_message_it_gives_the_mail_up,
);

/// The guard: the fence.
async fn w7_frozen_before_the_fence_the_overtaken_process_sends_nothing(app: &TestApp) {
    assert_eq!(copies_when_frozen_before_the_fence(app, "").await, 1);
}

/// The story above sees what the fence prevents.
async fn without_the_fence_the_overtaken_process_sends_a_copy(app: &TestApp) {
    let copies = copies_when_frozen_before_the_fence(app, "without-fence=return").await;
    assert_eq!(copies, 2);
}

/// The guard: the grace.
async fn w7_frozen_after_the_final_dot_nobody_takes_over_within_the_grace(app: &TestApp) {
    assert_eq!(copies_when_frozen_after_the_final_dot(app, "").await, 1);
}

/// The story above sees what the grace prevents.
async fn without_the_grace_another_process_sends_a_copy(app: &TestApp) {
    let copies = copies_when_frozen_after_the_final_dot(app, "without-grace=return").await;
    assert_eq!(copies, 2);
}

/// The guard: the time since the fence, looked at right before the message.
async fn w7_frozen_between_the_fence_and_the_message_it_gives_the_mail_up(app: &TestApp) {
    let scene = Scene::set(app, Temper::default()).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let frozen = scene.start(Settings {
        fail_points: "fenced=1*sleep(5000)",
        ..SHORT_GRACE
    });
    until("the fence", async || {
        scene.row(mail).await.state == EmailState::Data
    })
    .await;
    scene.freeze(&frozen).await;
    scene.short_grace_ran_out().await;

    let _other = scene.start(SHORT_GRACE);
    scene.is_sent(mail).await;
    assert!(said(&scene, "DATA") == 1 && said(&scene, "RSET") == 0);
    frozen.wake();
    until("the end of the first attempt", async || {
        said(&scene, "RSET") == 1 || scene.copies().len() == 2
    })
    .await;
    assert_eq!(scene.copies().len(), 1);
    assert_eq!(scene.row(mail).await.state, EmailState::Sent);
}

async fn copies_when_frozen_before_the_fence(app: &TestApp, fail_points: &str) -> usize {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, Some("RCPT"))).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let frozen = scene.start(Settings {
        fail_points,
        ..SHORT_LEASE
    });
    until("the recipient's being named", async || {
        said(&scene, "RCPT") == 1
    })
    .await;
    scene.freeze(&frozen).await;
    gate.open();
    scene.leases_ran_out(0).await;

    let _other = scene.start(SHORT_LEASE);
    scene.is_sent(mail).await;
    frozen.wake();
    until("the end of the first attempt", async || {
        said(&scene, "RSET") == 1 || scene.copies().len() == 2
    })
    .await;
    assert_eq!(scene.row(mail).await.state, EmailState::Sent);
    scene.copies().len()
}

async fn copies_when_frozen_after_the_final_dot(app: &TestApp, fail_points: &str) -> usize {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, None)).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let frozen = scene.start(SHORT_LEASE);
    scene.only_copy().await;
    scene.freeze(&frozen).await;
    gate.open();
    scene.leases_ran_out(0).await;

    let bait = scene.bait().await;
    let _other = scene.start(Settings {
        fail_points,
        ..SHORT_LEASE
    });
    scene.is_sent(bait).await;
    match fail_points {
        "" => assert_eq!(scene.row(mail).await.state, EmailState::Data),
        _ => scene.is_sent(mail).await,
    }
    frozen.wake();
    scene.is_sent(mail).await;
    scene.copies().len()
}

fn said(scene: &Scene<'_>, verb: &str) -> usize {
    let commands = scene.server.commands();
    commands.iter().filter(|command| *command == verb).count()
}
