//! Whether a project can be taken on.

use jiff::civil::date;
use meridian::entity::{Day, Moment};
use meridian::entity::{RoleSide, client, new_id, person, project, relationship};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::problems;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::work::{away, book, client_of, hold, site_of};

on_both_databases!(
    yes_by_those_who_hold_the_client_s_sides,
    yes_if_one_side_of_another_project_moves_first,
    yes_if_one_makes_room_for_what_another_gives_away,
    a_large_agency_is_told_that_not_everything_was_tried,
    yes_if_it_starts_when_there_is_time,
    no_with_the_interval_that_holds_too_much_and_what_forces_it,
    what_is_pinned_stays_where_it_is,
    whoever_has_most_room_is_proposed_for_a_new_client,
    one_person_may_carry_both_sides_and_then_the_sum_must_fit,
    weeks_away_say_nothing_unless_there_are_no_others,
    a_draft_that_cannot_be_is_refused_with_its_fields,
);

/// 1800 minutes a week each. Acme is split between Ada and Pia; Uma holds both sides of Bolt.
struct Agency {
    olga: Actor,
    ada: person::Model,
    pia: person::Model,
    uma: person::Model,
    acme: client::Model,
    bolt: client::Model,
    site: project::Model,
}

impl Agency {
    async fn found(app: &TestApp) -> Self {
        let olga = app.owner().await;
        let ada = app.manager("Ada").await.person;
        let pia = app.manager("Pia").await.person;
        let uma = app.manager("Uma").await.person;
        let acme = client_of(app, "Acme", RoleSide::Client, &ada).await;
        hold(app, &acme, RoleSide::Project, &pia).await;
        let bolt = client_of(app, "Bolt", RoleSide::Both, &uma).await;
        let site = site_of(app, &acme).await;
        Self {
            olga,
            ada,
            pia,
            uma,
            acme,
            bolt,
            site,
        }
    }

    /// Leaves somebody so many minutes a week beside what they hold, 130 or 120 or 250.
    async fn leave(
        &self,
        app: &TestApp,
        person: &person::Model,
        minutes: i64,
        until: (i16, i8, i8),
    ) {
        let held = match person.id {
            id if id == self.ada.id => 130,
            id if id == self.pia.id => 120,
            _ => 250,
        };
        let a_day = (1800 - held - minutes) / 5;
        book(
            app,
            person,
            &self.site,
            a_day,
            date(until.0, until.1, until.2),
        )
        .await;
    }

    async fn ask(&self, app: &TestApp, project: Value) -> Value {
        let document = "query ($project: ProjectDraftInput!) { canAccept(project: $project, from: \"2026-11-23\") {
            verdict sentence earliestStartOn warnings
            carriers { carries minutesAWeek peakBeforeBp peakAfterBp person { name } }
            moves { side minutesAWeek project { name } from { name } to { name } }
            constraints { carries sentence startsOn endsOn demandMinutes availabilityMinutes person { name }
                forcedBy { what minutes } } } }";
        let variables = json!({ "project": project });
        app.ask(&self.olga, document, variables).await["canAccept"].take()
    }

    fn of_acme(&self) -> Value {
        json!({ "client": { "id": Kind::Client.text(self.acme.id) }, "name": "Shop" })
    }
}

const FOR_GOOD: (i16, i8, i8) = (2027, 12, 31);

/// `CLIENT_SIDE Ada 130` for each.
fn carriers(answer: &Value) -> Vec<String> {
    let carriers = answer["carriers"].as_array().unwrap();
    carriers
        .iter()
        .map(|one| {
            let (what, who) = (
                one["carries"].as_str().unwrap(),
                one["person"]["name"].as_str().unwrap(),
            );
            format!("{what} {who} {}", one["minutesAWeek"])
        })
        .collect()
}

async fn yes_by_those_who_hold_the_client_s_sides(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 130, FOR_GOOD).await;
    let answer = agency.ask(app, agency.of_acme()).await;
    assert_eq!(answer["verdict"], "YES", "{answer:#}");
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Ada 130", "PROJECT_SIDE Pia 120"]
    );
    assert_eq!(answer["carriers"][0]["peakBeforeBp"], 9277);
    assert_eq!(answer["carriers"][0]["peakAfterBp"], 10_000);
    assert_eq!(
        (&answer["moves"], &answer["constraints"]),
        (&json!([]), &json!([]))
    );
}

