//! Projects: made, moved and taken off the lists.

use serde_json::{Value, json};

use super::agency::{Agency, code, done, id_of, on_both, refusals, sentence};

const PROJECT: &str = "project { id name status leadMode kickedOffOn launchOn version }";

#[tokio::test]
async fn a_project_is_made_by_whoever_is_accountable_for_its_client() {
    on_both(async |agency| {
        let input = json!({ "clientId": agency.acme, "name": "  Web ", "launchOn": "2027-03-01" });
        for (by, client) in [(&agency.sam, &agency.acme), (&agency.mia, &agency.acme), (&agency.dana, &agency.bolt)] {
            let input = json!({ "clientId": client, "name": "Web" });
            let refused = agency.change(by, "projectCreate", PROJECT, input).await;
            assert_eq!(code(&refused), "FORBIDDEN", "{}", by.name);
        }
        assert_eq!(agency.history().await, []);

        let payload = agency.change(&agency.dana, "projectCreate", PROJECT, input).await;
        let id = id_of(&payload, "project");
        assert!(id.starts_with("prj_"));
        assert_eq!(
            payload["project"],
            json!({
                "id": id, "name": "Web", "status": "PROPOSED", "leadMode": "JOINT", "kickedOffOn": null,
                "launchOn": "2027-03-01", "version": 1,
            })
        );
        let history = agency.history().await;
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].action.as_str(), history[0].actor.as_str()), ("CREATED", "Dana"));
        assert_eq!(history[0].after_change.as_ref().unwrap()["name"], "Web");
    })
    .await;
}

#[tokio::test]
async fn a_project_that_cannot_be_is_refused_with_every_reason_and_leaves_nothing() {
    on_both(async |agency| {
        agency.project("Web").await;
        let before = agency.history().await.len();
        let create = async |input: Value| agency.change(&agency.olga, "projectCreate", PROJECT, input).await;

        let input = json!({
            "clientId": agency.acme, "name": "wEB", "complexity": 6, "delivery": 0, "volatility": -1,
            "status": "ACTIVE", "launchOn": "1066-10-14",
        });
        assert_eq!(
            refusals(&create(input).await),
            [
                ("leadMode", "INVALID"),
                ("complexity", "INVALID"),
                ("delivery", "INVALID"),
                ("volatility", "INVALID"),
                ("launchOn", "INVALID"),
                ("name", "TAKEN"),
            ]
        );
        for (input, field, code) in [
            (json!({ "clientId": agency.acme, "name": "" }), "name", "INVALID"),
            (json!({ "clientId": agency.acme, "name": "N\0N" }), "name", "INVALID"),
            (json!({ "clientId": "prj_00000000000070008000000000000000", "name": "N" }), "clientId", "NOT_FOUND"),
            (json!({ "clientId": "cli_00000000000070008000000000000000", "name": "N" }), "clientId", "NOT_FOUND"),
            (
                json!({ "clientId": agency.acme, "name": "N", "status": "BACK_BURNER", "kickedOffOn": "2026-11-24" }),
                "kickedOffOn",
                "INVALID",
            ),
        ] {
            assert_eq!(refusals(&create(input).await), [(field, code)]);
        }
        assert_eq!(agency.history().await.len(), before);

        // The name is free with another client.
        done(&create(json!({ "clientId": agency.bolt, "name": "Web" })).await);
        let archived = agency
            .change(&agency.olga, "clientCreate", "client { id }", json!({ "name": "Gone" }))
            .await;
        let gone = id_of(&archived, "client");
        done(&agency.change(&agency.olga, "clientArchive", "client { id }", json!({ "id": gone })).await);
        let refused = create(json!({ "clientId": gone, "name": "Late" })).await;
        assert_eq!(refusals(&refused), [("clientId", "NOT_ALLOWED_NOW")]);
    })
    .await;
}

#[tokio::test]
async fn an_update_keeps_what_is_absent_and_refuses_a_stale_version() {
    on_both(async |agency| {
        let id = agency.project("Web").await;
        let update = async |input: Value| agency.change(&agency.dana, "projectUpdate", PROJECT, input).await;
        let payload = update(json!({ "id": id, "launchOn": "2027-01-01", "complexity": 4 })).await;
        done(&payload);
        let payload = update(json!({ "id": id, "expectedVersion": 2, "name": "Site", "launchOn": null })).await;
        done(&payload);
        let expected = json!({
            "id": id, "name": "Site", "status": "PROPOSED", "leadMode": "JOINT", "kickedOffOn": null,
            "launchOn": null, "version": 3,
        });
        assert_eq!(payload["project"], expected);

        let before = agency.history().await.len();
        let stale = update(json!({ "id": id, "expectedVersion": 2, "name": "Late" })).await;
        assert_eq!(refusals(&stale), [("expectedVersion", "STALE_VERSION")]);
        assert_eq!(stale["project"], expected);
        let input = json!({ "id": id, "name": "Mine" });
        let refused = agency.change(&agency.sam, "projectUpdate", PROJECT, input).await;
        assert_eq!(code(&refused), "FORBIDDEN");
        assert_eq!(agency.history().await.len(), before);
    })
    .await;
}

