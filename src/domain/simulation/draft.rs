//! A project that might be taken on.

use uuid::Uuid;

use crate::domain::check::Check;
use crate::domain::load::{LoadConstants, ProjectLoad, ProjectProfile, project_load};
use crate::entity::{Day, LeadMode, Moment, ProjectSize, ProjectStatus, client, project};
use crate::error::ProblemCode;

/// For whom a project would be.
#[derive(Clone, Debug)]
pub enum DraftClient {
    /// One we have. Whoever holds its sides holds the project's.
    Known(Uuid),
    /// A new one.
    New {
        /// What it is called, 1–200 characters.
        name: String,
        /// How much communication it needs, 1–5.
        communication: i32,
    },
}

/// Whose time a project would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// This person's.
    Person(Uuid),
    /// That of whoever has this skill and most time free.
    Skilled(Uuid),
}

/// Minutes that a project would take of somebody each week.
#[derive(Clone, Debug)]
pub struct DraftBooking {
    /// Whose.
    pub worker: Worker,
    /// Minutes a week, 1–10,080.
    pub minutes_a_week: i64,
}

/// What is known of a project that might be taken on.
#[derive(Clone, Debug)]
pub struct ProjectDraft {
    /// For whom.
    pub client: DraftClient,
    /// What it is called, 1–200 characters.
    pub name: String,
    /// ACTIVE or BACK_BURNER.
    pub status: ProjectStatus,
    /// How large it is to coordinate.
    pub size: ProjectSize,
    /// How complex production is, 1–5.
    pub complexity: i32,
    /// Which side must be strong on it.
    pub lead_mode: LeadMode,
    /// Who would hold its client side.
    pub account_manager_id: Option<Uuid>,
    /// Who would hold its project side.
    pub production_manager_id: Option<Uuid>,
    /// What it would take of whom.
    pub bookings: Vec<DraftBooking>,
}

impl ProjectDraft {
    /// What is wrong with it by itself; `path` ends with a dot.
    pub(super) fn check(&self, check: &mut Check, path: &str) {
        check.name(&format!("{path}name"), &self.name, 200);
        if let DraftClient::New {
            name,
            communication,
        } = &self.client
        {
            check.name(&format!("{path}client.new.name"), name, 200);
            check.level(&format!("{path}client.new.communication"), *communication);
        }
        check.level(&format!("{path}complexity"), self.complexity);
        let makes_load = [ProjectStatus::Active, ProjectStatus::BackBurner];
        if !makes_load.contains(&self.status) {
            check.add(
                &format!("{path}status"),
                ProblemCode::Invalid,
                "Say ACTIVE or BACK_BURNER: only these make load.",
            );
        }
        check.require(
            self.bookings.len() <= 20,
            &format!("{path}bookings"),
            "Give at most 20 bookings.",
        );
        for (index, booking) in self.bookings.iter().enumerate() {
            let field = format!("{path}bookings.{index}.minutesAWeek");
            check.range(&field, booking.minutes_a_week, 1, 7 * 24 * 60);
        }
    }

    /// What it would ask of its two accountable people, minutes a week.
    pub(super) fn load(
        &self,
        constants: &LoadConstants,
        known: Option<&client::Model>,
    ) -> ProjectLoad {
        let communication = match &self.client {
            DraftClient::New { communication, .. } => *communication,
            DraftClient::Known(_) => known.map_or(3, |client| client.communication),
        };
        let profile = ProjectProfile {
            status: self.status,
            size: self.size,
            communication: communication.into(),
            complexity: self.complexity.into(),
            lead_mode: self.lead_mode,
        };
        project_load(constants, &profile)
    }

    /// As a row that is never written.
    pub(super) fn supposed(&self, id: Uuid, client_id: Uuid) -> project::Model {
        let never = Moment(jiff::Timestamp::UNIX_EPOCH);
        project::Model {
            id,
            client_id,
            name: self.name.clone(),
            status: self.status,
            size: self.size,
            complexity: self.complexity,
            delivery: 3,
            volatility: 3,
            lead_mode: self.lead_mode,
            decision_id: None,
            kick_off_planned_on: None,
            kicked_off_on: None,
            launch_on: None,
            version: 1,
            created_at: never,
            updated_at: never,
            archived_at: None,
        }
    }
}

/// A new client as a row that is never written.
pub(super) fn supposed_client(id: Uuid, name: &str, communication: i32, on: Day) -> client::Model {
    let never = Moment(jiff::Timestamp::UNIX_EPOCH);
    client::Model {
        id,
        name: name.to_owned(),
        starts_on: on,
        communication,
        sensitivity: 3,
        growth: 3,
        cadence_days: 7,
        decision_id: None,
        in_trouble_since: None,
        in_trouble_reason: None,
        version: 1,
        created_at: never,
        updated_at: never,
        archived_at: None,
    }
}
