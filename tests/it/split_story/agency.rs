//! The demo agency before its split: what there is, and what could be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};
use crate::support::demo_agency::DemoAgency;
use crate::support::guide::Guide;

/// Minutes a week that Dana and Sam have together for client work.
const AVAILABLE: i64 = 3_600;

/// The agency and the page it goes by.
pub(super) struct Agency<'a> {
    pub(super) app: &'a TestApp,
    pub(super) demo: DemoAgency,
    pub(super) guide: Guide,
}

impl<'a> Agency<'a> {
    pub(super) async fn fill(app: &'a TestApp) -> Self {
        Self {
            app,
            demo: DemoAgency::fill(app, 1).await,
            guide: Guide::read("docs/split.md"),
        }
    }

    /// Asks an operation of the page as the owner.
    pub(super) async fn ask(&self, name: &str, variables: Value) -> Value {
        self.ask_as(&self.demo.eleanor, name, variables).await
    }

    pub(super) async fn ask_as(&self, by: &Actor, name: &str, variables: Value) -> Value {
        self.guide.ask(self.app, by, name, variables).await
    }

    /// Both managers' figures of this week, by name.
    pub(super) async fn managers(&self) -> BTreeMap<String, Value> {
        let data = self.ask("WhereWeStand", json!({})).await;
        let people = data["people"]["nodes"].as_array().unwrap();
        people
            .iter()
            .map(|one| {
                (
                    one["name"].as_str().unwrap().to_owned(),
                    one["capacity"][0].clone(),
                )
            })
            .collect()
    }

    pub(super) async fn is_at_its_limit(&self) {
        let managers = self.managers().await;
        assert_eq!(managers.len(), 2);
        for figures in managers.values() {
            assert_eq!(figures["load"]["confirmedBp"], 10_000, "{figures:#}");
            assert_eq!(figures["roleMixBp"], 9_333, "two personas in one person");
            assert_eq!(
                (&figures["activeProjects"], &figures["backBurnerProjects"]),
                (&json!(6), &json!(12))
            );
        }
    }

    /// Each holds one side of everything, and together they carry what they carried before.
    pub(super) async fn is_split_and_as_full_together(&self, now: Timestamp) {
        let managers = self.managers().await;
        let minutes = |name: &str, side: &str| managers[name][side].as_i64().unwrap();
        let sum: i64 = ["Dana Okafor", "Sam Ellery"]
            .into_iter()
            .flat_map(|name| {
                [
                    minutes(name, "clientSideMinutes"),
                    minutes(name, "projectSideMinutes"),
                ]
            })
            .sum();
        assert_eq!(sum, AVAILABLE, "10000 bp together, on {now}: {managers:#?}");
        for figures in managers.values() {
            assert_eq!(
                (&figures["activeProjects"], &figures["backBurnerProjects"]),
                (&json!(12), &json!(24))
            );
        }
    }

