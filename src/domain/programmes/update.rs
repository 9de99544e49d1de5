//! Changing what a running programme says of itself.

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

use super::locked;
use super::start::{checked_name, checked_text};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{Moment, ProgrammeState, programme};
use crate::error::{Error, ProblemCode, Result};

/// What to change about a programme; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ProgrammeEdit {
    /// What it is called, 1–200 characters.
    pub name: Option<String>,
    /// Why the agency does it, 1–5,000 characters.
    pub reason: Option<String>,
    /// How it helps the client, 1–5,000 characters.
    pub benefit: Option<String>,
    /// How work goes on, 1–5,000 characters.
    pub way_forward: Option<String>,
}

/// Changes the name and the texts of a running programme. Letters that are written already keep theirs. Owners only.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ProgrammeEdit,
) -> Result<programme::Model> {
    caller.must_own("change programmes")?;
    let tx = db.begin().await?;
    let before = locked(&tx, id).await?.ok_or(Error::NotFound("programme"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.state != ProgrammeState::Running {
        let message = "It is over: its texts no longer change.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    let mut row = before.clone();
    if let Some(name) = &edit.name {
        row.name = checked_name(&mut check, name);
    }
    for (field, text, kept) in [
        ("reason", edit.reason, &mut row.reason),
        ("benefit", edit.benefit, &mut row.benefit),
        ("wayForward", edit.way_forward, &mut row.way_forward),
    ] {
        if let Some(text) = text {
            *kept = checked_text(&mut check, field, &text);
        }
    }
    check.finish()?;
    row.version += 1;
    row.updated_at = Moment(caller.now);
    let after = row.into_active_model().reset_all().update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}
