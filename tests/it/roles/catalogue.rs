//! The catalogue of responsibilities.

use serde_json::{Value, json};

use super::agency::{Agency, code, done, on_both, refusal};

async fn lines(agency: &Agency, side: &str) -> Vec<Value> {
    let document = format!("{{ responsibilities(side: {side}) {{ id name side position }} }}");
    let answer = agency.ask(&agency.mia, &document, json!({})).await;
    answer["data"]["responsibilities"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn an_owner_adds_a_line_moves_it_to_the_other_side_and_retires_it() {
    on_both(async |agency| {
        assert_eq!((lines(agency, "CLIENT").await.len(), lines(agency, "PROJECT").await.len()), (6, 8));
        let selection = "responsibility { id name side position version }";
        let input = json!({ "name": "Estimating", "side": "CLIENT" });
        let created = agency.change(&agency.olga, "responsibilityCreate", input, selection).await;
        done(&created);
        let line = &created["responsibility"];
        assert_eq!(line["position"], 15);
        assert_eq!(lines(agency, "CLIENT").await.last().unwrap()["name"], "Estimating");

        let input = json!({ "id": line["id"], "expectedVersion": 1, "side": "PROJECT", "position": 1 });
        let moved = agency.change(&agency.olga, "responsibilityUpdate", input, selection).await;
        done(&moved);
        assert_eq!(
            moved["responsibility"],
            json!({ "id": line["id"], "name": "Estimating", "side": "PROJECT", "position": 1, "version": 2 })
        );
        assert_eq!(lines(agency, "PROJECT").await[0]["name"], "Estimating");

        let input = json!({ "id": line["id"], "expectedVersion": 2 });
        done(&agency.change(&agency.olga, "responsibilityArchive", input, selection).await);
        assert_eq!(lines(agency, "PROJECT").await.len(), 8);
        assert_eq!(agency.changes().await, 3);
    })
    .await;
}

#[tokio::test]
async fn bad_lines_stale_versions_and_strangers_change_nothing() {
    on_both(async |agency| {
        let id = lines(agency, "PROJECT").await[0]["id"].clone();
        for (mutation, input, field, code) in [
            (
                "responsibilityCreate",
                json!({ "name": "testing AND qa", "side": "CLIENT" }),
                "name",
                "TAKEN",
            ),
            (
                "responsibilityCreate",
                json!({ "name": "", "side": "CLIENT" }),
                "name",
                "INVALID",
            ),
            (
                "responsibilityCreate",
                json!({ "name": "New", "side": "CLIENT", "position": 0 }),
                "position",
                "INVALID",
            ),
            (
                "responsibilityUpdate",
                json!({ "id": id, "position": 10_001 }),
                "position",
                "INVALID",
            ),
            (
                "responsibilityUpdate",
                json!({ "id": id, "expectedVersion": 2 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "responsibilityArchive",
                json!({ "id": id, "expectedVersion": 2 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
        ] {
            let answer = agency
                .change(
                    &agency.olga,
                    mutation,
                    input.clone(),
                    "responsibility { name }",
                )
                .await;
            let refused = refusal(&answer);
            assert_eq!(
                (refused.0.as_str(), refused.1.as_str()),
                (field, code),
                "{mutation} {input}: {refused:?}"
            );
        }
        for caller in [&agency.dana, &agency.mia] {
            let input = json!({ "id": id, "name": "Mine" });
            let answer = agency
                .change(
                    caller,
                    "responsibilityUpdate",
                    input,
                    "responsibility { id }",
                )
                .await;
            assert_eq!(code(&answer), "FORBIDDEN");
        }
        assert_eq!(agency.changes().await, 0);
    })
    .await;
}
