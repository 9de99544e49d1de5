//! Who could carry a project: as things stand, or after the fewest moves of other projects.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::Carries;
use super::fewest::{Floor, Held, Open, sharings};
use super::room::{Room, Unit};
use crate::entity::Side;

/// How many ways are kept for each part of a large agency: the combinations of two parts are tried one by one.
const WAYS: usize = 24;

/// How many of those with most room a unit of a large agency is offered to.
const RECEIVERS: usize = 4;

/// Everything is tried where as many people at most hold a side of anything.
pub(super) const MOST_HOLDERS: usize = 20;

/// Everything is tried where the parts can be shared out in as many ways at most.
pub(super) const MOST_SHARINGS: usize = 400;

/// A part of the project that one person must take.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) carries: Carries,
    /// Minutes a week.
    pub(super) minutes: i64,
    /// Who may, by name.
    pub(super) people: Vec<Uuid>,
    /// Who of them is asked first: whoever knows the client.
    pub(super) preferred: Option<Uuid>,
}

impl Part {
    pub(super) fn new(carries: Carries, minutes: i64, people: Vec<Uuid>) -> Self {
        Self {
            carries,
            minutes,
            people,
            preferred: None,
        }
    }

    pub(super) fn preferring(self, preferred: Option<Uuid>) -> Self {
        Self { preferred, ..self }
    }
}

/// A unit that goes to somebody.
#[derive(Clone, Debug)]
pub(super) struct Moved<'u> {
    pub(super) unit: &'u Unit,
    pub(super) to: Uuid,
}

/// A way to carry all parts.
#[derive(Clone, Debug)]
pub(super) struct Answer<'u> {
    /// Weeks after the first in which it begins.
    pub(super) ahead: i64,
    pub(super) takers: Vec<(Part, Uuid)>,
    pub(super) moves: Vec<Moved<'u>>,
}

impl Answer<'_> {
    /// Minutes a week that somebody has more of.
    pub(super) fn added(&self, id: Uuid) -> i64 {
        self.deltas().get(&id).copied().unwrap_or_default()
    }

    /// Who holds a side of it then.
    pub(super) fn managers(&self) -> impl Iterator<Item = Uuid> {
        let sides = self
            .takers
            .iter()
            .filter(|(part, _)| matches!(part.carries, Carries::Side(_) | Carries::BothSides));
        sides.map(|(_, id)| *id)
    }

    fn deltas(&self) -> BTreeMap<Uuid, i64> {
        let mut deltas = BTreeMap::new();
        for (part, id) in &self.takers {
            *deltas.entry(*id).or_default() += part.minutes;
        }
        for one in &self.moves {
            *deltas.entry(one.unit.holder).or_default() -= one.unit.minutes;
            *deltas.entry(one.to).or_default() += one.unit.minutes;
        }
        deltas
    }

    fn moved_minutes(&self) -> i64 {
        self.moves.iter().map(|one| one.unit.minutes).sum()
    }
}

/// A way to carry one part.
#[derive(Clone, Debug)]
struct Way<'u> {
    taker: Uuid,
    moves: Vec<Moved<'u>>,
    /// The place by name, for equals.
    place: usize,
    /// What is left of the taker's room; more is better.
    left: i64,
}

/// A search over what can move.
pub(super) struct Search<'r, 'w, 'u> {
    room: &'r mut Room<'w>,
    units: &'u [Unit],
    by_holder: HashMap<Uuid, Vec<&'u Unit>>,
}

impl<'r, 'w, 'u> Search<'r, 'w, 'u> {
    pub(super) fn new(room: &'r mut Room<'w>, units: &'u [Unit]) -> Self {
        let mut by_holder: HashMap<Uuid, Vec<&Unit>> = HashMap::new();
        for unit in units {
            by_holder.entry(unit.holder).or_default().push(unit);
        }
        for units in by_holder.values_mut() {
            units.sort_by_key(|unit| (unit.minutes, unit.project.id, unit.side == Side::Project));
        }
        Self {
            room,
            units,
            by_holder,
        }
    }

