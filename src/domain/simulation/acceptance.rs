//! *Can we take this project on?* YES, YES_IF or NO.
//!
//! It fits when nobody to whom it adds anything would be above the FULL limit (confirmed) in any of the weeks looked at.
//! Weeks in which somebody is away altogether say nothing about them; somebody who is away in all of them does not fit.

mod constraint;
mod fewest;
mod room;
mod search;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::draft::{DraftClient, ProjectDraft, Worker};
use super::operation::skills_of;
use super::world::World;
use crate::domain::access::Caller;
use crate::domain::calendar::Week;
use crate::domain::check::Check;
use crate::domain::responsibilities::in_force_between;
use crate::entity::{ProjectStatus, Side, assignment, person, person_skill, project, relationship};
use crate::error::Result;

pub use constraint::{Constraint, Forced};

use room::Room;
use search::{Answer, MOST_HOLDERS, MOST_SHARINGS, Part, Search};

/// How far ahead an earliest start is looked for, weeks.
pub const WEEKS_AHEAD: i64 = 26;

/// Whether a project can be taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As things stand.
    Yes,
    /// When other projects move first, or when it starts later.
    YesIf,
    /// Neither helps.
    No,
}

/// What somebody would carry of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carries {
    /// A side of it.
    Side(Side),
    /// Both sides.
    BothSides,
    /// The booking at this place of the draft.
    Booking(usize),
}

/// Somebody who would carry a part of it.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Who.
    pub person: person::Model,
    /// What.
    pub carries: Carries,
    /// Minutes a week that it adds.
    pub minutes_a_week: i64,
    /// Confirmed utilisation in the fullest of the weeks as it stands, bp.
    pub peak_before_bp: i64,
    /// The same with the project, and with the moves when there are any, bp.
    pub peak_after_bp: i64,
}

/// A side of another project that would go from one manager to another first.
#[derive(Clone, Debug)]
pub struct Move {
    /// Of which project.
    pub project: project::Model,
    /// Which side.
    pub side: Side,
    /// Who holds it.
    pub from: person::Model,
    /// Who would.
    pub to: person::Model,
    /// What it asks of either, minutes a week.
    pub minutes_a_week: i64,
}

/// Whether a project can be taken on, and how.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// In a word.
    pub verdict: Verdict,
    /// In a sentence.
    pub sentence: String,
    /// Who would carry it: from the first day for YES, after the moves for YES_IF, or from the earliest start where no
    /// moves help. Empty for NO.
    pub carriers: Vec<Carrier>,
    /// The fewest moves that make it fit from the day asked about: one or two. Empty when it fits, or when no two help.
    /// Everything is tried where at most 20 people hold a side of anything and the parts can be shared out in at most 400
    /// ways; in a larger agency the likeliest moves are, and a warning says so.
    pub moves: Vec<Move>,
    /// The first Monday within 26 weeks from which it fits without any move, when it does not fit on the day asked about.
    pub earliest_start_on: Option<Date>,
    /// What stands against it as it is: the tightest overbooking of each part that nobody could take. Empty for YES.
    pub constraints: Vec<Constraint>,
    /// Counts past their limits, and that not everything was tried, a sentence each.
    pub warnings: Vec<String>,
}

/// Answers whether `draft` can be taken on from `from` on, looking at `weeks` weeks. For owners and managers. A fixed
/// number of statements, all of them reads.
///
/// Where the draft names no manager, whoever holds the client's side is asked first, then everybody who holds such a side
/// of anything.
///
/// # Errors
/// Whatever is wrong with the draft, each with its field: `project.clientId`.
pub async fn can_accept(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    draft: &ProjectDraft,
    from: Date,
    weeks: i64,
) -> Result<Acceptance> {
    caller.must_read_all("ask whether a project can be taken on")?;
    let today = caller.today();
    let mut check = Check::new();
    check.range("weeks", weeks, 1, super::MOST_WEEKS);
    check.day("from", from);
    check.require(
        from >= today,
        "from",
        format!("{from} has passed: today is {today}."),
    );
    check.finish()?;
    let world = read(conn, draft, Week::of(from), weeks + WEEKS_AHEAD, today).await?;
    let mut check = Check::new();
    world.check_draft(&mut check, "project.", draft);
    check.finish()?;
    let pinned = pinned(conn).await?;
    Ok(answer(&world, draft, from, weeks, pinned))
}

