//! What clients ask for: the account side raises it, production answers or objects with the capacity that stands against
//! it, and an owner decides.
//!
//! ```text
//!            accept                        grant
//! RAISED ─┬────────────> ACCEPTED      ┌────────────> GRANTED
//!         │  object                    │ decline
//!         ├────────────> OBJECTED ─────┼────────────> DECLINED
//!         │                            │ withdraw
//!         └────────────────────────────┴────────────> WITHDRAWN
//! ```

mod against;
mod standing;

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{clients, history, projects, touchpoints};
use crate::entity::{Access, Day, Moment, RequestState, Side, client_request, new_id};
use crate::error::{Error, ProblemCode, Result};

pub use against::{Against, PersonAgainst, WeekAgainst};
pub use standing::{Standing, Unanswered, WORKING_DAYS_TO_ANSWER, standings, unanswered};

use standing::Holders;

/// What a new request needs.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// Whose request; not archived.
    pub client_id: Uuid,
    /// About which of the client's open projects; none: about the client as a whole.
    pub project_id: Option<Uuid>,
    /// What is asked for, 1–200 characters.
    pub title: String,
    /// The whole of it, up to 10,000 characters.
    pub detail: String,
    /// How much production work it is thought to take, 1–1,000,000 minutes.
    pub minutes: Option<i64>,
    /// When the client wants it; today or later.
    pub wanted_by: Option<Date>,
}

/// Raises a request. Owners, and whoever holds the client side of what it is about.
pub async fn raise(db: &Db, caller: &Caller, new: NewRequest) -> Result<client_request::Model> {
    let tx = db.begin().await?;
    let client = clients::open_client(&tx, "clientId", new.client_id).await?;
    let mut check = Check::new();
    let project = match new.project_id {
        Some(id) => check.also(projects::open_project(&tx, "projectId", id).await)?,
        None => None,
    };
    if let Some(project) = &project {
        check.require(
            project.client_id == client.id,
            "projectId",
            format!("{} is a project of another client.", project.name),
        );
    }
    let row = checked(caller, new, check)?;
    let about = project.map_or(client.name, |project| project.name);
    must_hold(&tx, caller, Side::Client, &row, &about).await?;
    let after = row.into_active_model().reset_all().insert(&tx).await?;
    history::created(&tx, caller, after.id, &after).await?;
    tx.commit().await?;
    Ok(after)
}

fn checked(caller: &Caller, new: NewRequest, mut check: Check) -> Result<client_request::Model> {
    let title = check.name("title", &new.title, 200);
    let detail = check.text("detail", &new.detail, 10_000);
    if let Some(minutes) = new.minutes {
        check.range("minutes", minutes, 1, 1_000_000);
    }
    if let Some(day) = new.wanted_by {
        check.day("wantedBy", day);
        let today = caller.today();
        check.require(
            day >= today,
            "wantedBy",
            format!("{day} has passed: today is {today}."),
        );
    }
    check.finish()?;
    Ok(client_request::Model {
        id: new_id(caller.now),
        client_id: new.client_id,
        project_id: new.project_id,
        title,
        detail,
        minutes: new.minutes,
        wanted_by: new.wanted_by.map(Day),
        state: RequestState::Raised,
        raised_by_id: caller.person_id,
        raised_on: Day(caller.today()),
        raised_at: Moment(caller.now),
        answered_by_id: None,
        answered_at: None,
        answer: None,
        against: None,
        decided_by_id: None,
        decided_at: None,
        decision_reason: None,
        version: 1,
        updated_at: Moment(caller.now),
    })
}

/// Production says yes. Owners, and whoever holds the project side of what it is about, or stands in for them.
pub async fn accept(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    answer: &str,
) -> Result<client_request::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    must_answer(&tx, caller, &before).await?;
    let mut check = moving(&before, RequestState::Accepted, expected_version);
    let answer = check.text("answer", answer, 2_000);
    check.finish()?;
    let answer = (!answer.is_empty()).then_some(answer);
    answered(tx, caller, before, RequestState::Accepted, answer, None).await
}

/// Production objects: the capacity that stands against it is kept with what it says. Owners, and whoever holds the
/// project side of what it is about, or stands in for them.
pub async fn object(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    answer: &str,
) -> Result<client_request::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    must_answer(&tx, caller, &before).await?;
    let mut check = moving(&before, RequestState::Objected, expected_version);
    let answer = check.reason("answer", answer);
    check.finish()?;
    let against = against::reckon(&tx, &before, caller.today()).await?;
    let answer = Some(answer);
    answered(
        tx,
        caller,
        before,
        RequestState::Objected,
        answer,
        Some(&against),
    )
    .await
}

/// An owner decides, whatever production has said, or before it has said anything.
pub async fn decide(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    grant: bool,
    reason: &str,
) -> Result<client_request::Model> {
    caller.must_own("decide about a client's request")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let to = if grant {
        RequestState::Granted
    } else {
        RequestState::Declined
    };
    let mut check = moving(&before, to, expected_version);
    let reason = check.reason("reason", reason);
    check.finish()?;
    let mut row = next(caller, &before, to);
    row.decided_by_id = caller.person_id;
    row.decided_at = Some(Moment(caller.now));
    row.decision_reason = Some(reason);
    written(tx, caller, before, row, None).await
}

