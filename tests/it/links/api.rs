//! The same choices through the API.

use meridian::entity::{Access, RoleSide, prompt_choice};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::agency::{MONDAY, Prompted, TUESDAY, WEDNESDAY};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::work::{due_client_of, hold_project, production_led_project, site_of};

on_both_databases!(
    a_choice_is_read_where_the_client_s_standing_is_read,
    whoever_is_asked_and_owners_choose_and_nobody_else,
    what_was_taken_back_is_prompted_again,
    input_that_cannot_be_is_named,
);

const CHOICE: &str = "choice { id topic kind untilOn reason madeThrough sinceOn madeBy { name }
    accountable { name } handedTo { name } client { name } project { name } }";

async fn a_choice_is_read_where_the_client_s_standing_is_read(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let client = Kind::Client.text(prompted.acme.id);
    let input = json!({ "clientId": client, "reason": "They are closed." });
    let payload = app
        .done(&prompted.dana, "updatePromptDismiss", input, CHOICE)
        .await;
    let mut choice = payload["choice"].clone();
    let id = choice["id"].take();
    assert_eq!(
        choice,
        json!({
            "id": null, "topic": "UPDATE", "kind": "DISMISSED", "untilOn": "2026-11-30",
            "reason": "They are closed.", "madeThrough": "API", "sinceOn": "2026-11-16",
            "madeBy": { "name": "Dana" }, "accountable": { "name": "Dana" }, "handedTo": null,
            "client": { "name": "Acme" }, "project": null,
        })
    );
    let document =
        "query ($id: ID!) { updatesDue { nodes { promptChoice { id kind } client { promptChoices {
        totalCount nodes { id reason } } } } } node(id: $id) { id ... on PromptChoice { kind } } }";
    let data = app.ask(&prompted.dana, document, json!({ "id": id })).await;
    let due = &data["updatesDue"]["nodes"][0];
    assert_eq!(
        due["promptChoice"],
        json!({ "id": id, "kind": "DISMISSED" })
    );
    assert_eq!(due["client"]["promptChoices"]["totalCount"], 1);
    assert_eq!(data["node"], json!({ "id": id, "kind": "DISMISSED" }));
    let bo = app.member("Bo").await;
    let document = "query ($id: ID!) { node(id: $id) { id } }";
    let hidden = app.ask(&bo, document, json!({ "id": id })).await;
    assert_eq!(hidden["node"], Value::Null);
}

async fn whoever_is_asked_and_owners_choose_and_nobody_else(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let olga = app.owner().await;
    let sam = app.manager("Sam").await;
    let bo = app.member("Bo").await;
    let input = json!({ "clientId": Kind::Client.text(prompted.acme.id) });
    let document = |name: &str, kind: &str| {
        format!(
            "mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ userErrors {{ message }} }} }}"
        )
    };
    let mutations = [
        ("updatePromptSnooze", "UpdatePromptSnooze"),
        ("updatePromptHandOver", "UpdatePromptHandOver"),
        ("updatePromptDismiss", "UpdatePromptDismiss"),
        ("updatePromptResume", "UpdatePromptResume"),
    ];
    for (name, kind) in mutations {
        let mut input = input.clone();
        if name == "updatePromptDismiss" {
            input["reason"] = "closed".into();
        }
        for by in [&sam, &bo] {
            let answer = app
                .graphql(by, &document(name, kind), json!({ "input": input }))
                .await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, "FORBIDDEN", "{name}: {answer:#}");
        }
    }
    let count = prompt_choice::Entity::find().count(&app.db.read).await;
    assert_eq!(count.unwrap(), 0);
    // An owner hands over what asks Dana to Dana's stand-in: here the only one there is, the owner.
    let handed = app
        .done(&olga, "updatePromptHandOver", input.clone(), CHOICE)
        .await;
    assert_eq!(handed["choice"]["handedTo"]["name"], "Olga");
    assert_eq!(handed["choice"]["untilOn"], "2026-12-21");
    let snoozed = app
        .done(&prompted.dana, "updatePromptSnooze", input, CHOICE)
        .await;
    assert_eq!(snoozed["choice"]["untilOn"], "2026-11-25");
}

async fn what_was_taken_back_is_prompted_again(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let input = json!({ "clientId": Kind::Client.text(prompted.acme.id) });
    let dana = &prompted.dana;
    app.done(dana, "updatePromptSnooze", input.clone(), CHOICE)
        .await;
    let resumed = app
        .done(dana, "updatePromptResume", input.clone(), CHOICE)
        .await;
    assert_eq!(resumed["choice"]["kind"], "RESUMED");
    let again = app.change(dana, "updatePromptResume", input, CHOICE).await;
    assert_eq!(again["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
    assert_eq!(
        told(&app.mails_at(TUESDAY).await),
        ["dana@example.com prompt"]
    );
    assert_eq!(told(&app.mails_at(WEDNESDAY).await), [""; 0]);
}

async fn input_that_cannot_be_is_named(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let acme = due_client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    let site = site_of(app, &acme).await;
    let sam = app.person("Sam", Some(Access::Member)).await;
    let web = production_led_project(app, &acme, "Web").await;
    hold_project(app, &web, RoleSide::Project, &sam).await;
    app.mails_at(MONDAY).await;
    let (client, site, web) = (
        Kind::Client.text(acme.id),
        Kind::Project.text(site.id),
        Kind::Project.text(web.id),
    );
    let nowhere = Kind::Client.text(uuid::Uuid::from_u128(7));
    for (input, field, code) in [
        (json!({}), json!(["clientId"]), "INVALID"),
        (json!({ "topic": "FACTS" }), json!(["projectId"]), "INVALID"),
        (
            json!({ "topic": "FACTS", "clientId": client }),
            json!(["clientId"]),
            "INVALID",
        ),
        (
            json!({ "clientId": client, "projectId": web }),
            json!(["projectId"]),
            "INVALID",
        ),
        (json!({ "clientId": web }), json!(["clientId"]), "NOT_FOUND"),
        (
            json!({ "clientId": nowhere }),
            json!(["clientId"]),
            "NOT_FOUND",
        ),
        (
            json!({ "topic": "FACTS", "projectId": site }),
            json!(["projectId"]),
            "NOT_ALLOWED_NOW",
        ),
        (
            json!({ "topic": "REACH_OUT", "clientId": client }),
            json!([]),
            "NOT_ALLOWED_NOW",
        ),
    ] {
        let payload = app
            .change(&dana, "updatePromptSnooze", input.clone(), CHOICE)
            .await;
        let error = &payload["userErrors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&field, &json!(code)),
            "{input}: {payload}"
        );
    }
    let long = json!({ "clientId": client, "reason": "x".repeat(2_001) });
    let payload = app.change(&dana, "updatePromptDismiss", long, CHOICE).await;
    assert_eq!(payload["userErrors"][0]["field"], json!(["reason"]));
    let done = json!({ "topic": "FACTS", "projectId": web });
    let olga = app.owner().await;
    let payload = app.done(&olga, "updatePromptSnooze", done, CHOICE).await;
    assert_eq!(payload["choice"]["project"]["name"], "Web");
}
