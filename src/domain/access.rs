//! Who may what (api.md, "Who may what"). OWNER everything; MANAGER reads
//! all and writes what they are accountable for; MEMBER reads clients,
//! projects and their own capacity.

mod sight;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use crate::entity::Access;
use crate::error::{Error, Result};

pub use sight::{Sight, Visible};

/// Who does something, and when. Every domain function that writes, and every
/// one whose answer depends on who asks, takes one.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person; none for the command line and for Meridian itself, which may do everything.
    pub person_id: Option<Uuid>,
    /// Their name as history shows it.
    pub name: String,
    /// What they may do.
    pub access: Access,
    /// The instant of the request.
    pub now: Timestamp,
    /// The zone in which the caller's "today" is to be read.
    pub zone: TimeZone,
}

impl Caller {
    /// Meridian itself or an operator at the command line, e.g. `meridian import`.
    pub fn system(name: &str, now: Timestamp) -> Self {
        Self {
            person_id: None,
            name: name.to_owned(),
            access: Access::Owner,
            now,
            zone: TimeZone::UTC,
        }
    }

    /// The civil day it is for the caller.
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// Whether this is `person_id`.
    pub fn is(&self, person_id: Uuid) -> bool {
        self.person_id == Some(person_id)
    }

    /// Whether everything may be read: owners and managers.
    pub fn reads_all(&self) -> bool {
        self.access != Access::Member
    }

    /// Whether capacity, bookings, absences and mails of `person_id` may be read.
    pub fn reads_work_of(&self, person_id: Uuid) -> bool {
        self.reads_all() || self.is(person_id)
    }

    /// Whether what is private to `person_id` (preference, notes on absences) may be read.
    pub fn reads_private_of(&self, person_id: Uuid) -> bool {
        self.access == Access::Owner || self.is(person_id)
    }

    /// Refuses whoever may not read capacity, bookings, absences and mails of `person_id`.
    pub fn must_read_work_of(&self, person_id: Uuid) -> Result<()> {
        if self.reads_work_of(person_id) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "Only owners, managers and the person may read when somebody works.".into(),
        ))
    }

    /// Refuses whoever may not read what is private to `person_id`.
    pub fn must_read_private_of(&self, person_id: Uuid) -> Result<()> {
        if self.reads_private_of(person_id) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "This is private: only an owner, or the person, may read it.".into(),
        ))
    }

    /// Refuses everybody but owners. `action` completes "Only an owner may …".
    pub fn must_own(&self, action: &str) -> Result<()> {
        if self.access == Access::Owner {
            return Ok(());
        }
        Err(Error::Forbidden(format!("Only an owner may {action}.")))
    }

    /// Refuses members. `action` completes "Only owners and managers may …".
    pub fn must_read_all(&self, action: &str) -> Result<()> {
        if self.reads_all() {
            return Ok(());
        }
        Err(Error::Forbidden(format!(
            "Only owners and managers may {action}."
        )))
    }

    /// Refuses everybody but `person_id` and owners. `action` completes "Only an owner or the person may …".
    pub fn must_be_or_own(&self, person_id: Uuid, action: &str) -> Result<()> {
        if self.access == Access::Owner || self.is(person_id) {
            return Ok(());
        }
        Err(Error::Forbidden(format!(
            "Only an owner, or the person, may {action}."
        )))
    }
}
