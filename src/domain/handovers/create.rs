//! Making handovers by hand.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::draft::Draft;
use super::rhythm::{transfers_on, wave_of};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{people, programmes};
use crate::entity::{ProgrammeState, Side, handover, person};
use crate::error::{ProblemCode, Result};

/// What a new handover needs.
#[derive(Clone, Debug)]
pub struct NewHandover {
    /// The running programme it is to belong to; none: it stands alone.
    pub programme_id: Option<Uuid>,
    /// Whose accountability moves.
    pub client_id: Uuid,
    /// Which side moves.
    pub side: Side,
    /// The projects that move; none: the client as a whole, and with it every project.
    pub project_ids: Option<Vec<Uuid>>,
    /// Who hands over: accountable for all of it today.
    pub from_person_id: Uuid,
    /// Who takes over.
    pub to_person_id: Uuid,
    /// The day on which it is to be announced; the other stages follow from it.
    pub starts_on: Date,
    /// Why this move, 1–2,000 characters.
    pub reason: String,
    /// Why both sides of the client may move within 14 days of each other, should they.
    pub override_reason: Option<String>,
}

/// Makes a handover with its five steps. Owners only.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) when the outgoing person is not accountable for all of it today, when
/// some of it is being handed over already, and, without a reason to override it, when the client's other side moves
/// within 14 days.
pub async fn create(db: &Db, caller: &Caller, new: NewHandover) -> Result<handover::Model> {
    caller.must_own("make handovers")?;
    let tx = db.begin().await?;
    let mut check = Check::new();
    let wave = wave(&tx, &mut check, &new).await?;
    let today = caller.today();
    check.day("startsOn", new.starts_on);
    check.require(
        new.starts_on >= today,
        "startsOn",
        format!("It begins today, {today}, or later."),
    );
    check_people(&tx, &mut check, &new).await?;
    let draft = Draft {
        programme_id: new.programme_id,
        client_id: new.client_id,
        side: new.side,
        project_ids: new.project_ids,
        from_person_id: new.from_person_id,
        to_person_id: new.to_person_id,
        begins_on: new.starts_on,
        wave,
        weight_minutes: None,
        reason: new.reason,
        override_reason: new.override_reason,
    };
    let after = draft.write(&tx, caller, check).await?;
    tx.commit().await?;
    Ok(after)
}

/// The wave of the programme in which the handover begins; 0 when it stands alone. Locks the programme.
async fn wave(tx: &impl ConnectionTrait, check: &mut Check, new: &NewHandover) -> Result<i32> {
    let Some(id) = new.programme_id else {
        return Ok(0);
    };
    let Some(programme) = programmes::locked(tx, id).await? else {
        let message = "There is no such programme.";
        check.add("programmeId", ProblemCode::NotFound, message);
        return Ok(0);
    };
    if programme.state != ProgrammeState::Running {
        check.add(
            "programmeId",
            ProblemCode::NotAllowedNow,
            format!(
                "{} is over: leave it out to make a handover that stands alone.",
                programme.name
            ),
        );
    }
    check.require(
        new.starts_on >= programme.starts_on.0,
        "startsOn",
        format!("{} starts on {} only.", programme.name, programme.starts_on),
    );
    Ok(wave_of(programme.starts_on.0, new.starts_on))
}

async fn check_people(
    tx: &impl ConnectionTrait,
    check: &mut Check,
    new: &NewHandover,
) -> Result<()> {
    check.require(
        new.from_person_id != new.to_person_id,
        "toPersonId",
        "Choose somebody else: this is who hands over.",
    );
    let from = person::Entity::find_by_id(new.from_person_id);
    if from.one(tx).await?.is_none() {
        let message = "There is no such person.";
        check.add("fromPersonId", ProblemCode::NotFound, message);
    }
    let transfers_on = transfers_on(new.starts_on);
    let to = people::working_here(tx, "toPersonId", new.to_person_id, transfers_on).await;
    if let Some(to) = check.also(to)? {
        check.require(
            to.employed_from.0 <= transfers_on,
            "toPersonId",
            format!(
                "{} starts to work here on {} only, after it transfers on {transfers_on}.",
                to.name, to.employed_from
            ),
        );
    }
    Ok(())
}
