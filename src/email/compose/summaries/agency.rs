//! The whole agency in an owner's summary.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::book::Weeks;
use super::{Links, Summaries};
use crate::domain::cadence::DueState;
use crate::domain::capacity::{Agenda, Capacity};
use crate::domain::updates::standings;
use crate::domain::utilisation::Band;
use crate::email::capacity_summary::{
    Agency, Decision, ManagerWeek, Matter, OverdueUpdate, PersonWeek, Unreachable, Unstaffed,
};
use crate::email::compose::choices::{chosen, is_dismissed};
use crate::entity::{PromptTopic, prompt_choice};
use crate::error::Result;

/// A client update past its three working days.
pub(super) struct Overdue {
    client: String,
    speaker_id: Option<Uuid>,
    due_on: Date,
    choice: Option<prompt_choice::Model>,
}

/// The overdue client updates of the agency, latest first.
pub(super) async fn overdue(
    conn: &impl ConnectionTrait,
    agenda: &Agenda,
    day: Date,
) -> Result<Vec<Overdue>> {
    let (standings, _) = standings(conn, &agenda.books, &agenda.settings, day).await?;
    let mut overdue: Vec<Overdue> = standings
        .iter()
        .filter_map(|standing| {
            let due = standing
                .update
                .filter(|due| due.state(day) == DueState::Overdue)?;
            Some(Overdue {
                client: standing.client.name.clone(),
                speaker_id: standing.speaker_id,
                due_on: due.due_on,
                choice: standing.choice(PromptTopic::Update, None).cloned(),
            })
        })
        .collect();
    overdue.sort_by(|a, b| (a.due_on, &a.client).cmp(&(b.due_on, &b.client)));
    Ok(overdue)
}

impl Summaries<'_> {
    /// The agency's week, and what it gives to decide.
    pub(super) fn agency(&self, weeks: &Weeks<'_>, decisions: &mut Vec<Decision>) -> Agency {
        let everybody: HashSet<Uuid> = self.people.keys().copied().collect();
        let mut total = Capacity::default();
        for capacities in weeks.capacities.values() {
            total.add(&capacities[0]);
        }
        self.decide_on_people(&everybody, weeks, decisions);
        let unstaffed = self.unstaffed(decisions);
        let needed = |one: &&Overdue| !is_dismissed(one.choice.as_ref(), self.day);
        let overdue = self.overdue.iter().filter(needed).count();
        if overdue > 0 {
            decisions.push(Decision {
                matter: Matter::UpdatesOverdue {
                    clients: i64::try_from(overdue).unwrap_or(i64::MAX),
                },
                url: Some(Links(self.app).page("/updates")),
            });
        }
        Agency {
            figures: self.figures(&total),
            managers: self.managers(weeks, decisions),
            people: self.over_and_bench(weeks),
            unstaffed,
            overdue: self
                .overdue
                .iter()
                .map(|one| self.overdue_update(one))
                .collect(),
            unreachable: self
                .unreachable
                .iter()
                .map(|one| Unreachable {
                    whose: one.names().into(),
                    address: one.suppressed.address.as_str().into(),
                    since: one
                        .suppressed
                        .suppressed_at
                        .0
                        .to_zoned(TimeZone::UTC)
                        .date(),
                })
                .collect(),
            time_off: self.time_off(&everybody),
            ahead: self.ahead(&everybody, weeks),
        }
    }

    /// Everybody with a book, fullest first.
    fn managers(&self, weeks: &Weeks<'_>, decisions: &mut Vec<Decision>) -> Vec<ManagerWeek> {
        let mut managers = Vec::new();
        for id in weeks.books.keys() {
            let Some(own) = weeks.capacities.get(id).and_then(|weeks| weeks.first()) else {
                continue;
            };
            self.decide_on_limits(*id, own, decisions);
            managers.push(ManagerWeek {
                name: self.name(*id),
                figures: self.figures(own),
                counts: self.counts(own),
                role_mix_bp: own.role_mix_bp(),
            });
        }
        managers.sort_by_key(|one| (Reverse(one.figures.confirmed_bp), one.name.clone()));
        managers
    }

    fn over_and_bench(&self, weeks: &Weeks<'_>) -> Vec<PersonWeek> {
        let mut people = self.people_of(self.people.keys().copied(), weeks);
        people.retain(|one| {
            matches!(
                one.figures.band,
                Some(Band::Over | Band::Critical | Band::Unavailable | Band::Bench)
            )
        });
        people.sort_by_key(|one| (Reverse(one.figures.confirmed_bp), one.name.clone()));
        people
    }

    fn unstaffed(&self, decisions: &mut Vec<Decision>) -> Vec<Unstaffed> {
        let gaps = self.agenda.books.unstaffed(self.day);
        for gap in &gaps {
            decisions.push(Decision {
                matter: Matter::Unstaffed {
                    project: gap.project.name.as_str().into(),
                    side: gap.side,
                },
                url: Some(Links(self.app).project(gap.project.id)),
            });
        }
        gaps.iter()
            .map(|gap| {
                let client = self.agenda.books.clients.get(&gap.project.client_id);
                Unstaffed {
                    project: gap.project.name.as_str().into(),
                    client: client.map_or("", |client| client.name.as_str()).into(),
                    side: gap.side,
                }
            })
            .collect()
    }

    fn overdue_update(&self, one: &Overdue) -> OverdueUpdate {
        OverdueUpdate {
            client: one.client.as_str().into(),
            account_manager: one.speaker_id.map(|id| self.name(id)),
            due_on: one.due_on,
            days_late: one
                .due_on
                .until(self.day)
                .map_or(0, |span| span.get_days().into()),
            choice: one
                .choice
                .as_ref()
                .zip(one.speaker_id)
                .and_then(|(choice, speaker)| {
                    chosen(choice, speaker, self.day, |id| self.name(id))
                }),
        }
    }
}
