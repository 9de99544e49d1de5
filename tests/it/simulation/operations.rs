//! Each of the things that might happen.

use jiff::civil::date;
use meridian::entity::{Access, RoleSide, client, person, project};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::{problems, simulate};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::{book, client_of, hold, site_of};

on_both_databases!(
    a_project_is_taken_on_by_those_it_names_and_by_whoever_has_time,
    a_lost_client_takes_its_projects_and_bookings_with_it,
    a_leaver_leaves_behind_what_nobody_takes_over,
    an_illness_takes_the_time_and_leaves_the_work,
    somebody_joins_and_takes_over,
    other_hours_hold_from_their_first_day_on,
    no_row_of_any_table_changes,
    what_cannot_happen_is_refused_with_its_place,
    what_if_is_not_for_members,
);

/// Acme is split between Ada and Pia; Uma holds both sides of Bolt. Mia is booked on Acme's site, 200 minutes a day.
struct Agency {
    olga: Actor,
    ada: person::Model,
    pia: person::Model,
    uma: person::Model,
    mia: person::Model,
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
        let mia = app.person("Mia", Some(Access::Member)).await;
        let acme = client_of(app, "Acme", RoleSide::Client, &ada).await;
        hold(app, &acme, RoleSide::Project, &pia).await;
        let bolt = client_of(app, "Bolt", RoleSide::Both, &uma).await;
        let site = site_of(app, &acme).await;
        book(app, &mia, &site, 200, date(2026, 12, 31)).await;
        Self {
            olga,
            ada,
            pia,
            uma,
            mia,
            acme,
            bolt,
            site,
        }
    }
}

fn person_id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}

/// Who changes, and how the confirmed load, availability and counts of the last week do.
const CHANGES: &str = "people { nodes { name weeks { before { availabilityMinutes load { confirmedMinutes } activeProjects }
    after { availabilityMinutes load { confirmedMinutes } activeProjects } } } } warnings";

/// `Ada 1800/130/1 -> 1800/0/0` for each, of the last week.
fn told(simulated: &Value) -> Vec<String> {
    let people = simulated["people"]["nodes"].as_array().unwrap();
    let figures = |week: &Value| {
        format!(
            "{}/{}/{}",
            week["availabilityMinutes"], week["load"]["confirmedMinutes"], week["activeProjects"]
        )
    };
    people
        .iter()
        .map(|one| {
            let last = one["weeks"].as_array().unwrap().last().unwrap();
            let (before, after) = (figures(&last["before"]), figures(&last["after"]));
            format!("{} {before} -> {after}", one["name"].as_str().unwrap())
        })
        .collect()
}

async fn a_project_is_taken_on_by_those_it_names_and_by_whoever_has_time(app: &TestApp) {
    let agency = Agency::found(app).await;
    let skill = app
        .done(
            &agency.olga,
            "skillCreate",
            json!({ "name": "Rust" }),
            "skill { id }",
        )
        .await["skill"]["id"]
        .take();
    for person in [&agency.mia, &agency.uma] {
        let input = json!({ "personId": person_id(person), "skillId": skill, "level": 3 });
        app.done(&agency.olga, "personSkillSet", input, "").await;
    }
    let of_acme = json!([{ "takeOnProject": { "project": { "client": { "id": Kind::Client.text(agency.acme.id) },
        "size": "L", "bookings": [{ "who": { "skillId": skill }, "minutesAWeek": 600 }] } } }]);
    let simulated = simulate(app, &agency.olga, of_acme, CHANGES).await;
    assert_eq!(
        told(&simulated),
        [
            "Ada 1800/130/1 -> 1800/325/2",
            "Pia 1800/120/1 -> 1800/300/2",
            "Uma 1800/250/1 -> 1800/850/1"
        ]
    );
    let of_a_new_one = json!([{ "takeOnProject": { "fromOn": "2026-11-30", "project": {
        "client": { "new": { "name": "Crane", "communication": 5 } }, "name": "Shop",
        "accountManagerId": person_id(&agency.uma),
        "bookings": [{ "who": { "personId": person_id(&agency.mia) }, "minutesAWeek": 100 }] } } }]);
    let selection = format!(
        "{CHANGES} unstaffedBefore {{ nodes {{ name }} }} unstaffedAfter {{ nodes {{ name side project {{ id }} }} }}"
    );
    let simulated = simulate(app, &agency.olga, of_a_new_one, &selection).await;
    assert_eq!(
        told(&simulated),
        [
            "Mia 1800/1000/0 -> 1800/1100/0",
            "Uma 1800/250/1 -> 1800/471/2"
        ]
    );
    let first_week = &simulated["people"]["nodes"][1]["weeks"][0];
    assert_eq!(
        first_week["before"], first_week["after"],
        "it begins in the second"
    );
    assert_eq!(simulated["unstaffedBefore"]["nodes"], json!([]));
    assert_eq!(
        simulated["unstaffedAfter"]["nodes"],
        json!([{ "name": "Shop", "side": "PROJECT", "project": null }])
    );
}