async fn yes_if_one_side_of_another_project_moves_first(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 100, FOR_GOOD).await;
    let mut draft = agency.of_acme();
    draft["accountManagerId"] = json!(Kind::Person.text(agency.ada.id));
    let answer = agency.ask(app, draft).await;
    assert_eq!(answer["verdict"], "YES_IF", "{answer:#}");
    assert_eq!(
        answer["moves"],
        json!([{ "side": "CLIENT", "minutesAWeek": 130, "project": { "name": "Acme site" },
            "from": { "name": "Ada" }, "to": { "name": "Uma" } }])
    );
    assert_eq!(answer["earliestStartOn"], json!(null));
    assert_eq!(
        answer["sentence"],
        "Yes, if one side of another project moves to other managers first."
    );
    assert_eq!(answer["constraints"][0]["person"]["name"], "Ada");
    assert_eq!(
        answer["carriers"][0]["peakAfterBp"], 9444,
        "what comes is what goes"
    );
}

/// Uma has no room for what Ada must give away, but Pia has room for what Uma holds.
async fn yes_if_one_makes_room_for_what_another_gives_away(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 100, FOR_GOOD).await;
    agency.leave(app, &agency.uma, 50, FOR_GOOD).await;
    let mut draft = agency.of_acme();
    draft["accountManagerId"] = json!(Kind::Person.text(agency.ada.id));
    let answer = agency.ask(app, draft).await;
    assert_eq!(answer["verdict"], "YES_IF", "{answer:#}");
    assert_eq!(
        answer["moves"],
        json!([
            { "side": "CLIENT", "minutesAWeek": 130, "project": { "name": "Acme site" },
                "from": { "name": "Ada" }, "to": { "name": "Uma" } },
            { "side": "PROJECT", "minutesAWeek": 120, "project": { "name": "Bolt site" },
                "from": { "name": "Uma" }, "to": { "name": "Pia" } },
        ])
    );
    assert_eq!(answer["warnings"], json!([]), "everything was tried");
}

async fn a_large_agency_is_told_that_not_everything_was_tried(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 100, FOR_GOOD).await;
    for number in 0..19 {
        let manager = app.manager(&format!("Manager {number}")).await.person;
        client_of(app, &format!("Client {number}"), RoleSide::Both, &manager).await;
    }
    let mut draft = agency.of_acme();
    draft["accountManagerId"] = json!(Kind::Person.text(agency.ada.id));
    let answer = agency.ask(app, draft.clone()).await;
    // With Ada there are 21 who hold a client side.
    assert_eq!(answer["verdict"], "YES_IF", "{answer:#}");
    let warning = answer["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("Not every move was tried"), "{warning}");
    draft["accountManagerId"] = json!(null);
    let answer = agency.ask(app, draft).await;
    assert_eq!(answer["verdict"], "YES");
    assert_eq!(answer["warnings"], json!([]), "no move is needed");
}

/// Uma's and Ada's time is taken until 13 December.
async fn yes_if_it_starts_when_there_is_time(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 0, (2026, 12, 13)).await;
    agency.leave(app, &agency.uma, 0, (2026, 12, 20)).await;
    let answer = agency.ask(app, agency.of_acme()).await;
    assert_eq!(answer["verdict"], "YES_IF", "{answer:#}");
    assert_eq!(answer["moves"], json!([]));
    assert_eq!(answer["earliestStartOn"], "2026-12-14");
    assert_eq!(
        answer["sentence"],
        "Yes, if it starts on 2026-12-14 or later."
    );
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Ada 130", "PROJECT_SIDE Pia 120"]
    );
}

async fn no_with_the_interval_that_holds_too_much_and_what_forces_it(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 100, FOR_GOOD).await;
    agency.leave(app, &agency.uma, 50, FOR_GOOD).await;
    agency.leave(app, &agency.pia, 120, FOR_GOOD).await;
    let mut draft = agency.of_acme();
    draft["accountManagerId"] = json!(Kind::Person.text(agency.ada.id));
    let answer = agency.ask(app, draft).await;
    assert_eq!(answer["verdict"], "NO", "{answer:#}");
    assert_eq!(answer["earliestStartOn"], json!(null));
    assert_eq!(
        answer["sentence"],
        "No, neither with two moves nor within 26 weeks. With the client side, Ada would have 7320 min of work from 2026-11-23 to 2026-12-20 and time for 7200."
    );
    assert_eq!(
        answer["constraints"],
        json!([{ "carries": "CLIENT_SIDE", "person": { "name": "Ada" }, "startsOn": "2026-11-23", "endsOn": "2026-12-20",
            "demandMinutes": 7320, "availabilityMinutes": 7200,
            "sentence": "With the client side, Ada would have 7320 min of work from 2026-11-23 to 2026-12-20 and time for 7200.",
            "forcedBy": [{ "what": "Acme site (Acme)", "minutes": 6800 }, { "what": "Shop", "minutes": 520 }] }])
    );
}

