//! An event on its way: delivered, tried again, given up, replayed.

use jiff::SignedDuration;
use meridian::jobs::maintenance;
use serde_json::json;

use super::agency::{Agency, instant};
use super::receiver::Receiver;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    an_event_is_delivered_once,
    what_failed_is_tried_again_with_the_same_id,
    a_receiver_is_left_in_peace_for_as_long_as_it_asks_within_bounds,
    after_three_days_it_is_given_up,
    a_receiver_that_is_gone_pauses_its_webhook,
    a_redirect_is_not_followed,
    an_answer_is_kept_as_far_as_it_is_short,
    what_was_delivered_is_replayed_with_the_same_id,
    a_webhook_that_is_paused_is_told_nothing,
    a_webhook_that_is_deleted_is_sent_nothing_more,
    the_log_goes_back_thirty_days,
);

async fn an_event_is_delivered_once(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    let waiting = agency.one().await;
    assert_eq!(
        (&waiting["state"], &waiting["attempts"]),
        (&json!("PENDING"), &json!([]))
    );
    assert_eq!(agency.deliver().await, 1);
    assert_eq!(agency.deliver().await, 0);

    let heard = receiver.one();
    let delivery = agency.one().await;
    assert_eq!(
        heard.body(),
        json!({ "id": delivery["id"], "type": "project.updated", "createdAt": "2026-11-23T07:59:00Z",
            "data": { "projectId": agency.project } })
    );
    assert_eq!(heard.text, delivery["body"].as_str().unwrap());
    assert_eq!(heard.header("webhook-id"), delivery["id"].as_str().unwrap());
    assert_eq!(heard.header("content-type"), "application/json");
    assert!(heard.header("user-agent").starts_with("Meridian/"));
    assert_eq!(delivery["state"], "DELIVERED");
    assert_eq!(delivery["webhook"]["id"], json!(webhook));
    assert_eq!(delivery["nextAttemptAt"], json!(null));
    let attempts = &delivery["attempts"];
    assert_eq!(attempts[0]["status"], 200);
    assert_eq!(attempts[0]["problem"], json!(null));
    assert_eq!(attempts[0]["replica"], "a story");
    assert_eq!(attempts[1], json!(null));
    agency.app.stop().await;
}

async fn what_failed_is_tried_again_with_the_same_id(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    receiver.answers_with(503, "x-nothing", "", "I am being restarted.");
    agency.rename("Site 2").await;
    assert_eq!(agency.deliver().await, 1, "it waits for its time");
    let delivery = agency.one().await;
    assert_eq!(delivery["state"], "PENDING");
    let next = instant(&delivery["nextAttemptAt"]);
    let wait = next.duration_since(agency.app.now());
    assert!(wait.is_positive() && wait <= SignedDuration::from_secs(30));
    agency.app.clock.set(next);
    assert_eq!(agency.deliver().await, 1);

    let [first, second] = &receiver.heard()[..] else {
        panic!("two came: {:#?}", receiver.heard());
    };
    assert_eq!(first.text, second.text);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    let delivery = agency.one().await;
    assert_eq!(delivery["state"], "DELIVERED");
    let attempts = &delivery["attempts"];
    assert_eq!(
        (
            &attempts[0]["status"],
            &attempts[0]["problem"],
            &attempts[0]["answer"]
        ),
        (
            &json!(503),
            &json!("answered 503"),
            &json!("I am being restarted.")
        )
    );
    assert_eq!(attempts[1]["status"], 200);
    agency.app.stop().await;
}

async fn a_receiver_is_left_in_peace_for_as_long_as_it_asks_within_bounds(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    for (asked, granted) in [
        ("3600", SignedDuration::from_hours(1)),
        ("31536000", SignedDuration::from_hours(6)),
        (
            "Mon, 23 Nov 2026 17:59:00 GMT",
            SignedDuration::from_hours(3),
        ),
    ] {
        receiver.answers_with(429, "retry-after", asked, "");
        assert_eq!(agency.deliver().await, 1, "{asked}");
        let next = instant(&agency.one().await["nextAttemptAt"]);
        assert_eq!(next.duration_since(agency.app.now()), granted, "{asked}");
        agency.app.clock.set(next);
    }
    assert_eq!(agency.deliver().await, 1);
    assert_eq!(agency.one().await["state"], "DELIVERED");
    agency.app.stop().await;
}

