//! Handovers, and what becomes of them.

use meridian::entity::HandoverStage;
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

use super::{HandOver, Step, side, target};

/// One that is moved on, and perhaps called off then.
pub(super) fn stages() -> impl Strategy<Value = Vec<Step>> {
    (0..3_usize, 3..6_usize, weighted(0.3, Just(()))).prop_map(|(handover, stages, called_off)| {
        let next = Step::Advance {
            handover,
            stage: None,
        };
        let mut steps = vec![next; stages];
        steps.extend(called_off.map(|()| Step::CancelHandover { handover }));
        steps
    })
}

/// What is begun is moved on more often than called off, to the next stage more often than to another.
pub(super) fn handing_over() -> impl Strategy<Value = Step> {
    let begin = (
        target(),
        side(),
        weighted(0.1, 1..4_usize),
        1..4_usize,
        0..10,
    )
        .prop_map(|(target, side, from, to, ahead)| {
            Step::HandOver(HandOver {
                target,
                side,
                from,
                to,
                ahead,
            })
        });
    let stage = select(vec![
        HandoverStage::Planned,
        HandoverStage::Shadowing,
        HandoverStage::Transferred,
        HandoverStage::Confirmed,
        HandoverStage::Cancelled,
    ]);
    let advance = (0..4_usize, weighted(0.1, stage))
        .prop_map(|(handover, stage)| Step::Advance { handover, stage });
    prop_oneof![
        4 => begin,
        3 => advance,
        1 => (0..4_usize).prop_map(|handover| Step::CancelHandover { handover }),
    ]
}