async fn what_is_pinned_stays_where_it_is(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.ada, 100, FOR_GOOD).await;
    let row = relationship::Model {
        id: new_id(app.now()),
        person_id: agency.ada.id,
        client_id: agency.acme.id,
        override_points: None,
        pinned: true,
        reason: "They founded it together.".to_owned(),
        version: 1,
        updated_at: Moment(app.now()),
    };
    app.insert(row).await;
    let mut draft = agency.of_acme();
    draft["accountManagerId"] = json!(Kind::Person.text(agency.ada.id));
    assert_eq!(agency.ask(app, draft).await["verdict"], "NO");
}

async fn whoever_has_most_room_is_proposed_for_a_new_client(app: &TestApp) {
    let agency = Agency::found(app).await;
    agency.leave(app, &agency.uma, 800, FOR_GOOD).await;
    let draft = json!({ "client": { "new": { "name": "Crane" } }, "name": "Shop",
        "bookings": [{ "who": { "personId": Kind::Person.text(agency.uma.id) }, "minutesAWeek": 100 }] });
    let answer = agency.ask(app, draft).await;
    assert_eq!(answer["verdict"], "YES", "{answer:#}");
    assert_eq!(
        carriers(&answer),
        [
            "CLIENT_SIDE Ada 130",
            "PROJECT_SIDE Pia 120",
            "BOOKING Uma 100"
        ]
    );
}

async fn one_person_may_carry_both_sides_and_then_the_sum_must_fit(app: &TestApp) {
    let agency = Agency::found(app).await;
    let of_bolt = json!({ "client": { "id": Kind::Client.text(agency.bolt.id) }, "name": "Film" });
    agency.leave(app, &agency.uma, 260, FOR_GOOD).await;
    let answer = agency.ask(app, of_bolt.clone()).await;
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Uma 130", "PROJECT_SIDE Uma 120"],
        "{answer:#}"
    );
    // Ten minutes less, and one of the sides goes to somebody else.
    book(app, &agency.uma, &agency.site, 4, date(2027, 12, 31)).await;
    let answer = agency.ask(app, of_bolt.clone()).await;
    assert_eq!(answer["verdict"], "YES");
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Uma 130", "PROJECT_SIDE Pia 120"]
    );
    let mut both = of_bolt;
    both["accountManagerId"] = json!(Kind::Person.text(agency.uma.id));
    both["productionManagerId"] = both["accountManagerId"].clone();
    let answer = agency.ask(app, both).await;
    assert_eq!(answer["verdict"], "YES_IF", "{answer:#}");
    assert_eq!(answer["constraints"][0]["carries"], "BOTH_SIDES");
    assert_eq!(answer["moves"][0]["project"]["name"], "Bolt site");
    assert_eq!(
        (
            &answer["moves"][0]["side"],
            &answer["moves"][0]["to"]["name"]
        ),
        (&json!("PROJECT"), &json!("Pia"))
    );
}

async fn weeks_away_say_nothing_unless_there_are_no_others(app: &TestApp) {
    let agency = Agency::found(app).await;
    away(
        app,
        &agency.ada,
        (date(2026, 11, 30), date(2026, 12, 6)),
        None,
    )
    .await;
    let answer = agency.ask(app, agency.of_acme()).await;
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Ada 130", "PROJECT_SIDE Pia 120"],
        "{answer:#}"
    );
    away(
        app,
        &agency.ada,
        (date(2026, 11, 23), date(2026, 12, 20)),
        None,
    )
    .await;
    let answer = agency.ask(app, agency.of_acme()).await;
    assert_eq!(
        carriers(&answer),
        ["CLIENT_SIDE Uma 130", "PROJECT_SIDE Pia 120"],
        "{answer:#}"
    );
}

async fn a_draft_that_cannot_be_is_refused_with_its_fields(app: &TestApp) {
    let agency = Agency::found(app).await;
    let document = "query ($project: ProjectDraftInput!, $from: Date!) { canAccept(project: $project, from: $from) { verdict } }";
    let nobody = Kind::Person.text(new_id(app.now()));
    let draft = json!({ "client": { "new": { "name": "", "communication": 9 } }, "accountManagerId": nobody,
        "bookings": [{ "who": { "personId": Kind::Person.text(agency.ada.id) }, "minutesAWeek": 0 }] });
    assert_eq!(
        problems(
            app,
            &agency.olga,
            document,
            json!({ "project": draft, "from": "2026-11-30" })
        )
        .await,
        [
            "project.client.new.name: Give it a name: this one is empty.",
            "project.client.new.communication: 9 is outside 1 to 5.",
            "project.bookings.0.minutesAWeek: 0 is outside 1 to 10080.",
            "project.accountManagerId: Nobody of this id works here in these weeks.",
        ]
    );
    let yesterday = json!({ "project": agency.of_acme(), "from": Day(date(2026, 11, 22)) });
    assert_eq!(
        problems(app, &agency.olga, document, yesterday).await,
        ["from: 2026-11-22 has passed: today is 2026-11-23."]
    );
}
