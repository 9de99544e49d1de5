//! Who does what on a project, exceptions included, and the card that the client gets.

use jiff::civil::date;
use meridian::entity::{
    Day, Moment, RoleSide, Side, client, new_id, project, responsibility, responsibility_exception,
};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::rows;
use crate::support::work::{away, hold, role};

on_both_databases!(
    one_project_s_qa_is_with_the_account_manager_from_a_day_on,
    an_exception_ends_by_null_or_by_the_line_s_own_side,
    what_is_so_already_and_what_cannot_be_is_refused,
    a_planned_exception_stays_when_another_comes_before_it,
    only_an_owner_reaches_back_and_not_too_far,
    only_owners_and_accountable_managers_set_exceptions,
    the_database_keeps_one_side_a_day_and_what_was_written,
    who_is_away_is_said_with_who_stands_in_but_not_to_members,
    an_assignment_moves_the_card_at_once,
    the_card_says_who_to_ask_for_what_and_nothing_internal,
    exceptions_and_cards_of_a_page_cost_as_many_statements_as_one,
);

const SET: &str = "responsibilityExceptionSet";
const WRITTEN: &str = "exception { id side fromOn untilOn reason writtenBy { name } } closed { id fromOn untilOn closedReason closedBy { name } }";

/// Acme has two sites; Dana speaks for it, Sam runs production.
struct Acme {
    client: client::Model,
    site: project::Model,
    shop: project::Model,
    qa: responsibility::Model,
    olga: Actor,
    dana: Actor,
    sam: Actor,
}

async fn acme(app: &TestApp) -> Acme {
    let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
    let client = app.insert(rows::client("Acme", app.now())).await;
    hold(app, &client, RoleSide::Client, &dana.person).await;
    hold(app, &client, RoleSide::Project, &sam.person).await;
    let qa =
        responsibility::Entity::find().filter(responsibility::Column::Name.eq("Testing and QA"));
    Acme {
        site: app
            .insert(rows::project(client.id, "Site", app.now()))
            .await,
        shop: app
            .insert(rows::project(client.id, "Shop_1", app.now()))
            .await,
        qa: qa.one(&app.db.read).await.unwrap().unwrap(),
        olga: app.owner().await,
        client,
        dana,
        sam,
    }
}

impl Acme {
    fn qa_to(&self, side: Value, from_on: &str) -> Value {
        json!({ "projectId": Kind::Project.text(self.site.id), "responsibilityId": Kind::Responsibility.text(self.qa.id),
            "side": side, "fromOn": from_on, "reason": "Acme trusts Dana's eye" })
    }

    /// The line of QA on a project and a day.
    async fn qa_on(&self, app: &TestApp, by: &Actor, project: &project::Model, on: &str) -> Value {
        let document = "query ($id: ID!, $on: Date!) { project(id: $id) { responsibilities(on: $on) {
            responsibility { name } side accountable { person { name } } exception { fromOn reason } why } } }";
        let variables = json!({ "id": Kind::Project.text(project.id), "on": on });
        let data = app.ask(by, document, variables).await;
        let lines = data["project"]["responsibilities"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(lines.len(), 14);
        let is_qa = |line: &Value| line["responsibility"]["name"] == "Testing and QA";
        lines.into_iter().find(is_qa).unwrap()
    }

    async fn done_by(&self, app: &TestApp, on: &str) -> String {
        let line = self.qa_on(app, &self.olga, &self.site, on).await;
        line["accountable"]["person"]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

async fn refused(app: &TestApp, by: &Actor, input: Value) -> Vec<String> {
    let payload = app
        .change(by, SET, input, "exception { id } closed { id }")
        .await;
    assert_eq!(
        (&payload["exception"], &payload["closed"]),
        (&Value::Null, &Value::Null)
    );
    let errors = payload["userErrors"].as_array().unwrap();
    let told = errors.iter().map(|error| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        format!(
            "{} {} {}",
            text(&error["field"][0]),
            text(&error["code"]),
            text(&error["message"])
        )
    });
    told.collect()
}

