//! What an owner does with webhooks, and what nobody else does. That others see nothing is told by the stories of access.

use serde_json::{Value, json};

use super::agency::Agency;
use super::receiver::Receiver;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    a_webhook_is_made_changed_and_tried,
    what_is_wrong_with_a_webhook_is_told_with_its_place,
    managers_and_members_know_of_no_webhook,
    there_are_fifty_at_most,
);

async fn a_webhook_is_made_changed_and_tried(app: &TestApp) {
    let agency = Agency::found(app).await;
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let (webhook, _) = agency
        .webhook_for(
            &first,
            &["PROJECT_UPDATED", "CLIENT_CREATED", "PROJECT_UPDATED"],
        )
        .await;
    assert_eq!(
        agency.read(&webhook).await["events"],
        json!(["PROJECT_UPDATED", "CLIENT_CREATED"])
    );
    agency.rename("Site 2").await;
    let change = json!({ "id": webhook, "url": second.url(), "events": ["EMAIL_SENT"], "expectedVersion": 1,
        "description": "Our board" });
    let selection = "webhook { version description events }";
    let changed = agency
        .app
        .done(&agency.olga, "webhookUpdate", change, selection)
        .await;
    assert_eq!(
        changed["webhook"],
        json!({ "version": 2, "description": "Our board", "events": ["EMAIL_SENT"] })
    );
    agency.rename("Site 3").await;
    let tried = agency
        .app
        .done(
            &agency.olga,
            "webhookTest",
            json!({ "id": webhook }),
            "webhookDelivery { id event state }",
        )
        .await;
    assert_eq!(tried["webhookDelivery"]["event"], "WEBHOOK_TEST");
    assert_eq!(agency.deliver().await, 2);
    assert_eq!(first.heard(), [], "what waited goes to the new address");
    let mut types: Vec<Value> = second
        .heard()
        .iter()
        .map(|heard| heard.body()["type"].take())
        .collect();
    types.sort_by_key(Value::to_string);
    assert_eq!(types, ["project.updated", "webhook.test"]);

    let filtered = "query ($id: ID!) { webhookDeliveries(filter: { webhookId: { eq: $id }, states: [DELIVERED],
        events: [WEBHOOK_TEST] }) { totalCount nodes { id } } webhooks { nodes { id url } totalCount } }";
    let variables = json!({ "id": webhook });
    let filtered = agency.app.ask(&agency.olga, filtered, variables).await;
    assert_eq!(
        filtered["webhookDeliveries"],
        json!({ "totalCount": 1, "nodes": [{ "id": tried["webhookDelivery"]["id"] }] })
    );
    assert_eq!(filtered["webhooks"]["totalCount"], 1);
    let clear = json!({ "id": webhook, "description": null });
    let cleared = agency
        .app
        .done(
            &agency.olga,
            "webhookUpdate",
            clear,
            "webhook { description }",
        )
        .await;
    assert_eq!(cleared["webhook"]["description"], "");
    agency.app.stop().await;
}

async fn what_is_wrong_with_a_webhook_is_told_with_its_place(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    let before = contents(&agency.app).await;
    let nothing = "whk_00000000000000000000000000000007";
    for (mutation, input, field, code) in [
        (
            "webhookCreate",
            json!({ "url": receiver.url(), "events": [] }),
            "events",
            "INVALID",
        ),
        (
            "webhookCreate",
            json!({ "url": receiver.url(), "events": ["WEBHOOK_TEST"] }),
            "events",
            "INVALID",
        ),
        (
            "webhookCreate",
            json!({ "url": receiver.url(), "events": ["EMAIL_SENT"], "description": "a".repeat(501) }),
            "description",
            "INVALID",
        ),
        (
            "webhookUpdate",
            json!({ "id": webhook, "events": [] }),
            "events",
            "INVALID",
        ),
        (
            "webhookUpdate",
            json!({ "id": webhook, "expectedVersion": 9 }),
            "expectedVersion",
            "STALE_VERSION",
        ),
        ("webhookUpdate", json!({ "id": nothing }), "id", "NOT_FOUND"),
        ("webhookDelete", json!({ "id": nothing }), "id", "NOT_FOUND"),
        ("webhookTest", json!({ "id": nothing }), "id", "NOT_FOUND"),
        (
            "webhookSecretRotate",
            json!({ "id": agency.project }),
            "id",
            "NOT_FOUND",
        ),
        (
            "webhookDeliveryReplay",
            json!({ "id": webhook }),
            "id",
            "NOT_FOUND",
        ),
    ] {
        let told = agency.app.change(&agency.olga, mutation, input, "").await;
        assert_eq!(
            (
                &told["userErrors"][0]["field"],
                &told["userErrors"][0]["code"]
            ),
            (&json!([field]), &json!(code)),
            "{mutation}: {told}"
        );
    }
    assert_eq!(contents(&agency.app).await, before);
    agency.app.stop().await;
}

async fn managers_and_members_know_of_no_webhook(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    receiver.answers(500);
    agency.rename("Site 2").await;
    agency.deliver().await;
    let delivery = agency.one().await["id"].clone();
    for by in [
        agency.app.manager("Dana").await,
        agency.app.member("Mia").await,
    ] {
        for document in [
            "{ webhooks { totalCount } }",
            "{ webhookDeliveries { totalCount } }",
        ] {
            let answer = agency.app.graphql(&by, document, json!({})).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, "FORBIDDEN", "{document}");
        }
        let ids = json!({ "ids": [webhook, delivery] });
        let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let nodes = agency.app.ask(&by, document, ids).await;
        assert_eq!(nodes["nodes"], json!([null, null]));
        for (mutation, id) in [
            ("webhookDelete", json!(webhook)),
            ("webhookTest", json!(webhook)),
            ("webhookSecretRotate", json!(webhook)),
            ("webhookUpdate", json!(webhook)),
            ("webhookDeliveryReplay", delivery.clone()),
        ] {
            let kind = mutation[..1].to_uppercase() + &mutation[1..];
            let document = format!(
                "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
            );
            let input = json!({ "input": { "id": id } });
            let answer = agency.app.graphql(&by, &document, input).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, "FORBIDDEN", "{mutation}");
        }
    }
    agency.app.stop().await;
}

async fn there_are_fifty_at_most(app: &TestApp) {
    let olga = app.owner().await;
    let make = async || {
        let input = json!({ "url": "https://hooks.example.com/", "events": ["EMAIL_SENT"] });
        app.change(&olga, "webhookCreate", input, "webhook { id }")
            .await
    };
    for _ in 0..50 {
        assert_eq!(make().await["userErrors"], json!([]));
    }
    let refused = make().await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
}
