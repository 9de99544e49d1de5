//! Handovers and what belongs to them: written past all rules, for stories about the mails that follow from them.

use jiff::civil::Date;
use meridian::entity::{
    Day, HandoverStage, Moment, ProgrammeState, Side, client, client_contact, handover,
    handover_project, handover_step, new_id, person, programme, project,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::app::TestApp;

/// A programme that runs from a day on.
pub(crate) async fn programme(app: &TestApp, starts_on: Date) -> programme::Model {
    let row = programme::Model {
        id: new_id(app.now()),
        name: "The split".to_owned(),
        reason: "One person can no longer both speak for you and run the work.".to_owned(),
        benefit: "You get somebody whose only task is to know your business.".to_owned(),
        way_forward: "Nothing you have agreed with us changes.".to_owned(),
        plan_id: None,
        starts_on: Day(starts_on),
        state: ProgrammeState::Running,
        baseline: json!({}),
        cancel_reason: None,
        started_by_id: None,
        version: 1,
        created_at: Moment(app.now()),
        updated_at: Moment(app.now()),
    };
    app.insert(row).await
}

/// A handover of the whole client, at a stage, with all the client's projects.
pub(crate) async fn handover(
    app: &TestApp,
    programme: Option<Uuid>,
    client: &client::Model,
    side: Side,
    (from, to): (&person::Model, &person::Model),
    stage: HandoverStage,
) -> handover::Model {
    let row = handover::Model {
        id: new_id(app.now()),
        programme_id: programme,
        client_id: client.id,
        side,
        from_person_id: from.id,
        to_person_id: to.id,
        whole_client: true,
        stage,
        wave: 0,
        weight_minutes: 130,
        reason: "The plan says so.".to_owned(),
        cancel_reason: (stage == HandoverStage::Cancelled).then(|| "Not now.".to_owned()),
        transferred_on: (stage == HandoverStage::Transferred).then_some(client.starts_on),
        version: 1,
        created_at: Moment(app.now()),
        updated_at: Moment(app.now()),
    };
    let row = app.insert(row).await;
    let projects = project::Entity::find().filter(project::Column::ClientId.eq(client.id));
    for project in projects.all(&app.db.read).await.unwrap() {
        let moved = handover_project::Model {
            handover_id: row.id,
            project_id: project.id,
        };
        app.insert(moved).await;
    }
    row
}

/// A stage of a handover that is to be reached.
pub(crate) async fn step(
    app: &TestApp,
    handover: &handover::Model,
    stage: HandoverStage,
    owner: &person::Model,
    due_on: Date,
) -> handover_step::Model {
    let row = handover_step::Model {
        id: new_id(app.now()),
        handover_id: handover.id,
        stage,
        owner_id: owner.id,
        due_on: Day(due_on),
        reached_on: None,
        reached_at: None,
        reached_by_id: None,
    };
    app.insert(row).await
}

/// The primary contact of a client; `Mara Holm` has the address `mara.holm@client.example`.
pub(crate) async fn primary_contact(
    app: &TestApp,
    client: &client::Model,
    name: &str,
) -> client_contact::Model {
    let local = name.to_lowercase().replace(' ', ".");
    let row = client_contact::Model {
        id: new_id(app.now()),
        client_id: client.id,
        name: name.to_owned(),
        email: format!("{local}@client.example"),
        job_title: None,
        is_primary: true,
        version: 1,
        archived_at: None,
    };
    app.insert(row).await
}