async fn after_three_days_it_is_given_up(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    let begun = agency.app.now();
    let mut attempts = 0;
    while agency.one().await["endedAt"].is_null() {
        let next = instant(&agency.one().await["nextAttemptAt"]);
        agency.app.clock.set(next.max(agency.app.now()));
        receiver.answers(500);
        attempts += agency.deliver().await;
        assert!(attempts < 200, "it is not tried for ever");
    }
    let delivery = agency.one().await;
    let tried = agency.app.now().duration_since(begun);
    assert!(tried > SignedDuration::from_hours(2 * 24), "{tried}");
    assert!(tried <= SignedDuration::from_hours(3 * 24), "{tried}");
    assert!(attempts > 12, "{attempts}");
    assert_eq!(
        (&delivery["state"], &delivery["reason"]),
        (
            &json!("FAILED"),
            &json!("answered 500; it was tried for three days")
        )
    );

    // One that was never tried, since its webhook was paused, ends as well.
    agency.rename("Site 3").await;
    let id = delivery["webhook"]["id"].clone();
    agency
        .app
        .done(
            &agency.olga,
            "webhookUpdate",
            json!({ "id": id, "enabled": false }),
            "",
        )
        .await;
    let later = agency.app.now() + SignedDuration::from_hours(3 * 24);
    agency.app.clock.set(later);
    maintenance::take_back(&agency.app).await.unwrap();
    assert_eq!(agency.log().await[0]["state"], "FAILED");
    agency.app.stop().await;
}

async fn a_receiver_that_is_gone_pauses_its_webhook(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    receiver.answers(410);
    agency.rename("Site 2").await;
    assert_eq!(agency.deliver().await, 1);
    let delivery = agency.one().await;
    assert_eq!(
        (&delivery["state"], &delivery["reason"]),
        (
            &json!("FAILED"),
            &json!("answered 410; the webhook is paused")
        )
    );
    let paused = agency.read(&webhook).await;
    assert_eq!(paused["enabled"], false);
    assert_eq!(
        paused["disabledReason"],
        "The receiver answered 410 Gone: it wants no more events."
    );
    assert_eq!(paused["version"], 2);
    assert_eq!(paused["history"]["nodes"].as_array().unwrap().len(), 2);
    agency.rename("Site 3").await;
    assert_eq!(agency.log().await.len(), 1);
    let enabled = json!({ "id": webhook, "enabled": true });
    agency
        .app
        .done(&agency.olga, "webhookUpdate", enabled, "")
        .await;
    assert_eq!(agency.read(&webhook).await["disabledReason"], json!(null));
    agency.app.stop().await;
}

async fn a_redirect_is_not_followed(app: &TestApp) {
    let agency = Agency::found(app).await;
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    for status in [301, 302, 303, 307, 308] {
        receiver.answers_with(status, "location", &elsewhere.url(), "");
        assert_eq!(agency.deliver().await, 1);
        let delivery = agency.one().await;
        let last = delivery["attempts"].as_array().unwrap().last().unwrap();
        let problem = format!("answered {status}: redirects are not followed");
        assert_eq!(last["problem"], json!(problem));
        agency.app.clock.set(instant(&delivery["nextAttemptAt"]));
    }
    assert_eq!(receiver.heard().len(), 5);
    assert_eq!(elsewhere.heard(), []);
    agency.app.stop().await;
}

async fn an_answer_is_kept_as_far_as_it_is_short(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    let long = format!("a\u{0}b{}", "é".repeat(3_000_000));
    receiver.answers_with(200, "x-nothing", "", &long);
    agency.rename("Site 2").await;
    assert_eq!(agency.deliver().await, 1);
    let delivery = agency.one().await;
    assert_eq!(delivery["state"], "DELIVERED");
    let kept = delivery["attempts"][0]["answer"].as_str().unwrap();
    assert_eq!(kept, format!("ab{}", "é".repeat(998)));
    agency.app.stop().await;
}

