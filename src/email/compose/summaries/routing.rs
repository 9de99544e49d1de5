//! Whose summary goes into whose mail.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::KIND;
use crate::app::App;
use crate::domain::calendar::{Week, plus_days};
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::subscriptions;
use crate::domain::unroutable::UNROUTABLE;
use crate::email::compose::obligations::{self, Obligations};
use crate::email::compose::rerouting::{Wanted, ensure};
use crate::email::compose::{Addressed, Composed, PAUSED};
use crate::entity::{EmailState, obligation, schedule};
use crate::error::Result;

/// A person whose book is summarised, in whose mail, on which day.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) person_id: Uuid,
    /// Whose mail it goes into.
    pub(super) to: Uuid,
    /// The last day of the absence, when it goes to somebody else.
    pub(super) away_until: Option<Date>,
}

/// Decides whose summary goes into whose mail.
pub(super) struct Routing<'a> {
    pub(super) app: &'a App,
    pub(super) week: Week,
    pub(super) day: Date,
    pub(super) now: Timestamp,
    pub(super) obligations: Obligations<'a>,
    pub(super) stand_ins: &'a StandIns,
    pub(super) schedules: &'a HashMap<Uuid, schedule::Model>,
}

impl Routing<'_> {
    /// The summaries that `rows` are to hold, and the rows that are closed since somebody else's mail holds theirs.
    pub(super) async fn subjects(
        &self,
        rows: &[Addressed<'_>],
        addressees: &[Uuid],
    ) -> Result<(Vec<Subject>, Vec<Composed>)> {
        let recipients: HashMap<Uuid, Addressed<'_>> =
            rows.iter().map(|row| (row.recipient_id, *row)).collect();
        let mut subjects = Vec::new();
        let mut closed = Vec::new();
        let routes = self.routes(&recipients, addressees);
        let open = self.ensure(&recipients, &routes).await?;
        for (person_id, on, route) in routes {
            let own_row = recipients.get(&person_id);
            match route {
                Route::Own if own_row.is_some() => {
                    subjects.push(self.subject(person_id, person_id, on));
                }
                Route::Own => {}
                Route::Nobody => closed.extend(own_row.map(|row| unroutable(*row))),
                Route::StandIn { person_id: to, why } => {
                    if recipients.contains_key(&to) {
                        subjects.push(self.subject(person_id, to, on));
                    }
                    if recipients.contains_key(&to) || open.contains(&to) {
                        closed.extend(own_row.map(|row| self.covered(*row, to, why)));
                    } else if own_row.is_some() {
                        // The stand-in's summary of the week has left: better one's own than none.
                        subjects.push(self.subject(person_id, person_id, on));
                    }
                }
            }
        }
        let wanted = subjects
            .iter()
            .filter_map(|subject| {
                Some(obligation::Model {
                    obligation_key: obligations::summary(subject.person_id, self.week),
                    email_id: recipients.get(&subject.to)?.id,
                    person_id: Some(subject.person_id),
                    client_id: None,
                })
            })
            .collect();
        let taken = self.obligations.take(&self.app.db, wanted).await?;
        let is_taken =
            |subject: &Subject| taken.contains(&obligations::summary(subject.person_id, self.week));
        for subject in subjects.iter().filter(|subject| !is_taken(subject)) {
            if subject.person_id == subject.to
                && let Some(row) = recipients.get(&subject.to)
            {
                let reason = "Another mail has brought this week's summary already.";
                closed.push(Composed::closed(row, EmailState::SkippedAbsent, reason));
            }
        }
        subjects.retain(is_taken);
        closed.extend(self.left_over(rows, &subjects, &closed));
        Ok((subjects, closed))
    }

    /// Rows that hold nobody's summary after all.
    fn left_over(
        &self,
        rows: &[Addressed<'_>],
        subjects: &[Subject],
        closed: &[Composed],
    ) -> Vec<Composed> {
        rows.iter()
            .filter(|row| {
                !subjects
                    .iter()
                    .any(|subject| subject.to == row.recipient_id)
            })
            .filter(|row| !closed.iter().any(|one| one.email_id == row.id))
            .map(|row| {
                if self.is_paused(row.recipient_id) {
                    return Composed::closed(row, EmailState::Cancelled, PAUSED);
                }
                let reason =
                    "Nothing to say: neither a book of one's own nor a colleague's to cover.";
                Composed::closed(row, EmailState::SkippedEmpty, reason)
            })
            .collect()
    }

    /// Stopped since the mail was planned; a colleague's summary comes all the same.
    fn is_paused(&self, person_id: Uuid) -> bool {
        self.schedules
            .get(&person_id)
            .is_some_and(|schedule| subscriptions::is_paused(schedule, self.day))
    }

    fn subject(&self, person_id: Uuid, to: Uuid, on: Date) -> Subject {
        let away_until = (person_id != to)
            .then(|| self.stand_ins.away_until(person_id, on))
            .flatten();
        Subject {
            person_id,
            to,
            away_until,
        }
    }

    /// The day of this week on which a subscriber's summary is due.
    fn day_of_summary(&self, person_id: Uuid) -> Option<Date> {
        let schedule = self.schedules.get(&person_id)?;
        let scheduled = plus_days(
            self.week.monday(),
            i64::from(schedule.weekday.unwrap_or(1)) - 1,
        );
        subscriptions::day_of_mail(
            KIND,
            scheduled,
            self.stand_ins.working_times().get(&person_id),
        )
    }

    /// Where each addressee's summary of the week goes, and on which day; paused ones left out.
    fn routes(
        &self,
        recipients: &HashMap<Uuid, Addressed<'_>>,
        addressees: &[Uuid],
    ) -> Vec<(Uuid, Date, Route)> {
        let day = self.day;
        addressees
            .iter()
            .filter(|person_id| !self.is_paused(**person_id))
            .map(|person_id| {
                let on = match recipients.contains_key(person_id) {
                    true => day,
                    false => self.day_of_summary(*person_id).unwrap_or(day),
                };
                (*person_id, on, self.stand_ins.route(*person_id, on, None))
            })
            .collect()
    }

    /// Sees to it that the stand-ins of recipients who are away get a summary this week. Answers whose can still cover
    /// somebody.
    async fn ensure(
        &self,
        recipients: &HashMap<Uuid, Addressed<'_>>,
        routes: &[(Uuid, Date, Route)],
    ) -> Result<HashSet<Uuid>> {
        let period = self.week.to_string();
        let mut wanted: BTreeMap<Uuid, Wanted<'_>> = BTreeMap::new();
        for (person_id, on, route) in routes {
            let Route::StandIn { person_id: to, .. } = route else {
                continue;
            };
            let is_asked = recipients.contains_key(person_id) && !recipients.contains_key(to);
            let Some(person) = self.stand_ins.people.get(to).filter(|_| is_asked) else {
                continue;
            };
            let one = Wanted {
                person,
                schedule: self.schedules.get(to),
                kind: KIND,
                period: &period,
                day: *on,
            };
            wanted.insert(*to, one);
        }
        let wanted = wanted.into_values().collect();
        ensure(
            &self.app.db,
            self.stand_ins,
            wanted,
            self.now,
            self.obligations,
        )
        .await
    }

    fn covered(&self, row: Addressed<'_>, to: Uuid, why: &str) -> Composed {
        let name = self
            .stand_ins
            .people
            .get(&to)
            .map_or("somebody", |person| person.name.as_str());
        let reason = format!("Away; this week's summary goes to {name}, {why}.");
        Composed::closed(&row, EmailState::SkippedAbsent, reason)
    }
}

fn unroutable(row: Addressed<'_>) -> Composed {
    Composed::closed(&row, EmailState::Failed, UNROUTABLE)
}
