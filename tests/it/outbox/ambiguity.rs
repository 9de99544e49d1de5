//! What becomes of a mail that may have arrived, where the installation would rather ask than send it twice.

use std::sync::Arc;

use jiff::SignedDuration;
use meridian::email::memory::Failure;
use meridian::email::outbox::{self, Claim, OnAmbiguous};
use meridian::entity::{AttemptOutcome, EmailState};
use meridian::jobs::maintenance;

use super::stage::Stage;
use super::stories;

stories! {
    a_mail_whose_reply_was_lost_is_held
    a_mail_whose_sender_vanished_is_held
    a_mail_that_was_only_claimed_is_sent_under_any_policy
}

fn holding(stage: &mut Stage) {
    Arc::make_mut(&mut stage.app.config).on_ambiguous = OnAmbiguous::Hold;
}

async fn a_mail_whose_reply_was_lost_is_held(mut stage: Stage) {
    holding(&mut stage);
    let id = stage.mail_to("zoe@client.example").await;
    stage.memory.fail_next(1, Failure::LostAfterAcceptance);
    let mut sender = stage.sender();
    sender.step().await.unwrap();
    stage.pass(60 + 660);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(
        stage.row(id).await.state,
        EmailState::Data,
        "the grace first"
    );
    stage.pass(1);
    let maintained = maintenance::run(&stage.app).await.unwrap();
    assert_eq!(maintained.taken_back.in_doubt, 1);
    let row = stage.row(id).await;
    let reason = row.reason.unwrap();
    assert_eq!((row.state, row.attempts), (EmailState::Held, 1));
    assert!(reason.starts_with("It may have arrived"), "{reason}");
    assert!(
        reason.ends_with("then release it to send it again, or cancel it."),
        "{reason}"
    );
    assert_eq!((row.claimed_by, row.lease_until), (None, None));
    assert_eq!(sender.step().await.unwrap(), 0);
    assert_eq!(stage.memory.sent().len(), 1, "no second copy");
    let outcomes: Vec<_> = stage
        .attempts()
        .await
        .into_iter()
        .map(|told| told.0)
        .collect();
    assert_eq!(outcomes, [AttemptOutcome::Ambiguous], "told once");
}

/// A claim on the one mail that is due.
async fn claim(stage: &Stage) -> Claim {
    let tx = stage.app.db.begin().await.unwrap();
    let lease_until = stage.now() + SignedDuration::from_secs(60);
    let claimed = outbox::claim(&tx, "dying", stage.now(), lease_until, 1).await;
    tx.commit().await.unwrap();
    Claim::from(&claimed.unwrap()[0])
}

async fn a_mail_whose_sender_vanished_is_held(mut stage: Stage) {
    holding(&mut stage);
    let id = stage.mail_to("zoe@client.example").await;
    let claim = claim(&stage).await;
    let tx = stage.app.db.begin().await.unwrap();
    let entered = outbox::enter_data(&tx, claim, stage.now(), stage.now()).await;
    assert!(entered.unwrap());
    tx.commit().await.unwrap();
    stage.pass(661);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.row(id).await.state, EmailState::Held);
    assert_eq!(stage.attempts().await[0].0, AttemptOutcome::Ambiguous);

    let tx = stage.app.db.begin().await.unwrap();
    assert!(outbox::mark_sent(&tx, claim, stage.now()).await.unwrap());
    tx.commit().await.unwrap();
    let row = stage.row(id).await;
    assert_eq!(
        (row.state, row.reason),
        (EmailState::Sent, None),
        "the mail server's late word settles it"
    );
}

async fn a_mail_that_was_only_claimed_is_sent_under_any_policy(mut stage: Stage) {
    holding(&mut stage);
    let id = stage.mail_to("zoe@client.example").await;
    claim(&stage).await;
    stage.pass(61);
    maintenance::run(&stage.app).await.unwrap();
    assert_eq!(stage.sender().step().await.unwrap(), 1);
    assert_eq!(stage.row(id).await.state, EmailState::Sent);
}