async fn one_project_s_qa_is_with_the_account_manager_from_a_day_on(app: &TestApp) {
    let acme = acme(app).await;
    let payload = app
        .done(
            &acme.sam,
            SET,
            acme.qa_to(json!("CLIENT"), "2026-11-25"),
            WRITTEN,
        )
        .await;
    let id = payload["exception"]["id"].clone();
    assert_eq!(
        payload,
        json!({
            "exception": { "id": id, "side": "CLIENT", "fromOn": "2026-11-25", "untilOn": null,
                "reason": "Acme trusts Dana's eye", "writtenBy": { "name": "Sam" } },
            "closed": null, "userErrors": [],
        })
    );
    let by_catalogue = json!({
        "responsibility": { "name": "Testing and QA" }, "side": "PROJECT", "accountable": { "person": { "name": "Sam" } },
        "exception": null,
        "why": "The project side does this. Production manager of this client since 2024-01-01: knows them best.",
    });
    assert_eq!(
        acme.qa_on(app, &acme.olga, &acme.site, "2026-11-24").await,
        by_catalogue
    );
    assert_eq!(
        acme.qa_on(app, &acme.olga, &acme.shop, "2026-11-25").await,
        by_catalogue,
        "another project"
    );
    assert_eq!(
        acme.qa_on(app, &acme.olga, &acme.site, "2026-11-25").await,
        json!({
            "responsibility": { "name": "Testing and QA" }, "side": "CLIENT", "accountable": { "person": { "name": "Dana" } },
            "exception": { "fromOn": "2026-11-25", "reason": "Acme trusts Dana's eye" },
            "why": "On this project the client side does this since 2026-11-25: Acme trusts Dana's eye. \
                    Account manager of this client since 2024-01-01: knows them best.",
        })
    );
    let document =
        "query ($id: ID!) { node(id: $id) { ... on ResponsibilityException { project { name }
        responsibility { name } history { nodes { action by } } } } }";
    let data = app.ask(&acme.olga, document, json!({ "id": id })).await;
    assert_eq!(
        data["node"],
        json!({ "project": { "name": "Site" }, "responsibility": { "name": "Testing and QA" },
            "history": { "nodes": [{ "action": "CREATED", "by": "Sam" }] } })
    );
}

async fn an_exception_ends_by_null_or_by_the_line_s_own_side(app: &TestApp) {
    let acme = acme(app).await;
    for (began, ended, by_what) in [
        ("2026-11-23", "2026-12-01", Value::Null),
        ("2026-12-07", "2026-12-14", json!("PROJECT")),
    ] {
        app.done(&acme.dana, SET, acme.qa_to(json!("CLIENT"), began), "")
            .await;
        let payload = app
            .done(&acme.olga, SET, acme.qa_to(by_what, ended), WRITTEN)
            .await;
        assert_eq!(payload["exception"], Value::Null);
        let closed = &payload["closed"];
        assert_eq!(
            (&closed["fromOn"], &closed["untilOn"]),
            (&json!(began), &json!(ended))
        );
        assert_eq!(closed["closedBy"]["name"], "Olga");
    }
    for (on, name) in [
        ("2026-11-22", "Sam"),
        ("2026-11-30", "Dana"),
        ("2026-12-01", "Sam"),
        ("2026-12-13", "Dana"),
        ("2026-12-14", "Sam"),
    ] {
        assert_eq!(acme.done_by(app, on).await, name, "{on}");
    }
    let document = "query ($id: ID!) { project(id: $id) { responsibilityExceptions { nodes { fromOn untilOn } totalCount } } }";
    let data = app
        .ask(
            &acme.olga,
            document,
            json!({ "id": Kind::Project.text(acme.site.id) }),
        )
        .await;
    assert_eq!(
        data["project"]["responsibilityExceptions"],
        json!({ "nodes": [{ "fromOn": "2026-12-07", "untilOn": "2026-12-14" }, { "fromOn": "2026-11-23", "untilOn": "2026-12-01" }],
            "totalCount": 2 })
    );
}

