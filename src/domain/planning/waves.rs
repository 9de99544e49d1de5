//! When each move happens: handovers in waves, one wave a week, least disruptive first.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::problem::Problem;
use crate::domain::calendar::Week;
use crate::entity::Side;

/// Days that lie between the handovers of a client's two sides, at least.
pub const DAYS_APART: i64 = 7 * WAVES_BETWEEN_SIDES as i64;

/// The same in waves, one a week.
const WAVES_BETWEEN_SIDES: usize = 2;

/// What moves together: all that one person gives another of one client and side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Handover {
    client: usize,
    side: Side,
    from: Option<usize>,
    to: usize,
}

/// The wave of each unit that moves to somebody else, by unit, in the order of the waves.
pub(super) fn waves(problem: &Problem, at: &[usize]) -> Vec<(usize, usize)> {
    let mut handovers: BTreeMap<Handover, Vec<usize>> = BTreeMap::new();
    for (place, unit) in problem.units.iter().enumerate() {
        let to = at[place];
        if unit.holder != Some(to) {
            let handover = Handover {
                client: unit.client,
                side: unit.side,
                from: unit.holder,
                to,
            };
            handovers.entry(handover).or_default().push(place);
        }
    }
    let mut ordered: Vec<(Handover, Vec<usize>)> = handovers.into_iter().collect();
    ordered.sort_by_key(|(handover, units)| disruption(problem, handover, units));
    let mut calendar = Calendar {
        per_week: problem.waves.per_week.max(1),
        taken: Vec::new(),
    };
    let mut placed = Vec::new();
    for (handover, units) in &ordered {
        let wave = calendar.place(handover);
        placed.extend(units.iter().map(|&unit| (wave, unit)));
    }
    // Stable: within a wave the order of disruption stays.
    placed.sort_by_key(|(wave, _)| *wave);
    placed
        .into_iter()
        .map(|(wave, unit)| (unit, wave))
        .collect()
}

/// The Monday on which wave `wave` begins: the first one on or after `starts_on` is that of wave 0.
pub fn wave_begins_on(starts_on: Date, wave: i64) -> Date {
    let week = Week::of(starts_on);
    let first = if week.monday() < starts_on {
        week.next()
    } else {
        week
    };
    first.plus(wave).monday()
}

/// What comes first: what has to move, then light handovers, then weak relationships, then the order of the problem.
fn disruption(
    problem: &Problem,
    handover: &Handover,
    units: &[usize],
) -> (bool, i64, i64, Handover) {
    let has_to = |&unit: &usize| {
        let leaves = handover
            .from
            .is_some_and(|person| problem.people[person].leaves);
        problem.units[unit].must_move || leaves || handover.from.is_none()
    };
    let weight = units
        .iter()
        .map(|&unit| problem.units[unit].client_side_minutes)
        .sum();
    let bond = problem.bonds.iter().find(|bond| {
        handover.side == Side::Client
            && bond.client == handover.client
            && Some(bond.person) == handover.from
    });
    let points = bond.map_or(0, |bond| bond.points);
    (!units.iter().any(has_to), weight, points, *handover)
}

/// Which handovers each wave has.
struct Calendar {
    per_week: usize,
    taken: Vec<Vec<(usize, Side)>>,
}

impl Calendar {
    /// Takes the first wave with room that is far enough from the other side of the same client.
    fn place(&mut self, handover: &Handover) -> usize {
        let other_side = |wave: &usize| {
            let first = wave.saturating_sub(WAVES_BETWEEN_SIDES - 1);
            let near = self
                .taken
                .iter()
                .skip(first)
                .take(wave + WAVES_BETWEEN_SIDES - first);
            let mut taken = near.flatten();
            taken.any(|(client, side)| *client == handover.client && *side != handover.side)
        };
        let room = |wave: &usize| {
            self.taken
                .get(*wave)
                .is_none_or(|taken| taken.len() < self.per_week)
        };
        // There is room after the last wave that is taken, and a client's other side is two waves away there.
        let last = self.taken.len() + WAVES_BETWEEN_SIDES;
        let wave = (0..last)
            .find(|wave| room(wave) && !other_side(wave))
            .unwrap_or(last);
        if self.taken.len() <= wave {
            self.taken.resize(wave + 1, Vec::new());
        }
        self.taken[wave].push((handover.client, handover.side));
        wave
    }
}