async fn a_lost_client_takes_its_projects_and_bookings_with_it(app: &TestApp) {
    let agency = Agency::found(app).await;
    let lost = json!([{ "loseClient": { "clientId": Kind::Client.text(agency.acme.id) } }]);
    let simulated = simulate(app, &agency.olga, lost, CHANGES).await;
    assert_eq!(
        told(&simulated),
        [
            "Ada 1800/130/1 -> 1800/0/0",
            "Mia 1800/1000/0 -> 1800/0/0",
            "Pia 1800/120/1 -> 1800/0/0"
        ]
    );
    // From the second week's Wednesday on: bookings end the day before, the book with the next Monday.
    let later = json!([{ "loseClient": { "clientId": Kind::Client.text(agency.acme.id), "fromOn": "2026-12-02" } }]);
    let simulated = simulate(app, &agency.olga, later, CHANGES).await;
    assert_eq!(told(&simulated), ["Mia 1800/1000/0 -> 1800/400/0"]);
}

async fn a_leaver_leaves_behind_what_nobody_takes_over(app: &TestApp) {
    let agency = Agency::found(app).await;
    let leaves =
        json!({ "personLeaves": { "personId": person_id(&agency.uma), "lastOn": "2026-11-29" } });
    let selection = format!(
        "{CHANGES} unstaffedAfter {{ nodes {{ name side }} }} team {{ before {{ availabilityMinutes }} after {{ availabilityMinutes }} }}"
    );
    let simulated = simulate(app, &agency.olga, json!([leaves]), &selection).await;
    assert_eq!(told(&simulated), ["Uma 1800/250/1 -> 0/0/0"]);
    assert_eq!(
        simulated["unstaffedAfter"]["nodes"],
        json!([{ "name": "Bolt site", "side": "CLIENT" }, { "name": "Bolt site", "side": "PROJECT" }])
    );
    let five_and_then_four = json!([
        { "before": { "availabilityMinutes": 9000 }, "after": { "availabilityMinutes": 9000 } },
        { "before": { "availabilityMinutes": 9000 }, "after": { "availabilityMinutes": 7200 } },
    ]);
    assert_eq!(simulated["team"], five_and_then_four);
    assert_eq!(
        simulated["warnings"],
        json!([
            "Uma holds 1 assignment after 2026-11-29, which nobody takes over here unless another operation says so."
        ])
    );
    let bolt = json!({ "clientId": Kind::Client.text(agency.bolt.id) });
    let to = |side: &str, person: &person::Model| json!({ "reassign": { "of": bolt, "side": side, "personId": person_id(person), "fromOn": "2026-11-30" } });
    let covered = json!([
        to("CLIENT", &agency.ada),
        leaves,
        to("PROJECT", &agency.pia)
    ]);
    let simulated = simulate(app, &agency.olga, covered, &selection).await;
    assert_eq!(
        told(&simulated),
        [
            "Ada 1800/130/1 -> 1800/260/2",
            "Pia 1800/120/1 -> 1800/240/2",
            "Uma 1800/250/1 -> 0/0/0"
        ]
    );
    assert_eq!(simulated["unstaffedAfter"]["nodes"], json!([]));
}

async fn an_illness_takes_the_time_and_leaves_the_work(app: &TestApp) {
    let agency = Agency::found(app).await;
    let ill = json!([{ "personFallsIll": { "personId": person_id(&agency.ada), "untilOn": "2026-12-31" } },
        { "personFallsIll": { "personId": person_id(&agency.mia), "fromOn": "2026-12-01", "untilOn": "2026-12-02" } }]);
    let selection = format!("{CHANGES} becomesOver {{ name week before after }}");
    let simulated = simulate(app, &agency.olga, ill, &selection).await;
    assert_eq!(
        told(&simulated),
        ["Ada 1800/130/1 -> 0/130/1", "Mia 1800/1000/0 -> 1080/600/0"]
    );
    assert_eq!(
        simulated["becomesOver"],
        json!([{ "name": "Ada", "week": "2026-W48", "before": "BENCH", "after": "UNAVAILABLE" }])
    );
}

async fn somebody_joins_and_takes_over(app: &TestApp) {
    let agency = Agency::found(app).await;
    let joins = json!([{ "personJoins": { "name": "Noa", "fromOn": "2026-11-30", "hours": { "minutesAWeek": 1200 }, "factorBp": 5000,
        "holds": [{ "of": { "projectId": Kind::Project.text(agency.site.id) }, "side": "CLIENT" }] } }]);
    let selection =
        format!("{CHANGES} joiners: people(first: 2) {{ nodes {{ person {{ name }} }} }}");
    let simulated = simulate(app, &agency.olga, joins, &selection).await;
    assert_eq!(
        told(&simulated),
        ["Ada 1800/130/1 -> 1800/0/0", "Noa 0/0/0 -> 600/130/1"]
    );
    assert_eq!(
        simulated["joiners"]["nodes"],
        json!([{ "person": { "name": "Ada" } }, { "person": null }])
    );
}

