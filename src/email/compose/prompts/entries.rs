//! What is due on a day, and where each of it goes.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::books::Books;
use crate::domain::cadence::{Due, DueState};
use crate::domain::calendar::Week;
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::updates::Standing;
use crate::email::compose::obligations;
use crate::entity::{LeadMode, Side, project};

/// Something a manager is to be prompted for, and whose mail prompts for it.
pub(super) struct Entry<'a> {
    pub(super) key: String,
    pub(super) what: What<'a>,
    pub(super) standing: &'a Standing<'a>,
    /// Who is accountable for it.
    pub(super) accountable_id: Uuid,
    /// Where it goes.
    pub(super) route: Route,
}

pub(super) enum What<'a> {
    Update(Due),
    ReachOut(Due),
    Facts(Due, &'a project::Model),
}

/// Everything that is due on `day` from any of `people`.
pub(super) fn entries<'a>(
    books: &'a Books,
    standings: &'a [Standing<'a>],
    stand_ins: &StandIns,
    people: &[Uuid],
    day: Date,
) -> Vec<Entry<'a>> {
    let week = Week::of(day);
    let is_due = |due: Option<Due>| due.filter(|due| due.state(day) != DueState::Ahead);
    let mut entries = Vec::new();
    for standing in standings {
        let client = standing.client.id;
        let mut add = |key: String, what: What<'a>, accountable_id: Uuid| {
            if people.contains(&accountable_id) {
                let route = stand_ins.route(accountable_id, day, Some(client));
                entries.push(Entry {
                    key,
                    what,
                    standing,
                    accountable_id,
                    route,
                });
            }
        };
        if let Some(speaker) = standing.speaker_id {
            if let Some(due) = is_due(standing.update) {
                add(
                    obligations::update(client, week, standing.last_update_on),
                    What::Update(due),
                    speaker,
                );
            }
            if let Some(due) = is_due(standing.outreach) {
                add(
                    obligations::outreach(client, week),
                    What::ReachOut(due),
                    speaker,
                );
            }
        }
        if let Some(due) = is_due(standing.update) {
            for (project, manager) in production_led(books, standing, day) {
                if Some(manager) != standing.speaker_id {
                    let what = What::Facts(due, project);
                    add(obligations::facts(project.id, week), what, manager);
                }
            }
        }
    }
    entries
}

/// The client's ACTIVE production-led projects, each with its production manager.
fn production_led<'a>(
    books: &'a Books,
    standing: &'a Standing<'a>,
    day: Date,
) -> impl Iterator<Item = (&'a project::Model, Uuid)> {
    standing
        .active
        .iter()
        .filter(|project| project.lead_mode == LeadMode::ProductionLed)
        .filter_map(move |project| {
            let held = books
                .accountability
                .accountable(Side::Project, project, day)?;
            Some((*project, held.person_id()))
        })
}
