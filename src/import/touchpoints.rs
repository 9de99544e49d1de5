//! touchpoints.csv: one row a contact with a client, told by client, kind, time and person. There may be many thousands
//! of them, so new ones are written together.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::Run;
use super::columns::Column;
use super::entry::{Done, Entry, Read};
use super::report::Counts;
use super::row::Row;
use super::sheet::Sheet;
use crate::domain::touchpoint_log::{between, correct_in, log_all_in, must_have_happened};
use crate::domain::zone;
use crate::entity::{
    Day, Moment, TouchpointKind, client, client_contact, new_id, person, touchpoint,
};
use crate::error::{Error, ProblemCode, Result};

/// The columns of touchpoints.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("client", "name of a client", "Harbour Books"),
    Column::required(
        "kind",
        "KICKOFF, UPDATE, CALL, MEETING, EMAIL or REACH_OUT",
        "CALL",
    ),
    Column::required(
        "occurred_at",
        "local time of the person, or a time with its offset (RFC 3339)",
        "2026-11-20 14:30",
    ),
    Column::required("person", "address of a person", "mara@example.com"),
    Column::optional(
        "project",
        "name of a project of the client",
        "none",
        "Online shop",
    ),
    Column::optional(
        "contact",
        "address of a contact of the client",
        "none",
        "ines@harbourbooks.example",
    ),
    Column::optional(
        "note",
        "text, may have line breaks",
        "none",
        "Agreed on the new cover",
    ),
];

/// What tells a touchpoint from others.
type Identity = (Uuid, TouchpointKind, Moment, Uuid);

/// A row of touchpoints.csv.
struct TouchpointRow {
    client: client::Model,
    kind: TouchpointKind,
    occurred_at: Moment,
    occurred_on: Day,
    person_id: Uuid,
    project_id: Option<Option<Uuid>>,
    contact: Option<Option<client_contact::Model>>,
    note: Option<Option<String>>,
}

impl Entry for TouchpointRow {
    const KEY: &'static [&'static str] = &["occurred_at"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let client = row.client("client");
        row.filled("kind");
        let kind = row.word("kind", TouchpointKind::WORDS, TouchpointKind::from_word);
        row.filled("person");
        let person = row.person("person");
        let zone = zone_of(person)?;
        let occurred_at = row.filled_instant("occurred_at", &zone);
        let project = client
            .and_then(|client| row.clearable("project", |row| row.project("project", client)));
        let contact = client
            .and_then(|client| row.clearable("contact", |row| row.contact("contact", client)));
        let note = row.clearable("note", |row| row.text("note", 10_000));
        let occurred_at = Timestamp::from_microsecond(occurred_at?.as_microsecond()).ok()?;
        Some(Self {
            client: client?.clone(),
            kind: kind?,
            occurred_at: Moment(occurred_at),
            occurred_on: Day(occurred_at.to_zoned(zone).date()),
            person_id: person?.id,
            project_id: project.map(|project| project.map(|project| project.id)),
            contact: contact.map(|contact| contact.cloned()),
            note,
        })
    }

    fn key(&self) -> String {
        format!("{:?}", self.identity())
    }
}

/// Where the person lives. Of an unknown person the form of the time is looked at all the same.
fn zone_of(person: Option<&person::Model>) -> Option<TimeZone> {
    match person {
        Some(person) => zone::zone("person", &person.time_zone).ok(),
        None => Some(TimeZone::UTC),
    }
}

/// Imports the rows of a sheet: what is new together at the end, corrections one by one.
pub(super) async fn import(run: &mut Run<'_>, sheet: &Sheet) -> Result<Counts> {
    let mut counts = Counts::default();
    let rows = run.read_all::<TouchpointRow>(sheet);
    let logged = logged(run, &rows).await?;
    let mut new = Vec::new();
    for Read { line, entry, .. } in rows {
        let before = logged.get(&entry.identity());
        let wanted = entry.applied_to(before, run.caller.now);
        let done = match before {
            Some(before) if *before == wanted => Ok(Done::Unchanged),
            _ => match (entry.must_be_open(), before) {
                (Err(closed), _) => Err(closed),
                (Ok(()), Some(before)) => correct_in(run.tx, run.caller, before, wanted)
                    .await
                    .map(|_| Done::Updated),
                (Ok(()), None) => log_in_time(run, wanted, &mut new),
            },
        };
        match done {
            Ok(done) => counts.add(done),
            Err(error) => run.refuse(sheet, line, error)?,
        }
        run.bar.inc(1);
    }
    log_all_in(run.tx, run.caller, new).await?;
    Ok(counts)
}

/// Puts a touchpoint to the new ones, unless it has not happened yet.
fn log_in_time(
    run: &Run<'_>,
    wanted: touchpoint::Model,
    new: &mut Vec<touchpoint::Model>,
) -> Result<Done> {
    must_have_happened(run.caller, wanted.occurred_at.0)?;
    new.push(wanted);
    Ok(Done::Created)
}

/// The touchpoints from the first to the last of the rows, in one statement.
async fn logged(
    run: &Run<'_>,
    rows: &[Read<TouchpointRow>],
) -> Result<HashMap<Identity, touchpoint::Model>> {
    let times = || rows.iter().map(|row| row.entry.occurred_at.0);
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        return Ok(HashMap::new());
    };
    let logged = between(run.tx, first, last).await?;
    let identified = logged.into_iter().filter_map(|row| {
        let identity = (row.client_id, row.kind, row.occurred_at, row.person_id?);
        Some((identity, row))
    });
    Ok(identified.collect())
}

impl TouchpointRow {
    fn identity(&self) -> Identity {
        (self.client.id, self.kind, self.occurred_at, self.person_id)
    }

    fn applied_to(&self, before: Option<&touchpoint::Model>, now: Timestamp) -> touchpoint::Model {
        let contact_id = self
            .contact
            .as_ref()
            .map(|contact| contact.as_ref().map(|contact| contact.id));
        let standing = |of: fn(&touchpoint::Model) -> Option<Uuid>| before.and_then(of);
        let note = self.note.clone().map(Option::unwrap_or_default);
        touchpoint::Model {
            id: before.map_or_else(|| new_id(now), |before| before.id),
            client_id: self.client.id,
            project_id: self
                .project_id
                .unwrap_or_else(|| standing(|row| row.project_id)),
            person_id: Some(self.person_id),
            contact_id: contact_id.unwrap_or_else(|| standing(|row| row.contact_id)),
            kind: self.kind,
            occurred_at: self.occurred_at,
            // Whose zone has changed since had the contact on the day that was theirs then.
            occurred_on: before.map_or(self.occurred_on, |before| before.occurred_on),
            note: note
                .or_else(|| before.map(|before| before.note.clone()))
                .unwrap_or_default(),
        }
    }

    /// Nothing is logged for what is archived.
    fn must_be_open(&self) -> Result<()> {
        let contact = self.contact.iter().flatten().next();
        let archived = [("clientId", &self.client.name, self.client.archived_at)]
            .into_iter()
            .chain(contact.map(|contact| ("contactId", &contact.name, contact.archived_at)))
            .find(|(_, _, archived_at)| archived_at.is_some());
        match archived {
            None => Ok(()),
            Some((field, name, _)) => Err(Error::problem(
                field,
                ProblemCode::NotAllowedNow,
                format!("{name} is archived; nothing new can be logged with them."),
            )),
        }
    }
}