async fn other_hours_hold_from_their_first_day_on(app: &TestApp) {
    let agency = Agency::found(app).await;
    let hours = json!([{ "changeHours": { "personId": person_id(&agency.ada), "fromOn": "2026-12-02",
        "hours": { "minutesADay": [0, 0, 200, 200, 200, 0, 0] } } }]);
    let simulated = simulate(app, &agency.olga, hours, CHANGES).await;
    // Monday and Tuesday as before, 720; then three days of 200 at the 80 % of before, 480.
    assert_eq!(told(&simulated), ["Ada 1800/130/1 -> 1200/130/1"]);
}

async fn no_row_of_any_table_changes(app: &TestApp) {
    let agency = Agency::found(app).await;
    app.ask(&agency.olga, "{ __typename }", json!({})).await;
    let before = contents(app).await;
    let bolt = Kind::Client.text(agency.bolt.id);
    let all = json!([
        { "takeOnProject": { "project": { "client": { "new": { "name": "Crane" } } } } },
        { "loseClient": { "clientId": bolt } },
        { "personLeaves": { "personId": person_id(&agency.pia), "lastOn": "2026-11-25" } },
        { "personFallsIll": { "personId": person_id(&agency.ada), "untilOn": "2026-12-01" } },
        { "personJoins": { "name": "Noa", "hours": { "minutesAWeek": 1200 } } },
        { "changeHours": { "personId": person_id(&agency.mia), "hours": { "minutesAWeek": 600 } } },
        { "reassign": { "of": { "clientId": bolt }, "side": "CLIENT", "personId": person_id(&agency.ada) } },
    ]);
    simulate(app, &agency.olga, all, CHANGES).await;
    let asked = "query ($id: ID!) { canAccept(project: { client: { id: $id } }, from: \"2026-11-23\") { verdict } }";
    app.ask(&agency.olga, asked, json!({ "id": bolt })).await;
    assert!(contents(app).await == before);
}

async fn what_cannot_happen_is_refused_with_its_place(app: &TestApp) {
    let agency = Agency::found(app).await;
    let document = "query ($operations: [SimulationOperation!]!, $from: String, $weeks: Int!) {
        simulate(operations: $operations, from: $from, weeks: $weeks) { warnings } }";
    let nobody = Kind::Person.text(meridian::entity::new_id(app.now()));
    let wrong = json!({ "weeks": 2, "operations": [
        { "loseClient": { "clientId": Kind::Client.text(agency.bolt.id) } },
        { "personLeaves": { "personId": nobody, "lastOn": "2026-12-01" } },
        { "personFallsIll": { "personId": person_id(&agency.ada), "fromOn": "2026-12-02", "untilOn": "2026-12-01" } },
        { "personJoins": { "name": " ", "hours": { "minutesAWeek": 99999 }, "factorBp": 10001 } },
        { "takeOnProject": { "project": { "client": { "id": Kind::Client.text(agency.bolt.id) }, "status": "PROPOSED", "complexity": 6 } } },
    ] });
    assert_eq!(
        problems(app, &agency.olga, document, wrong).await,
        [
            "operations.1.personLeaves.personId: Nobody of this id works here in these weeks.",
            "operations.2.personFallsIll.untilOn: It ends on 2026-12-01, before it starts on 2026-12-02.",
            "operations.3.personJoins.name: Give it a name: this one is empty.",
            "operations.3.personJoins.hours: 20000 is outside 0 to 1440.",
            "operations.3.personJoins.factorBp: 10001 is outside 0 to 10000.",
            "operations.4.takeOnProject.project.complexity: 6 is outside 1 to 5.",
            "operations.4.takeOnProject.project.status: Say ACTIVE or BACK_BURNER: only these make load.",
        ]
    );
    let acme = Kind::Client.text(agency.acme.id);
    let mixed_up = json!({ "weeks": 2, "operations": [{ "personLeaves": { "personId": acme, "lastOn": "2026-12-01" } }] });
    assert_eq!(
        problems(app, &agency.olga, document, mixed_up).await,
        [
            "operations.0.personLeaves.personId: There is no such person: the id of a person starts with `per_`."
        ]
    );
    let past = json!({ "weeks": 13, "from": "2026-W47", "operations": [] });
    assert_eq!(
        problems(app, &agency.olga, document, past).await,
        [
            "weeks: 13 is outside 1 to 12.",
            "operations: There are 0; give 1 to 20.",
            "from: 2026-W47 has passed: what if looks ahead."
        ]
    );
}

async fn what_if_is_not_for_members(app: &TestApp) {
    let agency = Agency::found(app).await;
    let mia = app.sign_in(agency.mia).await;
    let bolt = Kind::Client.text(agency.bolt.id);
    for asked in [
        "query ($id: ID!) { simulate(operations: [{ loseClient: { clientId: $id } }]) { warnings } }",
        "query ($id: ID!) { canAccept(project: { client: { id: $id } }, from: \"2026-11-23\") { verdict } }",
    ] {
        let answer = app.graphql(&mia, asked, json!({ "id": bolt })).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
}
