//! Global ids: `cli_` and the 32 hexadecimal digits of a UUID. Opaque to
//! clients, the same in URLs, logs and mails.

use async_graphql::ID;
use uuid::Uuid;

use crate::error::{Error, ProblemCode, Result};

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `per_…`
    Person,
    /// `cli_…`
    Client,
    /// `con_…`
    Contact,
    /// `prj_…`
    Project,
    /// `rol_…`
    Role,
    /// `res_…`
    Responsibility,
    /// `asg_…`
    Assignment,
    /// `bok_…`
    Booking,
    /// `tou_…`
    Touchpoint,
    /// `wsc_…`
    WorkSchedule,
    /// `cal_…`
    HolidayCalendar,
    /// `hol_…`
    Holiday,
    /// `off_…`
    TimeOff,
    /// `ski_…`
    Skill,
    /// `sch_…`
    Schedule,
    /// `eml_…`
    Email,
    /// `att_…`
    EmailAttempt,
}

const PREFIXES: [(Kind, &str, &str); 17] = [
    (Kind::Person, "per", "person"),
    (Kind::Client, "cli", "client"),
    (Kind::Contact, "con", "contact"),
    (Kind::Project, "prj", "project"),
    (Kind::Role, "rol", "role"),
    (Kind::Responsibility, "res", "responsibility"),
    (Kind::Assignment, "asg", "assignment"),
    (Kind::Booking, "bok", "booking"),
    (Kind::Touchpoint, "tou", "touchpoint"),
    (Kind::WorkSchedule, "wsc", "work schedule"),
    (Kind::HolidayCalendar, "cal", "holiday calendar"),
    (Kind::Holiday, "hol", "holiday"),
    (Kind::TimeOff, "off", "time off"),
    (Kind::Skill, "ski", "skill"),
    (Kind::Schedule, "sch", "schedule"),
    (Kind::Email, "eml", "email"),
    (Kind::EmailAttempt, "att", "email attempt"),
];

impl Kind {
    /// The global id of a row of this kind.
    pub fn id(self, id: Uuid) -> ID {
        ID(self.text(id))
    }

    /// The global id as text, for links and logs.
    pub fn text(self, id: Uuid) -> String {
        format!("{}_{}", self.entry().1, id.simple())
    }

    /// What people call it: "work schedule".
    pub fn noun(self) -> &'static str {
        self.entry().2
    }

    /// The row an input's `field` names. An id of another kind, or no id at all, names nothing.
    pub fn parse(self, field: &str, id: &ID) -> Result<Uuid> {
        match parse(id) {
            Some((kind, uuid)) if kind == self => Ok(uuid),
            _ => Err(Error::problem(
                field,
                ProblemCode::NotFound,
                format!(
                    "There is no such {0}: the id of a {0} starts with `{1}_`.",
                    self.noun(),
                    self.entry().1
                ),
            )),
        }
    }

    /// The row a query's `id` names. An id of another kind is NOT_FOUND.
    pub fn named(self, id: &ID) -> Result<Uuid> {
        match parse(id) {
            Some((kind, uuid)) if kind == self => Ok(uuid),
            _ => Err(Error::NotFound(self.noun())),
        }
    }

    fn entry(self) -> &'static (Kind, &'static str, &'static str) {
        // The array is in the order of the variants: a test looks.
        &PREFIXES[self as usize]
    }
}

/// Takes a global id apart; none when it is not one.
pub fn parse(id: &ID) -> Option<(Kind, Uuid)> {
    let (prefix, digits) = id.split_once('_')?;
    let (kind, ..) = PREFIXES.iter().find(|(_, known, _)| *known == prefix)?;
    let canonical = digits.len() == 32 && !digits.contains(|c: char| c.is_ascii_uppercase());
    canonical
        .then(|| Uuid::try_parse(digits).ok())?
        .map(|uuid| (*kind, uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_prefix_at_its_own_place() {
        for (index, (kind, ..)) in PREFIXES.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }

    #[test]
    fn an_id_of_another_kind_names_nothing() {
        let client = Kind::Client.id(Uuid::from_u128(7));
        assert_eq!(
            Kind::Client.parse("id", &client).unwrap(),
            Uuid::from_u128(7)
        );
        assert!(Kind::Project.parse("id", &client).is_err());
        assert!(Kind::Client.parse("id", &ID("cli_7".into())).is_err());
    }
}
