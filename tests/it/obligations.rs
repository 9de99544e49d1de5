//! What a mail has to discharge, discharged once, and by a mail that leaves.

use meridian::email::memory::Failure;
use meridian::entity::{EmailState, RoleSide, email, role, work_schedule};
use meridian::jobs::maintenance;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;

on_both_databases!(
    a_prompt_that_never_left_is_made_up_for_the_next_day,
    a_mail_stopped_after_it_was_planned_does_not_leave,
    a_manager_without_hours_is_prompted_on_weekdays,
);

/// Dana speaks for Acme, which has waited for an update since long ago.
async fn dana_of_acme(app: &TestApp) -> uuid::Uuid {
    let dana = app.manager("Dana").await.person;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    app.insert(rows::project(acme.id, "Web", app.now())).await;
    let unsplit = role::Entity::find().filter(role::Column::Side.eq(RoleSide::Both));
    let unsplit = unsplit.one(&app.db.read).await.unwrap().unwrap();
    app.insert(rows::assignment(unsplit.id, acme.id, dana.id, app.now()))
        .await;
    dana.id
}

async fn prompts(app: &TestApp) -> Vec<email::Model> {
    email::Entity::find()
        .filter(email::Column::DedupeKey.starts_with("client_update/"))
        .order_by_asc(email::Column::DueAt)
        .all(&app.db.read)
        .await
        .unwrap()
}

async fn a_prompt_that_never_left_is_made_up_for_the_next_day(app: &TestApp) {
    dana_of_acme(app).await;
    app.set_clock("2026-11-23T08:00:00Z");
    app.tick().await;
    app.memory().fail_next(2, Failure::TryLater);
    app.drain().await;
    assert_eq!(prompts(app).await[0].state, EmailState::Pending);

    app.set_clock("2026-11-24T07:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(prompts(app).await[0].state, EmailState::Expired);

    app.set_clock("2026-11-24T08:00:00Z");
    app.tick().await;
    app.drain().await;
    let tuesday = &prompts(app).await[1];
    assert_eq!(tuesday.state, EmailState::Sent, "{:?}", tuesday.reason);
    assert_eq!(
        tuesday.subject.as_deref(),
        Some("1 client update due: Acme")
    );

    app.set_clock("2026-11-25T08:00:00Z");
    app.tick().await;
    app.drain().await;
    let wednesday = &prompts(app).await[2];
    assert_eq!(
        wednesday.state,
        EmailState::SkippedEmpty,
        "Tuesday's mail has prompted for this week"
    );
}

async fn a_mail_stopped_after_it_was_planned_does_not_leave(app: &TestApp) {
    let dana = dana_of_acme(app).await;
    app.set_clock("2026-11-23T08:00:00Z");
    app.tick().await;
    for kind in [
        meridian::entity::EmailKind::ClientUpdate,
        meridian::entity::EmailKind::CapacitySummary,
    ] {
        meridian::domain::subscriptions::pause(&app.db, &app.operator(), dana, kind)
            .await
            .unwrap();
    }
    assert!(app.drain().await.is_empty());
    let mails = email::Entity::find().all(&app.db.read).await.unwrap();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert_eq!(mail.state, EmailState::Cancelled);
        assert!(mail.reason.unwrap().contains("paused"));
    }
}

async fn a_manager_without_hours_is_prompted_on_weekdays(app: &TestApp) {
    let dana = dana_of_acme(app).await;
    let tx = app.db.begin().await.unwrap();
    work_schedule::Entity::delete_many()
        .filter(work_schedule::Column::PersonId.eq(dana))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.set_clock("2026-11-22T08:00:00Z");
    app.tick().await;
    assert!(prompts(app).await.is_empty(), "Sunday");
    app.set_clock("2026-11-23T08:00:00Z");
    app.tick().await;
    app.drain().await;
    assert_eq!(prompts(app).await[0].state, EmailState::Sent);
}
