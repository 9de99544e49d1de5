//! The fewest moves, exactly: every way to share out the parts is tried with every one or two moves that could help.
//!
//! Somebody with too much gets rid of it only by a move of something they hold. So of those with too much one is chosen,
//! whatever they hold is offered to everybody, and what that leaves is looked at in the same way.

/// Something that somebody holds and another could.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) holder: usize,
    /// The place of its side in [`Floor::new`]'s receivers.
    pub(super) side: usize,
    /// Minutes a week.
    pub(super) minutes: i64,
}

/// A part, and who could take it.
#[derive(Clone, Debug)]
pub(super) struct Open {
    /// Minutes a week.
    pub(super) minutes: i64,
    /// Of equals the first is taken.
    pub(super) people: Vec<usize>,
}

/// How the parts are shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sharing {
    /// Who takes each part.
    pub(super) takers: Vec<usize>,
    /// What moves, and to whom.
    pub(super) moves: Vec<(usize, usize)>,
    /// Minutes a week that move.
    pub(super) minutes: i64,
}

/// Everybody's room and what they hold. People and what they hold are places in lists.
#[derive(Debug)]
pub(super) struct Floor {
    slack: Vec<Option<i64>>,
    receivers: [Vec<usize>; 2],
    held: Vec<Held>,
    /// What each person holds, the smallest first.
    by_holder: Vec<Vec<usize>>,
}

impl Floor {
    /// Of the most minutes a week that each could take (none: away in all the weeks), who may hold either side, and what
    /// may move.
    pub(super) fn new(
        slack: Vec<Option<i64>>,
        receivers: [Vec<usize>; 2],
        held: Vec<Held>,
    ) -> Self {
        let mut by_holder = vec![Vec::new(); slack.len()];
        for (place, one) in held.iter().enumerate() {
            by_holder[one.holder].push(place);
        }
        for places in &mut by_holder {
            places.sort_by_key(|place| held[*place].minutes);
        }
        Self {
            slack,
            receivers,
            held,
            by_holder,
        }
    }

    /// The sharing with the fewest moves, `most_moves` at most, and of these with the fewest minutes that move.
    pub(super) fn share(&self, parts: &[Open], most_moves: usize) -> Option<Sharing> {
        (0..=most_moves).find_map(|moves| self.share_with(parts, moves))
    }

    fn share_with(&self, parts: &[Open], moves: usize) -> Option<Sharing> {
        let mut best: Option<Sharing> = None;
        for number in 0..sharings(parts.iter().map(|part| part.people.len())) {
            let takers = takers(parts, number);
            let mut added = vec![0; self.slack.len()];
            for (part, taker) in parts.iter().zip(&takers) {
                added[*taker] += part.minutes;
            }
            let below = best.as_ref().map_or(i64::MAX, |known| known.minutes);
            if let Some((minutes, moves)) = self.relieve(&mut added, moves, None, below)
                && minutes < below
            {
                best = Some(Sharing {
                    takers,
                    moves,
                    minutes,
                });
            }
        }
        best
    }

    fn fits(&self, person: usize, added: i64) -> bool {
        added <= 0 || self.slack[person].is_some_and(|slack| slack >= added)
    }

    /// The moves that leave nobody with too much, of fewer than `below` minutes together, without moving `moved` again.
    fn relieve(
        &self,
        added: &mut [i64],
        moves: usize,
        moved: Option<usize>,
        below: i64,
    ) -> Option<(i64, Vec<(usize, usize)>)> {
        let mut with_too_much = (0..added.len()).filter(|one| !self.fits(*one, added[*one]));
        let Some(giver) = with_too_much.next() else {
            return Some((0, Vec::new()));
        };
        // Each of them must give something away.
        if with_too_much.count() >= moves {
            return None;
        }
        if moves == 1 {
            return self.last(added, giver, moved, below);
        }
        let (mut below, mut best) = (below, None);
        for place in self.by_holder[giver].iter().copied() {
            let Held { side, minutes, .. } = self.held[place];
            if minutes >= below {
                break;
            }
            for to in self.receivers[side].iter().copied() {
                if to == giver || moved == Some(place) {
                    continue;
                }
                added[giver] -= minutes;
                added[to] += minutes;
                let rest = self.relieve(added, moves - 1, Some(place), below - minutes);
                added[giver] += minutes;
                added[to] -= minutes;
                if let Some((more, mut then)) = rest
                    && minutes + more < below
                {
                    below = minutes + more;
                    then.insert(0, (place, to));
                    best = Some((below, then));
                }
            }
        }
        best
    }

