//! How far a programme is, in points and in counts; the milestones it passes, and its end.

use meridian::domain::programmes::milestones_since;
use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{asked, started, the_split};
use crate::handovers::{Agency, advance, advance_to, created, global, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::hold;

on_both_databases!(
    progress_is_told_in_points_and_counts_and_milestones_are_passed_once,
    a_programme_that_is_called_off_leaves_what_has_moved,
    cancelling_the_last_open_handover_ends_the_programme,
    a_programme_in_which_nothing_has_moved_is_not_done,
    only_owners_start_programmes_and_members_see_none,
    a_programme_is_refused_with_every_reason_at_once,
);

const PROGRESS: &str =
    "state progress { bp stages { stage count } explain { weightMinutes points handover { id } } }
    milestones { percent reachedOn }";

/// Two handovers of a programme: the client side of Acme, which weighs 260 minutes, and that of idle Bolt, which weighs 15.
async fn two_handovers(app: &TestApp, agency: &Agency, programme: &Value) -> (Value, Value) {
    let bolt = app.insert(rows::client("Bolt", app.now())).await;
    hold(app, &bolt, RoleSide::Both, &agency.dana.person).await;
    let mut of_acme = agency.dana_to_sam("CLIENT");
    of_acme["programmeId"] = programme["id"].clone();
    let mut of_bolt = of_acme.clone();
    of_bolt["clientId"] = json!(global(Kind::Client, bolt.id));
    of_bolt["startsOn"] = json!("2026-12-08");
    (
        created(app, &agency.olga, of_acme).await,
        created(app, &agency.olga, of_bolt).await,
    )
}

async fn progress_is_told_in_points_and_counts_and_milestones_are_passed_once(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let (acme, bolt) = two_handovers(app, &agency, &programme).await;
    let waves = asked(
        app,
        &agency.olga,
        &programme,
        "handovers { nodes { wave weightMinutes } }",
    )
    .await;
    assert_eq!(
        waves["handovers"]["nodes"],
        json!([{ "wave": 0, "weightMinutes": 260 }, { "wave": 2, "weightMinutes": 15 }])
    );
    let begun = app.now();
    // 260 × 50 ÷ 275 = 47.27 %.
    advance_to(app, &agency.dana, &acme, "INTRODUCED").await;
    let told = asked(app, &agency.dana, &programme, PROGRESS).await;
    assert_eq!(told["progress"]["bp"], 4_727, "{told:#}");
    assert_eq!(
        told["progress"]["explain"],
        json!([
            { "weightMinutes": 260, "points": 50, "handover": { "id": acme["id"] } },
            { "weightMinutes": 15, "points": 0, "handover": { "id": bolt["id"] } },
        ])
    );
    assert_eq!(counts(&told), ["PLANNED 1", "INTRODUCED 1"]);
    assert_eq!(percents(&told), [25]);
    // Both introduced: exactly 50 %, which is not more than half-way.
    advance_to(app, &agency.dana, &bolt, "INTRODUCED").await;
    let told = asked(app, &agency.dana, &programme, PROGRESS).await;
    assert_eq!(
        (&told["progress"]["bp"], percents(&told)),
        (&json!(5_000), vec![25])
    );
    app.set_clock("2026-11-24T09:00:00Z");
    // (260 × 75 + 15 × 50) ÷ 275 = 73.63 %.
    advance(app, &agency.dana, &acme, "SHADOWING").await;
    let told = asked(app, &agency.dana, &programme, PROGRESS).await;
    assert_eq!(told["progress"]["bp"], 7_363);
    let half_way = json!({ "percent": 50, "reachedOn": "2026-11-24" });
    assert_eq!(told["milestones"][1], half_way);

    for (handover, stages) in [
        (&acme, &["TRANSFERRED", "CONFIRMED"][..]),
        (&bolt, &["SHADOWING", "TRANSFERRED", "CONFIRMED"]),
    ] {
        for stage in stages {
            assert_eq!(
                asked(app, &agency.olga, &programme, "state").await["state"],
                "RUNNING"
            );
            let payload = advance(app, &agency.olga, handover, stage).await;
            assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        }
    }
    let told = asked(app, &agency.dana, &programme, PROGRESS).await;
    assert_eq!(
        (&told["state"], &told["progress"]["bp"]),
        (&json!("DONE"), &json!(10_000))
    );
    assert_eq!(percents(&told), [25, 50, 75, 100]);
    let events = milestones_since(&app.db.read, begun).await.unwrap();
    let events: Vec<i32> = events.iter().map(|one| one.milestone.percent).collect();
    assert_eq!(events, [25, 50, 75, 100]);
    let history = asked(
        app,
        &agency.olga,
        &programme,
        "history { nodes { action fields { name } } }",
    )
    .await;
    let milestones = history["history"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["fields"].to_string().contains("percent"));
    assert_eq!(milestones.count(), 4, "{history:#}");
    let mut late = agency.dana_to_sam("PROJECT");
    late["programmeId"] = programme["id"].clone();
    late["startsOn"] = json!("2027-06-01");
    let payload = app
        .change(&agency.olga, "handoverCreate", late, "handover { id }")
        .await;
    let why = "The split is over: leave it out to make a handover that stands alone.";
    assert_eq!(refusal(&payload), ("programmeId", why));
}

fn percents(told: &Value) -> Vec<i64> {
    let milestones = told["milestones"].as_array().unwrap().iter();
    milestones
        .map(|one| one["percent"].as_i64().unwrap())
        .collect()
}

/// The stages at which there are handovers.
fn counts(told: &Value) -> Vec<String> {
    let stages = told["progress"]["stages"].as_array().unwrap().iter();
    stages
        .filter(|one| one["count"] != 0)
        .map(|one| format!("{} {}", one["stage"].as_str().unwrap(), one["count"]))
        .collect()
}

async fn a_programme_that_is_called_off_leaves_what_has_moved(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let (acme, bolt) = two_handovers(app, &agency, &programme).await;
    advance_to(app, &agency.olga, &acme, "TRANSFERRED").await;
    let stale = json!({ "id": programme["id"], "reason": "no", "expectedVersion": 7 });
    let payload = app
        .change(
            &agency.olga,
            "programmeCancel",
            stale,
            "programme { state }",
        )
        .await;
    assert_eq!(
        payload["userErrors"][0]["code"], "STALE_VERSION",
        "{payload:#}"
    );
    assert_eq!(payload["programme"]["state"], "RUNNING");
    let input = json!({ "id": programme["id"], "reason": "We try something else." });
    let selection =
        "programme { state cancelReason handovers { nodes { id stage cancelReason } } }";
    let payload = app
        .done(&agency.olga, "programmeCancel", input.clone(), selection)
        .await;
    assert_eq!(
        payload["programme"],
        json!({
            "state": "CANCELLED", "cancelReason": "We try something else.",
            "handovers": { "nodes": [
                { "id": acme["id"], "stage": "TRANSFERRED", "cancelReason": null },
                { "id": bolt["id"], "stage": "CANCELLED", "cancelReason": "We try something else." },
            ] },
        })
    );
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Sam", "PROJECT Dana"]
    );
    let payload = app
        .change(&agency.olga, "programmeCancel", input, "programme { id }")
        .await;
    assert_eq!(refusal(&payload), ("id", "It is over already."));
    let payload = advance(app, &agency.sam, &acme, "CONFIRMED").await;
    assert_eq!(payload["handover"]["stage"], "CONFIRMED", "{payload:#}");
}

