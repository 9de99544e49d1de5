//! What is asked of the database does not grow with the page, the agency or the batch.

mod split;

use std::time::Duration;

use jiff::SignedDuration;
use meridian::domain::subscriptions;
use meridian::email::compose::compose;
use meridian::entity::{EmailKind, EmailState, Moment, RoleSide, api_token, email, person};
use meridian::jobs::planner;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT, EIGHT_IN_NEW_YORK};
use crate::support::rows;
use crate::support::work::client_of;

on_both_databases!(
    a_query_costs_the_same_whatever_the_page_and_the_agency,
    a_hundred_nodes_cost_as_many_statements_as_five,
    composing_sixty_summaries_costs_as_many_statements_as_ten,
    a_tick_of_five_hundred_costs_as_many_statements_as_one_of_fifty,
);

/// A loader waits a millisecond for more keys: on a busy machine it may take them in two goes.
pub(crate) const SPLIT: u64 = 3;

/// Each line: a list, a small page of it and a large one, within the price of an operation.
const LISTS: [(&str, i64, i64, &str); 8] = [
    (
        "clients(first: $first)",
        5,
        20,
        "nodes { name contacts { name } projects(first: 3) { nodes { name status accountable { side person { name } role { name } why } } }
         accountable { person { name } } touchpoints(first: 3) { nodes { kind person { name } project { name } contact { name } } } }",
    ),
    (
        "projects(first: $first)",
        5,
        50,
        "nodes { name client { name } accountable { side person { name } delegate { name } assignment { reason writtenBy { name } } }
         bookings(first: 2) { nodes { value person { name } } } }",
    ),
    (
        "projects(first: $first)",
        2,
        15,
        "nodes { name responsibilities { responsibility { name } accountable { person { name } why } } recommendation { leadMode } }",
    ),
    (
        "people(first: $first)",
        3,
        30,
        "nodes { name capacity(weeks: 4) { week availabilityMinutes load { confirmedBp } } timeOff { startsOn delegate { name } }
         skills { level skill { name } } holidayCalendar { name } schedules { kind } workSchedules { factorBp } }",
    ),
    (
        "people(first: $first)",
        2,
        10,
        "nodes { name book { activeProjects projects { minutes project { name client { name } } } idleClients { name } } }",
    ),
    ("updatesDue(first: $first)", 2, 100, "nodes { dueOn overdue client { name } accountable { name } activeProjects { name } }"),
    ("unstaffed(first: $first)", 2, 100, "nodes { side project { name client { name } } }"),
    ("emails(first: $first)", 2, 60, "nodes { state period recipient { name email } attempts { outcome serverCode } }"),
];

async fn a_query_costs_the_same_whatever_the_page_and_the_agency(app: &TestApp) {
    let demo = DemoAgency::fill(app, 100).await;
    app.mails_at(EIGHT).await;
    app.mails_at(EIGHT_IN_NEW_YORK).await;
    for (list, small, large, nodes) in LISTS {
        let document = format!("query ($first: Int!) {{ {list} {{ {nodes} }} }}");
        let few = cost(app, &demo.eleanor, &document, json!({ "first": small })).await;
        let many = cost(app, &demo.eleanor, &document, json!({ "first": large })).await;
        assert!(
            many <= few + SPLIT,
            "{list}: {few} for {small}, {many} for {large} {nodes}"
        );
        assert!((1..=30).contains(&many), "{list}: {many}");
    }
    for page in [2, 30] {
        let document = "query ($first: Int!) { teamCapacity { total { band } people(first: $first) {
            nodes { person { name skills { level } } capacity { band load { worstBp } explain { what minutes } } } } } }";
        let statements = cost(app, &demo.eleanor, document, json!({ "first": page })).await;
        assert!(
            (1..=20).contains(&statements),
            "teamCapacity of {page}: {statements}"
        );
        let same = cost(app, &demo.eleanor, document, json!({ "first": 11 })).await;
        assert!(statements.abs_diff(same) <= SPLIT);
    }
}

/// The statements of a query, without those that sign in.
pub(crate) async fn cost(app: &TestApp, by: &Actor, document: &str, variables: Value) -> u64 {
    counted(app, by, document, variables).await.0
}

