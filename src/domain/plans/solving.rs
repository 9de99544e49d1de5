//! Working a plan out: it is kept as SOLVING, worked out on a thread of its own, and what came of it is written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::running::{Run, Running};
use super::{NewPlan, Solved, note_change, reading, to_change};
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::domain::planning::{self, Outcome, Problem, Unsolved};
use crate::entity::{Day, Moment, PlanKind, PlanState, new_id, plan};
use crate::error::{Error, ProblemCode, Result};

/// How long whoever asks for a plan waits for it. After that it is answered as SOLVING, and can be looked up.
const PATIENCE: Duration = Duration::from_secs(3);

/// A plan that is still SOLVING so long after it was asked for belonged to a process that is gone.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Asks for a plan. Answers it READY, INFEASIBLE or FAILED, or SOLVING when it takes longer than some seconds; it is
/// worked out whether somebody waits for it or not. Owners and managers; only owners set guards aside.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong with the input.
pub async fn create(
    db: &Db,
    clock: &Clock,
    running: &Running,
    caller: &Caller,
    mut new: NewPlan,
) -> Result<plan::Model> {
    caller.must_read_all("make plans")?;
    if !new.input.guard_overrides.is_empty() {
        caller.must_own("set guards aside")?;
    }
    let mut check = Check::new();
    new.check(&db.read, caller, &mut check).await?;
    check.finish()?;
    let mut check = Check::new();
    let problem = reading::read(&db.read, &new, caller.today(), &mut check).await?;
    check.finish()?;
    let id = new_id(caller.now);
    let work = Work {
        db: db.clone(),
        clock: clock.clone(),
        caller: caller.clone(),
        run: running.begin(id),
        running: running.clone(),
        split_between: split_places(&new, &problem),
        problem: Arc::new(problem),
        id,
    };
    // Written within the task as well: a request that is dropped must not leave a plan that nobody works on.
    let (written, told) = oneshot::channel();
    let worked_out = tokio::spawn(async move {
        let row = write(&work.db, &work.caller, id, &new).await;
        let stands = row.is_ok();
        // Nobody waits any more when the request was dropped.
        let _ = written.send(row);
        if stands {
            work.done().await;
        }
    });
    let row = told
        .await
        .map_err(|error| Error::Internal(error.into()))??;
    // Either way the row says how far it is.
    let _ = tokio::time::timeout(PATIENCE, worked_out).await;
    let found = plan::Entity::find_by_id(row.id).one(&db.read).await?;
    found.ok_or(Error::NotFound("plan"))
}

