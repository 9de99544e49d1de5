//! Where webhooks may lead: to the internet, and to what the operator allows beside it.

use meridian::entity::{Moment, new_id, webhook};
use serde_json::json;
use tokio::net::TcpListener;

use super::agency::{Agency, deliver, reaching};
use super::receiver::Receiver;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_url_that_may_not_be_is_refused_with_its_place,
    a_name_that_leads_to_a_private_address_is_not_asked,
    what_is_allowed_no_longer_is_not_asked,
    what_the_operator_allows_is_asked,
);

async fn a_url_that_may_not_be_is_refused_with_its_place(app: &TestApp) {
    let olga = app.owner().await;
    let allowing = reaching(app, "127.0.0.0/8").await;
    for (url, refused, refused_where_allowed) in [
        ("https://hooks.example.com/a?b=c", false, false),
        ("https://hooks.example.com:8443/", false, false),
        ("https://1.1.1.1/", false, false),
        ("https://[2606:4700::1111]/", false, false),
        ("http://hooks.example.com/", true, false),
        ("https://127.0.0.1/", true, false),
        ("http://127.0.0.1:8080/", true, false),
        ("https://2130706433/", true, false),
        ("https://0x7f.1/", true, false),
        ("https://[::ffff:127.0.0.1]/", true, false),
        ("http://1.1.1.1/", true, true),
        ("https://10.0.0.1/", true, true),
        ("https://169.254.169.254/latest/meta-data", true, true),
        ("https://100.64.0.1/", true, true),
        ("https://0.0.0.0/", true, true),
        ("https://224.0.0.1/", true, true),
        ("https://[::1]/", true, true),
        ("https://[::]/", true, true),
        ("https://[fd00::1]/", true, true),
        ("https://[fe80::1]/", true, true),
        ("https://[::ffff:10.0.0.1]/", true, true),
        ("https://[64:ff9b::a00:1]/", true, true),
        ("https://user:password@hooks.example.com/", true, true),
        ("https://user@hooks.example.com/", true, true),
        ("https://hooks.example.com/#part", true, true),
        ("ftp://hooks.example.com/", true, true),
        ("file:///etc/passwd", true, true),
        ("hooks.example.com", true, true),
        ("", true, true),
    ] {
        for (app, refused) in [(app, refused), (&allowing, refused_where_allowed)] {
            let input = json!({ "url": url, "events": ["PROJECT_CREATED"] });
            let made = app.change(&olga, "webhookCreate", input, "secret").await;
            let errors = made["userErrors"].as_array().unwrap();
            assert_eq!(!errors.is_empty(), refused, "{url}: {made}");
            assert_eq!(made["secret"].is_null(), refused, "{url}");
            for error in errors {
                assert_eq!(
                    (&error["field"], &error["code"]),
                    (&json!(["url"]), &json!("INVALID")),
                    "{url}"
                );
            }
        }
    }
    let long = format!("https://hooks.example.com/{}", "a".repeat(2_000));
    let input = json!({ "url": long, "events": ["PROJECT_CREATED"] });
    let made = app.change(&olga, "webhookCreate", input, "secret").await;
    assert_eq!(made["userErrors"][0]["field"], json!(["url"]));
    allowing.stop().await;
}

/// Notes whoever connects.
async fn listening() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Nobody has connected.
async fn is_quiet(listener: TcpListener) -> bool {
    let accepted = std::pin::pin!(listener.accept());
    futures_util::FutureExt::now_or_never(accepted).is_none()
}

async fn a_name_that_leads_to_a_private_address_is_not_asked(app: &TestApp) {
    let olga = app.owner().await;
    let (listener, port) = listening().await;
    for host in ["localhost", "LocalHost"] {
        let input =
            json!({ "url": format!("https://{host}:{port}/"), "events": ["PROJECT_CREATED"] });
        let made = app
            .done(&olga, "webhookCreate", input, "webhook { id }")
            .await;
        let id = json!({ "id": made["webhook"]["id"] });
        app.done(&olga, "webhookTest", id, "").await;
    }
    assert_eq!(deliver(app).await, 2);
    let document = "{ webhookDeliveries { nodes { state attempts { status problem } } } }";
    let log = app.ask(&olga, document, json!({})).await;
    for delivery in log["webhookDeliveries"]["nodes"].as_array().unwrap() {
        assert_eq!(delivery["state"], "PENDING");
        let attempt = &delivery["attempts"][0];
        assert_eq!(attempt["status"], json!(null));
        let problem = attempt["problem"].as_str().unwrap();
        assert!(
            problem.starts_with("refused: localhost")
                && problem.ends_with("not on the internet and not allowed"),
            "{problem}"
        );
    }
    assert!(is_quiet(listener).await);
}

async fn what_is_allowed_no_longer_is_not_asked(app: &TestApp) {
    let olga = app.owner().await;
    let (listener, port) = listening().await;
    // As they were registered while the operator allowed them.
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("http://localhost:{port}/"),
    ] {
        let row = webhook::Model {
            id: new_id(app.now()),
            url,
            description: String::new(),
            events: "PROJECT_CREATED".to_owned(),
            enabled: true,
            disabled_reason: None,
            secret_number: 1,
            secret_replaced_at: None,
            version: 1,
            created_at: Moment(app.now()),
            updated_at: Moment(app.now()),
        };
        let row = app.insert(row).await;
        let id = json!({ "id": meridian::global_id::Kind::Webhook.text(row.id) });
        app.done(&olga, "webhookTest", id, "").await;
    }
    assert_eq!(deliver(app).await, 4);
    let document = "{ webhookDeliveries { nodes { attempts { problem } } } }";
    let log = app.ask(&olga, document, json!({})).await;
    for delivery in log["webhookDeliveries"]["nodes"].as_array().unwrap() {
        let problem = delivery["attempts"][0]["problem"].as_str().unwrap();
        assert!(problem.starts_with("refused: "), "{problem}");
    }
    assert!(is_quiet(listener).await);
}

async fn what_the_operator_allows_is_asked(app: &TestApp) {
    let agency = Agency::found(app).await;
    let beside = reaching(&agency.app, "127.0.0.0/8, ::1/128").await;
    let receiver = Receiver::start().await;
    for url in [
        receiver.url(),
        format!("http://localhost:{}/", receiver.port),
        format!("http://[::ffff:127.0.0.1]:{}/", receiver.port),
    ] {
        let input = json!({ "url": url, "events": ["PROJECT_UPDATED"] });
        beside.done(&agency.olga, "webhookCreate", input, "").await;
    }
    agency.rename("Site 2").await;
    assert_eq!(deliver(&beside).await, 3);
    assert_eq!(receiver.heard().len(), 3);
    beside.stop().await;
    agency.app.stop().await;
}
