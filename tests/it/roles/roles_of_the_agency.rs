//! The roles of an agency.

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, code, done, on_both, person_id, refusal};

async fn designer(agency: &Agency) -> Value {
    let input = json!({ "name": " Designer " });
    let created = agency
        .change(
            &agency.olga,
            "roleCreate",
            input,
            "role { id name side version archivedAt }",
        )
        .await;
    done(&created);
    created["role"].clone()
}

#[tokio::test]
async fn an_owner_adds_renames_and_retires_a_contributor_role() {
    on_both(async |agency| {
        let role = designer(agency).await;
        assert_eq!(role["name"], "Designer");
        assert_eq!((&role["side"], &role["version"]), (&Value::Null, &json!(1)));

        let input = json!({ "id": role["id"], "expectedVersion": 1, "name": "Visual designer" });
        let renamed = agency
            .change(&agency.olga, "roleUpdate", input, "role { name version }")
            .await;
        done(&renamed);
        assert_eq!(
            renamed["role"],
            json!({ "name": "Visual designer", "version": 2 })
        );

        let listed = agency
            .ask(&agency.mia, "{ roles { name side } }", json!({}))
            .await;
        assert_eq!(
            listed["data"]["roles"],
            json!([
                { "name": "Account manager", "side": "CLIENT" },
                { "name": "Production manager", "side": "PROJECT" },
                { "name": "Project manager", "side": "BOTH" },
                { "name": "Visual designer", "side": null },
            ])
        );

        let input = json!({ "id": role["id"] });
        let archived = agency
            .change(&agency.olga, "roleArchive", input, "role { archivedAt }")
            .await;
        done(&archived);
        assert_eq!(archived["role"]["archivedAt"], super::agency::NOW);
        let listed = agency
            .ask(
                &agency.mia,
                "{ roles { id } gone: roles(archived: true) { name } }",
                json!({}),
            )
            .await;
        assert_eq!(listed["data"]["roles"].as_array().unwrap().len(), 3);
        assert_eq!(
            listed["data"]["gone"],
            json!([{ "name": "Visual designer" }])
        );
        assert_eq!(agency.changes().await, 3);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_done_to_a_role_is_refused_with_its_field() {
    on_both(async |agency| {
        let id = designer(agency).await["id"].clone();
        let input = json!({
            "roleId": id, "of": { "clientId": Kind::Client.text(agency.acme.id) },
            "personId": person_id(&agency.mia), "reason": "Draws well.",
        });
        done(
            &agency
                .change(&agency.olga, "assignmentSet", input, "closed { id }")
                .await,
        );
        let before = agency.changes().await;

        let sided = Kind::Role.text(agency.account_manager.id);
        for (mutation, input, field, code, words) in [
            (
                "roleCreate",
                json!({ "name": "account MANAGER" }),
                "name",
                "TAKEN",
                "Another role",
            ),
            (
                "roleCreate",
                json!({ "name": " " }),
                "name",
                "INVALID",
                "empty",
            ),
            (
                "roleCreate",
                json!({ "name": "x".repeat(101) }),
                "name",
                "INVALID",
                "at most 100",
            ),
            (
                "roleUpdate",
                json!({ "id": sided, "name": "Designer" }),
                "name",
                "TAKEN",
                "Another role",
            ),
            (
                "roleUpdate",
                json!({ "id": id, "name": "D", "expectedVersion": 7 }),
                "expectedVersion",
                "STALE_VERSION",
                "version 7",
            ),
            (
                "roleUpdate",
                json!({ "id": person_id(&agency.mia) }),
                "id",
                "NOT_FOUND",
                "rol_",
            ),
            (
                "roleArchive",
                json!({ "id": sided }),
                "id",
                "NOT_ALLOWED_NOW",
                "holds a side",
            ),
            (
                "roleArchive",
                json!({ "id": id }),
                "id",
                "NOT_ALLOWED_NOW",
                "in force or planned",
            ),
        ] {
            let answer = agency
                .change(&agency.olga, mutation, input.clone(), "role { version }")
                .await;
            let refused = refusal(&answer);
            assert_eq!(
                (refused.0.as_str(), refused.1.as_str()),
                (field, code),
                "{mutation} {input}: {refused:?}"
            );
            assert!(refused.2.contains(words), "{mutation} {input}: {refused:?}");
            let current = if code == "STALE_VERSION" {
                json!({ "version": 1 })
            } else {
                Value::Null
            };
            assert_eq!(answer["role"], current);
        }
        assert_eq!(agency.changes().await, before);
    })
    .await;
}

#[tokio::test]
async fn only_owners_change_roles() {
    on_both(async |agency| {
        let id = Kind::Role.text(agency.account_manager.id);
        for caller in [&agency.dana, &agency.mia] {
            for (mutation, input) in [
                ("roleCreate", json!({ "name": "Designer" })),
                ("roleUpdate", json!({ "id": id, "name": "Boss" })),
                ("roleArchive", json!({ "id": id })),
            ] {
                let answer = agency.change(caller, mutation, input, "role { id }").await;
                assert_eq!(code(&answer), "FORBIDDEN", "{mutation}");
            }
            let document = "query ($id: ID!) { role(id: $id) { name } }";
            let read = agency.ask(caller, document, json!({ "id": id })).await;
            assert_eq!(read["data"]["role"]["name"], "Account manager");
        }
        assert_eq!(agency.changes().await, 0);
    })
    .await;
}
