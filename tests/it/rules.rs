//! Whatever happens to an agency, in whatever order: the rules that never break (domain.md §4) hold after every step, and
//! what the API says is what a model of a few lines says.
//!
//! A new kind of step is a variant of [`steps::Step`], an arm of [`agency::Agency::act`], which takes it through the API,
//! and one of [`model::Model::foresee`], which says whether it is accepted and what is so then.

mod agency;
mod invariants;
mod model;
mod steps;

use meridian::email::memory::Failure;
use meridian::entity::{AssignmentSource, LeadMode, RoleSide, Side};
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::app::{Store, TestApp, on_both_databases, tell};
use agency::Agency;
use invariants::Witness;
use model::{Model, Target};
use steps::{Fate, HandOver, Planned, Step, Tick, any_steps};

/// How many steps a history has, a handover that goes through its stages being one.
const STEPS: usize = 15;

on_both_databases!(
    a_last_day_may_rest_on_a_plan,
    a_plan_holds_while_the_agency_is_as_it_was,
    a_client_is_asked_for_once_a_week,
);

/// What is left to be sent then is sent.
const LAST: Step = Step::Tick(Tick {
    hour: 22,
    twice: false,
    fate: Fate::Arrives,
});

#[test]
fn the_rules_hold_after_every_step_on_sqlite() {
    the_rules_hold_on(Store::Sqlite, 5);
}

#[test]
fn the_rules_hold_after_every_step_on_postgres() {
    the_rules_hold_on(Store::Postgres, 3);
}

/// What a last day rests on: Dana holds Acme in both hats, with a project that runs, and Sam takes it over.
async fn a_last_day_may_rest_on_a_plan(app: &TestApp) {
    let leave = |days| Step::Leave {
        person: 1,
        ahead: Some(days),
    };
    let stay = Step::Assign {
        role: RoleSide::Both,
        target: Target::Client(0),
        person: Some(1),
        ahead: 0,
        source: AssignmentSource::Person,
    };
    let steps = [
        (
            Step::Create {
                client: 0,
                active: true,
                lead_mode: Some(LeadMode::Joint),
            },
            true,
        ),
        (leave(60), false),
        (
            Step::Plan(Planned {
                leaver: Some(1),
                scope: None,
                receivers: vec![2],
            }),
            true,
        ),
        (leave(60), false),
        (Step::Approve { plan: None }, true),
        // The second side transfers six weeks after Monday.
        (leave(41), false),
        (leave(42), true),
        (Step::Start { plan: None }, true),
        (Step::Start { plan: None }, false),
        (Step::CancelHandover { handover: 0 }, false),
        (Step::CancelHandover { handover: 1 }, false),
        // The days of the handovers count from here on.
        (leave(41), false),
        (
            Step::Leave {
                person: 1,
                ahead: None,
            },
            true,
        ),
        (Step::CancelHandover { handover: 1 }, true),
        // What is made of a plan counts, and not the plan any more.
        (stay, true),
        (leave(60), false),
    ];
    told(app, &steps).await;
}

/// What the agency is not any more as a plan found it is not approved, and what does not fit beside others is not begun.
async fn a_plan_holds_while_the_agency_is_as_it_was(app: &TestApp) {
    let planned = |leaver| {
        Step::Plan(Planned {
            leaver,
            scope: None,
            receivers: vec![3],
        })
    };
    let assign = |ahead| Step::Assign {
        role: RoleSide::Client,
        target: Target::Client(0),
        person: Some(3),
        ahead,
        source: AssignmentSource::Person,
    };
    let hand_over = |side, to| {
        Step::HandOver(HandOver {
            target: Target::Client(0),
            side,
            from: None,
            to,
            ahead: 0,
        })
    };
    let steps = [
        (
            Step::Create {
                client: 0,
                active: true,
                lead_mode: Some(LeadMode::Joint),
            },
            true,
        ),
        (planned(Some(1)), true),
        (assign(0), true),
        (Step::Approve { plan: None }, false),
        // Only the project side is Dana's by now.
        (planned(Some(1)), true),
        (Step::Approve { plan: None }, true),
        (hand_over(Side::Project, 2), true),
        (Step::Start { plan: None }, false),
        (Step::CancelHandover { handover: 0 }, true),
        // The other side of the client would move in the same week.
        (hand_over(Side::Client, 2), true),
        (Step::Start { plan: None }, false),
        (Step::CancelHandover { handover: 1 }, true),
        (Step::Start { plan: None }, true),
        (hand_over(Side::Project, 2), false),
    ];
    told(app, &steps).await;
}

/// An update that is due on Monday is due on the other days as well, whatever becomes of Monday's mail.
async fn a_client_is_asked_for_once_a_week(app: &TestApp) {
    let kick_off = Step::Create {
        client: 0,
        active: true,
        lead_mode: Some(LeadMode::Joint),
    };
    let morning = |fate| {
        Step::Tick(Tick {
            hour: 8,
            twice: true,
            fate,
        })
    };
    let steps = [
        (kick_off, true),
        (Step::Pass { days: 7 }, true),
        (morning(Fate::Fails(Failure::LostAfterAcceptance)), true),
        (Step::Pass { days: 1 }, true),
        (morning(Fate::Arrives), true),
        (Step::Pass { days: 1 }, true),
        (morning(Fate::Forsaken), true),
    ];
    told(app, &steps).await;
}

/// Each step is accepted, or refused, as it says beside it.
async fn told(app: &TestApp, steps: &[(Step, bool)]) {
    let (steps, foreseen): (Vec<Step>, Vec<bool>) = steps.iter().cloned().unzip();
    let answers = history(app, &steps).await;
    for (number, step) in steps.iter().enumerate() {
        assert_eq!(answers[number], foreseen[number], "{number}: {step:?}");
    }
}

/// The same histories each time; of one that fails the shortest that still does is shown.
fn the_rules_hold_on(store: Store, histories: u32) {
    let config = Config {
        cases: histories,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&vec(any_steps(), STEPS), |steps| {
        let steps = steps.concat();
        tell(store, async |app: &TestApp| {
            history(app, &steps).await;
        });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Takes the steps; which of them were accepted.
async fn history(app: &TestApp, steps: &[Step]) -> Vec<bool> {
    let mut agency = Agency::found(app).await;
    let mut model = Model::of_two_unsplit_managers();
    let mut witness = Witness::default();
    let mut answers = Vec::new();
    witness.check(&agency, &model).await;
    for step in steps.iter().chain([&LAST]) {
        let step = &model.made_out(step);
        let before = agency.changes().await;
        let foreseen = model.foresee(step);
        let accepted = agency.act(step, &model).await;
        assert_eq!(accepted, foreseen, "{step:?}");
        agency.tell(step, &mut model);
        match step {
            Step::Tick(_) => witness.check_mails(&agency, &model).await,
            _ if accepted => witness.check(&agency, &model).await,
            _ => {}
        }
        if !accepted || matches!(step, Step::Tick(_) | Step::WhatIf { .. }) {
            assert_eq!(agency.changes().await, before, "written: {step:?}");
        }
        answers.push(accepted);
    }
    agency.end().await;
    answers
}
