//! Choosing something about a prompt: to put it off, to hand it over, that it is not needed, or none of these after all.

use jiff::civil::{Date, Weekday};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use uuid::Uuid;

use super::choices::HANDED_OVER_DAYS;
use super::{Asked, Course, Overtaken, Prompt, asked};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::cadence::{LastContact, update_due};
use crate::domain::calendar::{days, plus_days};
use crate::domain::check::Check;
use crate::domain::settings::Settings;
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::strengths::Strengths;
use crate::domain::{history, working_time};
use crate::entity::{
    Access, Day, Door, Moment, PromptChoiceKind, PromptTopic, client, new_id, person, project,
    prompt_choice,
};
use crate::error::{Error, ProblemCode, Result};

/// Working days for which a prompt is put off.
const SNOOZE_WORKING_DAYS: u32 = 2;

/// Puts a prompt off for two working days of whoever does so. Owners, and whoever it asks.
pub async fn snooze(db: &Db, caller: &Caller, prompt: Prompt) -> Result<prompt_choice::Model> {
    let tx = db.begin().await?;
    let asked = must_be_asked(&tx, caller, prompt).await?;
    let made = snooze_in(&tx, caller, Door::Api, &asked).await?;
    tx.commit().await?;
    Ok(made)
}

/// Hands a prompt to whoever would stand in for the one it asks, for four weeks at most. Owners, and whoever it asks.
pub async fn hand_over(db: &Db, caller: &Caller, prompt: Prompt) -> Result<prompt_choice::Model> {
    let tx = db.begin().await?;
    let asked = must_be_asked(&tx, caller, prompt).await?;
    let made = hand_over_in(&tx, caller, Door::Api, &asked).await?;
    tx.commit().await?;
    Ok(made)
}

/// Notes that what a prompt asks for is not needed this time: it is due again as if it were done today. `reason`: 1–2,000
/// characters. Owners, and whoever it asks.
pub async fn dismiss(
    db: &Db,
    caller: &Caller,
    prompt: Prompt,
    reason: &str,
) -> Result<prompt_choice::Model> {
    let tx = db.begin().await?;
    let asked = must_be_asked(&tx, caller, prompt).await?;
    let made = dismiss_in(&tx, caller, Door::Api, &asked, reason).await?;
    tx.commit().await?;
    Ok(made)
}

/// Takes back what was chosen about a prompt: it comes again at once. Owners, and whoever it asks.
pub async fn resume(db: &Db, caller: &Caller, prompt: Prompt) -> Result<prompt_choice::Model> {
    let tx = db.begin().await?;
    let asked = must_be_asked(&tx, caller, prompt).await?;
    if !matches!(asked.course(), Course::Waits | Course::With { .. }) {
        return Err(not_now(
            "Nothing was chosen about it that could be taken back.",
        ));
    }
    let row = row(
        caller,
        Door::Api,
        &asked,
        PromptChoiceKind::Resumed,
        asked.day,
    );
    let made = write(&tx, caller, row).await?;
    tx.commit().await?;
    Ok(made)
}

/// As [`snooze`], within the caller's transaction, for a prompt that asks the caller.
pub async fn snooze_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    door: Door,
    asked: &Asked,
) -> Result<prompt_choice::Model> {
    must_be_due(asked)?;
    let chooser = caller.person_id.unwrap_or(asked.accountable_id);
    let until = snoozed_until(tx, chooser, asked.day).await?;
    let row = prompt_choice::Model {
        handed_to_id: match asked.course() {
            Course::With { to, .. } => Some(to),
            _ => None,
        },
        ..row(caller, door, asked, PromptChoiceKind::Snoozed, until)
    };
    write(tx, caller, row).await
}

/// As [`hand_over`], within the caller's transaction, for a prompt that asks the caller.
///
/// # Errors
/// [`Error::Invalid`] when nobody would stand in, or only whoever is accountable anyway.
pub async fn hand_over_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    door: Door,
    asked: &Asked,
) -> Result<prompt_choice::Model> {
    must_be_due(asked)?;
    let from = hander(tx, caller, asked).await?;
    let Some(to) = receiver(tx, from, asked).await? else {
        return Err(not_now(
            "Nobody stands in: name a standing delegate first, or put it off.",
        ));
    };
    let until = plus_days(asked.day, HANDED_OVER_DAYS);
    let row = prompt_choice::Model {
        handed_to_id: Some(to.id),
        ..row(caller, door, asked, PromptChoiceKind::HandedOver, until)
    };
    write(tx, caller, row).await
}

/// As [`dismiss`], within the caller's transaction, for a prompt that asks the caller.
pub async fn dismiss_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    door: Door,
    asked: &Asked,
    reason: &str,
) -> Result<prompt_choice::Model> {
    must_be_due(asked)?;
    let mut check = Check::new();
    let reason = check.reason("reason", reason);
    check.finish()?;
    let until = next_due(tx, asked).await?;
    let row = prompt_choice::Model {
        reason: Some(reason),
        ..row(caller, door, asked, PromptChoiceKind::Dismissed, until)
    };
    write(tx, caller, row).await
}

/// Makes choices about the prompts of a client come one after the other.
pub async fn lock(tx: &impl ConnectionTrait, prompt: Prompt) -> Result<()> {
    let client_id = match prompt.topic {
        PromptTopic::Facts => project::Entity::find_by_id(prompt.subject_id)
            .one(tx)
            .await?
            .map(|project| project.client_id),
        PromptTopic::Update | PromptTopic::ReachOut => Some(prompt.subject_id),
    };
    if let Some(client_id) = client_id {
        client::Entity::find_by_id(client_id)
            .lock(LockType::NoKeyUpdate)
            .one(tx)
            .await?;
    }
    Ok(())
}

