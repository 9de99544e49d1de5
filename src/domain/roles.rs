//! Roles: the three that hold a side, and the contributor roles that the agency adds.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, Set,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{Day, Moment, assignment, new_id, role};
use crate::error::{Error, ProblemCode, Result, taken};

const NAME_TAKEN: &str = "Another role has this name. Choose one that tells them apart.";

/// Makes a contributor role (designer, developer …): one that holds no side. Owners only.
pub async fn create(db: &Db, caller: &Caller, name: &str) -> Result<role::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, name).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    name: &str,
) -> Result<role::Model> {
    caller.must_own("create roles")?;
    let row = role::Model {
        id: new_id(caller.now),
        name: name.to_owned(),
        side: None,
        version: 1,
        archived_at: None,
    };
    let row = checked(tx, row, Check::new()).await?;
    let written = row.into_active_model().reset_all().insert(tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Renames a role. Owners only.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    name: Option<String>,
) -> Result<role::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = role::Model {
        name: name.unwrap_or_else(|| before.name.clone()),
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

/// Retires a contributor role. Owners only; refused while somebody holds it or is planned to.
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<role::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.side.is_some() {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "{} holds a side of every project: it can be renamed but not archived.",
                before.name
            ),
        );
    }
    let holders = holders(&tx, id, Day(caller.today())).await?;
    if holders > 0 {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "{} is in force or planned in {holders} assignments. End them first: set nobody from today.",
                before.name
            ),
        );
    }
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The role that an assignment is to give: it must exist and not be archived. It stays so until the transaction ends.
pub async fn open_role(conn: &impl ConnectionTrait, field: &str, id: Uuid) -> Result<role::Model> {
    let Some(row) = role::Entity::find_by_id(id).lock_shared().one(conn).await? else {
        return Err(Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such role.",
        ));
    };
    if row.archived_at.is_some() {
        return Err(Error::problem(
            field,
            ProblemCode::NotAllowedNow,
            format!("{} is archived; nobody new can hold it.", row.name),
        ));
    }
    Ok(row)
}

/// How many assignments give the role on `today` or later.
async fn holders(conn: &impl ConnectionTrait, role_id: Uuid, today: Day) -> Result<u64> {
    let until = assignment::Column::UntilOn;
    let ahead = Condition::any().add(until.is_null()).add(
        Condition::all()
            .add(until.gt(today))
            .add(Expr::col(until).gt(Expr::col(assignment::Column::FromOn))),
    );
    Ok(assignment::Entity::find()
        .filter(assignment::Column::RoleId.eq(role_id))
        .filter(ahead)
        .count(conn)
        .await?)
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(conn: &impl ConnectionTrait, caller: &Caller, id: Uuid) -> Result<role::Model> {
    caller.must_own("change roles")?;
    let row = role::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("role"))?;
    if row.archived_at.is_some() {
        return Err(Error::problem(
            "id",
            ProblemCode::NotAllowedNow,
            format!("{} is archived and no longer changes.", row.name),
        ));
    }
    Ok(row)
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: role::Model,
    mut check: Check,
) -> Result<role::Model> {
    let name = check.name("name", &row.name, 100);
    // Looked for first: on PostgreSQL a failed statement would end the whole transaction of an import.
    let others = role::Entity::find()
        .filter(
            Expr::expr(Func::lower(Expr::col(role::Column::Name)))
                .eq(Func::lower(Expr::val(&name))),
        )
        .filter(role::Column::Id.ne(row.id))
        .count(conn)
        .await?;
    if others > 0 {
        check.add("name", ProblemCode::Taken, NAME_TAKEN);
    }
    check.finish()?;
    Ok(role::Model { name, ..row })
}
