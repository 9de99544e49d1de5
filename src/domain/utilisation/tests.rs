use proptest::prelude::*;

use super::*;

fn of(confirmed: i64, availability: i64) -> Utilisation {
    Utilisation::of(
        LoadMinutes::confirmed(confirmed),
        availability,
        &BandLimits::default(),
    )
}

#[test]
fn the_worked_figures_are_8730_10396_13015() {
    let load = LoadMinutes {
        confirmed: 1_100,
        expected: 1_100 + 150 + 60,
        worst: 1_100 + 300 + 240,
    };
    assert_eq!(
        Utilisation::of(load, 1_260, &BandLimits::default()),
        Utilisation {
            confirmed_bp: Some(8_730),
            expected_bp: Some(10_396),
            worst_bp: Some(13_015),
            band: Some(Band::Full),
        }
    );
}

#[test]
fn bands_begin_and_end_at_their_limits() {
    let band = |bp| of(bp, 10_000).band.unwrap();
    let bands = [
        0, 5_999, 6_000, 8_499, 8_500, 10_000, 10_001, 12_000, 12_001,
    ]
    .map(band);
    use Band::*;
    assert_eq!(
        bands,
        [
            Bench, Bench, Healthy, Healthy, Full, Full, Over, Over, Critical
        ]
    );
}

#[test]
fn neither_load_nor_availability_has_no_figure() {
    assert_eq!(of(0, 0), Utilisation::default());
}

#[test]
fn load_without_availability_is_unavailable() {
    let loaded = of(1, 0);
    assert_eq!(
        (loaded.confirmed_bp, loaded.band),
        (None, Some(Band::Unavailable))
    );
    let tentative = LoadMinutes {
        worst: 60,
        ..LoadMinutes::default()
    };
    let band = Utilisation::of(tentative, 0, &BandLimits::default()).band;
    assert_eq!(band, Some(Band::Unavailable));
}

#[test]
fn a_team_sums_minutes_before_it_divides() {
    let people = [
        (LoadMinutes::confirmed(100), 100),
        (LoadMinutes::confirmed(0), 300),
    ];
    let team = Utilisation::of_team(people, &BandLimits::default());
    assert_eq!(team.confirmed_bp, Some(2_500));
    assert_eq!(Utilisation::of_team([], &BandLimits::default()).band, None);
}

#[test]
fn role_mix_runs_from_one_hat_to_two() {
    assert_eq!(role_mix(0, 0), None);
    assert_eq!(role_mix(300, 0), Some(0));
    assert_eq!(role_mix(300, 300), Some(10_000));
    assert_eq!(role_mix(960, 840), Some(9_333));
}

proptest! {
    #[test]
    fn time_is_either_free_or_over(confirmed in 0_i64..100_000, availability in 0_i64..100_000) {
        let load = LoadMinutes::confirmed(confirmed);
        let (bench, over) = (bench_minutes(load, availability), over_minutes(load, availability));
        prop_assert!(bench == 0 || over == 0);
        prop_assert_eq!(availability + over, confirmed + bench);
    }

    #[test]
    fn role_mix_stays_on_its_scale_and_takes_no_side(client in 0_i64..10_000, project in 0_i64..10_000) {
        let mix = role_mix(client, project);
        prop_assert_eq!(mix, role_mix(project, client));
        prop_assert!((0..=10_000).contains(&mix.unwrap_or(0)));
    }

    #[test]
    fn more_load_never_means_a_freer_band(load in 0_i64..5_000, more in 0_i64..5_000, availability in 0_i64..3_000) {
        prop_assert!(of(load, availability).band <= of(load + more, availability).band);
    }
}
