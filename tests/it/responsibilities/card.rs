//! The card that the client gets.

use meridian::entity::{RoleSide, project, responsibility};
use meridian::graphql::id::Kind;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{SET, acme};
use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::work::role;

on_both_databases!(
    an_assignment_moves_the_card_at_once,
    the_card_says_who_to_ask_for_what_and_nothing_internal,
    exceptions_and_cards_of_a_page_cost_as_many_statements_as_one,
);

const CARD: &str =
    "query ($id: ID!, $on: Date) { project(id: $id) { contactCard(on: $on) { text markdown
    people { person { name } roleName email askAbout } } } }";

async fn card(app: &TestApp, by: &Actor, project: &project::Model, on: &str) -> Value {
    let variables = json!({ "id": Kind::Project.text(project.id), "on": on });
    app.ask(by, CARD, variables).await["project"]["contactCard"].take()
}

async fn an_assignment_moves_the_card_at_once(app: &TestApp) {
    let acme = acme(app).await;
    let names = async |on: &str| {
        let card = card(app, &acme.olga, &acme.site, on).await;
        let people = card["people"].as_array().unwrap().clone();
        let name = |one: Value| {
            format!(
                "{}: {}",
                one["person"]["name"].as_str().unwrap(),
                one["roleName"].as_str().unwrap()
            )
        };
        people.into_iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(
        names("2026-11-23").await,
        ["Dana: Account manager", "Sam: Production manager"]
    );
    let input = json!({ "roleId": Kind::Role.text(role(app, RoleSide::Project).await.id), "reason": "a change",
        "of": { "projectId": Kind::Project.text(acme.site.id) }, "personId": Kind::Person.text(acme.olga.person.id) });
    app.done(&acme.olga, "assignmentSet", input, "").await;
    assert_eq!(
        names("2026-11-23").await,
        ["Dana: Account manager", "Olga: Production manager"]
    );
    assert_eq!(
        names("2026-11-22").await,
        ["Dana: Account manager", "Sam: Production manager"]
    );
    let input = json!({ "roleId": Kind::Role.text(role(app, RoleSide::Client).await.id), "reason": "all in one hand",
        "of": { "projectId": Kind::Project.text(acme.site.id) }, "personId": Kind::Person.text(acme.olga.person.id) });
    app.done(&acme.olga, "assignmentSet", input, "").await;
    assert_eq!(
        names("2026-11-23").await,
        ["Olga: Account manager and Production manager"]
    );
    assert_eq!(
        names("2023-12-31").await,
        Vec::<String>::new(),
        "nobody held anything then"
    );
}

async fn the_card_says_who_to_ask_for_what_and_nothing_internal(app: &TestApp) {
    let acme = acme(app).await;
    let lines = responsibility::Entity::find()
        .all(&app.db.read)
        .await
        .unwrap();
    let kept = [
        "Calls and emails as they come",
        "Testing and QA",
        "Assigning tasks",
    ];
    for line in lines.iter().filter(|line| !kept.contains(&&*line.name)) {
        let input = json!({ "id": Kind::Responsibility.text(line.id) });
        app.done(&acme.olga, "responsibilityArchive", input, "")
            .await;
    }
    let mut to_dana = acme.qa_to(json!("CLIENT"), "2026-11-23");
    to_dana["projectId"] = Kind::Project.text(acme.shop.id).into();
    app.done(&acme.olga, SET, to_dana, "").await;
    let mia = app.member("Mia").await;
    let card = card(app, &mia, &acme.shop, "2026-11-23").await;
    assert_eq!(
        card["people"],
        json!([
            { "person": { "name": "Dana" }, "roleName": "Account manager", "email": "dana@example.com",
                "askAbout": ["Calls and emails as they come", "Testing and QA"] },
            { "person": { "name": "Sam" }, "roleName": "Production manager", "email": "sam@example.com",
                "askAbout": ["Assigning tasks"] },
        ])
    );
    assert_eq!(
        card["text"],
        "Who to ask for what: Shop_1 (Acme)\n\n\
         Dana, Account manager\ndana@example.com\n- Calls and emails as they come\n- Testing and QA\n\n\
         Sam, Production manager\nsam@example.com\n- Assigning tasks\n"
    );
    assert_eq!(
        card["markdown"],
        "# Who to ask for what: Shop\\_1 (Acme)\n\n\
         ## Dana, Account manager\n\n<dana@example.com>\n\n- Calls and emails as they come\n- Testing and QA\n\n\
         ## Sam, Production manager\n\n<sam@example.com>\n\n- Assigning tasks\n"
    );
}

async fn exceptions_and_cards_of_a_page_cost_as_many_statements_as_one(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    for selection in [
        "responsibilities { why exception { reason writtenBy { name } } accountable { person { name } } }",
        "contactCard { text people { person { name } } }",
        "responsibilityExceptions(first: 2) { nodes { fromOn } }",
    ] {
        let document = format!(
            "query ($first: Int!) {{ projects(first: $first) {{ nodes {{ {selection} }} }} }}"
        );
        let one = cost(app, &demo.eleanor, &document, json!({ "first": 1 })).await;
        let many = cost(app, &demo.eleanor, &document, json!({ "first": 12 })).await;
        assert!(
            many <= one + SPLIT,
            "{selection}: {one} for one, {many} for twelve"
        );
        assert!((1..=14).contains(&many), "{selection}: {many}");
    }
}
