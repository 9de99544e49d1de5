//! What the planner will plan and the composer will say of it, over the next days, without writing anything: each
//! subscription is moved on by the planner's own function, from one due time to the next.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::planner::{self, reviews};
use crate::app::App;
use crate::domain::availability::WorkingTime;
use crate::domain::{subscriptions, suppressions, working_time};
use crate::email::compose::{Verdict, outlook};
use crate::email::outbox;
use crate::entity::{EmailState, Moment, email, person, schedule};
use crate::error::Result;

/// The longest forecast.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The most mails that are foreseen: the next ones.
const MOST: usize = 1_000;

/// Why a mail that a subscription would bring does not come.
const PAUSED: &str = "The recipient has stopped these mails.";

/// A mail that is not planned yet: a row as the planner will make it, but for its id.
#[derive(Clone, Debug)]
pub struct Foreseen {
    /// The row.
    pub row: email::Model,
    /// Whether the subscription is paused, so that nothing will be planned after all.
    pub paused: bool,
}

/// The mails that fall due within `span` from now, at most 1,000 of them, the next ones first; of one person, or of all. In
/// a fixed number of statements, but for reviews that fall due, which are rare.
pub async fn foresee(
    app: &App,
    person_id: Option<Uuid>,
    span: SignedDuration,
) -> Result<Vec<Foreseen>> {
    let now = app.clock.now();
    let until = now.checked_add(span.min(LONGEST)).unwrap_or(Timestamp::MAX);
    let mut foreseen = of_subscriptions(app, person_id, until).await?;
    let due = reviews::foresee(&app.db.read, now, until).await?;
    let due = due
        .into_iter()
        .filter(|row| person_id.is_none_or(|id| row.recipient_id == Some(id)));
    foreseen.extend(due.map(|row| Foreseen { row, paused: false }));
    foreseen.sort_by_key(|one| (one.row.due_at, one.row.recipient_id, one.row.kind.word()));
    foreseen.truncate(MOST);
    Ok(foreseen)
}

/// What is to become of `foreseen`, which are the next mails without a gap: what one of them discharges is not in the ones
/// after it.
pub async fn verdicts(app: &App, foreseen: &[Foreseen]) -> Result<HashMap<Uuid, Verdict>> {
    let wanted = foreseen.iter().filter(|one| !one.paused);
    let rows: Vec<email::Model> = wanted.map(|one| one.row.clone()).collect();
    let mut verdicts = outlook(app, &rows).await?;
    fail_suppressed(app, &mut verdicts).await?;
    let paused = foreseen.iter().filter(|one| one.paused);
    verdicts.extend(paused.map(|one| {
        let verdict = Verdict::Close {
            state: EmailState::Cancelled,
            reason: PAUSED.to_owned(),
        };
        (one.row.id, verdict)
    }));
    Ok(verdicts)
}

/// Mails to addresses that nothing is sent to will fail, as the sender fails them.
async fn fail_suppressed(app: &App, verdicts: &mut HashMap<Uuid, Verdict>) -> Result<()> {
    let addresses = verdicts.values().filter_map(|verdict| match verdict {
        Verdict::Send(rendered) => Some(rendered.to_address.as_str()),
        Verdict::Close { .. } => None,
    });
    let suppressed = outbox::suppressed(&app.db.read, addresses).await?;
    for verdict in verdicts.values_mut() {
        let Verdict::Send(rendered) = &*verdict else {
            continue;
        };
        let address = rendered.to_address.to_lowercase();
        if let Some(why) = suppressed.get(&address) {
            *verdict = Verdict::Close {
                state: EmailState::Failed,
                reason: suppressions::told(&address, why),
            };
        }
    }
    Ok(())
}

async fn of_subscriptions(
    app: &App,
    person_id: Option<Uuid>,
    until: Timestamp,
) -> Result<Vec<Foreseen>> {
    let conn = &app.db.read;
    let mut subscriptions =
        schedule::Entity::find().filter(schedule::Column::NextDueAt.lte(Moment(until)));
    if let Some(id) = person_id {
        subscriptions = subscriptions.filter(schedule::Column::PersonId.eq(id));
    }
    let people = person::Entity::find()
        .filter(person::Column::Id.in_subquery(subscribers(&subscriptions)))
        .all(conn)
        .await?;
    let people: HashMap<Uuid, person::Model> =
        people.into_iter().map(|row| (row.id, row)).collect();
    let ids: Vec<Uuid> = people.keys().copied().collect();
    let working_times = working_time::load(conn, &ids).await?;
    let mut foreseen = Vec::new();
    for row in subscriptions.all(conn).await? {
        if let Some(person) = people.get(&row.person_id) {
            let working_time = working_times.get(&row.person_id);
            foreseen.extend(of_subscription(row, person, working_time, until));
        }
    }
    Ok(foreseen)
}

fn subscribers(subscriptions: &Select<schedule::Entity>) -> SelectStatement {
    subscriptions
        .clone()
        .select_only()
        .column(schedule::Column::PersonId)
        .into_query()
}

/// What one subscription brings. One that cannot be reckoned brings nothing: the planner's log says so.
fn of_subscription(
    mut row: schedule::Model,
    person: &person::Model,
    working_time: Option<&WorkingTime>,
    until: Timestamp,
) -> Vec<Foreseen> {
    let subscription = row.clone();
    (row.paused, row.paused_until) = (false, None);
    let mut foreseen = Vec::new();
    while row.next_due_at.0 <= until {
        let Ok((mails, next)) = planner::plan(&row, person, working_time, row.next_due_at.0) else {
            break;
        };
        let planned = mails.into_iter();
        foreseen.extend(planned.map(|row| Foreseen {
            paused: subscriptions::is_paused(&subscription, row.local_on.0),
            row,
        }));
        if next <= row.next_due_at.0 {
            break;
        }
        row.next_due_at = Moment(next);
    }
    foreseen
}