/// Calls off a plan that is being worked out. Owners, and whoever asked for it.
pub async fn cancel(
    db: &Db,
    running: &Running,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<plan::Model> {
    caller.must_read_all("call plans off")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    if before.made_by_id.is_none() || before.made_by_id != caller.person_id {
        caller.must_own("call off a plan that somebody else asked for")?;
    }
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.state != PlanState::Solving {
        let state = before.state.word();
        let message = format!("It is {state}: only a plan that is SOLVING can be called off.");
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    check.finish()?;
    let end = End {
        state: PlanState::Cancelled,
        problem: None,
        solved: None,
    };
    let after = end_in(&tx, caller, before, end).await?;
    tx.commit().await?;
    running.stop(id);
    Ok(after)
}

/// Ends the plans whose process has gone before it could: those SOLVING for longer than [`FORGOTTEN_AFTER`]. Answers how
/// many. One that this replica still works on is stopped.
pub async fn fail_forgotten(db: &Db, running: &Running, now: Timestamp) -> Result<usize> {
    let old = now.checked_sub(FORGOTTEN_AFTER).unwrap_or(Timestamp::MIN);
    let forgotten = plan::Entity::find()
        .filter(plan::Column::State.eq(PlanState::Solving))
        .filter(plan::Column::CreatedAt.lt(Moment(old)));
    if forgotten.clone().one(&db.read).await?.is_none() {
        return Ok(0);
    }
    let caller = Caller::system("Meridian", now);
    let tx = db.begin().await?;
    // One that is being ended at this moment is not forgotten.
    let locked = forgotten.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let rows = locked.all(&tx).await?;
    for row in &rows {
        let end = End::failed(
            "Nothing was heard of it for a quarter of an hour: Meridian was probably restarted while it was worked out. \
             Make the plan again.",
        );
        end_in(&tx, &caller, row.clone(), end).await?;
    }
    tx.commit().await?;
    for row in &rows {
        running.stop(row.id);
    }
    Ok(rows.len())
}

async fn write(db: &Db, caller: &Caller, id: Uuid, new: &NewPlan) -> Result<plan::Model> {
    let input = serde_json::to_value(&new.input).map_err(|error| Error::Internal(error.into()))?;
    let row = plan::Model {
        id,
        kind: new.kind,
        name: new.name.clone(),
        state: PlanState::Solving,
        leaver_id: new.leaver_id,
        starts_on: Day(new.starts_on),
        input,
        outcome: None,
        problem: None,
        made_by_id: caller.person_id,
        approved_by_id: None,
        approved_at: None,
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
    };
    let tx = db.begin().await?;
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    history::created(&tx, caller, row.id, &row).await?;
    tx.commit().await?;
    Ok(row)
}

/// Where the two managers of a SPLIT stand in the problem.
fn split_places(new: &NewPlan, problem: &Problem) -> Option<(usize, usize)> {
    let [one, other] = new.input.split_between[..] else {
        return None;
    };
    let place = |id| problem.people.iter().position(|person| person.id == id);
    (new.kind == PlanKind::Split).then_some((place(one)?, place(other)?))
}

/// A plan that is to be worked out.
struct Work {
    db: Db,
    clock: Clock,
    caller: Caller,
    running: Running,
    run: Run,
    id: Uuid,
    problem: Arc<Problem>,
    split_between: Option<(usize, usize)>,
}

impl Work {
    async fn done(self) {
        let end = self.end().await;
        let written = write_end(&self.db, &self.caller, &self.clock, self.id, end).await;
        if let Err(error) = written {
            tracing::error!(plan = %self.id, error = ?error, "what came of a plan could not be written");
        }
    }

    async fn end(&self) -> End {
        // Closed never: the semaphore lives as long as the application.
        let _place = self.running.places.acquire().await;
        let (problem, stop) = (Arc::clone(&self.problem), Arc::clone(&self.run.stop));
        let split_between = self.split_between;
        let solve = move || solve(&problem, split_between, &stop);
        match tokio::task::spawn_blocking(solve).await {
            Ok(Ok(outcome)) => End::ready(&self.problem, outcome),
            Ok(Err(unsolved)) => End::unsolved(unsolved),
            Err(panicked) => {
                tracing::error!(plan = %self.id, error = %panicked, "a plan could not be worked out");
                End::failed("Something went wrong on our side while it was worked out.")
            }
        }
    }
}

fn solve(
    problem: &Problem,
    split_between: Option<(usize, usize)>,
    stop: &AtomicBool,
) -> Result<Outcome, Unsolved> {
    if stop.load(Ordering::Relaxed) {
        return Err(Unsolved::Cancelled);
    }
    match split_between {
        Some((one, other)) => planning::split(problem, one, other, stop),
        None => planning::solve(problem, stop),
    }
}

/// What came of a plan.
struct End {
    state: PlanState,
    problem: Option<String>,
    solved: Option<serde_json::Value>,
}

impl End {
    fn ready(problem: &Problem, outcome: Outcome) -> Self {
        let solved = Solved {
            problem: problem.clone(),
            outcome,
        };
        match serde_json::to_value(solved) {
            Ok(json) => Self {
                state: PlanState::Ready,
                problem: None,
                solved: Some(json),
            },
            Err(error) => {
                tracing::error!(%error, "a plan is no JSON");
                Self::failed("Something went wrong on our side while it was written.")
            }
        }
    }

    fn failed(problem: &str) -> Self {
        Self {
            state: PlanState::Failed,
            problem: Some(problem.to_owned()),
            solved: None,
        }
    }

    fn unsolved(unsolved: Unsolved) -> Self {
        match unsolved {
            Unsolved::Infeasible { clashes } => Self {
                state: PlanState::Infeasible,
                problem: Some(format!("These cannot all be kept: {}", clashes.join(" "))),
                solved: None,
            },
            Unsolved::Undecided => Self::failed(
                "The search ended at its node limit before it had found a plan. Raise `nodeLimit`, or ask for less.",
            ),
            Unsolved::Cancelled => {
                Self::failed("Meridian was stopped while it was worked out. Make the plan again.")
            }
        }
    }
}

/// Writes what came of a plan, unless it has ended otherwise meanwhile.
async fn write_end(db: &Db, caller: &Caller, clock: &Clock, id: Uuid, end: End) -> Result<()> {
    let caller = Caller {
        now: clock.now(),
        ..caller.clone()
    };
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    if before.state == PlanState::Solving {
        end_in(&tx, &caller, before, end).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn end_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: plan::Model,
    end: End,
) -> Result<plan::Model> {
    let mut row = before.clone().into_active_model();
    row.state = Set(end.state);
    row.problem = Set(end.problem);
    row.outcome = Set(end.solved);
    row.version = Set(before.version + 1);
    row.updated_at = Set(Moment(caller.now));
    let after = row.update(tx).await?;
    note_change(tx, caller, &before, &after).await?;
    Ok(after)
}
