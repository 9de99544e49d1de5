//! Which side leads each project.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::agency::Agency;

impl Agency<'_> {
    pub(super) async fn decides_by_recommendation(&self) {
        let mut modes = BTreeSet::new();
        for project in self.recommendations().await {
            let recommended = &project["recommendation"]["leadMode"];
            modes.insert(recommended.as_str().unwrap().to_owned());
            let input = json!({ "id": project["id"], "leadMode": recommended });
            let decided = self.ask("Decide", json!({ "input": input })).await;
            let decision = &decided["project"]["decision"];
            assert_eq!(&decision["leadMode"], recommended);
            assert_eq!(decision["reDecide"], Value::Null);
        }
        assert_eq!(modes.len(), 3, "the profiles come out in all lead modes");
    }

    pub(super) async fn decides_everything_joint(&self) {
        for project in self.recommendations().await {
            let input = json!({ "id": project["id"], "leadMode": "JOINT", "reason": "The article splits down the middle." });
            let decided = self.ask("Decide", json!({ "input": input })).await;
            assert_eq!(decided["project"]["leadMode"], "JOINT");
        }
    }

    async fn recommendations(&self) -> Vec<Value> {
        let data = self.ask("Recommendations", json!({})).await;
        let projects = data["projects"]["nodes"].as_array().unwrap().clone();
        assert_eq!(projects.len(), 36);
        for project in &projects {
            let recommendation = &project["recommendation"];
            let points = |range: std::ops::Range<usize>| -> i64 {
                let factors = &recommendation["factors"].as_array().unwrap()[range];
                let hundredths: i64 = factors
                    .iter()
                    .map(|one| one["hundredths"].as_i64().unwrap())
                    .sum();
                hundredths / 100
            };
            assert_eq!(recommendation["accountNeed"], points(0..3));
            assert_eq!(recommendation["productionNeed"], points(3..6));
        }
        projects
    }

    /// A new project is refused at its kick-off until decided, and both managers and the owner are told before.
    pub(super) async fn keeps_deciding(&self) {
        let client = self.client_of("Online ordering").await;
        let planned = "2027-02-19";
        let input =
            json!({ "clientId": client, "name": "Loyalty app", "kickOffPlannedOn": planned });
        let made = self
            .ask_as(&self.demo.dana, "TakeOn", json!({ "input": input }))
            .await;
        let id = &made["project"]["id"];
        let undecided = self.ask("ToDecide", json!({})).await;
        assert_eq!(
            undecided["kickOffsToDecide"]["nodes"][0]["name"],
            "Loyalty app"
        );

        let kick_off = json!({ "input": { "id": id, "status": "ACTIVE" } });
        let refused = self
            .guide
            .ask_refused(self.app, &self.demo.dana, "KickOff", kick_off.clone())
            .await;
        assert_eq!(
            refused["userErrors"][0]["field"],
            json!(["leadMode"]),
            "{refused:#}"
        );

        let mut told = Vec::new();
        for instant in ["2027-02-17T08:00:00Z", "2027-02-17T13:00:00Z"] {
            let letters = self.app.mails_at(instant).await;
            told.extend(
                letters
                    .into_iter()
                    .filter(|letter| letter.words().contains("Loyalty app"))
                    .map(|letter| letter.to),
            );
        }
        told.sort();
        told.dedup();
        assert_eq!(
            told,
            [
                "dana@halyard.example",
                "eleanor@halyard.example",
                "sam@halyard.example"
            ]
        );

        self.app.set_clock("2027-02-19T10:00:00Z");
        let decide = json!({ "input": { "id": id, "leadMode": "ACCOUNT_LED", "reason": "The client leads the idea." } });
        self.ask_as(&self.demo.dana, "Decide", decide).await;
        let kicked_off = self.ask_as(&self.demo.dana, "KickOff", kick_off).await;
        assert_eq!(kicked_off["project"]["kickedOffOn"], planned);
    }

    pub(super) async fn speaks_up_for_a_client(&self) {
        let project = self.project("Online ordering").await;
        let input = json!({ "clientId": project["client"]["id"], "projectId": project["id"],
            "title": "Gift vouchers before Easter", "minutes": 2400, "wantedBy": "2027-03-20" });
        let raised = self
            .ask_as(
                &self.demo.dana,
                "AskForTheClient",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(raised["clientRequest"]["state"], "RAISED");
        let id = &raised["clientRequest"]["id"];
        let input = json!({ "id": id, "answer": "Not before the summer." });
        let objected = self
            .ask_as(&self.demo.sam, "Object", json!({ "input": input }))
            .await;
        let against = objected["clientRequest"]["against"]["sentence"]
            .as_str()
            .unwrap();
        assert!(!against.is_empty());
        let input = json!({ "id": id, "grant": false, "reason": "In summer, with the new app." });
        let settled = self.ask("SettleIt", json!({ "input": input })).await;
        assert_eq!(settled["clientRequest"]["state"], "DECLINED");
    }
}
