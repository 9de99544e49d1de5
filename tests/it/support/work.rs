//! Clients, who holds them, and who is away: written past all rules, for stories about what follows from them.

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{
    BookingMethod, Day, LeadMode, Moment, RoleSide, TouchpointKind, assignment, booking, client,
    new_id, person, project, role, time_off, touchpoint,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::app::TestApp;
use super::rows;

/// The role that holds a side.
pub(crate) async fn role(app: &TestApp, side: RoleSide) -> role::Model {
    let found = role::Entity::find().filter(role::Column::Side.eq(side));
    found.one(&app.db.read).await.unwrap().unwrap()
}

/// A client with one active project, `side` of both held by `holder`; reached out to last Friday.
pub(crate) async fn client_of(
    app: &TestApp,
    name: &str,
    side: RoleSide,
    holder: &person::Model,
) -> client::Model {
    let client = app.insert(rows::client(name, app.now())).await;
    let project = rows::project(client.id, &format!("{name} site"), app.now());
    app.insert(project).await;
    hold(app, &client, side, holder).await;
    let friday = today(app).saturating_sub(3.days());
    contact(app, &client, None, TouchpointKind::ReachOut, friday).await;
    client
}

/// The same, whose update is due today.
pub(crate) async fn due_client_of(
    app: &TestApp,
    name: &str,
    side: RoleSide,
    holder: &person::Model,
) -> client::Model {
    let client = client_of(app, name, side, holder).await;
    let last_week = today(app).saturating_sub(7.days());
    contact(app, &client, None, TouchpointKind::Update, last_week).await;
    client
}

/// Lets somebody hold a side of a client.
pub(crate) async fn hold(
    app: &TestApp,
    client: &client::Model,
    side: RoleSide,
    holder: &person::Model,
) {
    let role = role(app, side).await;
    let row = rows::assignment(role.id, client.id, holder.id, app.now());
    app.insert(row).await;
}

/// Makes the client's project one that production leads.
pub(crate) async fn production_led_project(
    app: &TestApp,
    client: &client::Model,
    name: &str,
) -> project::Model {
    let row = project::Model {
        lead_mode: LeadMode::ProductionLed,
        ..rows::project(client.id, name, app.now())
    };
    app.insert(row).await
}

/// Lets somebody hold a side of one project.
pub(crate) async fn hold_project(
    app: &TestApp,
    project: &project::Model,
    side: RoleSide,
    holder: &person::Model,
) {
    let role = role(app, side).await;
    let row = assignment::Model {
        client_id: None,
        project_id: Some(project.id),
        ..rows::assignment(role.id, project.client_id, holder.id, app.now())
    };
    app.insert(row).await;
}

/// The one project that [`client_of`] made.
pub(crate) async fn site_of(app: &TestApp, client: &client::Model) -> project::Model {
    let of = project::Entity::find().filter(project::Column::ClientId.eq(client.id));
    of.one(&app.db.read).await.unwrap().unwrap()
}

/// Books minutes of each day from today on until a day.
pub(crate) async fn book(
    app: &TestApp,
    person: &person::Model,
    project: &project::Model,
    minutes_a_day: i64,
    until: Date,
) {
    let row = booking::Model {
        id: new_id(app.now()),
        person_id: person.id,
        project_id: project.id,
        starts_on: Day(today(app)),
        ends_on: Day(until),
        method: BookingMethod::PerDay,
        value: minutes_a_day,
        probability_bp: None,
        note: String::new(),
        version: 1,
    };
    app.insert(row).await;
}

/// Logs a contact at noon.
pub(crate) async fn contact(
    app: &TestApp,
    client: &client::Model,
    by: Option<Uuid>,
    kind: TouchpointKind,
    on: Date,
) {
    let noon = on.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp();
    let row = touchpoint::Model {
        id: new_id(app.now()),
        client_id: client.id,
        project_id: None,
        person_id: by,
        contact_id: None,
        kind,
        occurred_at: Moment(noon),
        occurred_on: Day(on),
        note: String::new(),
    };
    app.insert(row).await;
}

/// Takes somebody away for whole days.
pub(crate) async fn away(
    app: &TestApp,
    person: &person::Model,
    days: (Date, Date),
    delegate: Option<&person::Model>,
) {
    let row = time_off::Model {
        id: new_id(app.now()),
        person_id: person.id,
        starts_on: Day(days.0),
        ends_on: Day(days.1),
        minutes_per_day: None,
        delegate_id: delegate.map(|one| one.id),
        note: String::new(),
        version: 1,
    };
    app.insert(row).await;
}

fn today(app: &TestApp) -> Date {
    app.now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