async fn cancelling_the_last_open_handover_ends_the_programme(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let (acme, bolt) = two_handovers(app, &agency, &programme).await;
    advance_to(app, &agency.olga, &bolt, "CONFIRMED").await;
    let told = asked(app, &agency.olga, &programme, PROGRESS).await;
    assert_eq!(
        (&told["progress"]["bp"], &told["state"]),
        (&json!(545), &json!("RUNNING"))
    );
    let input = json!({ "id": acme["id"], "reason": "Acme asked for Dana." });
    app.done(&agency.olga, "handoverCancel", input, "").await;
    let told = asked(app, &agency.olga, &programme, PROGRESS).await;
    assert_eq!(
        (&told["progress"]["bp"], &told["state"]),
        (&json!(10_000), &json!("DONE"))
    );
    assert_eq!(percents(&told), [25, 50, 75, 100]);
}

async fn a_programme_in_which_nothing_has_moved_is_not_done(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let mut only = agency.dana_to_sam("CLIENT");
    only["programmeId"] = programme["id"].clone();
    let only = created(app, &agency.olga, only).await;
    let input = json!({ "id": only["id"], "reason": "Acme asked for Dana." });
    app.done(&agency.olga, "handoverCancel", input, "").await;
    let told = asked(app, &agency.olga, &programme, "state").await;
    assert_eq!(told["state"], "RUNNING");
}

async fn only_owners_start_programmes_and_members_see_none(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mia = app.member("Mia").await;
    let mutation = "mutation ($input: ProgrammeStartInput!) { programmeStart(input: $input) { programme { id } } }";
    for by in [&agency.dana, &mia] {
        let answer = app
            .graphql(by, mutation, json!({ "input": the_split("2026-11-23") }))
            .await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let document = "query ($id: ID!) { programme(id: $id) { id } node(id: $id) { id } }";
    let variables = json!({ "id": programme["id"] });
    let seen = app.ask(&agency.dana, document, variables.clone()).await;
    assert_eq!(seen["programme"], seen["node"]);
    let hidden = app.ask(&mia, document, variables).await;
    assert_eq!(hidden, json!({ "programme": null, "node": null }));
    let answer = app
        .graphql(&mia, "{ programmes { nodes { id } } }", json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer:#}"
    );
}

async fn a_programme_is_refused_with_every_reason_at_once(app: &TestApp) {
    let olga = app.owner().await;
    let input = json!({ "name": " ", "reason": "", "benefit": "b", "wayForward": "x".repeat(5_001), "startsOn": "1969-01-01" });
    let payload = app
        .change(&olga, "programmeStart", input, "programme { id }")
        .await;
    let fields: Vec<&Value> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"][0])
        .collect();
    assert_eq!(
        fields,
        ["name", "reason", "wayForward", "startsOn", "startsOn"]
    );
    let payload = app
        .change(
            &olga,
            "programmeStart",
            the_split("2026-11-22"),
            "programme { id }",
        )
        .await;
    let why = "It starts today, 2026-11-23, or later.";
    assert_eq!(refusal(&payload), ("startsOn", why));
}
