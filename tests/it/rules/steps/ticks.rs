//! Later in the day.

use meridian::email::memory::Failure;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::{Fate, Step, Tick};

/// Mornings, one after the other or with days between them.
pub(super) fn mornings() -> impl Strategy<Value = Vec<Step>> {
    let pass = prop_oneof![3 => Just(1), 1 => 2..5].prop_map(|days| Step::Pass { days });
    vec((pass, tick()), 2..5).prop_map(|mornings| {
        let steps = mornings.into_iter().flat_map(|(pass, tick)| [pass, tick]);
        steps.collect()
    })
}

/// At any hour of a day, eight in the morning more often than another.
pub(super) fn tick() -> impl Strategy<Value = Step> {
    let hour = prop_oneof![3 => Just(8), 1 => 5_i8..23];
    let failure = select(vec![
        Failure::TryLater,
        Failure::LostBeforeTheDot,
        Failure::LostAfterAcceptance,
    ]);
    let fate = prop_oneof![
        3 => Just(Fate::Arrives),
        2 => failure.prop_map(Fate::Fails),
        1 => Just(Fate::Forsaken),
    ];
    (hour, any::<bool>(), fate)
        .prop_map(|(hour, twice, fate)| Step::Tick(Tick { hour, twice, fate }))
}
