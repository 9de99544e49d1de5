//! The weekly capacity summaries of a day.

mod agency;
mod book;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::delivery::{Links, Words, frame, render};
use super::obligations::{self, Obligations};
use super::rerouting::{Wanted, away_subscribers, ensure, schedules};
use super::{Composed, Verdict};
use crate::app::App;
use crate::domain::calendar::{Week, plus_days};
use crate::domain::capacity::{Agenda, People};
use crate::domain::responsibilities::{Accountability, Scope, clients_of};
use crate::domain::stand_ins::{Route, StandIns};
use crate::email::capacity_summary::{CapacitySummary, CoveredBook};
use crate::entity::{
    Access, EmailKind, EmailState, Side, booking, email, obligation, person, schedule, time_off,
};
use crate::entity::{Day, project};
use crate::error::Result;
use crate::jobs::planner;

const KIND: EmailKind = EmailKind::CapacitySummary;

/// Weeks after the current one that a summary looks ahead.
const WEEKS_AHEAD: i64 = 4;

/// A person whose book is summarised, in whose mail, on which day.
#[derive(Clone, Debug)]
struct Subject {
    person_id: Uuid,
    /// Whose mail it goes into.
    to: Uuid,
    /// The last day of the absence, when it goes to somebody else.
    away_until: Option<Date>,
}

/// What the summaries of a day are written from.
struct Summaries<'a> {
    app: &'a App,
    day: Date,
    week: Week,
    now: Timestamp,
    stand_ins: StandIns,
    schedules: HashMap<Uuid, schedule::Model>,
    agenda: Agenda,
    people: HashMap<Uuid, person::Model>,
    time_off: Vec<time_off::Model>,
    /// The people booked on each project in the five weeks.
    booked: HashMap<Uuid, HashSet<Uuid>>,
    overdue: Vec<agency::Overdue>,
}

/// Decides the summaries of `day`, all for recipients whose local day it is.
pub(super) async fn compose(
    app: &App,
    rows: &[&email::Model],
    day: Date,
    now: Timestamp,
    obligations: Obligations,
) -> Result<Vec<Composed>> {
    let conn = &app.db.read;
    let week = Week::of(day);
    let mut addressees = away_subscribers(conn, KIND, week.monday(), week.sunday()).await?;
    addressees.extend(rows.iter().map(|row| row.recipient_id));
    addressees.sort_unstable();
    addressees.dedup();
    let stand_ins = StandIns::load(conn, &addressees, week.monday(), week.sunday()).await?;
    let known: Vec<Uuid> = stand_ins.people.keys().copied().collect();
    let schedules = schedules(conn, KIND, &known).await?;

    let routing = Routing {
        app,
        week,
        now,
        obligations,
        stand_ins: &stand_ins,
        schedules: &schedules,
    };
    let (subjects, closed) = routing.subjects(rows, &addressees, day).await?;
    if subjects.is_empty() {
        return Ok(closed);
    }
    let summaries = Summaries::load(app, day, now, stand_ins, schedules, &subjects).await?;
    let mut composed = closed;
    composed.extend(summaries.write(rows, &subjects)?);
    Ok(composed)
}

/// Decides whose summary goes into whose mail.
struct Routing<'a> {
    app: &'a App,
    week: Week,
    now: Timestamp,
    obligations: Obligations,
    stand_ins: &'a StandIns,
    schedules: &'a HashMap<Uuid, schedule::Model>,
}

