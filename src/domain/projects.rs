//! Projects: making, changing and archiving them. Where they stand is moved in [`crate::domain::project_status`].

use jiff::civil::Date;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::responsibilities::OPEN;
use crate::domain::role_decisions::{self, DECIDE_FIRST, Draft, Wish};
use crate::domain::settings::Settings;
use crate::domain::{clients, history, responsibilities, touchpoints};
use crate::entity::{
    Day, LeadMode, Moment, ProjectSize, ProjectStatus, client, new_id, project, role_decision,
};
use crate::error::{Error, ProblemCode, Result, taken};

const NAME_TAKEN: &str =
    "Another project of this client has this name. Choose one that tells them apart.";

/// What a new project needs.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// For whom; not archived.
    pub client_id: Uuid,
    /// Unique within the client, 1–200 characters.
    pub name: String,
    /// Where it stands from the start.
    pub status: ProjectStatus,
    /// How large it is to coordinate.
    pub size: ProjectSize,
    /// How complex production is, 1–5.
    pub complexity: i32,
    /// How hard the delivery dates are, 1–5.
    pub delivery: i32,
    /// How much its scope moves, 1–5.
    pub volatility: i32,
    /// Which side is to lead it: its role decision, which an ACTIVE project must have (R3). None: what its client's
    /// default says, else JOINT.
    pub decision: Option<Wish>,
    /// When it is to be kicked off: today or later, and only while it is not ACTIVE.
    pub kick_off_planned_on: Option<Date>,
    /// When it was kicked off, for a project that runs already; at most today. None for an ACTIVE project: it is
    /// kicked off today, and a KICKOFF touchpoint is logged.
    pub kicked_off_on: Option<Date>,
    /// When it is to go live.
    pub launch_on: Option<Date>,
}

/// What to change about a project; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct ProjectEdit {
    /// See [`NewProject::name`].
    pub name: Option<String>,
    /// See [`NewProject::size`].
    pub size: Option<ProjectSize>,
    /// See [`NewProject::complexity`].
    pub complexity: Option<i32>,
    /// See [`NewProject::delivery`].
    pub delivery: Option<i32>,
    /// See [`NewProject::volatility`].
    pub volatility: Option<i32>,
    /// See [`NewProject::kick_off_planned_on`].
    pub kick_off_planned_on: Option<Option<Date>>,
    /// See [`NewProject::launch_on`].
    pub launch_on: Option<Option<Date>>,
}

/// Makes a project. Owners, and managers accountable for the client.
pub async fn create(db: &Db, caller: &Caller, new: NewProject) -> Result<project::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewProject,
) -> Result<project::Model> {
    let client = clients::open_client(tx, "clientId", new.client_id).await?;
    responsibilities::must_be_accountable_for_client(tx, caller, new.client_id).await?;
    let mut check = Check::new();
    let active = new.status == ProjectStatus::Active;
    check.require(!active || new.decision.is_some(), "leadMode", DECIDE_FIRST);
    check_kick_off(&mut check, caller, &new);
    role_decisions::check_planned(&mut check, caller, new.status, new.kick_off_planned_on);
    let kicks_off = active && new.kicked_off_on.is_none();
    let wish = new.decision.clone();
    let default = role_decisions::default_of(tx, &client).await?;
    let row = new.into_row(caller, default.as_ref());
    let draft = match wish {
        Some(wish) => Some(drafted(tx, &mut check, caller, &client, &row, wish).await?),
        None => None,
    };
    let row = checked(tx, row, check).await?;
    let written = row.into_active_model().reset_all().insert(tx).await;
    let mut after = taken(written, "name", NAME_TAKEN)?;
    if let Some(draft) = draft {
        let decision = draft.insert(tx, caller).await?;
        let row = role_decisions::led_by(after, &decision);
        after = row.into_active_model().reset_all().update(tx).await?;
    }
    history::created(tx, caller, after.id, &after).await?;
    if kicks_off {
        touchpoints::log_kick_off(tx, caller, &after, caller.today()).await?;
    }
    Ok(after)
}

impl NewProject {
    /// As it is to be written before it has a decision of its own.
    fn into_row(self, caller: &Caller, default: Option<&role_decision::Model>) -> project::Model {
        let active = self.status == ProjectStatus::Active;
        let kicked_off_on = self
            .kicked_off_on
            .or_else(|| active.then(|| caller.today()));
        project::Model {
            id: new_id(caller.now),
            client_id: self.client_id,
            name: self.name,
            status: self.status,
            size: self.size,
            complexity: self.complexity,
            delivery: self.delivery,
            volatility: self.volatility,
            lead_mode: default.map_or(LeadMode::Joint, |default| default.lead_mode),
            decision_id: default.map(|default| default.id),
            kick_off_planned_on: self.kick_off_planned_on.map(Day),
            kicked_off_on: kicked_off_on.map(Day),
            launch_on: self.launch_on.map(Day),
            version: 1,
            created_at: Moment(caller.now),
            updated_at: Moment(caller.now),
            archived_at: None,
        }
    }
}

