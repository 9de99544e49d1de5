//! Half a year later: is the split better than one person doing both?

use jiff::civil::date;
use meridian::domain::reviews;
use meridian::entity::{Day, TouchpointKind, holiday, holiday_calendar, new_id, person};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::agency::{asked, started};
use crate::handovers::{Agency, advance_to, created, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::work::contact;

on_both_databases!(
    a_review_is_due_half_a_year_after_the_start_on_a_working_day_of_the_owner,
    a_review_sets_the_figures_of_both_days_side_by_side_and_freezes_them,
    reverting_moves_nobody_and_says_which_handovers_back_would,
    a_review_is_decided_once_by_an_owner,
);

const REVIEWS: &str = "reviews { nodes { id number dueOn verdict version } }";

async fn a_review_is_due_half_a_year_after_the_start_on_a_working_day_of_the_owner(app: &TestApp) {
    app.set_clock("2026-08-31T08:00:00Z");
    let olga = app.owner().await;
    // Half a year after 31 August ends with February, on a Sunday; the Monday after it is a holiday.
    let programme = started(app, &olga, "2026-08-31").await;
    let told = asked(app, &olga, &programme, REVIEWS).await;
    assert_eq!(told["reviews"]["nodes"][0]["dueOn"], "2027-03-01");
    observe_holiday(app, &olga.person, Day(date(2027, 3, 1))).await;
    let programme = started(app, &olga, "2026-08-31").await;
    let told = asked(app, &olga, &programme, REVIEWS).await;
    assert_eq!(told["reviews"]["nodes"][0]["dueOn"], "2027-03-02");
    for (day, expected) in [
        (date(2027, 2, 28), 0),
        (date(2027, 3, 1), 1),
        (date(2027, 3, 2), 2),
    ] {
        let due = reviews::due(&app.db.read, day).await.unwrap();
        assert_eq!(due.len(), expected, "{day}");
    }
    let input = json!({ "id": programme["id"], "reason": "We try something else." });
    app.done(&olga, "programmeCancel", input, "").await;
    let due = reviews::due(&app.db.read, date(2027, 3, 2)).await.unwrap();
    assert_eq!(due.len(), 1, "nobody is asked about what was called off");
}

async fn observe_holiday(app: &TestApp, person: &person::Model, day: Day) {
    let calendar = holiday_calendar::Model {
        id: new_id(app.now()),
        name: "Wales".to_owned(),
        version: 1,
    };
    let calendar = app.insert(calendar).await;
    let st_david = holiday::Model {
        id: new_id(app.now()),
        calendar_id: calendar.id,
        observed_on: day,
        name: "St David's Day".to_owned(),
        off_bp: 10_000,
        version: 1,
    };
    app.insert(st_david).await;
    let mut row = person.clone().into_active_model();
    row.holiday_calendar_id = Set(Some(calendar.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_review_sets_the_figures_of_both_days_side_by_side_and_freezes_them(app: &TestApp) {
    let agency = Agency::of(app).await;
    // Dana has known Acme since 2024 and talks to it often: 50 for the months, 7 for three calls, 20 for the last.
    for day in [16, 18, 23] {
        let dana = Some(agency.dana.person.id);
        contact(
            app,
            &agency.acme,
            dana,
            TouchpointKind::Call,
            date(2026, 11, day),
        )
        .await;
    }
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let mut input = agency.dana_to_sam("PROJECT");
    input["programmeId"] = programme["id"].clone();
    let handover = created(app, &agency.olga, input).await;
    advance_to(app, &agency.olga, &handover, "CONFIRMED").await;

    let figures = "on peakUtilisationBp evennessBp roleMixBp updatesOnTimeBp
        managers { name clientSideMinutes projectSideMinutes availabilityMinutes utilisationBp roleMixBp activeProjects backBurnerProjects }
        strongRelationships { clientName personName points client { name } person { name } }";
    let selection = format!(
        "reviews(first: 1) {{ nodes {{ id number dueOn before {{ {figures} }} after {{ {figures} }} strongRelationshipsKept verdict }} }}"
    );
    let told = asked(app, &agency.dana, &programme, &selection).await;
    let review = told["reviews"]["nodes"][0].clone();
    assert_eq!(review["dueOn"], "2027-05-24", "the Monday after 23 May");
    let strong = json!([{
        "clientName": "Acme", "personName": "Dana", "points": 77,
        "client": { "name": "Acme" }, "person": { "name": "Dana" },
    }]);
    // Two active projects: 2 × 130 and 2 × 120 minutes of 1800.
    assert_eq!(
        review["before"],
        json!({
            "on": "2026-11-23", "peakUtilisationBp": 2_777, "evennessBp": 10_000, "roleMixBp": 9_600,
            "updatesOnTimeBp": 10_000, "strongRelationships": strong,
            "managers": [{
                "name": "Dana", "clientSideMinutes": 260, "projectSideMinutes": 240, "availabilityMinutes": 1_800,
                "utilisationBp": 2_777, "roleMixBp": 9_600, "activeProjects": 2, "backBurnerProjects": 0,
            }],
        })
    );
    let manager = |name: &str, client: i64, project: i64, bp: i64| {
        json!({
            "name": name, "clientSideMinutes": client, "projectSideMinutes": project, "availabilityMinutes": 1_800,
            "utilisationBp": bp, "roleMixBp": 0, "activeProjects": 2, "backBurnerProjects": 0,
        })
    };
    assert_eq!(
        review["after"],
        json!({
            "on": "2026-11-23", "peakUtilisationBp": 1_444, "evennessBp": 9_889, "roleMixBp": 0,
            "updatesOnTimeBp": 10_000, "strongRelationships": strong,
            "managers": [manager("Dana", 260, 0, 1_444), manager("Sam", 0, 240, 1_333)],
        })
    );
    assert_eq!(review["strongRelationshipsKept"], 1);

    app.set_clock("2027-05-24T09:00:00Z");
    let input = json!({ "id": review["id"], "verdict": "KEEP", "note": "Both like it better." });
    let decided = "review { verdict note decidedBy { name } handoversBack { undoes { id } } strongRelationshipsKept
        after { on updatesOnTimeBp strongRelationships { points } } }";
    let payload = app.done(&agency.olga, "reviewDecide", input, decided).await;
    // Nobody has talked to Acme for half a year: 50 points for the months are not strong, and the update is overdue.
    let frozen = json!({ "on": "2027-05-24", "updatesOnTimeBp": 0, "strongRelationships": [] });
    assert_eq!(
        payload["review"],
        json!({
            "verdict": "KEEP", "note": "Both like it better.", "decidedBy": { "name": "Olga" }, "handoversBack": [],
            "strongRelationshipsKept": 0, "after": frozen,
        })
    );
    app.set_clock("2027-06-01T09:00:00Z");
    let later = asked(
        app,
        &agency.dana,
        &programme,
        "reviews { nodes { number dueOn verdict after { on } } }",
    )
    .await;
    assert_eq!(
        later["reviews"]["nodes"],
        json!([
            { "number": 2, "dueOn": "2027-11-24", "verdict": null, "after": { "on": "2027-06-01" } },
            { "number": 1, "dueOn": "2027-05-24", "verdict": "KEEP", "after": { "on": "2027-05-24" } },
        ])
    );
}

async fn reverting_moves_nobody_and_says_which_handovers_back_would(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let mut handovers = Vec::new();
    for project in [&agency.shop, &agency.blog] {
        let mut input = agency.dana_to_sam("CLIENT");
        input["programmeId"] = programme["id"].clone();
        input["projectIds"] = json!([project]);
        handovers.push(created(app, &agency.olga, input).await);
    }
    advance_to(app, &agency.olga, &handovers[0], "CONFIRMED").await;
    advance_to(app, &agency.olga, &handovers[1], "SHADOWING").await;
    let before = agency.assignments(app).await;
    let review = asked(app, &agency.olga, &programme, REVIEWS).await["reviews"]["nodes"][0].take();
    let input = json!({ "id": review["id"], "verdict": "REVERT", "note": "It was better before.", "nextOn": "2027-02-27" });
    let selection =
        "review { handoversBack { undoes { id } fromPerson { name } toPerson { name } } }";
    let payload = app
        .done(&agency.olga, "reviewDecide", input, selection)
        .await;
    assert_eq!(
        payload["review"]["handoversBack"],
        json!([{ "undoes": { "id": handovers[0]["id"] }, "fromPerson": { "name": "Sam" }, "toPerson": { "name": "Dana" } }])
    );
    assert_eq!(agency.assignments(app).await, before);
    let told = asked(app, &agency.olga, &programme, REVIEWS).await;
    assert_eq!(
        told["reviews"]["nodes"][0]["dueOn"], "2027-03-01",
        "the Monday after the Saturday asked for"
    );
}

async fn a_review_is_decided_once_by_an_owner(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let review = asked(app, &agency.olga, &programme, REVIEWS).await["reviews"]["nodes"][0].take();
    let decide = |version: Value, note: &str| json!({ "id": review["id"], "verdict": "ADJUST", "note": note, "expectedVersion": version });
    let mutation =
        "mutation ($input: ReviewDecideInput!) { reviewDecide(input: $input) { review { id } } }";
    let input = json!({ "input": decide(Value::Null, "no") });
    let answer = app.graphql(&agency.dana, mutation, input).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer:#}"
    );
    let payload = app
        .change(
            &agency.olga,
            "reviewDecide",
            decide(json!(3), "x"),
            "review { version }",
        )
        .await;
    assert_eq!(
        payload["userErrors"][0]["code"], "STALE_VERSION",
        "{payload:#}"
    );
    assert_eq!(payload["review"]["version"], 1);
    let payload = app
        .change(
            &agency.olga,
            "reviewDecide",
            decide(json!(1), " "),
            "review { id }",
        )
        .await;
    assert_eq!(
        refusal(&payload),
        ("note", "Say why: it is kept with the verdict.")
    );
    app.done(
        &agency.olga,
        "reviewDecide",
        decide(json!(1), "Fewer projects each."),
        "review { id }",
    )
    .await;
    let payload = app
        .change(
            &agency.olga,
            "reviewDecide",
            decide(json!(2), "again"),
            "review { id }",
        )
        .await;
    assert_eq!(
        refusal(&payload),
        ("id", "It was decided already; the next one is planned.")
    );
}
