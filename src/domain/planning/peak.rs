//! A peak utilisation that no plan undercuts, without a search. Whoever is above a peak has to give away at least as
//! many units as their largest ones come to; and what everybody carries together has to fit below it.

use super::model::Model;

/// The least peak that at most `most_moves` moves could reach, bp. Exact counting, but not every such peak can be
/// reached: where the units land is left out.
pub(super) fn least_peak_bp(model: &Model, most_moves: Option<usize>) -> i64 {
    let people = (0..model.people()).filter(|&person| model.has_utilisation(person));
    let books: Vec<Book> = people.map(|person| Book::of(model, person)).collect();
    let shared: i64 = model.minutes.iter().sum::<i64>() - minutes_without_utilisation(model);
    let fits = |bp: i64| {
        let room: i64 = books.iter().map(|book| book.room(model, bp)).sum();
        let needed: Option<usize> = books.iter().map(|book| book.moves_needed(model, bp)).sum();
        let forced = forced_moves(model);
        room >= shared
            && needed.is_some_and(|needed| most_moves.is_none_or(|most| forced + needed <= most))
    };
    let (mut low, mut high) = (-1, 1);
    while !fits(high) && high < i64::from(i32::MAX) {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if fits(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// What one person could give away.
struct Book {
    person: usize,
    /// What they carry in any case, minutes.
    kept: i64,
    /// What they carry today and could give away, minutes of each unit, the largest first.
    loose: Vec<i64>,
    /// All that they could hold, minutes.
    most: i64,
}

impl Book {
    fn of(model: &Model, person: usize) -> Self {
        let mut kept = model.fixed_minutes(person);
        let (mut loose, mut most) = (Vec::new(), 0);
        for unit in 0..model.units() {
            let eligible = &model.eligible[unit];
            if eligible.contains(&person) {
                most += model.minutes[unit];
            }
            if eligible[..] == [person] {
                kept += model.minutes[unit];
            } else if model.problem.units[unit].holder == Some(person) && eligible.contains(&person)
            {
                loose.push(model.minutes[unit]);
            }
        }
        loose.sort_unstable_by(|one, other| other.cmp(one));
        Self {
            person,
            kept,
            loose,
            most,
        }
    }

    /// Minutes of units that fit below a peak.
    fn room(&self, model: &Model, bp: i64) -> i64 {
        let room = model.minutes_within(self.person, bp) - model.fixed_minutes(self.person);
        room.min(self.most)
    }

    /// How many units have to go at least; none when even all are too few.
    fn moves_needed(&self, model: &Model, bp: i64) -> Option<usize> {
        let most = model.minutes_within(self.person, bp);
        let mut carried = self.kept + self.loose.iter().sum::<i64>();
        let mut moves = 0;
        while carried > most {
            carried -= self.loose.get(moves)?;
            moves += 1;
        }
        Some(moves)
    }
}

/// Units that change hands in every plan.
pub(super) fn forced_moves(model: &Model) -> usize {
    let forced = |unit: &usize| {
        let holder = model.problem.units[*unit].holder;
        holder.is_none_or(|person| !model.eligible[*unit].contains(&person))
    };
    (0..model.units()).filter(forced).count()
}

/// Minutes that somebody without availability may keep, so that nobody else has to carry them.
fn minutes_without_utilisation(model: &Model) -> i64 {
    let kept = |unit: &usize| {
        let mut people = model.eligible[*unit].iter();
        people.any(|&person| !model.has_utilisation(person))
    };
    (0..model.units())
        .filter(kept)
        .map(|unit| model.minutes[unit])
        .sum()
}