async fn what_is_so_already_and_what_cannot_be_is_refused(app: &TestApp) {
    let acme = acme(app).await;
    let nothing = "side NOT_ALLOWED_NOW “Testing and QA” is the project side's by the catalogue, and there is no exception on 2026-11-23 to end.";
    for side in [Value::Null, json!("PROJECT")] {
        assert_eq!(
            refused(app, &acme.olga, acme.qa_to(side, "2026-11-23")).await,
            [nothing]
        );
    }
    app.done(
        &acme.olga,
        SET,
        acme.qa_to(json!("CLIENT"), "2026-11-23"),
        "",
    )
    .await;
    assert_eq!(
        refused(app, &acme.olga, acme.qa_to(json!("CLIENT"), "2026-11-30")).await,
        [
            "side NOT_ALLOWED_NOW The client side does “Testing and QA” here already since 2026-11-23."
        ]
    );
    let mut input = acme.qa_to(Value::Null, "2026-11-30");
    input["reason"] = "".into();
    input["responsibilityId"] = Kind::Responsibility.text(acme.client.id).into();
    assert_eq!(
        refused(app, &acme.olga, input).await,
        [
            "reason INVALID Say why: the reason is kept in the history.",
            "responsibilityId NOT_FOUND There is no such responsibility.",
        ]
    );
    let finish = json!({ "id": Kind::Project.text(acme.site.id), "status": "COMPLETED" });
    app.done(&acme.olga, "projectStatusSet", finish, "").await;
    assert_eq!(
        refused(app, &acme.olga, acme.qa_to(Value::Null, "2026-11-30")).await,
        ["projectId NOT_ALLOWED_NOW Site is finished; who does what on it no longer changes."]
    );
}

async fn a_planned_exception_stays_when_another_comes_before_it(app: &TestApp) {
    let acme = acme(app).await;
    app.done(
        &acme.olga,
        SET,
        acme.qa_to(json!("CLIENT"), "2026-12-14"),
        "",
    )
    .await;
    let payload = app
        .done(
            &acme.olga,
            SET,
            acme.qa_to(json!("CLIENT"), "2026-11-30"),
            WRITTEN,
        )
        .await;
    assert_eq!(payload["exception"]["untilOn"], "2026-12-14");
    assert_eq!(payload["closed"], Value::Null);
    app.done(&acme.olga, SET, acme.qa_to(Value::Null, "2026-12-07"), "")
        .await;
    for (on, name) in [
        ("2026-12-06", "Dana"),
        ("2026-12-07", "Sam"),
        ("2026-12-14", "Dana"),
    ] {
        assert_eq!(acme.done_by(app, on).await, name, "{on}");
    }
    // Taken back on its first day: it never held.
    app.done(&acme.olga, SET, acme.qa_to(Value::Null, "2026-12-14"), "")
        .await;
    assert_eq!(acme.done_by(app, "2026-12-14").await, "Sam");
    app.done(
        &acme.olga,
        SET,
        acme.qa_to(json!("CLIENT"), "2026-12-14"),
        "",
    )
    .await;
    assert_eq!(acme.done_by(app, "2026-12-14").await, "Dana");
}

async fn only_an_owner_reaches_back_and_not_too_far(app: &TestApp) {
    let acme = acme(app).await;
    let yesterday = acme.qa_to(json!("CLIENT"), "2026-11-22");
    assert_eq!(
        refused(app, &acme.sam, yesterday).await,
        [
            "fromOn NOT_ALLOWED_NOW Only an owner may date an exception back; start it today, 2026-11-23, or later."
        ]
    );
    app.done(
        &acme.olga,
        SET,
        acme.qa_to(json!("CLIENT"), "2026-01-01"),
        "",
    )
    .await;
    assert_eq!(
        refused(app, &acme.olga, acme.qa_to(Value::Null, "2026-10-22")).await,
        [
            "fromOn NOT_ALLOWED_NOW An exception held on 2026-10-22 already. It can be changed back to 2026-10-23 at most."
        ]
    );
    app.done(&acme.olga, SET, acme.qa_to(Value::Null, "2026-10-23"), "")
        .await;
    assert_eq!(acme.done_by(app, "2026-10-23").await, "Sam");
}