async fn stand(agency: &Agency, input: Value) -> Value {
    agency
        .change(&agency.dana, "projectStatusSet", PROJECT, input)
        .await
}

#[tokio::test]
async fn a_project_becomes_active_only_with_a_role_decision_and_its_kick_off_is_logged() {
    on_both(async |agency| {
        let id = agency.project("Web").await;
        let before = agency.history().await.len();
        let undecided = stand(agency, json!({ "id": id, "status": "ACTIVE" })).await;
        assert_eq!(refusals(&undecided), [("leadMode", "INVALID")]);
        assert!(sentence(&undecided).contains("say which side leads"));
        let early = json!({ "id": id, "status": "ACTIVE", "leadMode": "JOINT", "reason": "Soon.", "on": "2026-11-24" });
        assert_eq!(refusals(&stand(agency, early).await), [("on", "INVALID")]);
        assert_eq!(agency.history().await.len(), before);

        let payload = stand(
            agency,
            json!({ "id": id, "status": "ACTIVE", "leadMode": "PRODUCTION_LED", "reason": "Signed.", "on": "2026-11-20" }),
        )
        .await;
        done(&payload);
        assert_eq!(payload["project"]["leadMode"], "PRODUCTION_LED");
        assert_eq!(payload["project"]["kickedOffOn"], "2026-11-20");
        let answer = agency
            .read(&agency.mia, "{ touchpoints { nodes { kind occurredOn person { name } project { name } client { name } } } }")
            .await;
        let kick_off = json!({
            "kind": "KICKOFF", "occurredOn": "2026-11-20", "person": { "name": "Dana" },
            "project": { "name": "Web" }, "client": { "name": "Acme" },
        });
        assert_eq!(answer["touchpoints"]["nodes"], json!([kick_off]));

        stand(agency, json!({ "id": id, "status": "BACK_BURNER" })).await;
        let again = json!({ "id": id, "status": "ACTIVE", "leadMode": "PRODUCTION_LED", "reason": "As before." });
        done(&stand(agency, again).await);
        let reasons: Vec<Value> = agency.history().await[before..]
            .iter()
            .filter(|change| change.subject_kind == "project")
            .map(|change| change.after_change.as_ref().unwrap()["reason"].clone())
            .collect();
        let mut reasons: Vec<&str> = reasons.iter().map(|reason| reason.as_str().unwrap()).collect();
        reasons.sort_unstable();
        assert_eq!(
            reasons,
            [
                "ACTIVE since 2026-11-20; PRODUCTION_LED decided. Signed.",
                "ACTIVE since 2026-11-23; PRODUCTION_LED confirmed. As before.",
                "BACK_BURNER since 2026-11-23.",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_project_that_runs_already_is_entered_without_a_kick_off_of_today() {
    on_both(async |agency| {
        for (name, kicked_off_on, expected, touchpoints) in [
            ("Running", json!("2026-02-02"), "2026-02-02", 0),
            ("Starting", Value::Null, "2026-11-23", 1),
        ] {
            let input = json!({
                "clientId": agency.acme, "name": name, "status": "ACTIVE", "leadMode": "PRODUCTION_LED",
                "kickedOffOn": kicked_off_on,
            });
            let payload = agency
                .change(&agency.dana, "projectCreate", PROJECT, input)
                .await;
            done(&payload);
            assert_eq!(payload["project"]["kickedOffOn"], expected);
            let answer = agency
                .read(&agency.olga, "{ touchpoints { totalCount } }")
                .await;
            assert_eq!(answer["touchpoints"]["totalCount"], touchpoints, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_is_archived_once_it_is_finished_and_reopened_before_that() {
    on_both(async |agency| {
        let id = agency.project("Web").await;
        let refused = stand(agency, json!({ "id": id, "status": "COMPLETED" })).await;
        assert_eq!(refusals(&refused), [("status", "NOT_ALLOWED_NOW")]);
        assert_eq!(
            sentence(&refused),
            "It is PROPOSED, from which it can become ACTIVE, BACK_BURNER or CANCELLED; not COMPLETED."
        );
        let archive = async || agency.change(&agency.dana, "projectArchive", "project { archivedAt }", json!({ "id": id })).await;
        assert_eq!(refusals(&archive().await), [("id", "NOT_ALLOWED_NOW")]);
        for status in ["CANCELLED", "BACK_BURNER", "COMPLETED"] {
            let payload = stand(agency, json!({ "id": id, "status": status })).await;
            done(&payload);
            assert_eq!(payload["project"]["status"], status);
        }
        let payload = archive().await;
        done(&payload);
        assert_eq!(payload["project"]["archivedAt"], "2026-11-23T09:00:00Z");
        assert_eq!(refusals(&archive().await), [("id", "NOT_ALLOWED_NOW")]);
        let refused = stand(agency, json!({ "id": id, "status": "BACK_BURNER" })).await;
        assert_eq!(refusals(&refused), [("id", "NOT_ALLOWED_NOW")]);

        let document = "{ on: projects { totalCount } off: projects(filter: { archived: true }) { nodes { id } } }";
        let answer = agency.read(&agency.mia, document).await;
        assert_eq!(answer, json!({ "on": { "totalCount": 0 }, "off": { "nodes": [{ "id": id }] } }));
    })
    .await;
}

#[tokio::test]
async fn projects_are_filtered_ordered_and_paged() {
    on_both(async |agency| {
        for name in ["beta", "Alpha", "gamma", "Delta"] {
            agency.project(name).await;
        }
        let input = json!({ "clientId": agency.bolt, "name": "alpine", "leadMode": "ACCOUNT_LED", "reason": "Talkative." });
        done(&agency.change(&agency.olga, "projectCreate", PROJECT, input).await);
        for (filter, expected) in [
            ("{}", vec!["Alpha", "alpine", "beta", "Delta", "gamma"]),
            ("{ name: { contains: \"ALP\" } }", vec!["Alpha", "alpine"]),
            ("{ leadMode: { eq: ACCOUNT_LED } }", vec!["alpine"]),
            ("{ status: { in: [ACTIVE] } }", vec![]),
            ("{ not: { or: [{ name: { contains: \"l\" } }, { name: { eq: \"BETA\" } }] } }", vec!["gamma"]),
        ] {
            let document = format!("{{ projects(filter: {filter}) {{ totalCount nodes {{ name }} }} }}");
            let answer = agency.read(&agency.mia, &document).await;
            let names: Vec<_> = expected.iter().map(|name| json!({ "name": name })).collect();
            let expected = json!({ "totalCount": names.len(), "nodes": names });
            assert_eq!(answer["projects"], expected, "{filter}");
        }

        // The nested list pages as the list itself does.
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let document = "query ($id: ID!, $after: String) { client(id: $id) { projects(first: 3, after: $after, status: { eq: PROPOSED }) {
                totalCount nodes { name } pageInfo { hasNextPage endCursor } } } }";
            let answer = agency.ask(&agency.mia, document, json!({ "id": agency.acme, "after": after })).await;
            let projects = &answer["data"]["client"]["projects"];
            assert_eq!(projects["totalCount"], 4, "{answer:#}");
            let nodes = projects["nodes"].as_array().unwrap();
            seen.extend(nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()));
            if projects["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = projects["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen, ["Alpha", "beta", "Delta", "gamma"]);
        let document = "query ($id: ID!, $after: String) { client(id: $id) { projects(after: $after) { totalCount } } }";
        let answer = agency.ask(&agency.mia, document, json!({ "id": agency.bolt, "after": after })).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "a cursor of another client's list");
    })
    .await;
}

#[tokio::test]
async fn the_recommendation_says_what_it_follows_from() {
    on_both(async |agency| {
        // The worked number of domain.md §5: client 2/2/3, project 5/4/3.
        let input = json!({ "clientId": agency.acme, "name": "Web", "complexity": 5, "delivery": 4, "volatility": 3 });
        let selection = "project { recommendation {
            accountNeed productionNeed delta leadMode factors { factor score weight hundredths }
            smallestFlip { factor fromScore toScore leadMode } } }";
        let payload = agency.change(&agency.olga, "projectCreate", selection, input).await;
        let recommendation = &payload["project"]["recommendation"];
        assert_eq!(recommendation["accountNeed"], 32, "{payload:#}");
        assert_eq!(recommendation["productionNeed"], 80);
        assert_eq!(recommendation["delta"], -48);
        assert_eq!(recommendation["leadMode"], "PRODUCTION_LED");
        assert_eq!(
            recommendation["factors"][3],
            json!({ "factor": "COMPLEXITY", "score": 5, "weight": 45, "hundredths": 4500 })
        );
        assert_eq!(
            recommendation["smallestFlip"],
            json!({ "factor": "COMPLEXITY", "fromScore": 5, "toScore": 2, "leadMode": "JOINT" })
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_of_projects_costs_the_same_statements_whatever_its_size() {
    on_both(async |agency| {
        let document = "{ projects(first: 100) { nodes { client { projects { nodes { name } } touchpoints { nodes { id } } }
            recommendation { delta } bookings { nodes { person { name } } } } } }";
        let mut counts = Vec::new();
        for round in 0..2 {
            for number in 0..=round * 5 {
                let id = agency.project(&format!("{round} {number}")).await;
                let booking = json!({
                    "personId": super::bookings::id(&agency.mia), "projectId": id, "startsOn": "2026-12-01",
                    "endsOn": "2026-12-31", "method": "PERCENT", "value": 100,
                });
                done(&agency.change(&agency.olga, "bookingCreate", "booking { id }", booking).await);
            }
            let before = agency.app.db.statements();
            agency.read(&agency.olga, document).await;
            counts.push(agency.app.db.statements() - before);
        }
        assert!(counts[0] > 0);
        assert_eq!(counts[0], counts[1]);
    })
    .await;
}
