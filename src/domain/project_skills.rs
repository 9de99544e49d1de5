//! What a project asks of whoever is accountable for it. Owners and accountable managers write; everybody reads.

use std::collections::BTreeMap;

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, projects, responsibilities};
use crate::entity::{Moment, project, project_skill, skill};
use crate::error::{ProblemCode, Result};

/// The most skills one project asks for.
pub const MOST_SKILLS: usize = 20;

/// A skill and how well it is to be known at least, 1–5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which skill.
    pub skill_id: Uuid,
    /// How well at least.
    pub level: i32,
}

/// Says which skills a project asks for, all of them: what is not among them is asked no more. Answers the project, whose
/// version grows.
/// Owners, and managers accountable for it.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) for a skill that does not exist or stands there twice, a level that
/// is none, more than [`MOST_SKILLS`], and a project that is finished.
pub async fn set(
    db: &Db,
    caller: &Caller,
    project_id: Uuid,
    expected_version: Option<i64>,
    asked: &[Asked],
) -> Result<project::Model> {
    let tx = db.begin().await?;
    let project = set_in(&tx, caller, project_id, expected_version, asked).await?;
    tx.commit().await?;
    Ok(project)
}

/// As [`set`], within the caller's transaction.
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    project_id: Uuid,
    expected_version: Option<i64>,
    asked: &[Asked],
) -> Result<project::Model> {
    // The strong lock first: two who set them at once come one after the other.
    project::Entity::find_by_id(project_id)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    let project = projects::open_project(tx, "projectId", project_id).await?;
    responsibilities::must_be_accountable_for_project(tx, caller, &project).await?;
    let mut check = Check::new();
    check.version(expected_version, project.version);
    let wanted = checked(tx, asked, check).await?;
    let column = project_skill::Column::ProjectId;
    let standing = project_skill::Entity::find().filter(column.eq(project_id));
    let before: BTreeMap<Uuid, project_skill::Model> = standing
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.skill_id, row))
        .collect();
    let levels = |row: &project_skill::Model| (row.skill_id, row.level);
    if before.values().map(levels).eq(wanted.clone()) {
        return Ok(project);
    }
    for row in before.values() {
        if !wanted.contains_key(&row.skill_id) {
            row.clone().delete(tx).await?;
            history::deleted(tx, caller, project_id, row).await?;
        }
    }
    for (skill_id, level) in wanted {
        let row = project_skill::Model {
            project_id,
            skill_id,
            level,
        };
        write(tx, caller, before.get(&skill_id), row).await?;
    }
    let version = Set(project.version + 1);
    let mut grown = project.into_active_model();
    grown.version = version;
    grown.updated_at = Set(Moment(caller.now));
    Ok(grown.update(tx).await?)
}

/// History names the project: a skill that it asks for has no id of its own.
async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: Option<&project_skill::Model>,
    row: project_skill::Model,
) -> Result<()> {
    let id = row.project_id;
    match before {
        None => {
            let after = row.into_active_model().reset_all().insert(tx).await?;
            history::created(tx, caller, id, &after).await
        }
        Some(before) if *before == row => Ok(()),
        Some(before) => {
            let after = row.into_active_model().reset_all().update(tx).await?;
            history::updated(tx, caller, id, before, &after).await
        }
    }
}

async fn checked(
    conn: &impl ConnectionTrait,
    asked: &[Asked],
    mut check: Check,
) -> Result<BTreeMap<Uuid, i32>> {
    let message = format!("A project asks for {MOST_SKILLS} skills at most.");
    check.require(asked.len() <= MOST_SKILLS, "skills", message);
    check.finish()?;
    let known: Vec<Uuid> = skill::Entity::find()
        .filter(skill::Column::Id.is_in(asked.iter().map(|one| one.skill_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let mut check = Check::new();
    let mut wanted = BTreeMap::new();
    for (index, one) in asked.iter().enumerate() {
        let field = |name: &str| format!("skills.{index}.{name}");
        check.level(&field("level"), one.level);
        if !known.contains(&one.skill_id) {
            let code = ProblemCode::NotFound;
            check.add(&field("skillId"), code, "There is no such skill.");
        }
        let twice = wanted.insert(one.skill_id, one.level).is_some();
        check.require(!twice, &field("skillId"), "This skill stands here twice.");
    }
    check.finish()?;
    Ok(wanted)
}
