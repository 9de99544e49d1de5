//! What guards keep where it is.

use std::collections::BTreeSet;

use super::problem::{Problem, Unit};
use super::rule::Rule;
use crate::entity::Side;

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
        let bonds = self.bonds.iter().filter(|bond| bond.pinned);
        let pinned: BTreeSet<_> = bonds.map(|bond| (bond.person, bond.client)).collect();
        let units = self.units.iter().enumerate();
        units
            .filter_map(|(place, unit)| {
                let holder = unit.holder?;
                let mut sentences = guards(unit);
                if unit.side == Side::Client && pinned.contains(&(holder, unit.client)) {
                    sentences.push(Rule::PinnedBond(holder, unit.client).sentence(self));
                }
                (!sentences.is_empty()).then_some(Kept {
                    unit: place,
                    holder,
                    sentences,
                })
            })
            .collect()
    }
}

fn guards(unit: &Unit) -> Vec<String> {
    let stays = unit.stays.iter();
    stays.map(|stay| stay.sentence.clone()).collect()
}