/// Everybody who holds a side of anything, and those whom the draft names or whose skills it asks for.
async fn read(
    conn: &impl ConnectionTrait,
    draft: &ProjectDraft,
    first: Week,
    weeks: i64,
    today: Date,
) -> Result<World> {
    let last = first.plus(weeks - 1).sunday();
    let mut people: Vec<Uuid> = in_force_between(first.monday(), last)
        .select_only()
        .column(assignment::Column::PersonId)
        .distinct()
        .into_tuple()
        .all(conn)
        .await?;
    let skills: Vec<Uuid> = skills_of(draft).collect();
    let skilled = person_skill::Entity::find()
        .filter(person_skill::Column::SkillId.is_in(skills.iter().copied()))
        .all(conn)
        .await?;
    people.extend(skilled.iter().map(|row| row.person_id));
    people.extend(draft.account_manager_id);
    people.extend(draft.production_manager_id);
    people.extend(draft.bookings.iter().filter_map(|one| match one.worker {
        Worker::Person(id) => Some(id),
        Worker::Skilled(_) => None,
    }));
    people.sort_unstable();
    people.dedup();
    let mut rows = super::world::employed_between(conn, first.monday(), last).await?;
    rows.retain(|row| people.binary_search(&row.id).is_ok());
    let mut world = World::of(conn, rows, first, weeks, today).await?;
    world.learn(conn, &skills).await?;
    Ok(world)
}

/// The relationships that never move.
async fn pinned(conn: &impl ConnectionTrait) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = relationship::Entity::find()
        .filter(relationship::Column::Pinned.eq(true))
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.person_id, row.client_id))
        .collect())
}

fn answer(
    world: &World,
    draft: &ProjectDraft,
    from: Date,
    weeks: i64,
    pinned: Vec<(Uuid, Uuid)>,
) -> Acceptance {
    let mut room = Room::new(world, weeks, draft);
    let separate = parts(world, draft, &room, false);
    let combined = parts(world, draft, &room, true);
    let units = room.units(from, &pinned);
    let mut search = Search::new(&mut room, &units);
    let tries_all = search.tries_all(&[&separate, &combined]);
    let at_once = search.best(0, 0, &[&separate, &combined]);
    if let Some(found) = &at_once {
        return accepted(world, &room, found, Verdict::Yes, None, Vec::new());
    }
    let with_moves = search.best(0, 2, &[&separate, &combined]);
    let later = (1..=WEEKS_AHEAD)
        .find_map(|ahead| Some((ahead, search.best(ahead, 0, &[&separate, &combined])?)));
    // Named for both, one person carries the sum.
    let in_one_hand = draft.account_manager_id.is_some()
        && draft.account_manager_id == draft.production_manager_id;
    let stuck = if in_one_hand { &combined } else { &separate };
    let constraints = constraint::constraints(world, &mut room, stuck, draft);
    let earliest = later
        .as_ref()
        .map(|(ahead, _)| world.first.plus(*ahead).monday());
    let mut acceptance = match with_moves.or(later.map(|(_, found)| found)) {
        Some(found) => accepted(world, &room, &found, Verdict::YesIf, earliest, constraints),
        None => refused(constraints),
    };
    if !tries_all {
        acceptance.warnings.push(format!(
            "Not every move was tried, and fewer may do: more than {MOST_HOLDERS} people hold a side, or there are more than {MOST_SHARINGS} ways to share it out."
        ));
    }
    acceptance
}

