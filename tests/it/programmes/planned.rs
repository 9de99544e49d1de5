//! A programme that is made of a plan: its waves, its days, and what has changed since the plan.

use jiff::civil::date;
use meridian::domain::access::Caller;
use meridian::domain::plans::ApprovedMove;
use meridian::domain::programmes::{self, NewProgramme};
use meridian::entity::{RoleSide, Side, client, programme};
use meridian::error::Result;
use meridian::graphql::id::Kind;
use serde_json::json;
use uuid::Uuid;

use super::agency::{asked, the_split};
use crate::handovers::{Agency, global, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::rows;
use crate::support::work::hold;

on_both_databases!(
    each_wave_of_a_plan_begins_a_week_after_the_one_before,
    a_plan_that_no_longer_holds_starts_nothing,
    an_approved_plan_becomes_one_programme,
);

fn planned(agency: &Agency, client: &client::Model, side: Side, wave: i32) -> ApprovedMove {
    ApprovedMove {
        client_id: client.id,
        side,
        from_person_id: agency.dana.person.id,
        to_person_id: agency.sam.person.id,
        project_ids: Vec::new(),
        whole_client: true,
        wave,
        reason: "Sam prefers this side.".to_owned(),
        client_side_minutes: 100,
    }
}

async fn start(
    app: &TestApp,
    agency: &Agency,
    planned: Vec<ApprovedMove>,
) -> Result<programme::Model> {
    let olga = Caller {
        person_id: Some(agency.olga.person.id),
        ..app.operator()
    };
    let new = NewProgramme {
        name: "The split".to_owned(),
        reason: "Two halves of one job pull against each other.".to_owned(),
        benefit: "Somebody has time for you.".to_owned(),
        way_forward: "You call whom you call today.".to_owned(),
        starts_on: date(2026, 11, 24),
        plan_id: None,
    };
    let tx = app.db.begin().await?;
    let started = programmes::start_in(&tx, &olga, new, planned).await?;
    tx.commit().await?;
    Ok(started)
}

async fn another_client(app: &TestApp, agency: &Agency, name: &str) -> client::Model {
    let client = app.insert(rows::client(name, app.now())).await;
    hold(app, &client, RoleSide::Both, &agency.dana.person).await;
    client
}

async fn each_wave_of_a_plan_begins_a_week_after_the_one_before(app: &TestApp) {
    let agency = Agency::of(app).await;
    let bolt = another_client(app, &agency, "Bolt").await;
    let moves = vec![
        planned(&agency, &agency.acme, Side::Client, 0),
        planned(&agency, &bolt, Side::Project, 1),
        planned(&agency, &agency.acme, Side::Project, 2),
    ];
    let started = start(app, &agency, moves).await.unwrap();
    let id = json!({ "id": global(Kind::Programme, started.id) });
    let selection =
        "handovers { nodes { client { name } side wave weightMinutes steps { dueOn } } }
        startedBy { name } progress { bp }";
    let told = asked(app, &agency.dana, &id, selection).await;
    assert_eq!(told["startedBy"]["name"], "Olga");
    let mut waves: Vec<String> = told["handovers"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let days: Vec<&str> = one["steps"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step["dueOn"].as_str().unwrap())
                .collect();
            format!(
                "{} {} {}: {}",
                one["wave"],
                one["client"]["name"],
                one["side"],
                days.join(" ")
            )
        })
        .collect();
    waves.sort();
    assert_eq!(
        waves,
        [
            r#"0 "Acme" "CLIENT": 2026-11-30 2026-12-07 2026-12-14 2026-12-28 2027-01-11"#,
            r#"1 "Bolt" "PROJECT": 2026-12-07 2026-12-14 2026-12-21 2027-01-04 2027-01-18"#,
            r#"2 "Acme" "PROJECT": 2026-12-14 2026-12-21 2026-12-28 2027-01-11 2027-01-25"#,
        ]
    );
}

async fn a_plan_that_no_longer_holds_starts_nothing(app: &TestApp) {
    let agency = Agency::of(app).await;
    let bolt = another_client(app, &agency, "Bolt").await;
    let mut of_bolt = planned(&agency, &bolt, Side::Client, 0);
    of_bolt.project_ids = vec![Uuid::from_u128(7)];
    of_bolt.whole_client = false;
    let moves = vec![
        planned(&agency, &agency.acme, Side::Client, 0),
        planned(&agency, &agency.acme, Side::Project, 1),
        of_bolt,
    ];
    let refused = start(app, &agency, moves).await.unwrap_err();
    let meridian::error::Error::Invalid(problems) = refused else {
        panic!("{refused}");
    };
    let told: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field[0], problem.message))
        .collect();
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].starts_with("planId: Acme: The client's other side moves within 14 days"),
        "{told:#?}"
    );
    assert!(
        told[1].starts_with("planId: Bolt: Bolt has no such unfinished project"),
        "{told:#?}"
    );
    let none = app
        .ask(
            &agency.olga,
            "{ programmes { totalCount } handovers { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(
        none,
        json!({ "programmes": { "totalCount": 0 }, "handovers": { "totalCount": 0 } })
    );
}

async fn an_approved_plan_becomes_one_programme(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let olga = &demo.eleanor;
    let two = [&demo.dana, &demo.sam].map(|one| global(Kind::Person, one.person.id));
    let input = json!({ "kind": "SPLIT", "name": "Split Dana and Sam", "startsOn": "2027-02-01", "splitBetween": two });
    let selection = "plan { id state version outcome { moves(first: 1) { totalCount } } }";
    let plan = app.done(olga, "planCreate", input, selection).await["plan"].take();
    let mut input = the_split("2027-02-01");
    input["planId"] = plan["id"].clone();
    let payload = app
        .change(olga, "programmeStart", input.clone(), "programme { id }")
        .await;
    let why = "The plan is READY: an owner has to approve it first.";
    assert_eq!(refusal(&payload), ("planId", why));
    app.done(olga, "planApprove", json!({ "id": plan["id"] }), "")
        .await;
    let selection = "programme { id plan { id } state
        handovers(first: 100) { totalCount nodes { stage fromPerson { id } toPerson { id } projects { totalCount } } } }";
    let payload = app
        .done(olga, "programmeStart", input.clone(), selection)
        .await;
    let programme = &payload["programme"];
    assert_eq!(
        (&programme["plan"]["id"], &programme["state"]),
        (&plan["id"], &json!("RUNNING"))
    );
    let handovers = programme["handovers"]["nodes"].as_array().unwrap();
    let moved: i64 = handovers
        .iter()
        .map(|one| one["projects"]["totalCount"].as_i64().unwrap())
        .sum();
    assert!(moved > 0, "{programme:#}");
    for one in handovers {
        assert_eq!(one["stage"], "PLANNED");
        assert_ne!(one["fromPerson"], one["toPerson"]);
    }
    let again = app
        .change(olga, "programmeStart", input, "programme { id }")
        .await;
    assert_eq!(
        again["userErrors"][0]["field"],
        json!(["planId"]),
        "{again:#}"
    );
}
