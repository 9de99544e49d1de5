//! What could have gone wrong between two people's mornings.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meridian::domain::people::{self, PersonEdit};
use meridian::entity::{
    Access, BookingMethod, Day, EmailKind, EmailState, RoleSide, TouchpointKind, booking, email,
    new_id, person, project, time_off,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::json;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::{client_of, contact, due_client_of};

on_both_databases!(
    a_booking_whose_days_are_all_taken_since_stays_visible,
    a_day_off_entered_in_hours_is_a_day_off_for_the_stand_in_too,
    a_stand_in_whose_prompt_had_left_covers_the_next_day,
    an_owner_s_stand_in_gets_the_agency,
    a_client_told_something_on_monday_may_be_due_again_on_wednesday,
);

const MONDAY: Date = date(2026, 11, 23);

/// Takes somebody away from `MONDAY` on for some days, each wholly or for some minutes, with a delegate.
async fn off(
    app: &TestApp,
    who: &person::Model,
    days: i64,
    minutes: Option<i32>,
    delegate: &person::Model,
) {
    app.insert(time_off::Model {
        id: new_id(app.now()),
        person_id: who.id,
        starts_on: Day(MONDAY),
        ends_on: Day(MONDAY.saturating_add((days - 1).days())),
        minutes_per_day: minutes,
        delegate_id: Some(delegate.id),
        note: String::new(),
        version: 1,
    })
    .await;
}

/// A manager in New York.
async fn overseas(app: &TestApp, name: &str) -> person::Model {
    let person = app.person(name, Some(Access::Manager)).await;
    let edit = PersonEdit {
        time_zone: Some("America/New_York".to_owned()),
        ..PersonEdit::default()
    };
    people::update(&app.db, &app.operator(), person.id, None, edit)
        .await
        .unwrap()
}

/// Lets a morning come.
async fn at(app: &TestApp, instant: &str) {
    app.set_clock(instant);
    app.tick().await;
    app.drain().await;
}

/// The latest mail of a kind to somebody.
async fn mail(app: &TestApp, kind: EmailKind, to: &person::Model) -> email::Model {
    email::Entity::find()
        .filter(email::Column::Kind.eq(kind))
        .filter(email::Column::RecipientId.eq(to.id))
        .order_by_desc(email::Column::DueAt)
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap()
}

async fn prompt(app: &TestApp, to: &person::Model) -> email::Model {
    mail(app, EmailKind::ClientUpdate, to).await
}

async fn summary(app: &TestApp, to: &person::Model) -> email::Model {
    mail(app, EmailKind::CapacitySummary, to).await
}

/// A TOTAL that had time when it was made, and none since: nobody's mail and nobody's query may end with it.
async fn a_booking_whose_days_are_all_taken_since_stays_visible(app: &TestApp) {
    let owner = app.owner().await;
    let dana = app.manager("Dana").await.person;
    let tom = app.member("Tom").await.person;
    let acme = client_of(app, "Acme", RoleSide::Both, &dana).await;
    let projects = project::Entity::find().filter(project::Column::ClientId.eq(acme.id));
    let project = projects.one(&app.db.read).await.unwrap().unwrap();
    app.insert(booking::Model {
        id: new_id(app.now()),
        person_id: tom.id,
        project_id: project.id,
        starts_on: Day(MONDAY),
        ends_on: Day(MONDAY.saturating_add(4.days())),
        method: BookingMethod::Total,
        value: 600,
        probability_bp: None,
        note: String::new(),
        version: 1,
    })
    .await;
    off(app, &tom, 7, None, &dana).await;

    let query = "{ teamCapacity { people { nodes { person { name } capacity { availabilityMinutes bookedMinutes band } } } } }";
    let answer = app.graphql(&owner, query, json!({})).await;
    let nodes = answer["data"]["teamCapacity"]["people"]["nodes"]
        .as_array()
        .unwrap();
    let of_tom = nodes
        .iter()
        .find(|node| node["person"]["name"] == "Tom")
        .unwrap();
    assert_eq!(
        of_tom["capacity"],
        json!({ "availabilityMinutes": 0, "bookedMinutes": 600, "band": "UNAVAILABLE" })
    );

    at(app, "2026-11-23T08:00:00Z").await;
    assert_eq!(summary(app, &dana).await.state, EmailState::Sent);
}

async fn a_day_off_entered_in_hours_is_a_day_off_for_the_stand_in_too(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let sam = overseas(app, "Sam").await;
    due_client_of(app, "Acme", RoleSide::Both, &dana).await;
    off(app, &dana, 1, Some(480), &sam).await;

    at(app, "2026-11-23T08:00:00Z").await;
    assert_eq!(prompt(app, &dana).await.state, EmailState::SkippedAbsent);

    at(app, "2026-11-23T13:00:00Z").await;
    let to_sam = prompt(app, &sam).await;
    assert_eq!(to_sam.state, EmailState::Sent, "{:?}", to_sam.reason);
    assert_eq!(to_sam.subject.as_deref(), Some("1 client update due: Acme"));
}

/// Sam in London has had her mail when Dana in New York calls in sick.
async fn a_stand_in_whose_prompt_had_left_covers_the_next_day(app: &TestApp) {
    let sam = app.manager("Sam").await.person;
    let dana = overseas(app, "Dana").await;
    due_client_of(app, "Brook", RoleSide::Both, &sam).await;
    due_client_of(app, "Acme", RoleSide::Both, &dana).await;
    at(app, "2026-11-23T08:00:00Z").await;
    assert_eq!(
        prompt(app, &sam).await.subject.as_deref(),
        Some("1 client update due: Brook")
    );
    off(app, &dana, 2, None, &sam).await;

    at(app, "2026-11-23T13:00:00Z").await;
    let to_dana = prompt(app, &dana).await;
    assert_eq!(to_dana.state, EmailState::SkippedAbsent);
    let reason = to_dana.reason.unwrap();
    assert!(
        reason.contains("tomorrow, since today's mail had left"),
        "{reason}"
    );

    at(app, "2026-11-24T08:00:00Z").await;
    let tuesday = prompt(app, &sam).await;
    assert_eq!(tuesday.state, EmailState::Sent, "{:?}", tuesday.reason);
    assert_eq!(
        tuesday.subject.as_deref(),
        Some("1 client update due: Acme")
    );
}

async fn an_owner_s_stand_in_gets_the_agency(app: &TestApp) {
    let owner = app.owner().await.person;
    let sam = app.person("Sam", Some(Access::Manager)).await;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    app.insert(rows::project(acme.id, "Orphan site", app.now()))
        .await;
    off(app, &owner, 7, None, &sam).await;

    at(app, "2026-11-23T08:00:00Z").await;
    assert_eq!(summary(app, &owner).await.state, EmailState::SkippedAbsent);
    let to_sam = summary(app, &sam).await;
    assert_eq!(to_sam.state, EmailState::Sent, "{:?}", to_sam.reason);
    let subject = to_sam.subject.unwrap();
    assert!(subject.contains("Orphan site unstaffed"), "{subject}");
}

async fn a_client_told_something_on_monday_may_be_due_again_on_wednesday(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let acme = due_client_of(app, "Acme", RoleSide::Both, &dana).await;
    let tx = app.db.begin().await.unwrap();
    let mut row = acme.clone().into_active_model();
    row.cadence_days = Set(2);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();

    at(app, "2026-11-23T08:00:00Z").await;
    assert_eq!(prompt(app, &dana).await.state, EmailState::Sent);
    contact(app, &acme, Some(dana.id), TouchpointKind::Update, MONDAY).await;

    at(app, "2026-11-24T08:00:00Z").await;
    assert_eq!(prompt(app, &dana).await.state, EmailState::SkippedEmpty);
    at(app, "2026-11-25T08:00:00Z").await;
    let wednesday = prompt(app, &dana).await;
    assert_eq!(wednesday.state, EmailState::Sent, "{:?}", wednesday.reason);
}
