use proptest::prelude::*;

use super::*;

fn scores(client: [i64; 3], project: [i64; 3]) -> ByFactor {
    ByFactor {
        communication: client[0],
        sensitivity: client[1],
        growth: client[2],
        complexity: project[0],
        delivery: project[1],
        volatility: project[2],
    }
}

fn recommended(client: [i64; 3], project: [i64; 3], standing: Option<LeadMode>) -> Recommendation {
    recommend(
        &DecisionConstants::default(),
        &scores(client, project),
        standing,
    )
}

fn mode_at(delta: i64, standing: Option<LeadMode>) -> LeadMode {
    lead_mode(&DecisionConstants::default(), delta, standing)
}

#[test]
fn the_worked_decision_is_production_led() {
    let decision = recommended([2, 2, 3], [5, 4, 3], None);
    assert_eq!((decision.account_need, decision.production_need), (32, 80));
    assert_eq!(
        (decision.delta, decision.lead_mode),
        (-48, LeadMode::ProductionLed)
    );
    let hundredths = decision.points.map(|points| points.hundredths);
    assert_eq!(hundredths, [1_000, 750, 1_500, 4_500, 2_250, 1_250]);
}

#[test]
fn the_worked_decision_flips_with_its_complexity() {
    // 5 → 2 takes 33.75 of 80 away, which leaves 46: delta −14. Nothing else reaches so far in three steps or fewer.
    let decision = recommended([2, 2, 3], [5, 4, 3], None);
    assert_eq!(
        decision.smallest_flip,
        Some(Flip {
            factor: Factor::Complexity,
            from: 5,
            to: 2,
            lead_mode: LeadMode::Joint,
        })
    );
}

#[test]
fn a_wide_gap_flips_with_no_single_score() {
    let decision = recommended([5, 5, 5], [1, 1, 1], None);
    assert_eq!(
        (decision.delta, decision.lead_mode),
        (100, LeadMode::AccountLed)
    );
    assert_eq!(decision.smallest_flip, None);
}

#[test]
fn thresholds_belong_to_the_leader() {
    let modes = [15, 14, -14, -15].map(|delta| mode_at(delta, None));
    use LeadMode::*;
    assert_eq!(modes, [AccountLed, Joint, Joint, ProductionLed]);
}

#[test]
fn a_standing_decision_holds_five_further() {
    use LeadMode::*;
    let from_joint = [20, 19, -19, -20].map(|delta| mode_at(delta, Some(Joint)));
    assert_eq!(from_joint, [AccountLed, Joint, Joint, ProductionLed]);
    let from_account = [10, 9, -19, -20].map(|delta| mode_at(delta, Some(AccountLed)));
    assert_eq!(from_account, [AccountLed, Joint, Joint, ProductionLed]);
    let from_production = [-10, -9, 19, 20].map(|delta| mode_at(delta, Some(ProductionLed)));
    assert_eq!(from_production, [ProductionLed, Joint, Joint, AccountLed]);
}

fn any_scores() -> impl Strategy<Value = ByFactor> {
    let three = || [1_i64..=5, 1..=5, 1..=5];
    (three(), three()).prop_map(|(client, project)| scores(client, project))
}

fn any_standing() -> impl Strategy<Value = Option<LeadMode>> {
    prop_oneof![
        Just(None),
        Just(Some(LeadMode::AccountLed)),
        Just(Some(LeadMode::Joint)),
        Just(Some(LeadMode::ProductionLed)),
    ]
}

/// Weights whose sides each sum to 100.
fn any_constants() -> impl Strategy<Value = DecisionConstants> {
    let side =
        || (0_i64..=100, 0_i64..=100).prop_map(|(a, b)| [a.min(b), (a - b).abs(), 100 - a.max(b)]);
    (side(), side()).prop_map(|(client, project)| DecisionConstants {
        weights: scores(client, project),
        ..DecisionConstants::default()
    })
}

proptest! {
    #[test]
    fn needs_stay_on_their_scale(constants in any_constants(), scores in any_scores()) {
        let decision = recommend(&constants, &scores, None);
        prop_assert!((0..=100).contains(&decision.account_need));
        prop_assert!((0..=100).contains(&decision.production_need));
    }

    #[test]
    fn the_smallest_flip_flips_and_no_smaller_one_does(
        constants in any_constants(), scores in any_scores(), standing in any_standing(),
    ) {
        let decision = recommend(&constants, &scores, standing);
        let mode_with = |factor, to| recommend(&constants, &scores.with(factor, to), standing).lead_mode;
        let smallest = decision.smallest_flip.map_or(i64::MAX, |flip| (flip.to - flip.from).abs());
        if let Some(flip) = decision.smallest_flip {
            prop_assert_eq!(flip.from, scores.get(flip.factor));
            prop_assert_eq!(mode_with(flip.factor, flip.to), flip.lead_mode);
            prop_assert_ne!(flip.lead_mode, decision.lead_mode);
        }
        for factor in Factor::ALL {
            for to in 1..=5 {
                if (to - scores.get(factor)).abs() < smallest {
                    prop_assert_eq!(mode_with(factor, to), decision.lead_mode);
                }
            }
        }
    }

    #[test]
    fn what_is_recommended_stands_once_decided(scores in any_scores(), standing in any_standing()) {
        let constants = DecisionConstants::default();
        let decided = recommend(&constants, &scores, standing).lead_mode;
        prop_assert_eq!(recommend(&constants, &scores, Some(decided)).lead_mode, decided);
    }

    #[test]
    fn a_standing_decision_outlasts_small_moves(start in -60_i64..=60, move_by in -5_i64..=5) {
        let standing = mode_at(start, None);
        prop_assert_eq!(mode_at(start + move_by, Some(standing)), standing);
    }
}
