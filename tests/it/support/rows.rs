//! Rows with plain values, for stories that only care about a few of them.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meridian::entity::{
    Access, AssignmentSource, Day, LeadMode, Moment, ProjectSize, ProjectStatus, assignment,
    client, new_id, person, project, work_schedule,
};
use uuid::Uuid;

/// Since when everything in these rows is so.
const LONG_AGO: Date = date(2024, 1, 1);

/// Somebody in London; `Mia Stone` has the address `mia.stone@example.com`.
pub(crate) fn person(name: &str, access: Option<Access>, now: Timestamp) -> person::Model {
    let local = name
        .to_lowercase()
        .replace(|c: char| !c.is_alphanumeric(), ".");
    person::Model {
        id: new_id(now),
        name: name.to_owned(),
        email: format!("{}@example.com", local.trim_matches('.')),
        time_zone: "Europe/London".to_owned(),
        access,
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: Day(LONG_AGO),
        employed_until: None,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
        archived_at: None,
    }
}

/// Five days of 450 minutes at 80 %.
pub(crate) fn work_schedule(person_id: Uuid, now: Timestamp) -> work_schedule::Model {
    work_schedule::Model {
        id: new_id(now),
        person_id,
        effective_from: Day(LONG_AGO),
        monday_minutes: 450,
        tuesday_minutes: 450,
        wednesday_minutes: 450,
        thursday_minutes: 450,
        friday_minutes: 450,
        saturday_minutes: 0,
        sunday_minutes: 0,
        factor_bp: 8_000,
        version: 1,
    }
}

/// A client of middling needs, to be told something every week.
pub(crate) fn client(name: &str, now: Timestamp) -> client::Model {
    client::Model {
        id: new_id(now),
        name: name.to_owned(),
        starts_on: Day(LONG_AGO),
        communication: 3,
        sensitivity: 3,
        growth: 3,
        cadence_days: 7,
        decision_id: None,
        in_trouble_since: None,
        in_trouble_reason: None,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
        archived_at: None,
    }
}

/// An active project of size M.
pub(crate) fn project(client_id: Uuid, name: &str, now: Timestamp) -> project::Model {
    project::Model {
        id: new_id(now),
        client_id,
        name: name.to_owned(),
        status: ProjectStatus::Active,
        size: ProjectSize::M,
        complexity: 3,
        delivery: 3,
        volatility: 3,
        lead_mode: LeadMode::Joint,
        decision_id: None,
        kick_off_planned_on: None,
        kicked_off_on: Some(Day(LONG_AGO)),
        launch_on: None,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
        archived_at: None,
    }
}

/// Somebody's role for a client and all its projects.
pub(crate) fn assignment(
    role_id: Uuid,
    client_id: Uuid,
    person_id: Uuid,
    now: Timestamp,
) -> assignment::Model {
    assignment::Model {
        id: new_id(now),
        role_id,
        client_id: Some(client_id),
        project_id: None,
        person_id,
        from_on: Day(LONG_AGO),
        until_on: None,
        source: AssignmentSource::Person,
        written_by_id: None,
        reason: "knows them best".to_owned(),
        created_at: Moment(now),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    }
}
