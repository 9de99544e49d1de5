//! The first owner: an empty agency has nobody who may let others in.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::people::{self, NewPerson};
use crate::domain::subscriptions;
use crate::domain::work_schedules::{self, NewWorkSchedule};
use crate::domain::zone::zone;
use crate::entity::{Access, person};
use crate::error::{Error, ProblemCode, Result};

/// A day of eight hours, Monday to Friday, in minutes.
const WEEK: [i32; 7] = [480, 480, 480, 480, 480, 0, 0];

/// The share of time free for client work until somebody says better: 80 %.
const FACTOR_BP: i32 = 8_000;

/// What a new owner needs.
#[derive(Clone, Debug)]
pub struct NewOwner {
    /// See [`NewPerson::name`].
    pub name: String,
    /// See [`NewPerson::email`].
    pub email: String,
    /// See [`NewPerson::time_zone`].
    pub time_zone: String,
}

/// Adds an owner who works here from today on, with a plain work schedule and both mails.
///
/// # Errors
/// Refused when there is an owner already, unless this is to be `another`.
pub async fn create(
    db: &Db,
    caller: &Caller,
    new: NewOwner,
    another: bool,
) -> Result<person::Model> {
    let tx = db.begin().await?;
    if !another && let Some(owner) = any(&tx).await? {
        return Err(Error::problem(
            "another",
            ProblemCode::NotAllowedNow,
            format!(
                "{} is an owner already and can add people. Say --another to add an owner from here all the same.",
                owner.name
            ),
        ));
    }
    let today = caller
        .now
        .to_zoned(zone("timeZone", &new.time_zone)?)
        .date();
    let new = NewPerson {
        name: new.name,
        email: new.email,
        time_zone: new.time_zone,
        access: Some(Access::Owner),
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: today,
        employed_until: None,
    };
    let person = people::create_in(&tx, caller, new).await?;
    let hours = NewWorkSchedule {
        person_id: person.id,
        effective_from: today,
        minutes: WEEK,
        factor_bp: FACTOR_BP,
    };
    work_schedules::set_in(&tx, caller, None, hours).await?;
    subscriptions::ensure(&tx, &person, caller.now).await?;
    tx.commit().await?;
    Ok(person)
}

async fn any(conn: &impl ConnectionTrait) -> Result<Option<person::Model>> {
    Ok(person::Entity::find()
        .filter(person::Column::Access.eq(Access::Owner))
        .filter(person::Column::ArchivedAt.is_null())
        .one(conn)
        .await?)
}
