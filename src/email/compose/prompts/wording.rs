//! What a prompt says of each thing that is due.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Day;
use super::entries::{Entry, What};
use crate::domain::cadence::DueState;
use crate::domain::prompts::{Prompt, touchpoint_kind};
use crate::domain::suppressions::Unreachable;
use crate::domain::unroutable::Unroutable;
use crate::domain::updates::Standing;
use crate::domain::{self, notices};
use crate::email::action_link::{self, Action, Answer};
use crate::email::client_update::{
    AnswerLinks, FactsNeeded, Matter, Notice, Overdue, Prompts, ReachOutDue, Told, Undelivered,
    UpdateDue,
};
use crate::email::compose::delivery::Links;
use crate::email::compose::touchpoints::Touchpoints;
use crate::email::format;
use crate::email::line::Line;
use crate::entity::{EmailKind, PromptTopic, Side, client, project};
use crate::error::Result;

/// Whose mail is written.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) links: action_link::Links<'a>,
    /// Whether they may read the notes of contacts.
    pub(super) with_notes: bool,
}

impl Day<'_> {
    pub(super) fn add(
        &self,
        entry: &Entry<'_>,
        prompts: &mut Prompts,
        touchpoints: &Touchpoints,
        reader: Reader<'_>,
    ) -> Result<()> {
        let answers = self.answers(entry, reader)?;
        let link = |client: &client::Model| Some(Links(self.app).client(client.id));
        match &entry.what {
            What::Update(standing, due) => prompts.updates.push(UpdateDue {
                client: standing.client.name.as_str().into(),
                url: link(standing.client),
                due_on: due.due_on,
                days_late: days_between(due.due_on, self.day),
                overdue: due.state(self.day) == DueState::Overdue,
                cadence_days: standing.client.cadence_days.into(),
                last_contact: touchpoints.last_update(standing.client.id),
                since: self.since(standing, touchpoints, reader.with_notes),
                waiting: self.waiting(standing),
                projects: standing
                    .active
                    .iter()
                    .map(|project| project.name.as_str().into())
                    .collect(),
                answers,
            }),
            What::ReachOut(standing, due) => prompts.reach_outs.push(ReachOutDue {
                client: standing.client.name.as_str().into(),
                url: link(standing.client),
                due_on: due.due_on,
                every_days: standing.outreach_days.unwrap_or_default(),
                last_contact: touchpoints.last(standing.client.id),
                answers,
            }),
            What::Facts(standing, due, project) => prompts.facts.push(FactsNeeded {
                project: project.name.as_str().into(),
                client: standing.client.name.as_str().into(),
                url: Some(Links(self.app).project(project.id)),
                writer: standing.speaker_id.map(|speaker| self.name(speaker)),
                due_on: due.due_on,
                facts: facts(project, self.day),
                answers,
            }),
            What::Notice(matter) => self.tell(matter, prompts),
        }
        Ok(())
    }

    /// What the reader can answer. A copy asks nothing, and a notice is seen to where it leads.
    fn answers(&self, entry: &Entry<'_>, reader: Reader<'_>) -> Result<Option<AnswerLinks>> {
        let (topic, subject_id, standing) = match &entry.what {
            What::Update(standing, _) => (PromptTopic::Update, standing.client.id, standing),
            What::ReachOut(standing, _) => (PromptTopic::ReachOut, standing.client.id, standing),
            What::Facts(standing, _, project) => (PromptTopic::Facts, project.id, standing),
            What::Notice(_) => return Ok(None),
        };
        if entry.shadows.is_some() {
            return Ok(None);
        }
        let prompt = Prompt { topic, subject_id };
        let since = standing.since(topic);
        let url = |answer| {
            reader.links.url(Action::Prompt {
                answer,
                prompt,
                since,
            })
        };
        let is_logged = touchpoint_kind(topic).is_some();
        Ok(Some(AnswerLinks {
            log_url: is_logged.then(|| url(Answer::Log)).transpose()?,
            more_url: url(Answer::Choose)?,
        }))
    }

    fn tell(&self, matter: &notices::Matter, prompts: &mut Prompts) {
        let links = Links(self.app);
        let notice = match matter {
            notices::Matter::Overdue(overdue) => {
                return prompts.overdue.push(self.overdue(overdue));
            }
            notices::Matter::Unreachable(unreachable) => {
                return prompts.undelivered.push(self.unreachable(unreachable));
            }
            notices::Matter::Unroutable(unroutable) => {
                return prompts.undelivered.push(went_to_nobody(unroutable));
            }
            notices::Matter::KickOff {
                project,
                client_name,
            } => Notice {
                matter: Matter::KickOff {
                    on: project.kick_off_planned_on.map_or(self.day, |day| day.0),
                    project: project.name.as_str().into(),
                    client: client_name.into(),
                },
                url: Some(links.project(project.id)),
            },
            notices::Matter::Step {
                due,
                from_name,
                to_name,
            } => Notice {
                matter: Matter::HandoverStep {
                    due_on: due.step.due_on.0,
                    days_late: days_between(due.step.due_on.0, self.day),
                    client: due.client_name.as_str().into(),
                    side: due.handover.side,
                    stage: due.step.stage,
                    from: from_name.into(),
                    to: to_name.into(),
                },
                url: Some(links.handover(due.handover.id)),
            },
            notices::Matter::Review(due) => Notice {
                matter: Matter::Review {
                    due_on: due.review.due_on.0,
                    programme: due.programme.name.as_str().into(),
                },
                url: Some(links.review(due.review.id)),
            },
            notices::Matter::Milestone(reached) => Notice {
                matter: Matter::Milestone {
                    percent: reached.milestone.percent,
                    on: reached.milestone.reached_on.0,
                    programme: reached.programme.name.as_str().into(),
                },
                url: Some(links.programme(reached.programme.id)),
            },
        };
        prompts.notices.push(notice);
    }

    fn overdue(&self, overdue: &domain::overdue::Overdue) -> Overdue {
        let owners = self.stand_ins.owners().iter();
        let others = owners.filter(|owner| overdue.speaker_id != Some(**owner));
        let told = match &overdue.speaker_name {
            _ if overdue.is_copy => Told::Owners(others.map(|owner| self.name(*owner)).collect()),
            Some(speaker) => Told::AccountManager(speaker.into()),
            None => Told::Nobody,
        };
        Overdue {
            client: overdue.client_name.as_str().into(),
            url: Some(Links(self.app).client(overdue.client_id)),
            due_on: overdue.due_on,
            days_late: days_between(overdue.due_on, self.day),
            told,
        }
    }

    fn unreachable(&self, unreachable: &Unreachable) -> Undelivered {
        let suppressed = &unreachable.suppressed;
        let since = suppressed.suppressed_at.0;
        let reason = suppressed.reason.trim_end_matches('.');
        Undelivered::Address {
            since: since.to_zoned(TimeZone::UTC).date(),
            whose: unreachable.names().into(),
            address: suppressed.address.as_str().into(),
            reason: format!("{reason}.").into(),
        }
    }

    /// What happened since the last update: contacts that do not count, and kick-offs.
    fn since(
        &self,
        standing: &Standing<'_>,
        touchpoints: &Touchpoints,
        with_notes: bool,
    ) -> Vec<Line> {
        let mut since = touchpoints.since_last_update(standing.client.id, with_notes);
        let kicked_off = standing.active.iter().filter_map(|project| {
            let on = project.kicked_off_on?.0;
            let new = standing.last_update_on.is_none_or(|last| on > last) && on <= self.day;
            new.then(|| Line::from(format!("{}: {} kicked off", format::day(on), project.name)))
        });
        since.extend(kicked_off);
        since
    }

    /// What waits: launches within four weeks, and sides that nobody holds.
    fn waiting(&self, standing: &Standing<'_>) -> Vec<Line> {
        let mut waiting = Vec::new();
        for project in &standing.active {
            let launch = project.launch_on.map(|day| day.0);
            if let Some(on) = launch.filter(|on| (0..=28).contains(&days_between(self.day, *on))) {
                waiting.push(format!("{} launches on {}", project.name, format::day(on)).into());
            }
            let manager = self
                .books
                .accountability
                .accountable(Side::Project, project, self.day);
            if manager.is_none() {
                waiting.push(format!("{} has no production manager", project.name).into());
            }
        }
        waiting
    }

    pub(super) fn name(&self, person_id: Uuid) -> Line {
        let person = self.stand_ins.people.get(&person_id);
        person
            .map_or("a colleague", |person| person.name.as_str())
            .into()
    }
}

