//! What guards keep where it is.

use super::problem::Problem;
use super::rule::{Rule, keeping};

/// A unit that may not move, because of its guards or of a pinned relationship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// A place in [`Problem::units`].
    pub unit: usize,
    /// Who keeps it, a place in [`Problem::people`].
    pub holder: usize,
    /// Why, a sentence a guard.
    pub sentences: Vec<String>,
}

impl Problem {
    /// All that guards keep with its holder, in the order of the units.
    pub fn kept(&self) -> Vec<Kept> {
        (0..self.units.len())
            .filter_map(|unit| {
                let rules = keeping(self, unit);
                let sentences = rules.into_iter().flat_map(|rule| self.why(rule)).collect();
                let holder = self.units[unit].holder?;
                let kept = Kept {
                    unit,
                    holder,
                    sentences,
                };
                (!kept.sentences.is_empty()).then_some(kept)
            })
            .collect()
    }

    /// The guards of a unit say why one by one.
    fn why(&self, rule: Rule) -> Vec<String> {
        match rule {
            Rule::Stay(unit) => {
                let stays = self.units[unit].stays.iter();
                stays.map(|stay| stay.sentence.clone()).collect()
            }
            other => vec![other.sentence(self)],
        }
    }
}
