//! Starting a programme: its texts, the figures frozen that day, its handovers, and the day to look back.

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::handovers::create_planned_in;
use crate::domain::plans::{self, ApprovedMove};
use crate::domain::split_figures::SplitFigures;
use crate::domain::{history, reviews};
use crate::entity::{Day, Moment, ProgrammeState, new_id, programme};
use crate::error::{Error, Result, taken};

/// The longest of a programme's texts.
const LONGEST_TEXT: usize = 5_000;

/// What a new programme needs.
#[derive(Clone, Debug)]
pub struct NewProgramme {
    /// What it is called, 1–200 characters.
    pub name: String,
    /// Why the agency does it, 1–5,000 characters: stands in every letter.
    pub reason: String,
    /// How it helps the client, 1–5,000 characters: stands in every letter.
    pub benefit: String,
    /// How work goes on, 1–5,000 characters: stands in every letter.
    pub way_forward: String,
    /// The day it starts; the first wave begins on the Monday on or after it.
    pub starts_on: Date,
    /// The approved plan that its handovers are made from; none: they are made by hand.
    pub plan_id: Option<Uuid>,
}

/// Starts a programme, with the handovers of its plan. Owners only.
pub async fn start(db: &Db, caller: &Caller, new: NewProgramme) -> Result<programme::Model> {
    caller.must_own("start programmes")?;
    let tx = db.begin().await?;
    let planned = match new.plan_id {
        Some(plan_id) => plans::approved_moves(&tx, plan_id).await?,
        None => Vec::new(),
    };
    let after = start_in(&tx, caller, new, planned).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`start`], with these moves, within the caller's transaction.
///
/// # Errors
/// [`Error::Invalid`] also when another programme was made of the plan, or when what the plan says no longer holds.
pub async fn start_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewProgramme,
    planned: Vec<ApprovedMove>,
) -> Result<programme::Model> {
    caller.must_own("start programmes")?;
    let mut check = Check::new();
    let name = checked_name(&mut check, &new.name);
    let reason = checked_text(&mut check, "reason", &new.reason);
    let benefit = checked_text(&mut check, "benefit", &new.benefit);
    let way_forward = checked_text(&mut check, "wayForward", &new.way_forward);
    check.day("startsOn", new.starts_on);
    let today = caller.today();
    let message = format!("It starts today, {today}, or later.");
    check.require(new.starts_on >= today, "startsOn", message);
    check.finish()?;
    let figures = SplitFigures::load(tx, caller.today()).await?;
    let row = programme::Model {
        id: new_id(caller.now),
        name,
        reason,
        benefit,
        way_forward,
        plan_id: new.plan_id,
        starts_on: Day(new.starts_on),
        state: ProgrammeState::Running,
        baseline: serde_json::to_value(figures).map_err(|error| Error::Internal(error.into()))?,
        cancel_reason: None,
        started_by_id: caller.person_id,
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
    };
    let written = row.into_active_model().reset_all().insert(tx).await;
    let message =
        "Another programme was made of this plan. Start one without a plan, or from a new one.";
    let after = taken(written, "planId", message)?;
    history::created(tx, caller, after.id, &after).await?;
    create_planned_in(tx, caller, &after, planned).await?;
    reviews::plan_first_in(tx, caller, &after).await?;
    Ok(after)
}

/// A name for a programme.
pub(super) fn checked_name(check: &mut Check, name: &str) -> String {
    check.name("name", name, 200)
}

/// One of a programme's texts.
pub(super) fn checked_text(check: &mut Check, field: &str, text: &str) -> String {
    let text = check.text(field, text, LONGEST_TEXT);
    let message = "Write it: it stands in every letter to a client.";
    check.require(!text.is_empty(), field, message);
    text
}