    /// Answers the snapshot's id.
    pub(super) async fn takes_inventory(&self) -> String {
        let mut lines = Vec::new();
        let mut after = Value::Null;
        loop {
            let data = self.ask("Inventory", json!({ "after": after })).await;
            let page = &data["inventory"];
            lines.extend(page["nodes"].as_array().unwrap().clone());
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        let projects = lines
            .iter()
            .filter(|line| !line["projectName"].is_null())
            .count();
        assert_eq!(projects, 36);
        let held = |line: &Value, side: &str| {
            line[side]["personName"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        for line in lines.iter().filter(|line| !line["projectName"].is_null()) {
            assert_eq!(
                held(line, "clientSide"),
                held(line, "projectSide"),
                "nobody is split yet"
            );
            assert_eq!(line["decided"], false);
        }
        let table = self.ask("InventoryAsTable", json!({})).await;
        let table = table["inventoryExport"].as_str().unwrap();
        assert!(
            table.contains("Online ordering") && table.contains("Dana Okafor"),
            "{table}"
        );
        let taken = self
            .ask(
                "KeepTheInventory",
                json!({ "input": { "name": "Before the split" } }),
            )
            .await;
        assert_eq!(taken["snapshot"]["takenOn"], "2026-11-23");
        text(&taken["snapshot"]["id"])
    }

    pub(super) async fn sorts_the_responsibilities(&self) {
        let catalogue = self.ask("Catalogue", json!({})).await;
        let lines = catalogue["responsibilities"].as_array().unwrap();
        assert_eq!(lines.len(), 14);
        let qa = lines
            .iter()
            .find(|line| line["name"] == "Testing and QA")
            .unwrap();
        let project = self.project("Online ordering").await;
        let input = json!({ "projectId": project["id"], "responsibilityId": qa["id"], "side": "CLIENT",
            "reason": "The client tests with us every Friday." });
        self.ask_as(
            &self.demo.dana,
            "LeaveQaWithTheAccountManager",
            json!({ "input": input }),
        )
        .await;
        let data = self
            .ask("WhoDoesWhat", json!({ "project": project["id"] }))
            .await;
        let held = data["node"]["responsibilities"].as_array().unwrap();
        let qa = held
            .iter()
            .find(|one| one["responsibility"]["name"] == "Testing and QA")
            .unwrap();
        assert_eq!(qa["side"], "CLIENT");
        assert!(
            qa["why"].as_str().unwrap().contains("every Friday"),
            "{qa:#}"
        );
        let card = &data["node"]["contactCard"];
        assert!(
            !card["markdown"].as_str().unwrap().contains("every Friday"),
            "the reason is internal"
        );
        assert_eq!(card["people"][0]["email"], "dana@halyard.example");
    }

    pub(super) async fn knows_its_relationships(&self) {
        let client = self.client_of("Online ordering").await;
        let data = self.ask("Relationships", json!({ "client": client })).await;
        let known = data["node"]["relationships"]["nodes"].as_array().unwrap();
        assert_eq!(known[0]["person"]["name"], "Dana Okafor");
        assert_eq!(known[0]["warmth"], "STRONG", "{known:#?}");
        let input = json!({ "personId": self.person_id(&self.demo.dana), "clientId": client, "strength": 95,
            "reason": "They grew up in the same street." });
        let noted = self.ask("KnowBetter", json!({ "input": input })).await;
        assert_eq!(
            noted["relationship"],
            json!({ "points": 95, "overridden": true, "pinned": false })
        );
    }

    pub(super) async fn looks_at_what_could_be(&self) {
        let ill = json!([{ "personFallsIll": { "personId": self.person_id(&self.demo.sam),
            "fromOn": "2026-11-30", "untilOn": "2026-12-06" } }]);
        let data = self.ask("WhatIf", json!({ "operations": ill })).await;
        let people = data["simulate"]["people"]["nodes"].as_array().unwrap();
        let sam = people
            .iter()
            .find(|one| one["name"] == "Sam Ellery")
            .unwrap();
        let week = sam["weeks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|week| week["week"] == "2026-W49")
            .unwrap();
        // A day off of that week is known already.
        assert_eq!(week["before"]["load"]["confirmedBp"], 11_111);
        assert_eq!(
            week["after"]["load"]["confirmedBp"],
            Value::Null,
            "load, and nobody there to carry it"
        );

        let project = json!({ "name": "One more", "client": { "id": self.client_of("Online ordering").await } });
        let data = self
            .ask(
                "CanWeTakeIt",
                json!({ "project": project, "from": "2026-11-30" }),
            )
            .await;
        let answer = &data["canAccept"];
        assert_eq!(
            answer["verdict"], "NO",
            "both managers are full: {answer:#}"
        );
        assert!(!answer["constraints"].as_array().unwrap().is_empty());
    }

    pub(super) async fn compares_with_the_beginning(&self, snapshot: &str) {
        let data = self.ask("WhatChanged", json!({ "from": snapshot })).await;
        let difference = &data["inventoryDifference"];
        let changed = difference["changed"]["nodes"].as_array().unwrap();
        assert!(
            changed.len() >= 36,
            "one side of each project changed hands"
        );
        let added = difference["added"]["nodes"].as_array().unwrap();
        assert_eq!(added.len(), 1, "{added:#?}");
        assert_eq!(added[0]["projectName"], "Loyalty app");
    }

    pub(super) async fn project(&self, name: &str) -> Value {
        let document =
            "query ($name: String!) { projects(filter: { name: { eq: $name } }) { nodes {
            id version client { id } launchOn } } }";
        let mut data = self
            .app
            .ask(&self.demo.eleanor, document, json!({ "name": name }))
            .await;
        data["projects"]["nodes"][0].take()
    }

    pub(super) async fn client_of(&self, project: &str) -> String {
        text(&self.project(project).await["client"]["id"])
    }

    pub(super) fn person_id(&self, actor: &Actor) -> String {
        Kind::Person.text(actor.person.id)
    }
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
