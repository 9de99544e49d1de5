//! Looking back at a programme: half a year after its start an owner says whether it stays, with the figures of both
//! days side by side.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::handovers::MOVED_STAGES;
use crate::domain::people::has_left;
use crate::domain::split_figures::SplitFigures;
use crate::domain::{handovers, history, working_time};
use crate::entity::{
    Access, Day, Moment, ProgrammeState, ReviewVerdict, handover, new_id, person, programme,
    programme_review,
};
use crate::error::{Error, ProblemCode, Result};

/// Months from a programme's start to its review, and from one review to the next.
const MONTHS: i32 = 6;

/// What an owner makes of a review.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// Whether it stays.
    pub verdict: ReviewVerdict,
    /// Why, 1–5,000 characters.
    pub note: String,
    /// When to look back again; half a year from today by default, moved to the owner's next working day.
    pub next_on: Option<Date>,
}

/// A review whose day has come.
#[derive(Clone, Debug)]
pub struct DueReview {
    /// The review.
    pub review: programme_review::Model,
    /// Its programme.
    pub programme: programme::Model,
}

/// The undecided reviews due on `day` or before it, the longest due first; those of cancelled programmes left out. Two
/// statements.
pub async fn due(conn: &impl ConnectionTrait, day: Date) -> Result<Vec<DueReview>> {
    let reviews = programme_review::Entity::find()
        .filter(programme_review::Column::Verdict.is_null())
        .filter(programme_review::Column::DueOn.lte(Day(day)))
        .order_by_asc(programme_review::Column::DueOn)
        .order_by_asc(programme_review::Column::Id)
        .all(conn)
        .await?;
    let programmes: HashMap<Uuid, programme::Model> = programme::Entity::find()
        .filter(programme::Column::Id.is_in(reviews.iter().map(|row| row.programme_id)))
        .filter(programme::Column::State.ne(ProgrammeState::Cancelled))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let due = reviews.into_iter().filter_map(|review| {
        let programme = programmes.get(&review.programme_id)?.clone();
        Some(DueReview { review, programme })
    });
    Ok(due.collect())
}

/// Plans the first look back at a programme that starts.
pub(super) async fn plan_first_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme: &programme::Model,
) -> Result<programme_review::Model> {
    let half_a_year = half_a_year_after(programme.starts_on.0);
    let due_on = working_day(tx, programme, half_a_year, caller.today()).await?;
    plan_in(tx, caller, programme.id, 1, due_on).await
}

/// Stores what an owner makes of a review, with the figures of today, and plans the next one. Nobody is moved by it.
/// Owners only.
pub async fn decide(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    new: NewVerdict,
) -> Result<programme_review::Model> {
    caller.must_own("decide reviews")?;
    let tx = db.begin().await?;
    let before = programme_review::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or(Error::NotFound("programme review"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.verdict.is_some() {
        let message = "It was decided already; the next one is planned.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    let programme = programme::Entity::find_by_id(before.programme_id)
        .one(&tx)
        .await?;
    if programme.is_some_and(|programme| programme.state == ProgrammeState::Cancelled) {
        let message = "Its programme was cancelled: there is nothing to look back at.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    let note = check.text("note", &new.note, 5_000);
    check.require(
        !note.is_empty(),
        "note",
        "Say why: it is kept with the verdict.",
    );
    let today = caller.today();
    if let Some(next_on) = new.next_on {
        check.day("nextOn", next_on);
        check.require(next_on > today, "nextOn", "Choose a day after today.");
    }
    check.finish()?;
    let figures = SplitFigures::load(&tx, today).await?;
    let figures = serde_json::to_value(figures).map_err(|error| Error::Internal(error.into()))?;
    let row = programme_review::Model {
        figures: Some(figures),
        verdict: Some(new.verdict),
        note: Some(note),
        decided_by_id: caller.person_id,
        decided_at: Some(Moment(caller.now)),
        version: before.version + 1,
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    plan_next_in(&tx, caller, &after, new.next_on).await?;
    tx.commit().await?;
    Ok(after)
}

/// The handovers of programmes that have moved and whose incoming person still holds all of it: what a handover back
/// each would undo.
pub async fn to_hand_back(
    conn: &impl ConnectionTrait,
    programmes: &[Uuid],
    day: Date,
) -> Result<Vec<handover::Model>> {
    let rows = handover::Entity::find()
        .filter(handover::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .filter(handover::Column::Stage.is_in(MOVED_STAGES))
        .order_by_asc(handover::Column::Id)
        .all(conn)
        .await?;
    handovers::still_held(conn, rows, day).await
}

/// Those who may decide reviews, the first of them first.
#[derive(Clone, Debug)]
pub struct Owners(Vec<person::Model>);

impl Owners {
    /// Reads them: one statement, however many reviews are asked about.
    pub async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let owners = person::Entity::find()
            .filter(person::Column::Access.eq(Access::Owner))
            .filter(person::Column::ArchivedAt.is_null())
            .order_by_asc(person::Column::Id)
            .all(conn)
            .await?;
        Ok(Self(owners))
    }

    /// Who is asked on `day` to decide about a programme: whoever started it, while they are an owner who works here; else
    /// the first owner.
    pub fn asked(&self, programme: &programme::Model, day: Date) -> Option<&person::Model> {
        let mut here = self.0.iter().filter(|owner| !has_left(owner, day));
        let starter = here
            .clone()
            .find(|owner| programme.started_by_id == Some(owner.id));
        starter.or_else(|| here.next())
    }
}

async fn plan_next_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    decided: &programme_review::Model,
    next_on: Option<Date>,
) -> Result<()> {
    let programme = programme::Entity::find_by_id(decided.programme_id)
        .one(tx)
        .await?;
    let programme = programme.ok_or(Error::NotFound("programme"))?;
    let today = caller.today();
    // Decided early, it still comes half a year after this one was due.
    let next_on = next_on.unwrap_or_else(|| half_a_year_after(today.max(*decided.due_on)));
    let due_on = working_day(tx, &programme, next_on, today).await?;
    plan_in(tx, caller, programme.id, decided.number + 1, due_on).await?;
    Ok(())
}

async fn plan_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme_id: Uuid,
    number: i32,
    due_on: Date,
) -> Result<programme_review::Model> {
    let row = programme_review::Model {
        id: new_id(caller.now),
        programme_id,
        number,
        due_on: Day(due_on),
        figures: None,
        verdict: None,
        note: None,
        decided_by_id: None,
        decided_at: None,
        version: 1,
    };
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// The same day of the month six months on, or else the last of that month.
fn half_a_year_after(day: Date) -> Date {
    day.saturating_add(MONTHS.months())
}

/// `day`, moved forward to the next working day of whoever is asked.
async fn working_day(
    conn: &impl ConnectionTrait,
    programme: &programme::Model,
    day: Date,
    today: Date,
) -> Result<Date> {
    let owners = Owners::load(conn).await?;
    let Some(owner) = owners.asked(programme, today) else {
        return Ok(day);
    };
    let working_times = working_time::load(conn, &[owner.id]).await?;
    Ok(handovers::working_day(working_times.get(&owner.id), day))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn half_a_year_ends_with_the_month() {
        let cases = [
            (date(2026, 8, 31), date(2027, 2, 28)),
            (date(2027, 8, 31), date(2028, 2, 29)),
            (date(2026, 3, 31), date(2026, 9, 30)),
            (date(2026, 11, 23), date(2027, 5, 23)),
        ];
        for (start, review) in cases {
            assert_eq!(half_a_year_after(start), review);
        }
    }
}