async fn only_owners_and_accountable_managers_set_exceptions(app: &TestApp) {
    let acme = acme(app).await;
    let document = format!(
        "mutation ($input: ResponsibilityExceptionSetInput!) {{ {SET}(input: $input) {{ userErrors {{ code }} }} }}"
    );
    for by in [&app.manager("Eve").await, &app.member("Mia").await] {
        let input = json!({ "input": acme.qa_to(json!("CLIENT"), "2026-11-23") });
        let answer = app.graphql(by, &document, input).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    assert_eq!(
        responsibility_exception::Entity::find()
            .all(&app.db.read)
            .await
            .unwrap(),
        []
    );
}

async fn the_database_keeps_one_side_a_day_and_what_was_written(app: &TestApp) {
    let acme = acme(app).await;
    let row = responsibility_exception::Model {
        id: new_id(app.now()),
        project_id: acme.site.id,
        responsibility_id: acme.qa.id,
        side: Side::Client,
        from_on: Day(date(2026, 11, 1)),
        until_on: Some(Day(date(2026, 12, 1))),
        reason: "a story".into(),
        written_by_id: None,
        created_at: Moment(app.now()),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    };
    app.insert(row.clone()).await;
    let again = |from_on, until_on| responsibility_exception::Model {
        id: new_id(app.now()),
        from_on: Day(from_on),
        until_on: Some(Day(until_on)),
        ..row.clone()
    };
    let overlapping = again(date(2026, 11, 30), date(2026, 12, 24));
    for (row, guard) in [
        (overlapping, "one_side"),
        (
            responsibility_exception::Model {
                reason: "another".into(),
                ..row.clone()
            },
            "append_only",
        ),
    ] {
        let tx = app.db.begin().await.unwrap();
        let active = row.into_active_model().reset_all();
        let refusal = match guard {
            "one_side" => active.insert(&tx).await.unwrap_err(),
            _ => active.update(&tx).await.unwrap_err(),
        };
        assert!(
            refusal
                .to_string()
                .contains(&format!("responsibility_exception_{guard}")),
            "{refusal}"
        );
    }
    let tx = app.db.begin().await.unwrap();
    let gone = responsibility_exception::Entity::delete_by_id(row.id)
        .exec(&tx)
        .await;
    assert!(gone.unwrap_err().to_string().contains("append_only"));
    drop(tx);
    app.insert(again(date(2026, 12, 1), date(2026, 12, 24)))
        .await;
}

async fn who_is_away_is_said_with_who_stands_in_but_not_to_members(app: &TestApp) {
    let acme = acme(app).await;
    let mia = app.member("Mia").await;
    let tuesday = date(2026, 11, 24);
    away(
        app,
        &acme.sam.person,
        (tuesday, tuesday),
        Some(&acme.olga.person),
    )
    .await;
    let why = "The project side does this. Production manager of this client since 2024-01-01: knows them best.";
    let line = acme.qa_on(app, &acme.dana, &acme.site, "2026-11-24").await;
    assert_eq!(line["why"], format!("{why} Away that day: Olga stands in."));
    for (by, on) in [(&acme.dana, "2026-11-25"), (&mia, "2026-11-24")] {
        assert_eq!(acme.qa_on(app, by, &acme.site, on).await["why"], why);
    }
}

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
        "projectId": Kind::Project.text(acme.site.id), "personId": Kind::Person.text(acme.olga.person.id) });
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
        "projectId": Kind::Project.text(acme.site.id), "personId": Kind::Person.text(acme.olga.person.id) });
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
