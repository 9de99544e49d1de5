//! A peak utilisation that no plan undercuts, without a search. Whoever is above a peak has to give away at least as
//! many units as their largest ones come to; and what everybody carries together has to fit below it.

use super::model::Model;

/// No search goes on beyond this: the rules then leave no plan with so few moves.
const BEYOND_ANY_PEAK: i64 = 1 << 40;

/// The least peak that at most `most_moves` moves could reach, bp. Exact counting, but not every such peak can be
/// reached: where the units land is left out.
pub(super) fn least_peak_bp(model: &Model, most_moves: Option<usize>) -> i64 {
    least(model, most_moves, |person, bp| {
        model.minutes_within(person, bp)
    })
}

/// The same as costs count utilisation, thousandths of a bp.
pub(super) fn least_peak_milli_bp(model: &Model, most_moves: Option<usize>) -> i64 {
    least(model, most_moves, |person, milli_bp| {
        milli_bp.div_euclid(model.milli_bp_a_minute(person))
    })
}

/// The least value below which everybody's work fits, when `within` says how many minutes of a person do.
fn least(model: &Model, most_moves: Option<usize>, within: impl Fn(usize, i64) -> i64) -> i64 {
    let people = (0..model.people()).filter(|&person| model.has_utilisation(person));
    let books: Vec<Book> = people.map(|person| Book::of(model, person)).collect();
    let shared: i64 = model.minutes.iter().sum::<i64>() - minutes_without_utilisation(model);
    let forced = forced_moves(model);
    let fits = |value: i64| {
        let limits = books.iter().map(|book| (book, within(book.person, value)));
        let room: i64 = limits
            .clone()
            .map(|(book, most)| book.room(model, most))
            .sum();
        let needed: Option<usize> = limits.map(|(book, most)| book.moves_needed(most)).sum();
        let allowed = |needed| most_moves.is_none_or(|most| forced + needed <= most);
        room >= shared && needed.is_some_and(allowed)
    };
    let (mut low, mut high) = (-1, 0);
    while !fits(high) && high < BEYOND_ANY_PEAK {
        (low, high) = (high, high * 2 + 1);
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

    /// Minutes of units with which the person carries `most` minutes at most.
    fn room(&self, model: &Model, most: i64) -> i64 {
        let room = most - model.fixed_minutes(self.person);
        room.min(self.most)
    }

    /// How many units have to go at least; none when even all are too few.
    fn moves_needed(&self, most: i64) -> Option<usize> {
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
