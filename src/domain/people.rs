//! The people of the agency: taking them on, changing what is known of them,
//! and letting them go.

mod holdings;
mod leaving;

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::{Check, same_text};
use crate::domain::{history, holidays, openid, sessions, sign_ins, subscriptions};
use crate::entity::{Access, Day, Moment, Side, new_id, person};
use crate::error::{Error, ProblemCode, Result, taken};

const EMAIL_TAKEN: &str =
    "Somebody has this address already. Change that person, or give another address.";

/// What a new person needs.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Full name, 1–200 characters.
    pub name: String,
    /// Where mails go; unique whatever the case.
    pub email: String,
    /// IANA name, e.g. `Europe/London`.
    pub time_zone: String,
    /// What the person may do here; none: no sign-in.
    pub access: Option<Access>,
    /// The side the person would rather work on; private.
    pub preference: Option<Side>,
    /// Whose holidays apply.
    pub holiday_calendar_id: Option<Uuid>,
    /// Who stands in when time off names nobody.
    pub standing_delegate_id: Option<Uuid>,
    /// First working day.
    pub employed_from: Date,
    /// Last working day, once it is known.
    pub employed_until: Option<Date>,
}

/// What to change about a person; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct PersonEdit {
    /// See [`NewPerson::name`].
    pub name: Option<String>,
    /// See [`NewPerson::email`].
    pub email: Option<String>,
    /// See [`NewPerson::time_zone`]. One's own to change.
    pub time_zone: Option<String>,
    /// See [`NewPerson::access`].
    pub access: Option<Option<Access>>,
    /// See [`NewPerson::preference`]. One's own to change.
    pub preference: Option<Option<Side>>,
    /// See [`NewPerson::holiday_calendar_id`].
    pub holiday_calendar_id: Option<Option<Uuid>>,
    /// See [`NewPerson::standing_delegate_id`]. One's own to change.
    pub standing_delegate_id: Option<Option<Uuid>>,
    /// See [`NewPerson::employed_from`].
    pub employed_from: Option<Date>,
    /// See [`NewPerson::employed_until`].
    pub employed_until: Option<Option<Date>>,
}

/// Takes a person on. Owners only.
pub async fn create(db: &Db, caller: &Caller, new: NewPerson) -> Result<person::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewPerson,
) -> Result<person::Model> {
    caller.must_own("add people")?;
    let row = person::Model {
        id: new_id(caller.now),
        name: new.name,
        email: new.email,
        time_zone: new.time_zone,
        access: new.access,
        preference: new.preference,
        holiday_calendar_id: new.holiday_calendar_id,
        standing_delegate_id: new.standing_delegate_id,
        employed_from: Day(new.employed_from),
        employed_until: new.employed_until.map(Day),
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
        archived_at: None,
    };
    let row = checked(tx, caller, None, row, Check::new()).await?;
    let written = row.into_active_model().reset_all().insert(tx).await;
    let after = taken(written, "email", EMAIL_TAKEN)?;
    history::created(tx, caller, after.id, &after).await?;
    subscribe_owner(tx, &after, caller).await?;
    Ok(after)
}

/// Changes a person. Owners; of their own entry, everybody the time zone, the preference and the standing delegate.
///
/// # Errors
/// A last day is refused while the person holds something after it that nothing moves away until then (R7); what is moved
/// ends with that day whatever becomes of the move. It is also refused to the last owner, who cannot give up
/// that access either: nobody could let anybody in again.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: PersonEdit,
) -> Result<person::Model> {
    let tx = db.begin().await?;
    let after = update_in(&tx, caller, id, expected_version, edit).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`update`], within the caller's transaction.