async fn what_was_delivered_is_replayed_with_the_same_id(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    let replay = async || {
        let input = json!({ "id": agency.one().await["id"] });
        let selection = "webhookDelivery { state endedAt }";
        let (olga, mutation) = (&agency.olga, "webhookDeliveryReplay");
        agency.app.change(olga, mutation, input, selection).await
    };
    let refused = replay().await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
    assert_eq!(refused["webhookDelivery"], json!(null));
    agency.deliver().await;
    agency.app.set_clock("2026-11-30T08:00:00Z");
    let replayed = replay().await;
    assert_eq!(
        replayed["webhookDelivery"],
        json!({ "state": "PENDING", "endedAt": null })
    );
    assert_eq!(agency.deliver().await, 1);
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].text, heard[1].text);
    assert_eq!(heard[0].header("webhook-id"), heard[1].header("webhook-id"));
    assert_ne!(
        heard[0].header("webhook-timestamp"),
        heard[1].header("webhook-timestamp")
    );
    let delivery = agency.one().await;
    assert_eq!(delivery["attempts"].as_array().unwrap().len(), 2);
    agency.app.stop().await;
}

async fn a_webhook_that_is_paused_is_told_nothing(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    let enable = async |enabled: bool| {
        let input = json!({ "id": webhook, "enabled": enabled });
        agency
            .app
            .done(&agency.olga, "webhookUpdate", input, "")
            .await;
    };
    agency.rename("before").await;
    enable(false).await;
    agency.rename("meanwhile").await;
    assert_eq!(agency.deliver().await, 0);
    assert_eq!(receiver.heard(), []);
    let tried = json!({ "id": webhook });
    let tried = agency
        .app
        .change(&agency.olga, "webhookTest", tried, "")
        .await;
    assert_eq!(tried["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
    enable(true).await;
    assert_eq!(agency.deliver().await, 1);
    assert_eq!(agency.log().await.len(), 1, "only what waited before");
    agency.app.stop().await;
}

async fn a_webhook_that_is_deleted_is_sent_nothing_more(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let (webhook, _) = agency.webhook(&receiver).await;
    receiver.answers(500);
    agency.rename("Site 2").await;
    assert_eq!(agency.deliver().await, 1);
    let stale = json!({ "id": webhook, "expectedVersion": 7 });
    let stale = agency
        .app
        .change(
            &agency.olga,
            "webhookDelete",
            stale,
            "deletedId webhook { id }",
        )
        .await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["webhook"]["id"], json!(webhook));
    let delete = json!({ "id": webhook });
    let deleted = agency
        .app
        .done(
            &agency.olga,
            "webhookDelete",
            delete,
            "deletedId webhook { id }",
        )
        .await;
    assert_eq!(deleted["deletedId"], json!(webhook));
    assert_eq!(agency.log().await.len(), 0);
    agency.rename("Site 3").await;
    let tomorrow = agency.app.now() + SignedDuration::from_hours(24);
    agency.app.clock.set(tomorrow);
    assert_eq!(agency.deliver().await, 0);
    assert_eq!(receiver.heard().len(), 1);
    agency.app.stop().await;
}

async fn the_log_goes_back_thirty_days(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook(&receiver).await;
    agency.rename("Site 2").await;
    agency.deliver().await;
    let ended = agency.app.now();
    agency
        .app
        .clock
        .set(ended + SignedDuration::from_hours(30 * 24 - 1));
    assert_eq!(
        maintenance::run(&agency.app)
            .await
            .unwrap()
            .deliveries_pruned,
        0
    );
    assert_eq!(agency.log().await.len(), 1);
    agency
        .app
        .clock
        .set(ended + SignedDuration::from_hours(30 * 24 + 1));
    assert_eq!(
        maintenance::run(&agency.app)
            .await
            .unwrap()
            .deliveries_pruned,
        1
    );
    assert_eq!(agency.log().await.len(), 0);
    agency.app.stop().await;
}
