use super::*;

fn fields_refused(settings: &Settings) -> Vec<String> {
    match settings.check() {
        Err(Error::Invalid(problems)) => problems
            .iter()
            .map(|problem| problem.field.join("."))
            .collect(),
        _ => vec![],
    }
}

#[test]
fn the_defaults_are_the_domain_s_numbers_and_pass() {
    let settings = Settings::default();
    assert!(settings.check().is_ok());
    assert_eq!(settings.cadence.overdue_after_working_days, 3);
    assert_eq!(
        (
            settings.cadence.outreach_active_days,
            settings.cadence.outreach_back_burner_days
        ),
        (30, 90)
    );
    assert_eq!(
        (settings.counts.active, settings.counts.back_burner),
        (6, 15)
    );
    assert_eq!(settings.load.support_share_bp, 4_000);
    assert_eq!(settings.decisions.redecide_after_months, 12);
}

#[test]
fn what_is_absent_keeps_its_default_and_unknown_names_are_refused() {
    let settings: Settings = serde_json::from_str(r#"{"counts":{"active":8}}"#).unwrap();
    assert_eq!(
        settings,
        Settings {
            counts: CountLimits {
                active: 8,
                ..CountLimits::default()
            },
            ..Settings::default()
        }
    );
    assert!(serde_json::from_str::<Settings>(r#"{"count":{}}"#).is_err());
    assert!(serde_json::from_str::<Settings>(r#"{"counts":{"activ":8}}"#).is_err());
}

#[test]
fn settings_survive_being_stored() {
    let settings = Settings::default();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
}

#[test]
fn values_off_their_scale_are_refused_by_name() {
    let mut settings = Settings::default();
    settings.load.active_client_minutes = -1;
    settings.load.support_share_bp = 10_001;
    settings.cadence.update_days = 0;
    settings.decisions.hysteresis = 15;
    settings.decisions.redecide_after_months = 0;
    assert_eq!(
        fields_refused(&settings),
        [
            "load.active_client_minutes",
            "load.support_share_bp",
            "cadence.update_days",
            "decisions.hysteresis",
            "decisions.redecide_after_months"
        ]
    );
}

#[test]
fn limits_out_of_order_are_refused() {
    let mut settings = Settings::default();
    settings.bands.full_from_bp = 5_000;
    settings.relationships.strong_from = 20;
    settings.relationships.stand_in_from = 101;
    assert_eq!(
        fields_refused(&settings),
        ["bands", "relationships", "relationships.stand_in_from"]
    );
}

#[test]
fn weights_that_do_not_make_a_whole_are_refused() {
    let mut settings = Settings::default();
    settings.decisions.weights.growth = 20;
    let Err(Error::Invalid(problems)) = settings.check() else {
        panic!("weights of 90 passed");
    };
    assert_eq!(
        problems[0].message,
        "The three weights of the client sum to 90. Choose weights that sum to 100."
    );
}
