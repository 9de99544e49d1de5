//! The signature, verified as <https://www.standardwebhooks.com> says and by nothing of Meridian's.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::json;

use super::agency::Agency;
use super::receiver::{Heard, Receiver};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    a_message_is_signed_with_its_time_and_its_body,
    a_secret_that_was_replaced_signs_along_for_a_day,
    no_secret_stands_in_the_database,
);

/// Which of the signatures of a message are made by this secret.
fn signed_by(heard: &Heard, secret: &str) -> Vec<bool> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    assert_eq!(key.len(), 32);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let content = format!(
        "{}.{}.{}",
        heard.header("webhook-id"),
        heard.header("webhook-timestamp"),
        heard.text
    );
    let signatures = heard.header("webhook-signature").split(' ');
    signatures
        .map(|signature| {
            let tag = signature.strip_prefix("v1,").unwrap();
            let tag = BASE64_STANDARD.decode(tag).unwrap();
            hmac::verify(&key, content.as_bytes(), &tag).is_ok()
        })
        .collect()
}

async fn a_message_is_signed_with_its_time_and_its_body(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (_, secret) = agency.webhook(&receiver).await;
    let (_, other) = agency.webhook_for(&receiver, &["CLIENT_CREATED"]).await;
    assert_ne!(secret, other);
    agency.rename("Site 2").await;
    agency.deliver().await;
    let heard = receiver.one();
    let now = agency.app.now().as_second().to_string();
    assert_eq!(heard.header("webhook-timestamp"), now);
    assert_eq!(signed_by(&heard, &secret), [true]);
    assert_eq!(signed_by(&heard, &other), [false]);
    for name in ["webhook-id", "webhook-timestamp"] {
        let mut forged = heard.clone();
        forged.headers.insert(name, "1".parse().unwrap());
        assert_eq!(signed_by(&forged, &secret), [false], "{name}");
    }
    let forged = Heard {
        text: heard.text.replace("updated", "created"),
        ..heard
    };
    assert_eq!(signed_by(&forged, &secret), [false]);
    agency.app.stop().await;
}

async fn a_secret_that_was_replaced_signs_along_for_a_day(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, first) = agency.webhook(&receiver).await;
    let rotate = async || {
        let input = json!({ "id": webhook });
        let selection = "webhook { oldSecretUntil } secret";
        let olga = &agency.olga;
        let done = agency
            .app
            .done(olga, "webhookSecretRotate", input, selection);
        done.await
    };
    let rotated = rotate().await;
    assert_eq!(rotated["webhook"]["oldSecretUntil"], "2026-11-24T07:59:00Z");
    let second = rotated["secret"].as_str().unwrap().to_owned();
    let day = SignedDuration::from_hours(24);
    let almost = agency.app.now() + day - SignedDuration::from_secs(1);
    for (at, by_first, by_second) in [
        (agency.app.now(), vec![false, true], vec![true, false]),
        (almost, vec![false, true], vec![true, false]),
        (agency.app.now() + day, vec![false], vec![true]),
    ] {
        agency.app.clock.set(at);
        agency.rename(&format!("Site at {at}")).await;
        agency.deliver().await;
        let heard = receiver.heard().pop().unwrap();
        assert_eq!(signed_by(&heard, &first), by_first, "{at}");
        assert_eq!(signed_by(&heard, &second), by_second, "{at}");
    }
    // Of two that were replaced on one day the first counts no longer.
    rotate().await;
    rotate().await;
    agency.rename("Last").await;
    agency.deliver().await;
    let heard = receiver.heard().pop().unwrap();
    assert_eq!(signed_by(&heard, &second), [false, false]);
    let stale = json!({ "id": webhook, "expectedVersion": 1 });
    let stale = agency
        .app
        .change(&agency.olga, "webhookSecretRotate", stale, "secret")
        .await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["secret"], json!(null));
    agency.app.stop().await;
}

async fn no_secret_stands_in_the_database(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (_, secret) = agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    agency.deliver().await;
    let everything = format!("{:?}", contents(&agency.app).await);
    let bare = secret.strip_prefix("whsec_").unwrap();
    let bytes = BASE64_STANDARD.decode(bare).unwrap();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!everything.contains(bare));
    assert!(!everything.to_lowercase().contains(&digits));
    agency.app.stop().await;
}