pub async fn update_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: PersonEdit,
) -> Result<person::Model> {
    caller.must_be_or_own(id, "change a person's entry")?;
    let owners = match (&edit.access, &edit.employed_until) {
        (None, None) => Vec::new(),
        _ => leaving::locked_owners(tx).await?,
    };
    let before = to_change(tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = edited(&before, edit, caller);
    if !same_to_owners(&before, &row) {
        caller.must_own("change a person's name, email, access, holiday calendar or employment")?;
    }
    leaving::check_owners(&mut check, &owners, &before, &row);
    let held_after = if row.employed_until == before.employed_until {
        Vec::new()
    } else {
        leaving::check_holdings(tx, &mut check, "employedUntil", &row).await?
    };
    let row = checked(tx, caller, Some(&before), row, check).await?;
    let written = row.into_active_model().reset_all().update(tx).await;
    let after = taken(written, "email", EMAIL_TAKEN)?;
    history::updated(tx, caller, id, &before, &after).await?;
    leaving::end(tx, caller, &after, held_after).await?;
    subscribe_owner(tx, &after, caller).await?;
    if after.time_zone != before.time_zone {
        subscriptions::reschedule(tx, &before, &after, caller.now).await?;
    }
    let lost_access = before.access.is_some() && after.access.is_none();
    if lost_access || after.email != before.email {
        // Access that is given back must not bring old sessions back, and who has the old address is nobody any more.
        sign_out(tx, caller, id).await?;
    }
    Ok(after)
}

/// Whoever is signed in as this person is not any more, and nobody becomes so by a link mailed before, or by who they were to
/// an OpenID provider.
async fn sign_out(tx: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<()> {
    // First, since this waits for whoever is just signing in, so that their session is among those that end.
    sign_ins::take_back(tx, id).await?;
    openid::forget(tx, caller, id).await?;
    let reason = "The person's access or address was changed.";
    sessions::end_all_in(tx, caller, id, None, reason).await?;
    Ok(())
}

/// Owners get the summary of the whole agency from the start, without holding a side.
async fn subscribe_owner(
    tx: &impl ConnectionTrait,
    person: &person::Model,
    caller: &Caller,
) -> Result<()> {
    if person.access == Some(Access::Owner) {
        subscriptions::ensure(tx, person, caller.now).await?;
    }
    Ok(())
}

/// Takes a person who has left off the lists. Owners only.
///
/// # Errors
/// Refused before the last day has come, so that leaving is always checked by [`update`] first, and while the person
/// holds something after it (R7).
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<person::Model> {
    caller.must_own("archive people")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before
        .employed_until
        .is_none_or(|day| day.0 > caller.today())
    {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "{} still works here. Set `employedUntil` to the last day and archive on or after it.",
                before.name
            ),
        );
    }
    let held_after = leaving::check_holdings(&tx, &mut check, "id", &before).await?;
    check.finish()?;
    leaving::end(&tx, caller, &before, held_after).await?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.updated_at = Set(Moment(caller.now));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    sign_out(&tx, caller, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Whether a person does not work here any more on `day` (R7).
pub fn has_left(person: &person::Model, day: Date) -> bool {
    person.archived_at.is_some() || person.employed_until.is_some_and(|last| last.0 < day)
}

/// The person whom something new is to name from `on` on: they must exist, not be archived and not have left before
/// that day. Within a transaction they cannot leave before it ends.
pub async fn working_here(
    conn: &impl ConnectionTrait,
    field: &str,
    id: Uuid,
    on: Date,
) -> Result<person::Model> {
    let found = person::Entity::find_by_id(id)
        .lock_shared()
        .one(conn)
        .await?;
    let Some(row) = found else {
        return Err(Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such person.",
        ));
    };
    let gone = match row.employed_until {
        _ if row.archived_at.is_some() => Some(format!("{} is archived", row.name)),
        Some(last) if last.0 < on => Some(format!("{}'s last day is {last}", row.name)),
        _ => None,
    };
    match gone {
        Some(gone) => Err(Error::problem(
            field,
            ProblemCode::NotAllowedNow,
            format!("{gone}: choose somebody who works here on {on}."),
        )),
        None => Ok(row),
    }
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(conn: &impl ConnectionTrait, id: Uuid) -> Result<person::Model> {
    let row = person::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("person"))?;
    if row.archived_at.is_some() {
        return Err(Error::problem(
            "id",
            ProblemCode::NotAllowedNow,
            format!("{} is archived and no longer changes.", row.name),
        ));
    }
    Ok(row)
}

fn edited(before: &person::Model, edit: PersonEdit, caller: &Caller) -> person::Model {
    person::Model {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        email: edit.email.unwrap_or_else(|| before.email.clone()),
        time_zone: edit.time_zone.unwrap_or_else(|| before.time_zone.clone()),
        access: edit.access.unwrap_or(before.access),
        preference: edit.preference.unwrap_or(before.preference),
        holiday_calendar_id: edit
            .holiday_calendar_id
            .unwrap_or(before.holiday_calendar_id),
        standing_delegate_id: edit
            .standing_delegate_id
            .unwrap_or(before.standing_delegate_id),
        employed_from: edit.employed_from.map_or(before.employed_from, Day),
        employed_until: edit
            .employed_until
            .map_or(before.employed_until, |day| day.map(Day)),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    }
}

/// Whether nothing differs that only owners may change.
fn same_to_owners(before: &person::Model, row: &person::Model) -> bool {
    before.name == row.name
        && before.email == row.email
        && before.access == row.access
        && before.holiday_calendar_id == row.holiday_calendar_id
        && before.employed_from == row.employed_from
        && before.employed_until == row.employed_until
}

/// Looks at a row as it is to be written. What has not changed since `before` is not looked up again: a delegate who
/// has left meanwhile must not keep a person from moving to another time zone.
async fn checked(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    before: Option<&person::Model>,
    row: person::Model,
    mut check: Check,
) -> Result<person::Model> {
    let name = check.name("name", &row.name, 200);
    let email = check.email("email", &row.email);
    let time_zone = check.time_zone("timeZone", &row.time_zone);
    check.day("employedFrom", row.employed_from.0);
    if let Some(last) = row.employed_until {
        check.days(
            ("employedFrom", row.employed_from.0),
            ("employedUntil", last.0),
        );
    }
    if before.is_none_or(|before| before.email != email) {
        let namesakes = person::Entity::find()
            .filter(same_text(person::Column::Email, &email))
            .filter(person::Column::Id.ne(row.id));
        if namesakes.count(conn).await? > 0 {
            check.add("email", ProblemCode::Taken, EMAIL_TAKEN);
        }
    }
    let delegate = row.standing_delegate_id;
    if let Some(delegate) =
        delegate.filter(|id| before.is_none_or(|before| before.standing_delegate_id != Some(*id)))
    {
        check_delegate(conn, caller, &mut check, row.id, delegate).await?;
    }
    if let Some(calendar) = row.holiday_calendar_id {
        check.also(holidays::the_calendar(conn, "holidayCalendarId", calendar).await)?;
    }
    check.finish()?;
    Ok(person::Model {
        name,
        email,
        time_zone,
        ..row
    })
}

async fn check_delegate(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    check: &mut Check,
    person_id: Uuid,
    delegate: Uuid,
) -> Result<()> {
    let field = "standingDelegateId";
    if delegate == person_id {
        check.require(false, field, "Nobody can stand in for themselves.");
        return Ok(());
    }
    check.also(working_here(conn, field, delegate, caller.today()).await)?;
    Ok(())
}