    /// Whether every way is tried: the agency is small enough. Else the likeliest are, and better ones may be missed.
    pub(super) fn tries_all(&self, alternatives: &[&[Part]]) -> bool {
        let few = |side| self.room.eligible(side).len() <= MOST_HOLDERS;
        let ways = |parts: &[Part]| sharings(parts.iter().map(|part| part.people.len()));
        let mut alternatives = alternatives.iter();
        few(Side::Client)
            && few(Side::Project)
            && alternatives.all(|parts| ways(parts) <= MOST_SHARINGS)
    }

    /// The way with the fewest moves, `most_moves` at most, to carry one of `alternatives` from `ahead` weeks on. The same
    /// input gives the same answer.
    pub(super) fn best(
        &mut self,
        ahead: i64,
        most_moves: usize,
        alternatives: &[&[Part]],
    ) -> Option<Answer<'u>> {
        self.room.reckon(ahead);
        let cost = |answer: &Answer<'u>| (answer.moves.len(), answer.moved_minutes());
        let likeliest = alternatives
            .iter()
            .filter_map(|parts| self.carry(ahead, most_moves, parts))
            .min_by_key(cost);
        let without_moves = likeliest
            .as_ref()
            .is_some_and(|answer| answer.moves.is_empty());
        if without_moves || !self.tries_all(alternatives) {
            return likeliest;
        }
        let of_all = alternatives
            .iter()
            .filter_map(|parts| self.fewest(ahead, most_moves, parts));
        of_all.min_by_key(cost)
    }

    fn fewest(&self, ahead: i64, most_moves: usize, parts: &[Part]) -> Option<Answer<'u>> {
        let eligible = [Side::Client, Side::Project].map(|side| self.room.eligible(side));
        let mut people: Vec<Uuid> = self.units.iter().map(|unit| unit.holder).collect();
        people.extend(eligible.iter().flatten());
        people.extend(parts.iter().flat_map(|part| &part.people));
        people.sort_unstable();
        people.dedup();
        let place = |id: &Uuid| people.partition_point(|one| one < id);
        let slack = people.iter().map(|id| self.room.slack(*id, ahead));
        let held = self.units.iter().map(|unit| Held {
            holder: place(&unit.holder),
            side: usize::from(unit.side == Side::Project),
            minutes: unit.minutes,
        });
        let receivers = eligible.map(|people| people.iter().map(place).collect());
        let floor = Floor::new(slack.collect(), receivers, held.collect());
        let open = |part: &Part| {
            let mut people = part.people.clone();
            people.sort_by_key(|id| Some(*id) != part.preferred);
            Open {
                minutes: part.minutes,
                people: people.iter().map(place).collect(),
            }
        };
        let open: Vec<Open> = parts.iter().map(open).collect();
        let found = floor.share(&open, most_moves)?;
        let takers = parts.iter().cloned().zip(found.takers);
        let moves = found.moves.into_iter().map(|(unit, to)| Moved {
            unit: &self.units[unit],
            to: people[to],
        });
        Some(Answer {
            ahead,
            takers: takers.map(|(part, taker)| (part, people[taker])).collect(),
            moves: moves.collect(),
        })
    }

    fn carry(&self, ahead: i64, most_moves: usize, parts: &[Part]) -> Option<Answer<'u>> {
        let receivers = [Side::Client, Side::Project].map(|side| self.receivers(side, ahead));
        let ways: Vec<Vec<Way<'u>>> = parts
            .iter()
            .map(|part| self.ways(part, ahead, most_moves, &receivers))
            .collect();
        let mut partial: Vec<Answer<'u>> = vec![Answer {
            ahead,
            takers: Vec::new(),
            moves: Vec::new(),
        }];
        for (part, ways) in parts.iter().zip(ways) {
            let mut next: Vec<Answer<'u>> = Vec::new();
            for answer in &partial {
                for way in &ways {
                    let mut answer = answer.clone();
                    answer.takers.push((part.clone(), way.taker));
                    answer.moves.extend(way.moves.iter().cloned());
                    if answer.moves.len() <= most_moves && self.fits(&answer) {
                        next.push(answer);
                    }
                }
            }
            // A stable sort: of equals the preferred stay first.
            next.sort_by_key(|answer| (answer.moves.len(), answer.moved_minutes()));
            next.truncate(WAYS);
            partial = next;
        }
        partial.into_iter().next()
    }

    fn fits(&self, answer: &Answer<'_>) -> bool {
        let mut moved: Vec<(Uuid, Side)> = answer
            .moves
            .iter()
            .map(|one| (one.unit.project.id, one.unit.side))
            .collect();
        moved.sort_by_key(|(id, side)| (*id, *side == Side::Project));
        let each_once = moved.windows(2).all(|pair| pair[0] != pair[1]);
        let deltas = answer.deltas();
        let mut grows = deltas.iter().filter(|(_, added)| **added > 0);
        let fits = |(id, added): (&Uuid, &i64)| {
            let slack = self.room.slack(*id, answer.ahead);
            slack.is_some_and(|slack| slack >= *added)
        };
        each_once && grows.all(fits)
    }

    /// Those who may hold a side, with most room first.
    fn receivers(&self, side: Side, ahead: i64) -> Vec<(Uuid, i64)> {
        let eligible = self.room.eligible(side).into_iter();
        let mut receivers: Vec<(Uuid, i64)> = eligible
            .filter_map(|id| Some((id, self.room.slack(id, ahead)?)))
            .collect();
        receivers.sort_by_key(|(_, slack)| Reverse(*slack));
        receivers.truncate(RECEIVERS);
        receivers
    }

    fn ways(
        &self,
        part: &Part,
        ahead: i64,
        most_moves: usize,
        receivers: &[Vec<(Uuid, i64)>; 2],
    ) -> Vec<Way<'u>> {
        let mut ways: Vec<Way<'u>> = Vec::new();
        for (place, taker) in part.people.iter().copied().enumerate() {
            let Some(slack) = self.room.slack(taker, ahead) else {
                continue;
            };
            let moves = if slack >= part.minutes {
                Some(Vec::new())
            } else {
                self.relief(taker, part.minutes - slack, most_moves, receivers)
            };
            if let Some(moves) = moves {
                ways.push(Way {
                    taker,
                    left: slack - part.minutes,
                    moves,
                    place,
                });
            }
        }
        ways.sort_by_key(|way| {
            let preferred = Some(way.taker) != part.preferred;
            let minutes: i64 = way.moves.iter().map(|one| one.unit.minutes).sum();
            (
                way.moves.len(),
                preferred,
                minutes,
                Reverse(way.left),
                way.place,
            )
        });
        ways.truncate(WAYS);
        ways
    }

    /// The fewest and smallest moves that take `minutes` off somebody: one, else two.
    fn relief(
        &self,
        taker: Uuid,
        minutes: i64,
        most_moves: usize,
        receivers: &[Vec<(Uuid, i64)>; 2],
    ) -> Option<Vec<Moved<'u>>> {
        let units = self.by_holder.get(&taker)?;
        let receiver = |unit: &'u Unit, besides: Option<&Moved<'u>>| {
            let taken = |id: Uuid| match besides {
                Some(other) if other.to == id => other.unit.minutes,
                _ => 0,
            };
            let mut of_side = receivers[usize::from(unit.side == Side::Project)].iter();
            let to = of_side
                .find(|(id, slack)| *id != taker && slack - taken(*id) >= unit.minutes)?
                .0;
            Some(Moved { unit, to })
        };
        if most_moves >= 1 {
            let enough = units.partition_point(|unit| unit.minutes < minutes);
            let one = units[enough..].iter().find_map(|unit| receiver(unit, None));
            if let Some(one) = one {
                return Some(vec![one]);
            }
        }
        if most_moves < 2 {
            return None;
        }
        let mut best: Option<(i64, Vec<Moved<'u>>)> = None;
        for (index, larger) in units.iter().enumerate() {
            let rest = &units[..index];
            let enough = rest.partition_point(|unit| unit.minutes + larger.minutes < minutes);
            let Some(first) = receiver(larger, None) else {
                continue;
            };
            let second = rest[enough..]
                .iter()
                .find_map(|unit| receiver(unit, Some(&first)));
            if let Some(second) = second {
                let sum = larger.minutes + second.unit.minutes;
                if best.as_ref().is_none_or(|(known, _)| sum < *known) {
                    best = Some((sum, vec![first, second]));
                }
            }
        }
        best.map(|(_, moves)| moves)
    }
}
