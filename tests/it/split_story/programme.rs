//! From a plan to a programme.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::agency::{Agency, text};

/// The Monday after the demo's.
const STARTS_ON: &str = "2026-11-30";

/// A programme that has started.
pub(super) struct Programme {
    pub(super) id: String,
    pub(super) review_id: String,
    pub(super) review_due_on: String,
    pub(super) handovers: Vec<Value>,
}

impl Agency<'_> {
    /// A plan that splits Dana and Sam. What launches within four weeks stays where it is until the owner says why not.
    pub(super) async fn plans_the_split(&self) -> Value {
        let question = json!({ "kind": "SPLIT", "name": "Split Dana and Sam", "startsOn": STARTS_ON, "handoversAWeek": 5,
            "splitBetween": [self.person_id(&self.demo.dana), self.person_id(&self.demo.sam)] });
        let guarded = self.plan(question.clone()).await;
        let moves = guarded["outcome"]["moves"]["totalCount"].as_i64().unwrap();
        assert!(
            moves < 36,
            "what launches soon stays with whoever has it: {moves}"
        );

        let overrides: Vec<Value> = self
            .launching_soon()
            .await
            .iter()
            .map(|id| json!({ "of": { "projectId": id }, "guard": "LAUNCH_SOON", "reason": "Its launch stays with whoever knows it until it is out." }))
            .collect();
        let mut question = question;
        question["guardOverrides"] = json!(overrides);
        let plan = self.plan(question).await;
        assert_eq!(plan["state"], "READY", "{plan:#}");
        let outcome = &plan["outcome"];
        assert_eq!(outcome["proven"], true, "{outcome:#}");
        assert_eq!(
            outcome["moves"]["totalCount"], 36,
            "18 client sides to one, 18 project sides to the other"
        );
        for one in outcome["moves"]["nodes"].as_array().unwrap() {
            let to = if one["side"] == "CLIENT" {
                "Dana Okafor"
            } else {
                "Sam Ellery"
            };
            assert_eq!(one["to"]["name"], to, "Dana prefers clients: {one:#}");
        }
        let frontier = outcome["frontier"].as_array().unwrap();
        assert!(!frontier.is_empty());
        for person in outcome["people"].as_array().unwrap() {
            assert_eq!(person["before"]["utilisationBp"], 10_000);
        }
        let minutes: i64 = outcome["people"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|person| {
                [
                    &person["after"]["clientMinutes"],
                    &person["after"]["projectMinutes"],
                ]
            })
            .map(|minutes| minutes.as_i64().unwrap())
            .sum();
        assert_eq!(minutes, 3_600);
        plan
    }

    async fn plan(&self, question: Value) -> Value {
        let mut payload = self.ask("PlanTheSplit", json!({ "input": question })).await;
        let begun = Instant::now();
        // A busy machine may take longer than a request waits.
        while payload["plan"]["state"] == "SOLVING" {
            assert!(begun.elapsed() < Duration::from_secs(120), "{payload:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
            payload = self.ask("PlanTheSplit", json!({ "input": question })).await;
        }
        payload["plan"].take()
    }

    async fn launching_soon(&self) -> Vec<Value> {
        let document = r#"{ projects(first: 100, filter: { launchOn: { gte: "2026-11-23", lte: "2026-12-28" } }) { nodes { id } } }"#;
        let data = self.app.ask(&self.demo.eleanor, document, json!({})).await;
        let nodes = data["projects"]["nodes"].as_array().unwrap();
        assert!(!nodes.is_empty());
        nodes.iter().map(|node| node["id"].clone()).collect()
    }

    /// Approves the plan and starts a programme of it.
    pub(super) async fn starts(&self, plan: &Value) -> Programme {
        let input = json!({ "id": plan["id"], "expectedVersion": plan["version"] });
        let approved = self.ask("ApproveThePlan", json!({ "input": input })).await;
        assert_eq!(approved["plan"]["state"], "APPROVED");
        let input = json!({ "name": "Two jobs, two people", "planId": plan["id"], "startsOn": STARTS_ON,
            "reason": "One person was doing two jobs for you, and the two pulled against each other.",
            "benefit": "Somebody now has the time to listen, and somebody else the time to build.",
            "wayForward": "You keep one person to call. Nothing about your projects or dates changes." });
        let started = self
            .ask("StartTheProgramme", json!({ "input": input }))
            .await;
        let programme = &started["programme"];
        assert_eq!(programme["baseline"]["peakUtilisationBp"], 10_000);
        assert_eq!(programme["baseline"]["roleMixBp"], 9_333);
        let review = &programme["reviews"]["nodes"][0];
        let handovers = programme["handovers"]["nodes"].as_array().unwrap().clone();
        assert!(
            handovers.len() >= 14,
            "at least one a client: {handovers:#?}"
        );
        Programme {
            id: text(&programme["id"]),
            review_id: text(&review["id"]),
            review_due_on: text(&review["dueOn"]),
            handovers,
        }
    }
}