impl Routing<'_> {
    /// The summaries that `rows` are to hold, and the rows that are closed since somebody else's mail holds theirs.
    async fn subjects(
        &self,
        rows: &[&email::Model],
        addressees: &[Uuid],
        day: Date,
    ) -> Result<(Vec<Subject>, Vec<Composed>)> {
        let recipients: HashMap<Uuid, &email::Model> =
            rows.iter().map(|row| (row.recipient_id, *row)).collect();
        let mut subjects = Vec::new();
        let mut closed = Vec::new();
        for person_id in addressees {
            let own_row = recipients.get(person_id);
            let on = match own_row {
                Some(_) => day,
                None => self.day_of_summary(*person_id).unwrap_or(day),
            };
            match self.stand_ins.route(*person_id, on, None) {
                Route::Own if own_row.is_some() => {
                    subjects.push(self.subject(*person_id, *person_id, on))
                }
                Route::Own => {}
                Route::Nobody => closed.extend(own_row.map(|row| unroutable(row))),
                Route::StandIn { person_id: to, why } => {
                    let covered = recipients.contains_key(&to)
                        || (own_row.is_some() && self.ensure(to, row_day(own_row, on)).await?);
                    if covered {
                        if recipients.contains_key(&to) {
                            subjects.push(self.subject(*person_id, to, on));
                        }
                        closed.extend(own_row.map(|row| self.covered(row, to, why)));
                    } else if own_row.is_some() {
                        subjects.push(self.subject(*person_id, *person_id, on));
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
        rows: &[&email::Model],
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
                let reason =
                    "Nothing to say: neither a book of one's own nor a colleague's to cover.";
                Composed::closed(row, EmailState::SkippedEmpty, reason)
            })
            .collect()
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
        planner::day_of_mail(
            KIND,
            scheduled,
            self.stand_ins.working_times().get(&person_id),
        )
    }

    /// Sees to it that a stand-in gets a summary this week; whether it can still cover somebody.
    async fn ensure(&self, to: Uuid, day: Date) -> Result<bool> {
        let Some(person) = self.stand_ins.people.get(&to) else {
            return Ok(false);
        };
        let period = self.week.to_string();
        let wanted = Wanted {
            person,
            schedule: self.schedules.get(&to),
            kind: KIND,
            period: &period,
            day,
        };
        let open = ensure(
            &self.app.db,
            self.stand_ins,
            vec![wanted],
            self.now,
            self.obligations,
        )
        .await?;
        Ok(open.contains(&to))
    }

    fn covered(&self, row: &email::Model, to: Uuid, why: &str) -> Composed {
        let name = self
            .stand_ins
            .people
            .get(&to)
            .map_or("somebody", |person| person.name.as_str());
        let reason = format!("Away; this week's summary goes to {name}, {why}.");
        Composed::closed(row, EmailState::SkippedAbsent, reason)
    }
}

fn row_day(row: Option<&&email::Model>, on: Date) -> Date {
    row.map_or(on, |row| row.local_on.0)
}

fn unroutable(row: &email::Model) -> Composed {
    let reason = "UNROUTABLE: away, and nobody stands in. Name a delegate on the time off, or a standing one.";
    Composed::closed(row, EmailState::Failed, reason)
}

impl<'a> Summaries<'a> {
    async fn load(
        app: &'a App,
        day: Date,
        now: Timestamp,
        stand_ins: StandIns,
        schedules: HashMap<Uuid, schedule::Model>,
        subjects: &[Subject],
    ) -> Result<Self> {
        let conn = &app.db.read;
        let week = Week::of(day);
        let (first, last) = (week.monday(), week.plus(WEEKS_AHEAD).sunday());
        let is_owner = |subject: &Subject| {
            stand_ins
                .people
                .get(&subject.person_id)
                .is_some_and(|person| person.access == Some(Access::Owner))
        };
        let whole_agency = subjects.iter().any(is_owner);
        let mut ids: Vec<Uuid> = subjects.iter().map(|subject| subject.person_id).collect();
        let booked = if whole_agency {
            booked_on(conn, None, first, last).await?
        } else {
            let clients = clients_of(conn, &ids, first, last).await?;
            let projects = production_side(conn, &ids, clients, day).await?;
            booked_on(conn, Some(&projects), first, last).await?
        };
        let people = if whole_agency {
            everybody(conn, first).await?
        } else {
            ids.extend(booked.values().flatten());
            ids.sort_unstable();
            ids.dedup();
            these(conn, &ids).await?
        };
        let ids: Vec<Uuid> = people.keys().copied().collect();
        let whose = if whole_agency {
            People::WithAllBooks(ids.clone())
        } else {
            People::These(ids.clone())
        };
        let agenda = Agenda::load(conn, whose, week, WEEKS_AHEAD + 1, day).await?;
        let overdue = if whole_agency {
            agency::overdue(conn, &agenda, day).await?
        } else {
            Vec::new()
        };
        Ok(Self {
            app,
            day,
            week,
            now,
            stand_ins,
            schedules,
            agenda,
            time_off: time_off_of(conn, &ids, day).await?,
            people,
            booked,
            overdue,
        })
    }

    fn write(&self, rows: &[&email::Model], subjects: &[Subject]) -> Result<Vec<Composed>> {
        let weeks = self.weeks()?;
        let mut composed = Vec::new();
        for row in rows {
            let of_row: Vec<&Subject> = subjects
                .iter()
                .filter(|subject| subject.to == row.recipient_id)
                .collect();
            if !of_row.is_empty() {
                composed.push(self.mail(row, &of_row, &weeks)?);
            }
        }
        Ok(composed)
    }

    fn mail(
        &self,
        row: &email::Model,
        subjects: &[&Subject],
        weeks: &book::Weeks<'_>,
    ) -> Result<Composed> {
        let Some(recipient) = self.stand_ins.people.get(&row.recipient_id) else {
            return Ok(Composed::closed(
                row,
                EmailState::Failed,
                "There is no such person any more.",
            ));
        };
        let mut decisions = Vec::new();
        let (mut own, mut agency, mut covering) = (None, None, Vec::new());
        for subject in subjects {
            let book = self.book(subject.person_id, weeks, &mut decisions);
            if subject.person_id == recipient.id {
                own = book;
                if recipient.access == Some(Access::Owner) {
                    agency = Some(self.agency(weeks, &mut decisions));
                }
            } else if let Some(book) = book {
                covering.push(CoveredBook {
                    colleague: self.name(subject.person_id),
                    until: subject.away_until.unwrap_or(self.day),
                    book,
                });
            }
        }
        if own.is_none() && agency.is_none() && covering.is_empty() {
            let reason = "Nothing to say: accountable for no project's production side this week.";
            return Ok(Composed::closed(row, EmailState::SkippedEmpty, reason));
        }
        let button_url = Links(self.app).page(&format!("/week/{}", self.week));
        let frame = frame(
            self.app,
            row,
            recipient,
            self.schedules.get(&recipient.id),
            button_url,
            self.now,
        )?;
        let unsubscribe_url = frame.unsubscribe_url.clone();
        let mail = CapacitySummary {
            frame,
            monday: self.week.monday(),
            decisions: book::most_urgent_first(decisions),
            book: own,
            agency,
            covering,
        };
        let words = Words {
            subject: mail.subject(),
            html: mail.html()?,
            text: mail.text()?,
        };
        let rendered = render(self.app, row, recipient, words, unsubscribe_url, self.now)?;
        Ok(Composed {
            email_id: row.id,
            verdict: Verdict::Send(rendered),
        })
    }
}

/// The projects whose project side any of `people` holds on `day`.
async fn production_side(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    clients: Vec<Uuid>,
    day: Date,
) -> Result<Vec<Uuid>> {
    let scope = Scope::Clients(clients.clone());
    let accountability = Accountability::load(conn, &scope, day).await?;
    let projects = project::Entity::find()
        .filter(project::Column::ClientId.is_in(clients))
        .filter(project::Column::ArchivedAt.is_null())
        .all(conn)
        .await?;
    Ok(projects
        .iter()
        .filter(|project| {
            let held = accountability.of_project(Side::Project, project);
            held.is_some_and(|held| people.contains(&held.person_id()))
        })
        .map(|project| project.id)
        .collect())
}

/// The people booked between two days, by project; on all projects, or on these.
async fn booked_on(
    conn: &impl ConnectionTrait,
    projects: Option<&[Uuid]>,
    first: Date,
    last: Date,
) -> Result<HashMap<Uuid, HashSet<Uuid>>> {
    let mut rows = booking::Entity::find()
        .filter(booking::Column::StartsOn.lte(Day(last)))
        .filter(booking::Column::EndsOn.gte(Day(first)));
    if let Some(projects) = projects {
        rows = rows.filter(booking::Column::ProjectId.is_in(projects.iter().copied()));
    }
    let mut booked: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for row in rows.all(conn).await? {
        booked
            .entry(row.project_id)
            .or_default()
            .insert(row.person_id);
    }
    Ok(booked)
}

/// Everybody who works here on `day` or later.
async fn everybody(conn: &impl ConnectionTrait, day: Date) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::ArchivedAt.is_null())
        .filter(
            sea_orm::Condition::any()
                .add(person::Column::EmployedUntil.is_null())
                .add(person::Column::EmployedUntil.gte(Day(day))),
        )
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|person| (person.id, person)).collect())
}

async fn these(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids.iter().copied()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|person| (person.id, person)).collect())
}

/// The time off of some people in the four weeks from `day` on.
async fn time_off_of(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    day: Date,
) -> Result<Vec<time_off::Model>> {
    let mut rows = Vec::new();
    for people in people.chunks(10_000) {
        rows.extend(
            time_off::Entity::find()
                .filter(time_off::Column::PersonId.is_in(people.iter().copied()))
                .filter(time_off::Column::StartsOn.lte(Day(plus_days(day, 28))))
                .filter(time_off::Column::EndsOn.gte(Day(day)))
                .all(conn)
                .await?,
        );
    }
    rows.sort_by_key(|row| (row.starts_on, row.ends_on, row.id));
    Ok(rows)
}
