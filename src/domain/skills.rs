//! What people can do, and how well. Owners write; everybody reads.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::{Check, same_text};
use crate::domain::{history, people};
use crate::entity::{Moment, new_id, person, person_skill, skill};
use crate::error::{ProblemCode, Result, taken};

/// The most skills an agency names: they are listed whole.
pub const MOST_SKILLS: u64 = 500;

const NAME_TAKEN: &str = "There is a skill of this name already. Use that one.";

/// Every skill, by name.
pub async fn skills(conn: &impl ConnectionTrait) -> Result<Vec<skill::Model>> {
    let rows = skill::Entity::find()
        .order_by_asc(skill::Column::Name)
        .limit(MOST_SKILLS)
        .all(conn)
        .await?;
    Ok(rows)
}

/// Names a skill: unique, 1–100 characters. At most [`MOST_SKILLS`] of them. Owners only.
pub async fn create(db: &Db, caller: &Caller, name: &str) -> Result<skill::Model> {
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
) -> Result<skill::Model> {
    caller.must_own("create skills")?;
    let mut check = Check::new();
    let name = check.name("name", name, 100);
    let namesakes = skill::Entity::find().filter(same_text(skill::Column::Name, &name));
    if namesakes.count(tx).await? > 0 {
        check.add("name", ProblemCode::Taken, NAME_TAKEN);
    }
    if skill::Entity::find().count(tx).await? >= MOST_SKILLS {
        check.add(
            "",
            ProblemCode::NotAllowedNow,
            format!("There are {MOST_SKILLS} skills, as many as there can be. Use one of them."),
        );
    }
    check.finish()?;
    let row = skill::Model {
        id: new_id(caller.now),
        name,
    };
    let written = row.into_active_model().reset_all().insert(tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Says how well a person can do something, 1 (learning) to 5 (teaches it); no level takes the skill away. Answers the
/// person, whose version grows. Owners only.
pub async fn set_of_person(
    db: &Db,
    caller: &Caller,
    person_id: Uuid,
    expected_version: Option<i64>,
    skill_id: Uuid,
    level: Option<i32>,
) -> Result<person::Model> {
    caller.must_own("say what people can do")?;
    let tx = db.begin().await?;
    // The strong lock first: two who set skills at once come one after the other.
    let present = person::Entity::find_by_id(person_id)
        .lock(LockType::NoKeyUpdate)
        .one(&tx)
        .await?;
    let mut check = Check::new();
    if let Some(present) = present {
        check.version(expected_version, present.version);
    }
    if let Some(level) = level {
        check.level("level", level);
    }
    if skill::Entity::find_by_id(skill_id)
        .one(&tx)
        .await?
        .is_none()
    {
        check.add("skillId", ProblemCode::NotFound, "There is no such skill.");
    }
    check.finish()?;
    let person = people::working_here(&tx, "personId", person_id, caller.today()).await?;
    let before = person_skill::Entity::find_by_id((person_id, skill_id))
        .lock_exclusive()
        .one(&tx)
        .await?;
    if before.as_ref().map(|row| row.level) == level {
        return Ok(person);
    }
    write(&tx, caller, before, (person_id, skill_id), level).await?;
    let version = Set(person.version + 1);
    let mut grown = person.into_active_model();
    grown.version = version;
    grown.updated_at = Set(Moment(caller.now));
    let person = grown.update(&tx).await?;
    tx.commit().await?;
    Ok(person)
}

/// History names the person: a skill of somebody has no id of its own.
async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: Option<person_skill::Model>,
    (person_id, skill_id): (Uuid, Uuid),
    level: Option<i32>,
) -> Result<()> {
    let row = level.map(|level| person_skill::Model {
        person_id,
        skill_id,
        level,
    });
    match (before, row) {
        (None, None) => Ok(()),
        (None, Some(row)) => {
            let written = row.into_active_model().reset_all().insert(tx).await;
            let message = "Somebody has just set this skill. Read it again.";
            let after = taken(written, "skillId", message)?;
            history::created(tx, caller, person_id, &after).await
        }
        (Some(before), None) => {
            before.clone().delete(tx).await?;
            history::deleted(tx, caller, person_id, &before).await
        }
        (Some(before), Some(row)) => {
            let after = row.into_active_model().reset_all().update(tx).await?;
            history::updated(tx, caller, person_id, &before, &after).await
        }
    }
}
