//! The weekly capacity summaries of a day.

mod agency;
mod book;
mod reads;
mod requests;
mod routing;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::delivery::{Links, Words, frame, render};
use super::obligations::Obligations;
use super::rerouting::{away_subscribers, schedules};
use super::{Addressed, Composed, Verdict};
use crate::app::App;
use crate::domain::calendar::Week;
use crate::domain::capacity::{Agenda, People};
use crate::domain::responsibilities::clients_of;
use crate::domain::stand_ins::StandIns;
use crate::domain::suppressions::{Unreachable, unreachable};
use crate::email::capacity_summary::{CapacitySummary, CoveredBook};
use crate::entity::{Access, EmailKind, EmailState, person, schedule, time_off};
use crate::error::Result;

use reads::{booked_on, everybody, production_side, these, time_off_of};
use requests::Requests;
use routing::{Routing, Subject};

const KIND: EmailKind = EmailKind::CapacitySummary;

/// Weeks after the current one that a summary looks ahead.
const WEEKS_AHEAD: i64 = 4;

/// What the summaries of a day are written from.
struct Summaries<'a> {
    app: &'a App,
    day: Date,
    week: Week,
    now: Timestamp,
    obligations: Obligations<'a>,
    stand_ins: StandIns,
    schedules: HashMap<Uuid, schedule::Model>,
    agenda: Agenda,
    people: HashMap<Uuid, person::Model>,
    time_off: Vec<time_off::Model>,
    /// Who stands in for them, also those who have nothing else to do with these books.
    delegates: HashMap<Uuid, person::Model>,
    /// The people booked on each project in the five weeks.
    booked: HashMap<Uuid, HashSet<Uuid>>,
    overdue: Vec<agency::Overdue>,
    unreachable: Vec<Unreachable>,
    requests: Requests,
}

/// Decides the summaries of `day`, all for recipients whose local day it is.
pub(super) async fn compose(
    app: &App,
    rows: &[Addressed<'_>],
    day: Date,
    now: Timestamp,
    obligations: Obligations<'_>,
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
        day,
        now,
        obligations,
        stand_ins: &stand_ins,
        schedules: &schedules,
    };
    let (subjects, closed) = routing.subjects(rows, &addressees).await?;
    if subjects.is_empty() {
        return Ok(closed);
    }
    let summaries =
        Summaries::load(app, day, now, stand_ins, schedules, &subjects, obligations).await?;
    let mut composed = closed;
    composed.extend(summaries.write(rows, &subjects)?);
    Ok(composed)
}

impl<'a> Summaries<'a> {
    async fn load(
        app: &'a App,
        day: Date,
        now: Timestamp,
        stand_ins: StandIns,
        schedules: HashMap<Uuid, schedule::Model>,
        subjects: &[Subject],
        obligations: Obligations<'a>,
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
        let unreachable = if whole_agency {
            unreachable(conn, now).await?
        } else {
            Vec::new()
        };
        let time_off = time_off_of(conn, &ids, day).await?;
        let standing = people.values().map(|person| person.standing_delegate_id);
        let named = time_off.iter().map(|row| row.delegate_id);
        let delegates: Vec<Uuid> = named.chain(standing).flatten().collect();
        let requests = Requests::load(conn, stand_ins.owners(), day).await?;
        Ok(Self {
            requests,
            app,
            day,
            week,
            now,
            obligations,
            stand_ins,
            schedules,
            agenda,
            time_off,
            delegates: these(conn, &delegates).await?,
            people,
            booked,
            overdue,
            unreachable,
        })
    }

    fn write(&self, rows: &[Addressed<'_>], subjects: &[Subject]) -> Result<Vec<Composed>> {
        let weeks = self.weeks();
        let mut composed = Vec::new();
        for row in rows {
            let of_row: Vec<&Subject> = subjects
                .iter()
                .filter(|subject| subject.to == row.recipient_id)
                .collect();
            if !of_row.is_empty() {
                composed.push(self.mail(*row, &of_row, &weeks)?);
            }
        }
        Ok(composed)
    }

    fn is_owner(&self, person_id: Uuid) -> bool {
        let person = self.stand_ins.people.get(&person_id);
        person.is_some_and(|person| person.access == Some(Access::Owner))
    }

    fn mail(
        &self,
        row: Addressed<'_>,
        subjects: &[&Subject],
        weeks: &book::Weeks<'_>,
    ) -> Result<Composed> {
        let Some(recipient) = self.stand_ins.people.get(&row.recipient_id) else {
            return Ok(Composed::closed(
                &row,
                EmailState::Failed,
                "There is no such person any more.",
            ));
        };
        let mut decisions = Vec::new();
        let (mut own, mut agency, mut covering) = (None, None, Vec::new());
        for subject in subjects {
            let book = self.book(subject.person_id, weeks, &mut decisions);
            // An owner's stand-in gets the agency too, unless they may not see it.
            if agency.is_none()
                && self.is_owner(subject.person_id)
                && recipient
                    .access
                    .is_some_and(|access| access != Access::Member)
            {
                agency = Some(self.agency(weeks, &mut decisions));
            }
            if subject.person_id == recipient.id {
                own = book;
            } else if let Some(book) = book {
                covering.push(CoveredBook {
                    colleague: self.name(subject.person_id),
                    until: subject.away_until.unwrap_or(self.day),
                    book,
                });
            }
        }
        let people: Vec<Uuid> = subjects.iter().map(|subject| subject.person_id).collect();
        let requests = self.requests.told(self.app, &people);
        if own.is_none() && agency.is_none() && covering.is_empty() && requests.is_empty() {
            let reason = "Nothing to say: accountable for no project's production side this week.";
            return Ok(Composed::closed(&row, EmailState::SkippedEmpty, reason));
        }
        let button_url = Links(self.app).page(&format!("/week/{}", self.week));
        let frame = frame(
            self.obligations.links(self.app, recipient.id, self.now),
            &row,
            recipient,
            self.schedules.get(&recipient.id),
            button_url,
            self.now,
        )?;
        let unsubscribe_url = Some(frame.unsubscribe_url.clone());
        let mail = CapacitySummary {
            frame,
            monday: self.week.monday(),
            decisions: book::most_urgent_first(decisions),
            book: own,
            agency,
            covering,
            requests,
        };
        let words = Words {
            subject: mail.subject(),
            html: mail.html()?,
            text: mail.text()?,
        };
        let rendered = render(self.app, &row, recipient, words, unsubscribe_url, self.now)?;
        Ok(Composed {
            email_id: row.id,
            verdict: Verdict::Send(rendered),
        })
    }
}
