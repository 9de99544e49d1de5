//! Guards: what should not change hands now, unless an owner says why it may.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::agency::{Agency, Part};
use crate::domain::calendar::plus_days;
use crate::domain::planning::{Stay, StayReason, Target};
use crate::entity::AssignmentSource;

/// A launch within so many days keeps both sides of a project where they are.
pub const LAUNCH_DAYS: i64 = 28;

/// Whatever changed hands within so many months stays.
pub const SETTLED_MONTHS: i32 = 6;

/// Why something should not change hands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Guard {
    /// The project launches within [`LAUNCH_DAYS`] of the plan's start.
    LaunchSoon,
    /// The client is in trouble.
    ClientInTrouble,
    /// It changed hands within the last [`SETTLED_MONTHS`].
    MovedLately,
    /// The person and the client are to stay together.
    PinnedRelationship,
}

/// The guards that keep a part with its holder, but for the relationship, which is one of person and client.
pub(super) fn guards_of(agency: &Agency, part: &Part<'_>) -> Vec<(Guard, Stay)> {
    let name = part.name();
    let mut found = Vec::new();
    let launch = part.project.and_then(|project| project.launch_on);
    if let Some(launch) = launch.filter(|launch| is_soon(agency.day, launch.0)) {
        let sentence = format!("{name} launches on {launch}.");
        found.push((Guard::LaunchSoon, StayReason::LaunchSoon, sentence));
    }
    if let Some(since) = part.client.in_trouble_since {
        let client = &part.client.name;
        let sentence = format!("{client} has been in trouble since {since}.");
        found.push((
            Guard::ClientInTrouble,
            StayReason::ClientInTrouble,
            sentence,
        ));
    }
    if let Some(since) = moved_lately(agency, part) {
        let side = part.side_word();
        let sentence = format!("The {side} of {name} changed hands on {since} already.");
        found.push((Guard::MovedLately, StayReason::MovedLately, sentence));
    }
    found
        .into_iter()
        .map(|(guard, why, sentence)| (guard, Stay { why, sentence }))
        .collect()
}

fn is_soon(day: Date, launch: Date) -> bool {
    (day..=plus_days(day, LAUNCH_DAYS)).contains(&launch)
}

/// Since when the holder has held it, when that is not long and somebody else held it before. A spreadsheet and the demo
/// only tell who held what.
fn moved_lately(agency: &Agency, part: &Part<'_>) -> Option<Date> {
    let held = part.held?;
    let since = held.assignment.from_on.0;
    let decided = matches!(
        held.assignment.source,
        AssignmentSource::Person | AssignmentSource::Plan | AssignmentSource::Handover
    );
    let eve = since.yesterday().ok()?;
    if !decided || eve < agency.since {
        return None;
    }
    let before = match part.target {
        Target::Project(_) => {
            agency
                .books
                .accountability
                .accountable(part.side, part.project?, eve)
        }
        Target::IdleClient(id) => agency
            .books
            .accountability
            .accountable_for_client(part.side, id, eve),
    };
    before
        .filter(|before| before.person_id() != held.person_id())
        .map(|_| since)
}