    /// The smallest move that is enough for `giver`, to whoever has most room for it.
    fn last(
        &self,
        added: &[i64],
        giver: usize,
        moved: Option<usize>,
        below: i64,
    ) -> Option<(i64, Vec<(usize, usize)>)> {
        let room = |to: usize| self.slack[to].unwrap_or_default() - added[to];
        let enough = self.by_holder[giver].iter().copied().filter(|place| {
            let left = added[giver] - self.held[*place].minutes;
            moved != Some(*place) && self.fits(giver, left)
        });
        for place in enough {
            let Held { side, minutes, .. } = self.held[place];
            if minutes >= below {
                return None;
            }
            let could = self.receivers[side].iter().copied().rev();
            let to = could
                .filter(|to| *to != giver && self.fits(*to, added[*to] + minutes))
                .max_by_key(|to| room(*to));
            if let Some(to) = to {
                return Some((minutes, vec![(place, to)]));
            }
        }
        None
    }
}

/// In how many ways parts that so many people each could take can be shared out.
pub(super) fn sharings(people_of_each: impl Iterator<Item = usize>) -> usize {
    people_of_each.fold(1, usize::saturating_mul)
}

fn takers(parts: &[Open], number: usize) -> Vec<usize> {
    let mut rest = number;
    let mut takers: Vec<usize> = parts
        .iter()
        .rev()
        .map(|part| {
            let taker = part.people[rest % part.people.len()];
            rest /= part.people.len();
            taker
        })
        .collect();
    takers.reverse();
    takers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEOPLE: usize = 4;

    fn floors() -> impl Strategy<Value = Floor> {
        let slack = proptest::option::weighted(0.9, -60_i64..120);
        let receivers = proptest::sample::subsequence((0..PEOPLE).collect::<Vec<_>>(), 0..=PEOPLE);
        let held = (0..PEOPLE, 0_usize..2, 1_i64..120).prop_map(|(holder, side, minutes)| Held {
            holder,
            side,
            minutes,
        });
        (
            proptest::collection::vec(slack, PEOPLE),
            [receivers.clone(), receivers],
            proptest::collection::vec(held, 0..7),
        )
            .prop_map(|(slack, receivers, held)| Floor::new(slack, receivers, held))
    }

    fn parts() -> impl Strategy<Value = Vec<Open>> {
        let people = proptest::sample::subsequence((0..PEOPLE).collect::<Vec<_>>(), 0..=PEOPLE);
        let part = (1_i64..120, people).prop_map(|(minutes, people)| Open { minutes, people });
        proptest::collection::vec(part, 1..4)
    }

    /// How many moves and minutes it takes, with everything tried.
    fn by_brute_force(floor: &Floor, parts: &[Open]) -> Option<(usize, i64)> {
        let mut every_move = Vec::new();
        for (place, one) in floor.held.iter().enumerate() {
            let to = floor.receivers[one.side].iter().copied();
            every_move.extend(to.filter(|to| *to != one.holder).map(|to| (place, to)));
        }
        let mut sets: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
        for (index, one) in every_move.iter().enumerate() {
            sets.push(vec![*one]);
            let others = every_move[..index].iter().filter(|other| other.0 != one.0);
            sets.extend(others.map(|other| vec![*one, *other]));
        }
        let of_set = |set: &Vec<(usize, usize)>| {
            let sharings = sharings(parts.iter().map(|part| part.people.len()));
            let fits = (0..sharings)
                .any(|number| fits_in(floor, &added(floor, parts, &takers(parts, number), set)));
            let minutes = set.iter().map(|(place, _)| floor.held[*place].minutes);
            fits.then(|| (set.len(), minutes.sum()))
        };
        sets.iter().filter_map(of_set).min()
    }

    fn added(
        floor: &Floor,
        parts: &[Open],
        takers: &[usize],
        moves: &[(usize, usize)],
    ) -> Vec<i64> {
        let mut added = vec![0; PEOPLE];
        for (part, taker) in parts.iter().zip(takers) {
            added[*taker] += part.minutes;
        }
        for (place, to) in moves {
            added[floor.held[*place].holder] -= floor.held[*place].minutes;
            added[*to] += floor.held[*place].minutes;
        }
        added
    }

    fn fits_in(floor: &Floor, added: &[i64]) -> bool {
        let mut people = floor.slack.iter().zip(added);
        people.all(|(slack, added)| *added <= 0 || slack.is_some_and(|slack| slack >= *added))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn no_way_with_fewer_moves_or_minutes_is_missed(floor in floors(), parts in parts()) {
            let found = floor.share(&parts, 2);
            let cost = found.as_ref().map(|one| (one.moves.len(), one.minutes));
            prop_assert_eq!(cost, by_brute_force(&floor, &parts));
            if let Some(found) = found {
                prop_assert!(fits_in(&floor, &added(&floor, &parts, &found.takers, &found.moves)));
            }
        }
    }
}
