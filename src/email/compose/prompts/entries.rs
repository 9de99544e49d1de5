//! What is due on a day, and where each of it goes.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::books::Books;
use crate::domain::cadence::{Due, DueState};
use crate::domain::calendar::Week;
use crate::domain::handovers::Shadowing;
use crate::domain::notices::{Matter, Notice};
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::updates::Standing;
use crate::email::compose::obligations;
use crate::entity::{LeadMode, Side, project};

/// Something a manager is to be prompted for, and whose mail prompts for it.
pub(super) struct Entry<'a> {
    pub(super) key: String,
    pub(super) what: What<'a>,
    /// The client it is about; none: none in particular.
    pub(super) client_id: Option<Uuid>,
    /// Who is accountable for it; of a copy, who gets the copy.
    pub(super) accountable_id: Uuid,
    /// Of a copy, whose prompt it copies.
    pub(super) shadows: Option<Uuid>,
    /// Where it goes.
    pub(super) route: Route,
}

impl Entry<'_> {
    /// Whether `others`, which stand in the same mail, say it already: an update that is overdue needs no copy of what the
    /// owners are told.
    pub(super) fn is_said_by(&self, others: &[Entry<'_>]) -> bool {
        let What::Notice(matter) = &self.what else {
            return false;
        };
        let Matter::Overdue(overdue) = &**matter else {
            return false;
        };
        overdue.is_copy
            && others.iter().any(|other| {
                matches!(other.what, What::Update(..)) && other.client_id == self.client_id
            })
    }
}

#[derive(Clone)]
pub(super) enum What<'a> {
    Update(&'a Standing<'a>, Due),
    ReachOut(&'a Standing<'a>, Due),
    Facts(&'a Standing<'a>, Due, &'a project::Model),
    Notice(Box<Matter>),
}

/// Something that is due, before it is known whose mail it stands in.
struct Prompt<'a> {
    key: String,
    what: What<'a>,
    side: Side,
    client_id: Uuid,
    accountable_id: Uuid,
}

/// Everything that is due on `day` from any of `people`, and copies for whoever works beside them.
pub(super) fn entries<'a>(
    books: &'a Books,
    standings: &'a [Standing<'a>],
    stand_ins: &StandIns,
    people: &[Uuid],
    shadowing: &Shadowing,
    day: Date,
) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    for prompt in prompts(books, standings, day) {
        entries.extend(copies(&prompt, stand_ins, shadowing, day));
        if people.contains(&prompt.accountable_id) {
            let route = stand_ins.route(prompt.accountable_id, day, Some(prompt.client_id));
            entries.push(Entry {
                key: prompt.key,
                what: prompt.what,
                client_id: Some(prompt.client_id),
                accountable_id: prompt.accountable_id,
                shadows: None,
                route,
            });
        }
    }
    entries
}

/// The notices of `day`, each under its own key. News waits for whoever is away; what is to be done does not.
pub(super) fn told<'a>(notices: Vec<Notice>, stand_ins: &StandIns, day: Date) -> Vec<Entry<'a>> {
    let entry = |notice: Notice| {
        let route = stand_ins.route(notice.person_id, day, notice.client_id);
        let is_told_all_the_same = match &route {
            Route::Own => true,
            Route::StandIn { person_id, .. } => {
                let reads_it_as_well =
                    notice.matter.is_for_every_owner() && stand_ins.owners().contains(person_id);
                !notice.matter.is_news() && !reads_it_as_well
            }
            Route::Nobody => !notice.matter.is_news(),
        };
        is_told_all_the_same.then(|| Entry {
            key: obligations::notice(&notice, Week::of(day)),
            what: What::Notice(Box::new(notice.matter)),
            client_id: notice.client_id,
            accountable_id: notice.person_id,
            shadows: None,
            route,
        })
    };
    notices.into_iter().filter_map(entry).collect()
}

fn prompts<'a>(books: &'a Books, standings: &'a [Standing<'a>], day: Date) -> Vec<Prompt<'a>> {
    let week = Week::of(day);
    let is_due = |due: Option<Due>| due.filter(|due| due.state(day) != DueState::Ahead);
    let mut prompts = Vec::new();
    for standing in standings {
        let client_id = standing.client.id;
        let mut add = |key, what, side, accountable_id| {
            prompts.push(Prompt {
                key,
                what,
                side,
                client_id,
                accountable_id,
            });
        };
        if let Some(speaker) = standing.speaker_id {
            if let Some(due) = is_due(standing.update) {
                let key = obligations::update(client_id, week, standing.last_update_on);
                add(key, What::Update(standing, due), Side::Client, speaker);
            }
            if let Some(due) = is_due(standing.outreach) {
                let key = obligations::outreach(client_id, week);
                add(key, What::ReachOut(standing, due), Side::Client, speaker);
            }
        }
        if let Some(due) = is_due(standing.update) {
            for (project, manager) in production_led(books, standing, day) {
                if Some(manager) != standing.speaker_id {
                    let key = obligations::facts(project.id, week);
                    let what = What::Facts(standing, due, project);
                    add(key, what, Side::Project, manager);
                }
            }
        }
    }
    prompts
}

/// During SHADOWING whoever takes over gets the same in copy, under a key of its own. It asks nothing of them, so nobody
/// stands in for it.
fn copies<'a>(
    prompt: &Prompt<'a>,
    stand_ins: &StandIns,
    shadowing: &Shadowing,
    day: Date,
) -> Vec<Entry<'a>> {
    let project = match &prompt.what {
        What::Facts(_, _, project) => Some(*project),
        _ => None,
    };
    shadowing
        .in_copy(
            prompt.side,
            prompt.accountable_id,
            prompt.client_id,
            project,
        )
        .filter(|incoming| !stand_ins.is_away(*incoming, day))
        .map(|incoming| Entry {
            key: obligations::copy(&prompt.key, incoming),
            what: prompt.what.clone(),
            client_id: Some(prompt.client_id),
            accountable_id: incoming,
            shadows: Some(prompt.accountable_id),
            route: Route::Own,
        })
        .collect()
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
