//! Whatever happens to an agency, in whatever order: the rules that never break (domain.md §4) hold after every step, and
//! what the API says is what a model of a few lines says.
//!
//! A new kind of step is a variant of [`steps::Step`], an arm of [`agency::Agency::act`], which takes it through the API,
//! and one of [`model::Model::foresee`], which says whether it is accepted and what is so then.

mod agency;
mod invariants;
mod model;
mod steps;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::app::{Store, TestApp, tell};
use agency::Agency;
use invariants::Witness;
use model::Model;
use steps::{Fate, Step, Tick, any_steps};

/// How many steps a history has, a handover that goes through its stages being one.
const STEPS: usize = 20;

/// What is left to be sent then is sent.
const LAST: Step = Step::Tick(Tick {
    hour: 22,
    twice: false,
    fate: Fate::Arrives,
});

#[test]
fn the_rules_hold_after_every_step_on_sqlite() {
    the_rules_hold_on(Store::Sqlite, 8);
}

#[test]
fn the_rules_hold_after_every_step_on_postgres() {
    the_rules_hold_on(Store::Postgres, 4);
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
        tell(store, async |app: &TestApp| history(app, &steps).await);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn history(app: &TestApp, steps: &[Step]) {
    let mut agency = Agency::found(app).await;
    let mut model = Model::of_two_unsplit_managers();
    let mut witness = Witness::default();
    witness.check(&agency, &model).await;
    for step in steps.iter().chain([&LAST]) {
        let step = &model.made_out(step);
        let before = agency.changes().await;
        let foreseen = model.foresee(step);
        let accepted = agency.act(step, &model).await;
        assert_eq!(accepted, foreseen, "{step:?}");
        agency.tell(step, &mut model);
        if !accepted {
            assert_eq!(
                agency.changes().await,
                before,
                "refused, but written: {step:?}"
            );
        }
        witness.check(&agency, &model).await;
    }
    agency.end().await;
}