/// As [`cost`], with the data.
pub(crate) async fn counted(
    app: &TestApp,
    by: &Actor,
    document: &str,
    variables: Value,
) -> (u64, Value) {
    app.ask(by, "{ __typename }", json!({})).await;
    while !is_use_noted(app, by).await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let before = app.db.statements();
    app.ask(by, "{ __typename }", json!({})).await;
    let signing_in = app.db.statements() - before;
    let before = app.db.statements();
    let data = app.ask(by, document, variables).await;
    (app.db.statements() - before - signing_in, data)
}

/// That a token was used is noted in the background, once a minute: not while something else is counted.
async fn is_use_noted(app: &TestApp, by: &Actor) -> bool {
    let token = api_token::Entity::find().filter(api_token::Column::PersonId.eq(by.person.id));
    let token = token.one(&app.db.read).await.unwrap().unwrap();
    let noted = |at: Moment| app.now().duration_since(at.0) < SignedDuration::from_mins(1);
    token.last_used_at.is_some_and(noted)
}

async fn a_hundred_nodes_cost_as_many_statements_as_five(app: &TestApp) {
    let demo = DemoAgency::fill(app, 100).await;
    let lists = "{ projects(first: 40) { nodes { id } } clients(first: 30) { nodes { id } } people(first: 30) { nodes { id } } }";
    let data = app.ask(&demo.eleanor, lists, json!({})).await;
    let ids = |name: &str| {
        data[name]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].clone())
            .collect::<Vec<_>>()
    };
    let (projects, clients, people) = (ids("projects"), ids("clients"), ids("people"));
    let hundred: Vec<&Value> = projects.iter().chain(&clients).chain(&people).collect();
    assert_eq!(hundred.len(), 100);
    let five: Vec<&Value> = projects[..2]
        .iter()
        .chain(&clients[..2])
        .chain(&people[..1])
        .collect();
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Project { client { name } accountable { person { name } } }
        ... on Client { contacts { name } } ... on Person { skills { level } } } }";
    let few = cost(app, &demo.eleanor, document, json!({ "ids": five })).await;
    let many = cost(app, &demo.eleanor, document, json!({ "ids": hundred })).await;
    assert!(many <= few + SPLIT, "{few} for five, {many} for a hundred");
}

async fn composing_sixty_summaries_costs_as_many_statements_as_ten(app: &TestApp) {
    for number in 0..60 {
        let manager = app.manager(&format!("Manager {number}")).await.person;
        client_of(app, &format!("Client {number}"), RoleSide::Both, &manager).await;
    }
    app.set_clock(EIGHT);
    app.tick().await;
    for kind in [EmailKind::CapacitySummary, EmailKind::ClientUpdate] {
        let planned = email::Entity::find().filter(email::Column::Kind.eq(kind));
        let planned = planned.all(&app.db.read).await.unwrap();
        assert_eq!(planned.len(), 60);
        assert!(planned.iter().all(|row| row.state == EmailState::Pending));
        let mut costs = Vec::new();
        for rows in [&planned[..10], &planned[..]] {
            let before = app.db.statements();
            assert_eq!(compose(app, rows).await.unwrap().len(), rows.len());
            costs.push(app.db.statements() - before);
        }
        assert_eq!(costs[0], costs[1], "{}", kind.word());
    }
    app.drain().await;
}

async fn a_tick_of_five_hundred_costs_as_many_statements_as_one_of_fifty(app: &TestApp) {
    let mut costs = Vec::new();
    // Each person has two subscriptions; those of the second crowd fall due an hour later, in the Azores.
    for (crowd, zone, at) in [
        (25, "Europe/London", EIGHT),
        (249, "Atlantic/Azores", "2026-11-23T09:00:00Z"),
    ] {
        people(app, crowd, zone).await;
        app.set_clock(at);
        let before = app.db.statements();
        assert_eq!(planner::tick(app).await.unwrap(), crowd * 2);
        costs.push(app.db.statements() - before);
    }
    assert_eq!(costs[0], costs[1]);
    app.drain().await;
}

async fn people(app: &TestApp, count: usize, zone: &str) {
    let tx = app.db.begin().await.unwrap();
    for number in 0..count {
        let row = person::Model {
            time_zone: zone.to_owned(),
            ..rows::person(&format!("{zone} {number}"), None, app.now())
        };
        let row = row
            .into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap();
        let hours = rows::work_schedule(row.id, app.now());
        hours
            .into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap();
        subscriptions::ensure(&tx, &row, app.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}
