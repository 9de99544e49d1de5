//! The catalogue of responsibilities: the agency's laundry list, each line sorted to a side (domain.md §3).

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{Moment, Side, new_id, responsibility};
use crate::error::{Error, ProblemCode, Result, taken};

const NAME_TAKEN: &str = "The catalogue has this line already.";

/// The most a position may be: the list is read by people.
const LAST_POSITION: i64 = 10_000;

/// What a new line needs.
#[derive(Clone, Debug)]
pub struct NewResponsibility {
    /// What has to be done; unique, 1–200 characters.
    pub name: String,
    /// Which side does it.
    pub side: Side,
    /// Its place in the list, 1–10,000, the smaller first; none: after all others.
    pub position: Option<i32>,
}

/// What to change about a line; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ResponsibilityEdit {
    /// See [`NewResponsibility::name`].
    pub name: Option<String>,
    /// See [`NewResponsibility::side`].
    pub side: Option<Side>,
    /// See [`NewResponsibility::position`].
    pub position: Option<i32>,
}

/// Adds a line. Owners only.
pub async fn create(
    db: &Db,
    caller: &Caller,
    new: NewResponsibility,
) -> Result<responsibility::Model> {
    caller.must_own("change the catalogue")?;
    let tx = db.begin().await?;
    let position = match new.position {
        Some(position) => position,
        None => last_position(&tx).await?.saturating_add(1),
    };
    let row = responsibility::Model {
        id: new_id(caller.now),
        name: new.name,
        side: new.side,
        position,
        version: 1,
        archived_at: None,
    };
    let row = checked(&tx, row, Check::new()).await?;
    let written = row.into_active_model().reset_all().insert(&tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::created(&tx, caller, after.id, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Renames a line, moves it to the other side or to another place. Owners only. A new side holds at once: whoever is
/// accountable for that side is accountable for the line from now on.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ResponsibilityEdit,
) -> Result<responsibility::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = responsibility::Model {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        side: edit.side.unwrap_or(before.side),
        position: edit.position.unwrap_or(before.position),
        version: before.version + 1,
        ..before.clone()
    };
    let row = checked(&tx, row, check).await?;
    let written = row.into_active_model().reset_all().update(&tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Retires a line. Owners only.
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<responsibility::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The lines in force, in the order of the list.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<responsibility::Model>> {
    Ok(responsibility::Entity::find()
        .filter(responsibility::Column::ArchivedAt.is_null())
        .order_by_asc(responsibility::Column::Position)
        .order_by_asc(responsibility::Column::Id)
        .all(conn)
        .await?)
}

async fn last_position(conn: &impl ConnectionTrait) -> Result<i32> {
    let last = responsibility::Entity::find()
        .filter(responsibility::Column::ArchivedAt.is_null())
        .order_by_desc(responsibility::Column::Position)
        .limit(1)
        .one(conn)
        .await?;
    Ok(last.map_or(0, |row| row.position))
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<responsibility::Model> {
    caller.must_own("change the catalogue")?;
    let row = responsibility::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("responsibility"))?;
    if row.archived_at.is_some() {
        return Err(Error::problem(
            "id",
            ProblemCode::NotAllowedNow,
            format!("“{}” is archived and no longer changes.", row.name),
        ));
    }
    Ok(row)
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: responsibility::Model,
    mut check: Check,
) -> Result<responsibility::Model> {
    let name = check.name("name", &row.name, 200);
    check.range("position", row.position.into(), 1, LAST_POSITION);
    // Archived lines keep their names: the catalogue of a past day stays readable.
    let others = responsibility::Entity::find()
        .filter(
            Expr::expr(Func::lower(Expr::col(responsibility::Column::Name)))
                .eq(Func::lower(Expr::val(&name))),
        )
        .filter(responsibility::Column::Id.ne(row.id))
        .count(conn)
        .await?;
    if others > 0 {
        check.add("name", ProblemCode::Taken, NAME_TAKEN);
    }
    check.finish()?;
    Ok(responsibility::Model { name, ..row })
}
