//! Days that are not like others: holidays, and the weeks in which clocks change.

use jiff::civil::date;
use meridian::entity::{Day, RoleSide, TouchpointKind, holiday, holiday_calendar, new_id, person};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::outbox::summaries;
use crate::support::work::{client_of, contact, due_client_of, hold};

on_both_databases!(
    a_holiday_moves_one_manager_s_mails_to_tuesday,
    eight_o_clock_stays_eight_o_clock_when_the_clocks_change,
);

async fn a_holiday_moves_one_manager_s_mails_to_tuesday(app: &TestApp) {
    let olga = app.owner().await;
    let (dana, sam) = (
        app.manager("Dana").await.person,
        app.manager("Sam").await.person,
    );
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    hold(app, &acme, RoleSide::Project, &dana).await;
    let bell = client_of(app, "Bell", RoleSide::Project, &sam).await;
    contact(app, &bell, None, TouchpointKind::Call, date(2026, 11, 20)).await;
    with_holiday(app, &dana).await;

    let monday = app.mails_at("2026-11-23T08:00:00Z").await;
    assert_eq!(
        told(&monday),
        ["olga@example.com summary", "sam@example.com summary"]
    );
    assert_eq!(told(&app.mails_at("2026-11-24T07:59:59Z").await), [""; 0]);
    let tuesday = app.mails_at("2026-11-24T08:00:00Z").await;
    assert_eq!(
        told(&tuesday),
        ["dana@example.com prompt", "dana@example.com summary"]
    );
    for letter in &tuesday {
        assert!(
            !letter.text.contains("This mail is late"),
            "{}",
            letter.text
        );
    }
    let rows = summaries(app, &olga).await;
    let of_dana: Vec<_> = rows
        .iter()
        .filter(|row| row["recipient"]["name"] == "Dana")
        .collect();
    assert_eq!(of_dana.len(), 1);
    assert_eq!(
        (&of_dana[0]["period"], &of_dana[0]["localOn"]),
        (&"2026-W48".into(), &"2026-11-24".into())
    );
    let next = app.mails_at("2026-11-30T08:00:00Z").await;
    let next = told(&next);
    assert!(
        next.contains(&"dana@example.com summary".to_owned()),
        "Monday again: {next:?}"
    );
}

/// Gives somebody a calendar in which Monday 2026-11-23 is a holiday.
async fn with_holiday(app: &TestApp, person: &person::Model) {
    let calendar = holiday_calendar::Model {
        id: new_id(app.now()),
        name: "Town".to_owned(),
        version: 1,
    };
    let calendar = app.insert(calendar).await;
    let holiday = holiday::Model {
        id: new_id(app.now()),
        calendar_id: calendar.id,
        observed_on: Day(date(2026, 11, 23)),
        name: "Town day".to_owned(),
        off_bp: 10_000,
        version: 1,
    };
    app.insert(holiday).await;
    let mut row = person.clone().into_active_model();
    row.holiday_calendar_id = Set(Some(calendar.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Each line: a second too early, then the instant at which it is Monday 08:00 in somebody's zone, and whose.
const MONDAYS: [(&str, &str, &str); 10] = [
    (
        "2026-10-19T06:59:59Z",
        "2026-10-19T07:00:00Z",
        "london@example.com summary",
    ),
    (
        "2026-10-19T11:59:59Z",
        "2026-10-19T12:00:00Z",
        "york@example.com summary",
    ),
    // London's clocks went back on Sunday.
    (
        "2026-10-26T07:59:59Z",
        "2026-10-26T08:00:00Z",
        "london@example.com summary",
    ),
    (
        "2026-10-26T11:59:59Z",
        "2026-10-26T12:00:00Z",
        "york@example.com summary",
    ),
    // New York's a week later.
    (
        "2026-11-02T07:59:59Z",
        "2026-11-02T08:00:00Z",
        "london@example.com summary",
    ),
    (
        "2026-11-02T12:59:59Z",
        "2026-11-02T13:00:00Z",
        "york@example.com summary",
    ),
    // In spring New York's go forward first.
    (
        "2027-03-15T07:59:59Z",
        "2027-03-15T08:00:00Z",
        "london@example.com summary",
    ),
    (
        "2027-03-15T11:59:59Z",
        "2027-03-15T12:00:00Z",
        "york@example.com summary",
    ),
    (
        "2027-03-29T06:59:59Z",
        "2027-03-29T07:00:00Z",
        "london@example.com summary",
    ),
    (
        "2027-03-29T11:59:59Z",
        "2027-03-29T12:00:00Z",
        "york@example.com summary",
    ),
];

async fn eight_o_clock_stays_eight_o_clock_when_the_clocks_change(app: &TestApp) {
    app.set_clock("2026-10-18T12:00:00Z");
    for (name, zone) in [("London", "Europe/London"), ("York", "America/New_York")] {
        let in_london = app.person(name, None).await;
        let mut row = in_london.clone().into_active_model();
        row.time_zone = Set(zone.to_owned());
        let tx = app.db.begin().await.unwrap();
        let person = row.update(&tx).await.unwrap();
        meridian::domain::subscriptions::reschedule(&tx, &in_london, &person, app.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        client_of(app, name, RoleSide::Project, &person).await;
    }
    for (index, (too_early, at, expected)) in MONDAYS.iter().enumerate() {
        if index == 6 {
            // The winter between: what fell due meanwhile is over.
            app.mails_at("2027-03-14T12:00:00Z").await;
        }
        assert_eq!(told(&app.mails_at(too_early).await), [""; 0], "{too_early}");
        let letters = app.mails_at(at).await;
        assert_eq!(told(&letters), [*expected], "{at}");
        assert!(
            letters[0].words().contains("on Mondays at 08:00 ("),
            "{}",
            letters[0].text
        );
    }
}
