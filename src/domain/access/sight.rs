//! Which rows somebody sees: one line a table. Look-ups by id, lists, edges and changes all ask here, so that what may
//! not be seen looks like what does not exist, whichever way one comes. `docs/access.md` says the same in words.

use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::Caller;
use crate::entity::{
    Access, api_token, assignment, booking, client, client_contact, client_request, email,
    handover, holiday, holiday_calendar, inventory_snapshot, person, plan, programme,
    programme_review, project, prompt_choice, relationship, responsibility,
    responsibility_exception, role, role_decision, schedule, session, skill, suppressed_address,
    time_off, touchpoint, webhook, webhook_attempt, webhook_delivery, work_schedule,
};

/// Who sees a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everybody who is signed in.
    Everybody,
    /// Owners, managers, and members where they are one of these.
    ManagersAnd([Option<Uuid>; 2]),
    /// Owners, and whoever this is.
    OwnersAnd(Uuid),
    /// Owners.
    Owners,
}

use Sight::{Everybody, ManagersAnd, Owners, OwnersAnd};

/// Owners and managers, and no member.
const MANAGERS: Sight = ManagersAnd([None, None]);

/// A row of which the table below says who sees it. Of the steps and the letter of a handover, and of the attempts of a
/// mail, that says the handover or the mail.
pub trait Visible {
    /// Who sees it.
    fn sight(&self) -> Sight;
}

macro_rules! sights {
    ($($entity:ident => |$row:pat_param| $sight:expr;)+) => {
        $(
            impl Visible for $entity::Model {
                fn sight(&self) -> Sight {
                    let $row = self;
                    $sight
                }
            }
        )+
    };
}

sights! {
    api_token => |row| OwnersAnd(row.person_id);
    assignment => |_| Everybody;
    booking => |row| ManagersAnd([Some(row.person_id), None]);
    client => |_| Everybody;
    client_contact => |_| Everybody;
    client_request => |_| MANAGERS;
    email => |row| ManagersAnd([row.recipient_id, None]);
    handover => |row| ManagersAnd([Some(row.from_person_id), Some(row.to_person_id)]);
    holiday => |_| Everybody;
    holiday_calendar => |_| Everybody;
    inventory_snapshot => |_| MANAGERS;
    person => |_| Everybody;
    plan => |_| MANAGERS;
    programme => |_| MANAGERS;
    programme_review => |_| MANAGERS;
    project => |_| Everybody;
    prompt_choice => |row| ManagersAnd([row.made_by_id, None]);
    relationship => |_| MANAGERS;
    responsibility => |_| Everybody;
    responsibility_exception => |_| Everybody;
    role => |_| Everybody;
    role_decision => |_| Everybody;
    schedule => |row| ManagersAnd([Some(row.person_id), None]);
    session => |row| OwnersAnd(row.person_id);
    skill => |_| Everybody;
    suppressed_address => |_| MANAGERS;
    time_off => |row| ManagersAnd([Some(row.person_id), None]);
    touchpoint => |_| Everybody;
    webhook => |_| Owners;
    webhook_attempt => |_| Owners;
    webhook_delivery => |_| Owners;
    work_schedule => |row| ManagersAnd([Some(row.person_id), None]);
}

impl Caller {
    /// Whether `row` is there for the caller.
    pub fn sees(&self, row: &impl Visible) -> bool {
        match row.sight() {
            Everybody => true,
            Owners => self.access == Access::Owner,
            OwnersAnd(person_id) => self.reads_private_of(person_id),
            ManagersAnd(people) => {
                self.reads_all() || people.into_iter().flatten().any(|id| self.is(id))
            }
        }
    }

    /// The mails that [`Self::sees`] holds of.
    pub fn seen_emails(&self) -> Condition {
        let all = Condition::all();
        match self.reads_all() {
            true => all,
            false => all.add(email::Column::RecipientId.eq(self.person_id)),
        }
    }

    /// The handovers that [`Self::sees`] holds of.
    pub fn seen_handovers(&self) -> Condition {
        if self.reads_all() {
            return Condition::all();
        }
        Condition::any()
            .add(handover::Column::FromPersonId.eq(self.person_id))
            .add(handover::Column::ToPersonId.eq(self.person_id))
    }
}