/// The account side takes a request back. Owners, whoever raised it, and whoever holds the client side of what it is
/// about.
pub async fn withdraw(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<client_request::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let raised_it = before.raised_by_id.is_some() && before.raised_by_id == caller.person_id;
    if !raised_it {
        must_hold(&tx, caller, Side::Client, &before, &before.title).await?;
    }
    let mut check = moving(&before, RequestState::Withdrawn, expected_version);
    let reason = check.text("reason", reason, 2_000);
    check.finish()?;
    let row = next(caller, &before, RequestState::Withdrawn);
    written(tx, caller, before, row, Some(&reason)).await
}

/// Whether whoever raised a request also answered it: one person holds both sides.
pub fn answered_by_whoever_raised(request: &client_request::Model) -> bool {
    request.answered_by_id.is_some() && request.answered_by_id == request.raised_by_id
}

/// Where a request may go from `state`.
pub fn next_states(state: RequestState) -> &'static [RequestState] {
    use RequestState::{Accepted, Declined, Granted, Objected, Raised, Withdrawn};
    match state {
        Raised => &[Accepted, Objected, Granted, Declined, Withdrawn],
        Objected => &[Granted, Declined, Withdrawn],
        Accepted | Granted | Declined | Withdrawn => &[],
    }
}

fn moving(before: &client_request::Model, to: RequestState, expected: Option<i64>) -> Check {
    let mut check = Check::new();
    check.version(expected, before.version);
    let allowed = next_states(before.state);
    if !allowed.contains(&to) {
        let rest = match allowed {
            [] => "nothing more is done about it. Raise a new request".to_owned(),
            [RequestState::Granted, ..] => "it waits for an owner's decision".to_owned(),
            _ => "it waits for production's answer".to_owned(),
        };
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "It is {} and cannot become {}: {rest}.",
                before.state.word(),
                to.word()
            ),
        );
    }
    check
}

fn next(
    caller: &Caller,
    before: &client_request::Model,
    state: RequestState,
) -> client_request::Model {
    client_request::Model {
        state,
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    }
}

async fn answered(
    tx: crate::db::Transaction,
    caller: &Caller,
    before: client_request::Model,
    state: RequestState,
    answer: Option<String>,
    against: Option<&Against>,
) -> Result<client_request::Model> {
    let mut row = next(caller, &before, state);
    row.answered_by_id = caller.person_id;
    row.answered_at = Some(Moment(caller.now));
    row.answer = answer;
    row.against = against
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| Error::Internal(error.into()))?;
    let own = answered_by_whoever_raised(&row).then(|| {
        format!(
            "{} raised it and answered it, holding both sides.",
            caller.name
        )
    });
    written(tx, caller, before, row, own.as_deref()).await
}

async fn written(
    tx: crate::db::Transaction,
    caller: &Caller,
    before: client_request::Model,
    row: client_request::Model,
    why: Option<&str>,
) -> Result<client_request::Model> {
    let after = row.into_active_model().reset_all().update(&tx).await?;
    match why.filter(|why| !why.is_empty()) {
        Some(why) => history::explained(&tx, caller, after.id, &before, &after, why).await?,
        None => history::updated(&tx, caller, after.id, &before, &after).await?,
    }
    tx.commit().await?;
    Ok(after)
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<client_request::Model> {
    caller.must_read_all("do something about a client's request")?;
    client_request::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("client request"))
}

/// Refuses whoever neither owns the agency nor holds `side` of what the request is about today.
async fn must_hold(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    side: Side,
    request: &client_request::Model,
    about: &str,
) -> Result<()> {
    caller.must_read_all("do something about a client's request")?;
    if caller.access == Access::Owner {
        return Ok(());
    }
    let holders = Holders::load(conn, &[request.client_id], caller.today()).await?;
    if holders.of(side, request).iter().any(|id| caller.is(*id)) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "Only an owner, or whoever holds the {} side of this today, may do this: {about}.",
        side.word().to_lowercase()
    )))
}

async fn must_answer(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    request: &client_request::Model,
) -> Result<()> {
    let holds = must_hold(conn, caller, Side::Project, request, &request.title).await;
    let (Err(Error::Forbidden(why)), Some(id)) = (&holds, caller.person_id) else {
        return holds;
    };
    let today = caller.today();
    let holders = Holders::load(conn, &[request.client_id], today).await?;
    let of = holders.of(Side::Project, request);
    if touchpoints::stands_in_for(conn, id, &of, request.client_id, today).await? {
        return Ok(());
    }
    Err(Error::Forbidden(why.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_stays_settled() {
        let all = RequestState::WORDS
            .iter()
            .filter_map(|word| RequestState::from_word(word));
        for state in all {
            let waits = matches!(state, RequestState::Raised | RequestState::Objected);
            assert_eq!(next_states(state).is_empty(), !waits, "{}", state.word());
            assert!(!next_states(state).contains(&RequestState::Raised));
        }
    }
}
