//! What it came to, and whether it is well.

use std::collections::BTreeMap;
use std::fmt;

use crate::attacks::{ALL_AT_ONCE, ATTACKS};
use crate::good::{ASIDE, Figures, ORDINARY, Sample};
use crate::machine;
use crate::server::{Database, Level};
use crate::tally::Tallies;

/// How much slower the good query may become.
const SLOWER: f64 = 3.0;
/// By how much memory may stay above its level, in KiB: what the allocator keeps, and the limits' counts.
const MORE_MEMORY: u64 = 24 * 1_024;
const MORE_FILES: u64 = 8;
/// A minute with fewer has no percentiles.
const ENOUGH: usize = 300;
/// Of so many minutes one may go unjudged.
const JUDGED_OF: usize = 4;

/// What the server had of the machine.
#[derive(Clone, Copy)]
pub(crate) struct Levels {
    /// When it had just been started, and before and after the minutes asked for.
    pub(crate) fresh: Level,
    pub(crate) before: Level,
    pub(crate) highest: Level,
    pub(crate) after: Level,
}

pub(crate) struct Report<'a> {
    minutes: Vec<Minute>,
    tallies: &'a Tallies,
    levels: Levels,
    log: &'a str,
    ordinary: Figures,
}

impl<'a> Report<'a> {
    pub(crate) fn of(
        samples: Vec<Sample>,
        tallies: &'a Tallies,
        levels: Levels,
        log: &'a str,
    ) -> Self {
        let ordinary = Figures::of(samples.iter().filter(|sample| sample.beside == ORDINARY));
        Self {
            minutes: Minute::all(samples),
            tallies,
            levels,
            log,
            ordinary,
        }
    }

    /// Prints all of it. Answers whether every limit holds.
    pub(crate) fn print(&self, database: Database) -> bool {
        println!("\nhostile, on {database:?}; ordinary: {}\n", self.ordinary);
        println!(
            "| attack | a second | begun | came to | the good query beside it | of the ordinary p99 | |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- |");
        let attacks = ATTACKS
            .iter()
            .map(|attack| self.row(attack.name, &attack.per_second.to_string()));
        let mut well: Vec<bool> = attacks.collect();
        well.push(self.row(ALL_AT_ONCE, ""));
        well.push(self.minutes());
        well.push(self.machine());
        well.push(self.silence());
        println!();
        well.iter().all(|is_well| *is_well)
    }

    fn row(&self, name: &'static str, pace: &str) -> bool {
        let judged = self.minutes.iter().filter(|minute| self.is_judged(minute));
        let samples = judged.flat_map(|minute| &minute.samples);
        let figures = Figures::of(samples.filter(|sample| sample.beside == name));
        if figures.count == 0 {
            return true;
        }
        let counts = self.tallies.of(name).counts();
        let mut ends: Vec<String> = counts
            .ends
            .iter()
            .map(|(end, count)| format!("{end} × {count}"))
            .collect();
        let held = counts.begun - counts.ends.values().sum::<u64>();
        if held > 0 {
            ends.push(format!("held until the turn's end × {held}"));
        }
        let is_well = self.holds(figures);
        println!(
            "| {name} | {pace} | {} | {} | {figures} | {:.2} | {} |",
            counts.begun,
            ends.join(", "),
            self.ratio(figures),
            verdict(is_well),
        );
        is_well
    }

    fn ratio(&self, figures: Figures) -> f64 {
        figures.p99.as_secs_f64() / self.ordinary.p99.as_secs_f64().max(f64::EPSILON)
    }

    fn holds(&self, figures: Figures) -> bool {
        figures.failed == 0 && self.ratio(figures) <= SLOWER
    }

    /// One that is too slow proves nothing where the machine was not ours. One that is not does: what is taken away makes nothing faster.
    fn is_judged(&self, minute: &Minute) -> bool {
        let figures = minute.figures;
        minute.was_ours() || figures.failed > 0 || self.ratio(figures) <= SLOWER
    }

    /// The worst minute while attacks went on.
    fn minutes(&self) -> bool {
        let (judged, others): (Vec<&Minute>, Vec<&Minute>) = self
            .minutes
            .iter()
            .filter(|minute| minute.figures.count >= ENOUGH)
            .partition(|minute| self.is_judged(minute));
        println!();
        for minute in &others {
            println!("not judged, since the machine was not ours: {minute}");
        }
        let Some(worst) = judged.iter().max_by_key(|minute| minute.figures.p99) else {
            println!("FAIL: no minute can be judged");
            return false;
        };
        let are_enough = others.len() * JUDGED_OF <= judged.len() + others.len();
        let is_well = are_enough && judged.iter().all(|minute| self.holds(minute.figures));
        println!(
            "{}: the worst of {} minutes: {worst}, {:.2} of the ordinary p99",
            verdict(is_well),
            judged.len(),
            self.ratio(worst.figures),
        );
        is_well
    }

    fn machine(&self) -> bool {
        let Levels {
            fresh,
            before,
            highest,
            after,
        } = self.levels;
        let is_well =
            after.memory <= before.memory + MORE_MEMORY && after.files <= before.files + MORE_FILES;
        println!(
            "{}: fresh {fresh}; before {before}; at most {highest}; after {after}",
            verdict(is_well)
        );
        is_well
    }

    /// Nothing of the inside in an answer, no fault of ours, and no panic in the log.
    fn silence(&self) -> bool {
        let mut is_well = true;
        for attack in &ATTACKS {
            let counts = self.tallies.of(attack.name).counts();
            let faults = counts.ends.get("500").copied().unwrap_or_default();
            is_well &= faults == 0 && counts.leaks.is_empty();
            for leak in &counts.leaks {
                println!("{}: {leak}", attack.name);
            }
        }
        let trouble: Vec<&str> = self.log.lines().filter(|line| is_trouble(line)).collect();
        for line in trouble.iter().take(5) {
            println!("the log: {line}");
        }
        is_well &= trouble.is_empty();
        println!(
            "{}: nothing leaks, and nothing is a fault of ours",
            verdict(is_well)
        );
        is_well
    }
}

/// A minute while attacks went on.
struct Minute {
    number: u64,
    samples: Vec<Sample>,
    figures: Figures,
}

impl Minute {
    fn all(samples: Vec<Sample>) -> Vec<Self> {
        let mut minutes: BTreeMap<u64, Vec<Sample>> = BTreeMap::new();
        for sample in samples {
            if ![ORDINARY, ASIDE].contains(&sample.beside) {
                let number = sample.at.as_secs() / 60;
                minutes.entry(number).or_default().push(sample);
            }
        }
        let minutes = minutes.into_iter().map(|(number, samples)| Self {
            number,
            figures: Figures::of(samples.iter()),
            samples,
        });
        minutes.collect()
    }

    /// Whether we had the machine to ourselves between the first and the last of its queries.
    fn was_ours(&self) -> bool {
        let (Some(first), Some(last)) = (self.samples.first(), self.samples.last()) else {
            return true;
        };
        let taken = last.taken.saturating_sub(first.taken);
        machine::was_ours(taken, last.at.saturating_sub(first.at))
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "minute {}, {}", self.number, self.figures)
    }
}

fn is_trouble(line: &str) -> bool {
    line.contains("panic") || line.contains("ERROR")
}

fn verdict(is_well: bool) -> &'static str {
    if is_well { "ok" } else { "FAIL" }
}
