//! Plans, and what follows from them.

use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::subsequence;

use super::{Planned, Step, target};

/// Any of it.
pub(super) fn planning() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => any_plan().prop_map(Step::Plan),
        1 => any_of_them().prop_map(|plan| Step::Approve { plan }),
        1 => any_of_them().prop_map(|plan| Step::Start { plan }),
    ]
}

/// One of the plans; none: the latest.
fn any_of_them() -> impl Strategy<Value = Option<usize>> {
    weighted(0.7, 0..3_usize)
}

/// A plan that is perhaps approved, of which a programme is perhaps made, and after which somebody perhaps leaves: whoever
/// the plan says, once all of it may have moved, or before.
pub(super) fn plan_and_what_follows() -> impl Strategy<Value = Vec<Step>> {
    let approve = weighted(0.9, Just(()));
    let start = weighted(0.5, Just(()));
    let leave = weighted(0.7, 20..90);
    (any_plan(), approve, start, leave).prop_map(|(asked, approve, start, leave)| {
        let leaver = asked.leaver;
        let mut steps = vec![Step::Plan(asked)];
        steps.extend(approve.map(|()| Step::Approve { plan: None }));
        steps.extend(start.map(|()| Step::Start { plan: None }));
        let leaves = leaver.zip(leave).map(|(person, ahead)| Step::Leave {
            person,
            ahead: Some(ahead),
        });
        steps.extend(leaves);
        steps
    })
}

/// One for whoever leaves as often as one that evens out.
fn any_plan() -> impl Strategy<Value = Planned> {
    let receivers = prop_oneof![
        1 => Just(Vec::new()),
        3 => subsequence(vec![1, 2, 3, 4], 1..4),
    ];
    let leaver = weighted(0.5, 1..4_usize);
    let scope = weighted(0.5, target());
    let with_leaver = weighted(0.1, Just(()));
    (leaver, scope, receivers, with_leaver).prop_map(
        |(leaver, scope, mut receivers, with_leaver)| {
            receivers.retain(|one| with_leaver.is_some() || leaver != Some(*one));
            Planned {
                leaver,
                scope: scope.filter(|_| leaver.is_none()),
                receivers,
            }
        },
    )
}
