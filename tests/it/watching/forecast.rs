//! The forecast says who gets which mail in the next seven days, and who is skipped and why.

use jiff::civil::date;
use meridian::email::memory::Failure;
use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::retrying::test_mail;
use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT, EIGHT_IN_NEW_YORK};
use crate::support::outbox::emails;
use crate::support::tables::contents;
use crate::support::work::{away, due_client_of};

on_both_databases!(
    a_forecast_of_the_morning_is_what_the_morning_brings,
    a_forecast_writes_nothing,
    whoever_is_away_or_has_stopped_a_mail_is_skipped_and_it_says_why,
    an_address_that_nothing_is_sent_to_is_foreseen_to_fail,
    what_stands_in_mondays_mail_is_not_foreseen_for_tuesday,
    a_forecast_is_read_in_pages_and_days,
    members_see_what_comes_to_them,
    a_forecast_costs_as_many_statements_for_ten_managers_as_for_three,
);

const NODES: &str =
    "nodes { kind recipient { name } period localOn dueAt subject skippedAs reason }";

async fn forecast(app: &TestApp, by: &Actor, arguments: &str) -> Vec<Value> {
    let document = format!("{{ emailForecast({arguments}) {{ {NODES} }} }}");
    let mut data = app.ask(by, &document, json!({})).await;
    match data["emailForecast"]["nodes"].take() {
        Value::Array(nodes) => nodes,
        other => panic!("{other}"),
    }
}

/// What matters of a mail, foreseen or in the outbox.
fn told(mail: &Value, state: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let (name, kind) = (text(&mail["recipient"]["name"]), text(&mail["kind"]));
    format!(
        "{name} {kind} {} {} {} {} {}",
        text(&mail["period"]),
        text(&mail["localOn"]),
        text(&mail["dueAt"]),
        text(state),
        text(&mail["subject"]),
    )
}

async fn a_forecast_of_the_morning_is_what_the_morning_brings(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let mut foreseen: Vec<String> = forecast(app, &demo.eleanor, "days: 1, first: 100")
        .await
        .iter()
        .filter(|mail| mail["dueAt"].as_str().unwrap() <= EIGHT_IN_NEW_YORK)
        .map(|mail| match &mail["skippedAs"] {
            Value::Null => told(mail, &json!("SENT")),
            state => told(mail, state),
        })
        .collect();
    app.mails_at(EIGHT).await;
    app.mails_at(EIGHT_IN_NEW_YORK).await;
    let rows = emails(app, &demo.eleanor).await;
    let mut came: Vec<String> = rows.iter().map(|mail| told(mail, &mail["state"])).collect();
    foreseen.sort();
    came.sort();
    assert_eq!(foreseen.len(), 6);
    assert_eq!(foreseen, came);
}

async fn a_forecast_writes_nothing(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    app.ask(&demo.eleanor, "{ __typename }", json!({})).await;
    let before = contents(app).await;
    let week = forecast(app, &demo.eleanor, "first: 100").await;
    assert!(week.len() > 12, "{}", week.len());
    assert_eq!(contents(app).await, before);
    app.mails_at(EIGHT_IN_NEW_YORK).await;
}