/// The role decision of a new project: nothing stood before it.
async fn drafted(
    tx: &impl ConnectionTrait,
    check: &mut Check,
    caller: &Caller,
    client: &client::Model,
    row: &project::Model,
    wish: Wish,
) -> Result<Draft> {
    let constants = Settings::load(tx).await?.decisions;
    let reason = check.text("reason", &wish.reason, 2_000);
    let wish = Wish { reason, ..wish };
    let profile = project::Model {
        kicked_off_on: None,
        ..row.clone()
    };
    let recommended = role_decisions::recommendation(&constants, client, &profile, None).lead_mode;
    Ok(Draft::of_project(
        check,
        caller,
        client,
        row,
        recommended,
        &wish,
    ))
}

/// Changes a project, but not where it stands. Owners, and managers accountable for it.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ProjectEdit,
) -> Result<project::Model> {
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
    edit: ProjectEdit,
) -> Result<project::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let planned = edit.kick_off_planned_on.flatten();
    if planned.map(Day) != before.kick_off_planned_on {
        role_decisions::check_planned(&mut check, caller, before.status, planned);
    }
    let row = project::Model {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        size: edit.size.unwrap_or(before.size),
        complexity: edit.complexity.unwrap_or(before.complexity),
        delivery: edit.delivery.unwrap_or(before.delivery),
        volatility: edit.volatility.unwrap_or(before.volatility),
        kick_off_planned_on: edit
            .kick_off_planned_on
            .map_or(before.kick_off_planned_on, |planned| planned.map(Day)),
        launch_on: edit
            .launch_on
            .map_or(before.launch_on, |launch_on| launch_on.map(Day)),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let row = checked(tx, row, check).await?;
    let written = row.into_active_model().reset_all().update(tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::updated(tx, caller, id, &before, &after).await?;
    Ok(after)
}

/// Takes a COMPLETED or CANCELLED project off the lists. Owners, and managers accountable for it.
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<project::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if OPEN.contains(&before.status) {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "{} is {}. Complete or cancel it before you archive it.",
                before.name,
                before.status.word()
            ),
        );
    }
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.updated_at = Set(Moment(caller.now));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The project that something new is to belong to: PROPOSED, ACTIVE or BACK_BURNER, and neither it nor its client archived.
/// Locked where the database locks rows, so that it stays so until the transaction ends.
pub async fn open_project(
    conn: &impl ConnectionTrait,
    field: &str,
    id: Uuid,
) -> Result<project::Model> {
    let row = project::Entity::find_by_id(id)
        .lock_shared()
        .one(conn)
        .await?;
    let Some(row) = row else {
        return Err(Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such project.",
        ));
    };
    if row.archived_at.is_some() || !OPEN.contains(&row.status) {
        let state = match row.archived_at {
            Some(_) => "archived",
            None => row.status.word(),
        };
        return Err(Error::problem(
            field,
            ProblemCode::NotAllowedNow,
            format!("{} is {state}; nothing new can be added to it.", row.name),
        ));
    }
    clients::open_client(conn, field, row.client_id).await?;
    Ok(row)
}

/// The names of a client's projects that are proposed, active or on the back burner.
pub async fn unfinished_names(conn: &impl ConnectionTrait, client_id: Uuid) -> Result<Vec<String>> {
    let rows = project::Entity::find()
        .filter(project::Column::ClientId.eq(client_id))
        .filter(project::Column::Status.is_in(OPEN))
        .filter(project::Column::ArchivedAt.is_null())
        .order_by_asc(project::Column::Name)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Reads the row for a change, locked where the database locks rows.
pub(super) async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<project::Model> {
    let row = project::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(conn)
        .await?
        .ok_or(Error::NotFound("project"))?;
    responsibilities::must_be_accountable_for_project(conn, caller, &row).await?;
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
    row: project::Model,
    mut check: Check,
) -> Result<project::Model> {
    let name = check.name("name", &row.name, 200);
    check.level("complexity", row.complexity);
    check.level("delivery", row.delivery);
    check.level("volatility", row.volatility);
    if let Some(launch_on) = row.launch_on {
        check.day("launchOn", launch_on.0);
    }
    // Looking first: PostgreSQL gives up a transaction whose statement failed, and an import goes on.
    if is_taken(conn, &row, &name).await? {
        check.add("name", ProblemCode::Taken, NAME_TAKEN);
    }
    check.finish()?;
    Ok(project::Model { name, ..row })
}

async fn is_taken(conn: &impl ConnectionTrait, row: &project::Model, name: &str) -> Result<bool> {
    // Neither database stores it, and PostgreSQL refuses even to compare it.
    if name.contains('\0') {
        return Ok(false);
    }
    let folded = Func::lower(Expr::col(project::Column::Name));
    let others = project::Entity::find()
        .filter(project::Column::ClientId.eq(row.client_id))
        .filter(project::Column::Id.ne(row.id))
        .filter(Expr::expr(folded).eq(Func::lower(Expr::val(name))));
    Ok(others.count(conn).await? > 0)
}

fn check_kick_off(check: &mut Check, caller: &Caller, new: &NewProject) {
    let Some(day) = new.kicked_off_on else {
        return;
    };
    check_past_day(check, caller, "kickedOffOn", day);
    check.require(
        new.status != ProjectStatus::Proposed,
        "kickedOffOn",
        "A PROPOSED project has not been kicked off; leave the day out.",
    );
}

/// A day that has come: at most the caller's today.
pub(super) fn check_past_day(check: &mut Check, caller: &Caller, field: &str, day: Date) {
    check.day(field, day);
    let today = caller.today();
    check.require(
        day <= today,
        field,
        format!("{day} has not come yet: today is {today}."),
    );
}
