//! A client in trouble.

use serde_json::{Value, json};

use super::agency::{Agency, refusals};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_client_is_in_trouble_until_somebody_says_that_it_is_over,
    what_the_trouble_is_stays_between_owners_and_managers,
);

const TROUBLE: &str = "client { version inTroubleSince inTroubleReason }";

async fn a_client_is_in_trouble_until_somebody_says_that_it_is_over(app: &TestApp) {
    let agency = Agency::of(app).await;
    let set = async |reason: Value| {
        let input = json!({ "id": agency.client(), "reason": reason });
        app.change(&agency.dana, "clientTroubleSet", input, TROUBLE)
            .await
    };
    assert_eq!(
        refusals(&set(Value::Null).await),
        [("reason", "NOT_ALLOWED_NOW")]
    );
    assert_eq!(refusals(&set(json!(" ")).await), [("reason", "INVALID")]);
    let payload = set(json!("An invoice is disputed.")).await;
    assert_eq!(
        payload["client"],
        json!({ "version": 2, "inTroubleSince": "2026-11-23", "inTroubleReason": "An invoice is disputed." })
    );
    app.set_clock("2026-11-25T10:00:00Z");
    let payload = set(json!("Two are.")).await;
    assert_eq!(
        payload["client"],
        json!({ "version": 3, "inTroubleSince": "2026-11-23", "inTroubleReason": "Two are." })
    );
    let stale = json!({ "id": agency.client(), "reason": null, "expectedVersion": 2 });
    let refused = app
        .change(&agency.dana, "clientTroubleSet", stale, TROUBLE)
        .await;
    assert_eq!(refusals(&refused), [("expectedVersion", "STALE_VERSION")]);
    app.set_clock("2026-11-26T10:00:00Z");
    let payload = set(Value::Null).await;
    assert_eq!(
        payload["client"],
        json!({ "version": 4, "inTroubleSince": null, "inTroubleReason": null })
    );
    let document = "query ($id: ID!) { client(id: $id) { history { nodes { by fields { name before after } } } } }";
    let history = app
        .ask(&agency.olga, document, json!({ "id": agency.client() }))
        .await;
    assert_eq!(
        history["client"]["history"]["nodes"][0],
        json!({ "by": "Dana", "fields": [
            { "name": "inTroubleReason", "before": "\"Two are.\"", "after": null },
            { "name": "inTroubleSince", "before": "\"2026-11-23\"", "after": null },
        ] })
    );
}

async fn what_the_trouble_is_stays_between_owners_and_managers(app: &TestApp) {
    let agency = Agency::of(app).await;
    let input = json!({ "id": agency.client(), "reason": "An invoice is disputed." });
    agency.does("clientTroubleSet", input).await;
    let document = "query ($id: ID!) { client(id: $id) { inTroubleSince inTroubleReason } }";
    let client = json!({ "id": agency.client() });
    for by in [&agency.olga, &agency.sam] {
        let shown = app.ask(by, document, client.clone()).await;
        assert_eq!(
            shown["client"]["inTroubleReason"],
            "An invoice is disputed."
        );
    }
    let answer = app.graphql(&agency.mia, document, client).await;
    assert_eq!(
        answer["data"]["client"],
        json!({ "inTroubleSince": "2026-11-23", "inTroubleReason": null })
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(
        answer["errors"][0]["path"],
        json!(["client", "inTroubleReason"])
    );
}
