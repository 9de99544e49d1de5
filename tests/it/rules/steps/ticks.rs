//! Later in the day.

use meridian::email::memory::Failure;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use super::{Fate, Step, Tick};

/// At any hour of a day, eight in the morning more often than another.
pub(super) fn tick() -> impl Strategy<Value = Step> {
    let hour = prop_oneof![Just(8), 5_i8..23];
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