/// The parts that need somebody: the two sides, or both in one hand, and the bookings.
fn parts(world: &World, draft: &ProjectDraft, room: &Room<'_>, combined: bool) -> Vec<Part> {
    let client = match draft.client {
        DraftClient::Known(id) => world.agenda.books.clients.get(&id),
        DraftClient::New { .. } => None,
    };
    let load = draft.load(&world.agenda.settings.load, client);
    let (account, production) = (
        load.account_manager.minutes(),
        load.production_manager.minutes(),
    );
    let of_side = |side, named: Option<Uuid>| match named {
        Some(id) => vec![id],
        None => room.eligible(side),
    };
    let holder = |side| room.holder(side, client?.id);
    let mut accounts = of_side(Side::Client, draft.account_manager_id);
    let productions = of_side(Side::Project, draft.production_manager_id);
    let mut parts = if combined {
        accounts.retain(|id| productions.contains(id));
        let both = Part::new(Carries::BothSides, account + production, accounts);
        vec![both.preferring(holder(Side::Client))]
    } else {
        let of_client = Part::new(Carries::Side(Side::Client), account, accounts);
        let of_project = Part::new(Carries::Side(Side::Project), production, productions);
        vec![
            of_client.preferring(holder(Side::Client)),
            of_project.preferring(holder(Side::Project)),
        ]
    };
    parts.extend(draft.bookings.iter().enumerate().map(|(index, one)| {
        let people = match one.worker {
            Worker::Person(id) => vec![id],
            Worker::Skilled(id) => world.skilled(id).to_vec(),
        };
        Part::new(Carries::Booking(index), one.minutes_a_week, people)
    }));
    parts
}

fn accepted(
    world: &World,
    room: &Room<'_>,
    found: &Answer,
    verdict: Verdict,
    earliest_start_on: Option<Date>,
    constraints: Vec<Constraint>,
) -> Acceptance {
    let person = |id: Uuid| world.people.get(&id).cloned();
    let carriers: Vec<Carrier> = found
        .takers
        .iter()
        .filter_map(|(part, id)| {
            let (before, after) = room.peaks(*id, found.ahead, found.added(*id));
            Some(Carrier {
                person: person(*id)?,
                carries: part.carries.clone(),
                minutes_a_week: part.minutes,
                peak_before_bp: before,
                peak_after_bp: after,
            })
        })
        .collect();
    let moves: Vec<Move> = found
        .moves
        .iter()
        .filter_map(|one| {
            Some(Move {
                project: one.unit.project.clone(),
                side: one.unit.side,
                from: person(one.unit.holder)?,
                to: person(one.to)?,
                minutes_a_week: one.unit.minutes,
            })
        })
        .collect();
    let sentence = match (verdict, &moves[..], earliest_start_on) {
        (Verdict::Yes, ..) => "Yes: it fits as things stand.".to_owned(),
        (_, [], Some(day)) => format!("Yes, if it starts on {day} or later."),
        (_, moves, day) => {
            let first = match moves.len() {
                1 => "one side of another project moves".to_owned(),
                more => format!("{more} sides of other projects move"),
            };
            let or = day.map_or(String::new(), |day| format!(", or if it starts on {day}"));
            format!("Yes, if {first} to other managers first{or}.")
        }
    };
    Acceptance {
        verdict,
        sentence,
        warnings: room.warnings(found),
        carriers,
        moves,
        earliest_start_on,
        constraints,
    }
}

fn refused(constraints: Vec<Constraint>) -> Acceptance {
    let because = constraints
        .iter()
        .max_by_key(|one| one.excess_minutes())
        .map_or(String::new(), |one| format!(" {}", one.sentence));
    Acceptance {
        verdict: Verdict::No,
        sentence: format!("No, neither with two moves nor within {WEEKS_AHEAD} weeks.{because}"),
        carriers: Vec::new(),
        moves: Vec::new(),
        earliest_start_on: None,
        constraints,
        warnings: Vec::new(),
    }
}

/// Whether a status counts as ACTIVE.
fn is_active(status: ProjectStatus) -> bool {
    status == ProjectStatus::Active
}
