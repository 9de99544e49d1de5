//! Handovers behind the API.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::Agency;
use crate::rules::model::handovers::Days;
use crate::rules::model::{Model, Target};
use crate::rules::steps::HandOver;

impl Agency<'_> {
    pub(super) async fn hands_over(&mut self, new: &HandOver, model: &Model) -> bool {
        let (client, projects) = match new.target {
            Target::Client(client) => (client, None),
            Target::Project(number) => {
                (model.projects[number].client, Some([self.project(number)]))
            }
        };
        let input = json!({
            "clientId": self.clients[client], "projectIds": projects, "side": new.side,
            "fromPersonId": self.person(new.from.unwrap()), "toPersonId": self.person(new.to),
            "startsOn": model.today.saturating_add(new.ahead.days()),
            "reason": "As agreed.", "overrideReason": "Both sides are in a hurry.",
        });
        let olga = &self.people[0];
        let payload = self
            .app
            .change(
                olga,
                "handoverCreate",
                input,
                "handover { id steps { stage dueOn } }",
            )
            .await;
        self.take_handover(&payload["handover"])
    }

    /// Notes a handover that was made; whether there is one.
    pub(super) fn take_handover(&mut self, handover: &Value) -> bool {
        let Some(id) = handover["id"].as_str() else {
            return false;
        };
        let due = |stage: &str| -> Date {
            let mut steps = handover["steps"].as_array().unwrap().iter();
            let step = steps.find(|step| step["stage"] == stage).unwrap();
            step["dueOn"].as_str().unwrap().parse().unwrap()
        };
        self.days.push(Days {
            announced: due("ANNOUNCED"),
            transferred: due("TRANSFERRED"),
        });
        self.handovers.push(id.to_owned());
        true
    }

    /// Whether a mutation of a handover was accepted; not, while there is none.
    pub(super) async fn changes_handover(
        &self,
        mutation: &str,
        number: Option<usize>,
        mut input: Value,
    ) -> bool {
        let Some(number) = number else {
            return false;
        };
        input["id"] = json!(self.handovers[number]);
        self.does(mutation, input).await
    }
}
