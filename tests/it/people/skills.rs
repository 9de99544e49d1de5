//! What people can do.

use serde_json::json;

use super::agency::{code, id, on_both, refusals};

#[tokio::test]
async fn an_owner_says_who_can_do_what_and_how_well() {
    on_both(async |agency| {
        let mut skills = Vec::new();
        for name in ["Rust", "Design"] {
            let input = json!({ "name": name });
            let payload = agency.done(&agency.olga, "skillCreate", input, "skill { id }").await;
            skills.push(payload["skill"]["id"].clone());
        }
        let set = |skill: usize, level: serde_json::Value| {
            json!({ "personId": id(&agency.mia), "skillId": skills[skill], "level": level })
        };
        let selection = "person { skills { level skill { name } } }";
        agency.done(&agency.olga, "personSkillSet", set(0, json!(2)), "").await;
        agency.done(&agency.olga, "personSkillSet", set(1, json!(3)), "").await;
        let payload = agency.done(&agency.olga, "personSkillSet", set(0, json!(5)), selection).await;
        assert_eq!(
            payload["person"]["skills"],
            json!([
                { "level": 5, "skill": { "name": "Rust" } },
                { "level": 3, "skill": { "name": "Design" } },
            ])
        );
        let payload = agency.done(&agency.olga, "personSkillSet", set(0, json!(null)), selection).await;
        assert_eq!(
            payload["person"]["skills"],
            json!([{ "level": 3, "skill": { "name": "Design" } }])
        );
        let history = agency.history().await;
        for told in [
            "CREATED skill by Olga",
            "CREATED person_skill by Olga",
            "UPDATED person_skill by Olga",
            "DELETED person_skill by Olga",
        ] {
            assert!(history.iter().any(|row| row == told), "{told} in {history:?}");
        }
        let listed = agency.ask(&agency.mia, "{ skills { name } }", json!({})).await;
        assert_eq!(listed["data"]["skills"], json!([{ "name": "Design" }, { "name": "Rust" }]));

        let before = agency.changes().await;
        let payload = agency.change(&agency.olga, "skillCreate", json!({ "name": "rust" }), "skill { id }").await;
        assert_eq!(refusals(&payload), ["name TAKEN There is a skill of this name already. Use that one."]);
        for level in [0, 6] {
            let payload = agency.change(&agency.olga, "personSkillSet", set(0, json!(level)), "person { id }").await;
            assert_eq!(refusals(&payload), [format!("level INVALID {level} is outside 1 to 5.")]);
        }
        for by in [&agency.dana, &agency.mia] {
            let named = agency.change(by, "skillCreate", json!({ "name": "Go" }), "skill { id }").await;
            let given = agency.change(by, "personSkillSet", set(0, json!(1)), "person { id }").await;
            assert_eq!((code(&named), code(&given)), ("FORBIDDEN", "FORBIDDEN"));
        }
        assert_eq!(agency.changes().await, before);
    })
    .await;
}
