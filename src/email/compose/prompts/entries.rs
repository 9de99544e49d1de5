//! What is due on a day, and where each of it goes.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::books::Books;
use crate::domain::cadence::{Due, DueState};
use crate::domain::calendar::Week;
use crate::domain::handovers::Shadowing;
use crate::domain::notices::{Matter, Notice};
use crate::domain::prompts::{Course, course};
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::updates::Standing;
use crate::email::compose::choices::is_dismissed;
use crate::email::compose::obligations;
use crate::entity::{LeadMode, PromptTopic, Side, project};

/// Something a manager is to be prompted for, and whose mail prompts for it.
pub(super) struct Entry<'a> {
    pub(super) key: String,
    pub(super) what: What<'a>,
    /// The client it is about; none: none in particular.
    pub(super) client_id: Option<Uuid>,
    /// Whom it asks: who is accountable for it, or was handed it; of a copy, who gets the copy.
    pub(super) accountable_id: Uuid,
    /// Of what was handed over, who is accountable.
    pub(super) handed_by: Option<Uuid>,
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
    /// Whom they handed it to.
    handed_to: Option<Uuid>,
}

/// Everything that is due on `day` from any of `people`, what anybody handed over, and copies for whoever works beside
/// them.
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
        if people.contains(&prompt.accountable_id) || prompt.handed_to.is_some() {
            entries.push(routed(prompt, stand_ins, day));
        }
    }
    entries
}

/// What was handed to somebody who left since, or for whom nobody stands in, asks whoever is accountable.
fn routed<'a>(prompt: Prompt<'a>, stand_ins: &StandIns, day: Date) -> Entry<'a> {
    let client_id = Some(prompt.client_id);
    let handed_to = prompt.handed_to.and_then(|to| {
        let route = stand_ins.route(to, day, client_id);
        (stand_ins.works_here(to, day) && route != Route::Nobody).then_some((to, route))
    });
    let handed_by = handed_to.as_ref().map(|_| prompt.accountable_id);
    let (accountable_id, route) = handed_to.unwrap_or_else(|| {
        let accountable = prompt.accountable_id;
        (accountable, stand_ins.route(accountable, day, client_id))
    });
    Entry {
        key: prompt.key,
        what: prompt.what,
        client_id,
        accountable_id,
        handed_by,
        shadows: None,
        route,
    }
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
            handed_by: None,
            shadows: None,
            route,
        })
    };
    notices.into_iter().filter_map(entry).collect()
}

fn prompts<'a>(books: &'a Books, standings: &'a [Standing<'a>], day: Date) -> Vec<Prompt<'a>> {
    let mut prompts = Vec::new();
    for standing in standings {
        let is_due = |due: Option<Due>| due.filter(|due| due.state(day) != DueState::Ahead);
        let (update, outreach) = (is_due(standing.update), is_due(standing.outreach));
        if let Some(speaker) = standing.speaker_id {
            prompts.extend(update.and_then(|due| {
                let what = What::Update(standing, due);
                Prompt::unless_put_off(standing, what, Side::Client, speaker, day)
            }));
            prompts.extend(outreach.and_then(|due| {
                let what = What::ReachOut(standing, due);
                Prompt::unless_put_off(standing, what, Side::Client, speaker, day)
            }));
        }
        // Nobody needs facts for an update that nobody needs.
        let dismissed = is_dismissed(standing.choice(PromptTopic::Update, None), day);
        if let Some(due) = update.filter(|_| !dismissed) {
            for (project, manager) in production_led(books, standing, day) {
                if Some(manager) != standing.speaker_id {
                    let what = What::Facts(standing, due, project);
                    let side = Side::Project;
                    prompts.extend(Prompt::unless_put_off(standing, what, side, manager, day));
                }
            }
        }
    }
    prompts
}

impl<'a> Prompt<'a> {
    /// A prompt that is due, as what was chosen about it leaves it: none while it is put off or not needed. What comes
    /// again has a key of its own, since the week's may have been discharged before.
    fn unless_put_off(
        standing: &Standing<'_>,
        what: What<'a>,
        side: Side,
        accountable_id: Uuid,
        day: Date,
    ) -> Option<Self> {
        let (client_id, week) = (standing.client.id, Week::of(day));
        let (key, topic, project_id) = match &what {
            What::Update(standing, _) => (
                obligations::update(client_id, week, standing.last_update_on),
                PromptTopic::Update,
                None,
            ),
            What::ReachOut(..) => (
                obligations::outreach(client_id, week),
                PromptTopic::ReachOut,
                None,
            ),
            What::Facts(_, _, project) => (
                obligations::facts(project.id, week),
                PromptTopic::Facts,
                Some(project.id),
            ),
            What::Notice(_) => return None,
        };
        let choice = standing.choice(topic, project_id);
        let (key, handed_to) = match course(choice, accountable_id, day) {
            Course::AsDue => (key, None),
            Course::Again(since) => (obligations::again(&key, since), None),
            Course::With { to, since } => {
                let key = since.map_or(key.clone(), |since| obligations::again(&key, since));
                (obligations::handed_to(&key, to), Some(to))
            }
            Course::Waits => return None,
        };
        Some(Self {
            key,
            what,
            side,
            client_id,
            accountable_id,
            handed_to,
        })
    }
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
            handed_by: None,
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