fn went_to_nobody(unroutable: &Unroutable) -> Undelivered {
    let what = match unroutable.mail.kind {
        EmailKind::CapacitySummary => "weekly capacity summary",
        EmailKind::ClientUpdate => "client-update prompt",
        EmailKind::ClientLetter => "letter",
        EmailKind::SixMonthReview => "review",
        EmailKind::Test => "test mail",
        EmailKind::SignIn => "sign-in mail",
    };
    Undelivered::Mail {
        on: unroutable.mail.local_on.0,
        whose: unroutable.recipient.name.as_str().into(),
        what: what.into(),
    }
}

/// The facts that the writer of an update needs of a production-led project.
fn facts(project: &project::Model, day: Date) -> Vec<Line> {
    let mut facts: Vec<Line> = vec![
        "What was finished since the last update".into(),
        "What comes next, and by when".into(),
        "What is at risk: scope, time, quality".into(),
    ];
    if let Some(on) = project.launch_on.map(|on| on.0).filter(|on| *on >= day) {
        facts.push(format!("Whether the launch on {} holds", format::day(on)).into());
    }
    facts
}

/// The latest first, and by name where equally late.
pub(super) fn sorted(mut prompts: Prompts) -> Prompts {
    prompts
        .notices
        .sort_by(|a, b| (&a.matter, &a.url).cmp(&(&b.matter, &b.url)));
    prompts
        .overdue
        .sort_by(|a, b| (a.due_on, &a.client).cmp(&(b.due_on, &b.client)));
    prompts.undelivered.sort();
    prompts
        .updates
        .sort_by(|a, b| (a.due_on, &a.client).cmp(&(b.due_on, &b.client)));
    prompts
        .reach_outs
        .sort_by(|a, b| (a.due_on, &a.client).cmp(&(b.due_on, &b.client)));
    prompts
        .facts
        .sort_by(|a, b| (a.due_on, &a.client).cmp(&(b.due_on, &b.client)));
    prompts
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| span.get_days().into())
}
