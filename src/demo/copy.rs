//! One copy of the agency: what all copies share, and the order in which a copy's rows are made.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::STARTS_AT;
use super::clients::CLIENTS;
use super::ids::Ids;
use super::people::{DANA, ELEVENTH, OWNER, PEOPLE, Place, SAM, Skill, TEAM_LEAD};
use super::rows::Rows;
use super::touchpoints::{Managers, Planned, plan};
use crate::domain::zone::zone;
use crate::entity::{Day, Moment, holiday, holiday_calendar, skill};
use crate::error::Result;

/// When every row was written.
pub(super) const WRITTEN_AT: Moment = Moment(STARTS_AT);

/// What all copies share.
pub(super) struct Stamp {
    /// The unsplit role.
    pub(super) project_manager: Uuid,
    /// By [`Skill`].
    pub(super) skills: Vec<Uuid>,
    /// By [`Place`].
    pub(super) calendars: Vec<Uuid>,
    /// By [`Place`].
    pub(super) zones: Vec<TimeZone>,
    /// By client.
    touchpoints: Vec<Vec<Planned>>,
}

/// A copy on its way into `rows`.
pub(super) struct Copy<'a> {
    pub(super) stamp: &'a Stamp,
    /// From 1.
    pub(super) number: u32,
    /// By their places among [`PEOPLE`].
    pub(super) people: [Uuid; 11],
    /// By name, which is unique within a copy.
    pub(super) projects: HashMap<&'static str, Uuid>,
    pub(super) ids: &'a mut Ids,
    pub(super) rows: &'a mut Rows,
}

impl Stamp {
    /// Plans the touchpoints, and puts the skills and holidays that all copies share into `rows`.
    pub(super) fn new(project_manager: Uuid, ids: &mut Ids, rows: &mut Rows) -> Result<Self> {
        let zones: Vec<TimeZone> = Place::ALL
            .iter()
            .map(|place| zone("timeZone", place.zone_name()))
            .collect::<Result<_>>()?;
        let managers = Managers {
            working_times: [DANA, SAM].map(|manager| PEOPLE[manager].working_time()),
            zone: zones[Place::London as usize].clone(),
        };
        Ok(Self {
            project_manager,
            skills: add_skills(ids, rows),
            calendars: Place::ALL
                .iter()
                .map(|place| add_calendar(*place, ids, rows))
                .collect(),
            touchpoints: CLIENTS
                .iter()
                .map(|client| plan(client, &managers))
                .collect::<Result<_>>()?,
            zones,
        })
    }

    /// Adds the rows of copy `number` (from 1) and returns the ids of its people.
    pub(super) fn copy(&self, number: u32, ids: &mut Ids, rows: &mut Rows) -> Result<[Uuid; 11]> {
        let mut copy = Copy {
            stamp: self,
            number,
            people: std::array::from_fn(|_| ids.next()),
            projects: HashMap::new(),
            ids,
            rows,
        };
        for (index, sketch) in PEOPLE.iter().enumerate() {
            copy.add_person(index, sketch)?;
        }
        let eleventh = if number == 1 { &OWNER } else { &TEAM_LEAD };
        copy.add_person(ELEVENTH, eleventh)?;
        for (client, planned) in CLIENTS.iter().zip(&self.touchpoints) {
            copy.add_client(client, planned);
        }
        copy.add_bookings();
        Ok(copy.people)
    }
}

impl Copy<'_> {
    /// A name that no other copy has: the first copy's as it is, the others' with their number.
    pub(super) fn name(&self, name: &str) -> String {
        match self.number {
            1 => name.to_owned(),
            number => format!("{name} {number}"),
        }
    }

    /// The same for a part of an address.
    pub(super) fn address(&self, part: &str) -> String {
        match self.number {
            1 => part.to_owned(),
            number => format!("{part}-{number}"),
        }
    }
}

fn add_skills(ids: &mut Ids, rows: &mut Rows) -> Vec<Uuid> {
    let models = Skill::NAMES.map(|name| skill::Model {
        id: ids.next(),
        name: name.to_owned(),
    });
    rows.skills.extend(models.iter().cloned());
    models.iter().map(|model| model.id).collect()
}

fn add_calendar(place: Place, ids: &mut Ids, rows: &mut Rows) -> Uuid {
    let calendar = place.calendar();
    let id = ids.next();
    rows.calendars.push(holiday_calendar::Model {
        id,
        name: calendar.name.to_owned(),
        version: 1,
    });
    for (on, name, off_bp) in calendar.days {
        rows.holidays.push(holiday::Model {
            id: ids.next(),
            calendar_id: id,
            observed_on: Day(*on),
            name: (*name).to_owned(),
            off_bp: *off_bp,
            version: 1,
        });
    }
    id
}