/// The day until which `person_id` puts a prompt off that is put off on `day`.
pub async fn snoozed_until(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    day: Date,
) -> Result<Date> {
    let working_times = working_time::load(conn, &[person_id]).await?;
    let working_time = working_times.get(&person_id);
    let until = working_time.and_then(|time| time.add_working_days(day, SNOOZE_WORKING_DAYS));
    Ok(until.unwrap_or_else(|| without_hours(day)))
}

/// Whoever has no hours entered works from Monday to Friday.
fn without_hours(day: Date) -> Date {
    let is_weekday = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    days(plus_days(day, 1), plus_days(day, 7))
        .filter(is_weekday)
        .nth(SNOOZE_WORKING_DAYS as usize - 1)
        .unwrap_or(day)
}

/// Who would be prompted if `from` handed a prompt over: none when nobody would stand in but whoever is accountable anyway.
pub async fn receiver(
    conn: &impl ConnectionTrait,
    from: Uuid,
    asked: &Asked,
) -> Result<Option<person::Model>> {
    let mut stand_ins = StandIns::load(conn, &[from], asked.day, asked.day).await?;
    let limits = Settings::load(conn).await?.relationships;
    let strengths = Strengths::load(conn, &limits, &[asked.client.id], asked.day).await?;
    stand_ins.know(conn, strengths).await?;
    let to = match stand_ins.stand_in(from, asked.day, Some(asked.client.id)) {
        Route::StandIn { person_id, .. } if person_id != asked.accountable_id => person_id,
        _ => return Ok(None),
    };
    Ok(stand_ins.people.get(&to).cloned())
}

/// What somebody is called; "somebody" when nobody is named.
pub async fn name_of(conn: &impl ConnectionTrait, person_id: Option<Uuid>) -> Result<String> {
    let person = match person_id {
        Some(id) => person::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    Ok(person.map_or_else(|| "somebody".to_owned(), |person| person.name))
}

/// Who hands over: the caller when it asks them, else, of an owner, whoever is accountable.
async fn hander(conn: &impl ConnectionTrait, caller: &Caller, asked: &Asked) -> Result<Uuid> {
    match caller.person_id {
        Some(id) if asked.may_be_answered_by(conn, id).await? => Ok(id),
        _ => Ok(asked.accountable_id),
    }
}

/// The day on which it would be due next if it were done today.
pub async fn next_due(conn: &impl ConnectionTrait, asked: &Asked) -> Result<Date> {
    let settings = Settings::load(conn).await?;
    let working_times = working_time::load(conn, &[asked.accountable_id]).await?;
    let last = LastContact {
        contacted_on: Some(asked.day),
        kicked_off_on: None,
        client_since: asked.day,
    };
    let working_time = working_times.get(&asked.accountable_id);
    Ok(update_due(&settings.cadence, &last, asked.every_days, working_time).due_on)
}

/// The prompt as it stands for a caller of the API, who must be an owner or asked by it.
async fn must_be_asked(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    prompt: Prompt,
) -> Result<Asked> {
    lock(tx, prompt).await?;
    let asked = match asked(tx, prompt, caller.today()).await? {
        Ok(asked) => asked,
        Err(overtaken) => return Err(refused(prompt, overtaken)),
    };
    let is_asked = match caller.person_id {
        Some(id) => asked.may_be_answered_by(tx, id).await?,
        None => false,
    };
    if caller.access == Access::Owner || is_asked {
        return Ok(asked);
    }
    Err(Error::Forbidden(format!(
        "Only an owner, or whoever is prompted about {}, may do this.",
        asked.client.name
    )))
}

fn refused(prompt: Prompt, overtaken: Overtaken) -> Error {
    let field = match prompt.topic {
        PromptTopic::Facts => "projectId",
        PromptTopic::Update | PromptTopic::ReachOut => "clientId",
    };
    let (code, message) = match overtaken {
        Overtaken::Gone => (
            ProblemCode::NotFound,
            "There is nothing with this id.".to_owned(),
        ),
        Overtaken::Archived(client) => {
            let message = format!("{client} is archived: nobody is prompted about it.");
            (ProblemCode::NotAllowedNow, message)
        }
        Overtaken::Elsewhere { client, .. } => {
            let message = format!("Nobody is accountable for {client}: nobody is prompted.");
            (ProblemCode::NotAllowedNow, message)
        }
        Overtaken::NotDue(client) | Overtaken::Answered { client, .. } => {
            let message = format!("{client} is not to be prompted about this.");
            (ProblemCode::NotAllowedNow, message)
        }
    };
    Error::problem(field, code, message)
}

fn must_be_due(asked: &Asked) -> Result<()> {
    if asked.is_due() {
        return Ok(());
    }
    Err(not_now(format!(
        "Nothing is due to {} before {}.",
        asked.client.name, asked.due.due_on
    )))
}

fn not_now(message: impl Into<String>) -> Error {
    Error::problem("", ProblemCode::NotAllowedNow, message)
}

fn row(
    caller: &Caller,
    door: Door,
    asked: &Asked,
    kind: PromptChoiceKind,
    until: Date,
) -> prompt_choice::Model {
    prompt_choice::Model {
        id: new_id(caller.now),
        topic: asked.prompt.topic,
        client_id: asked.client.id,
        project_id: asked.project.as_ref().map(|project| project.id),
        since: asked.since.map(Day),
        kind,
        accountable_id: asked.accountable_id,
        handed_to_id: None,
        until_on: Day(until),
        reason: None,
        made_by_id: caller.person_id,
        made_through: door,
        made_at: Moment(caller.now),
    }
}

async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    row: prompt_choice::Model,
) -> Result<prompt_choice::Model> {
    let made = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, made.id, &made).await?;
    Ok(made)
}