async fn whoever_is_away_or_has_stopped_a_mail_is_skipped_and_it_says_why(app: &TestApp) {
    let olga = app.owner().await;
    let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    let days = (date(2026, 11, 23), date(2026, 11, 24));
    away(app, &dana.person, days, Some(&sam.person)).await;
    let stop = json!({ "personId": Kind::Person.text(sam.person.id), "kind": "CAPACITY_SUMMARY", "paused": true,
        "expectedVersion": 1 });
    app.done(&olga, "scheduleSet", stop, "schedule { paused }")
        .await;
    let week = forecast(app, &olga, "days: 1, first: 100").await;
    let of = |name: &str, kind: &str| {
        let mail = week
            .iter()
            .find(|mail| mail["recipient"]["name"] == name && mail["kind"] == kind);
        let mail = mail.unwrap_or_else(|| panic!("{name} {kind}: {week:#?}"));
        (
            mail["skippedAs"].clone(),
            mail["reason"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let (state, reason) = of("Dana", "CLIENT_UPDATE");
    assert_eq!(state, "SKIPPED_ABSENT");
    assert!(
        reason.starts_with("Away; what is due goes to Sam, "),
        "{reason}"
    );
    assert_eq!(
        of("Sam", "CLIENT_UPDATE"),
        (Value::Null, String::new()),
        "covering for Dana"
    );
    let stopped = "The recipient has stopped these mails.".to_owned();
    assert_eq!(of("Sam", "CAPACITY_SUMMARY"), (json!("CANCELLED"), stopped));
}

async fn an_address_that_nothing_is_sent_to_is_foreseen_to_fail(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    test_mail(app, &olga, &dana).await;
    app.memory().fail_next(1, Failure::UnknownRecipient);
    app.drain().await;
    let id = Kind::Person.text(dana.person.id);
    let day = forecast(app, &olga, &format!("personId: \"{id}\", days: 1")).await;
    let prompt = day
        .iter()
        .find(|mail| mail["kind"] == "CLIENT_UPDATE")
        .unwrap();
    assert_eq!(prompt["skippedAs"], "FAILED");
    let reason = prompt["reason"].as_str().unwrap();
    let expected = "Nothing is sent to dana@example.com any more: ";
    assert!(reason.starts_with(expected), "{reason}");
}

async fn what_stands_in_mondays_mail_is_not_foreseen_for_tuesday(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    let id = Kind::Person.text(dana.person.id);
    let prompts = async |arguments: String| -> Vec<String> {
        let mails = forecast(app, &olga, &arguments).await;
        let prompts = mails.iter().filter(|mail| mail["kind"] == "CLIENT_UPDATE");
        let told = prompts.map(|mail| {
            let day = mail["localOn"].as_str().unwrap();
            let state = mail["skippedAs"].as_str().unwrap_or("SENT");
            format!("{day} {state}")
        });
        told.collect()
    };
    let week = prompts(format!("personId: \"{id}\", first: 100")).await;
    let expected = [
        "2026-11-23 SENT",
        "2026-11-24 SKIPPED_EMPTY",
        "2026-11-25 SKIPPED_EMPTY",
        // Three working days late by then: the owner is told, with her in copy.
        "2026-11-26 SENT",
        "2026-11-27 SKIPPED_EMPTY",
    ];
    assert_eq!(week[..5], expected);
    // What a mail of the outbox has taken is not foreseen either.
    app.mails_at(EIGHT).await;
    let rest = prompts(format!("personId: \"{id}\", first: 100")).await;
    assert_eq!(rest[..4], expected[1..]);
}

async fn a_forecast_is_read_in_pages_and_days(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let whole = forecast(app, &demo.eleanor, "days: 3, first: 100").await;
    let mut paged = Vec::new();
    let mut after = Value::Null;
    loop {
        let document = format!(
            "query ($after: String) {{ emailForecast(days: 3, first: 4, after: $after) {{
                totalCount pageInfo {{ hasNextPage endCursor }} {NODES} }} }}"
        );
        let data = app
            .ask(&demo.eleanor, &document, json!({ "after": after }))
            .await;
        let page = &data["emailForecast"];
        assert_eq!(page["totalCount"], json!(whole.len()));
        paged.extend(page["nodes"].as_array().unwrap().clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(paged, whole);
    for days in [0, 8] {
        let document = format!("{{ emailForecast(days: {days}) {{ {NODES} }} }}");
        let answer = app.graphql(&demo.eleanor, &document, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
            "{answer}"
        );
    }
    app.mails_at(EIGHT_IN_NEW_YORK).await;
}

async fn members_see_what_comes_to_them(app: &TestApp) {
    let (dana, mia) = (app.manager("Dana").await, app.member("Mia").await);
    let own = forecast(app, &mia, "first: 100").await;
    assert!(!own.is_empty() && own.iter().all(|mail| mail["recipient"]["name"] == "Mia"));
    let id = Kind::Person.text(dana.person.id);
    let document = format!("{{ emailForecast(personId: \"{id}\") {{ {NODES} }} }}");
    let answer = app.graphql(&mia, &document, json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
        "{answer}"
    );
}

async fn a_forecast_costs_as_many_statements_for_ten_managers_as_for_three(app: &TestApp) {
    let olga = app.owner().await;
    let document = format!("{{ emailForecast(days: 3, first: 100) {{ {NODES} }} }}");
    let mut costs = Vec::new();
    for crowd in [3, 7] {
        for number in 0..crowd {
            let manager = app
                .manager(&format!("Manager {crowd} {number}"))
                .await
                .person;
            due_client_of(
                app,
                &format!("Client {crowd} {number}"),
                RoleSide::Both,
                &manager,
            )
            .await;
        }
        costs.push(cost(app, &olga, &document, json!({})).await);
    }
    assert!(costs[1] <= costs[0] + SPLIT, "{costs:?}");
    assert!(costs[1] <= 200, "{costs:?}");
}
