//! Plans behind the API, and the programmes that are made of them.

use std::time::{Duration, Instant};

use meridian::entity::Side;
use serde_json::{Value, json};

use super::{Agency, side_of};
use crate::rules::model::handovers::Handover;
use crate::rules::model::plans::{Moved, Part};
use crate::rules::model::{Model, Target};
use crate::rules::steps::Planned;

/// Whether a plan is READY, and what it moves.
pub(super) type WorkedOut = (bool, Vec<Moved>);

const PLAN: &str =
    "id state outcome { moves(first: 60) { totalCount nodes { project { id } client { id } side
    from { id } to { id } wave on } } }";

const HANDOVERS: &str =
    "programme { handovers(first: 30) { totalCount nodes { id client { id } side wholeClient
    projects { nodes { id } } fromPerson { id } toPerson { id } steps { stage dueOn } } } }";

impl Agency<'_> {
    /// Asks for a plan, and waits until it is worked out: a busy machine may take longer than a request does.
    pub(super) async fn plans(&mut self, asked: &Planned, model: &Model) -> bool {
        let (clients, projects) = match asked.scope.map(|scope| model.existing(scope)) {
            Some(Target::Client(number)) => (vec![self.clients[number].clone()], Vec::new()),
            Some(Target::Project(number)) => (Vec::new(), vec![self.projects[number].clone()]),
            None => (Vec::new(), Vec::new()),
        };
        let receiver = |one: &usize| json!({ "personId": self.person(*one) });
        let receivers: Vec<Value> = asked.receivers.iter().map(receiver).collect();
        let input = json!({
            "kind": if asked.leaver.is_some() { "LEAVER" } else { "REASSIGNMENT" }, "name": "As agreed",
            "leaverId": asked.leaver.map(|one| self.person(one)),
            "clientIds": clients, "projectIds": projects, "receivers": receivers,
        });
        let selection = format!("plan {{ {PLAN} }}");
        let olga = &self.people[0];
        let mut payload = self.app.change(olga, "planCreate", input, &selection).await;
        let document = format!("query ($id: ID!) {{ plan(id: $id) {{ {PLAN} }} }}");
        let begun = Instant::now();
        while payload["plan"]["state"] == "SOLVING" {
            assert!(begun.elapsed() < Duration::from_secs(120), "{payload:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            let id = json!({ "id": payload["plan"]["id"] });
            payload = self.app.ask(olga, &document, id).await;
        }
        let plan = &payload["plan"];
        let Some(id) = plan["id"].as_str() else {
            return false;
        };
        self.plans.push(id.to_owned());
        self.worked_out = Some(self.read_moves(plan));
        true
    }

    fn read_moves(&self, plan: &Value) -> WorkedOut {
        let ready = plan["state"] == "READY";
        assert!(ready || plan["state"] == "INFEASIBLE", "{plan:#}");
        let Some(nodes) = plan["outcome"]["moves"]["nodes"].as_array() else {
            return (ready, Vec::new());
        };
        assert_eq!(plan["outcome"]["moves"]["totalCount"], nodes.len());
        let moved = |node: &Value| Moved {
            part: self.part(node),
            from: node["from"]["id"].as_str().map(|id| self.numbered(id)),
            to: self.numbered(node["to"]["id"].as_str().unwrap()),
            week: node["wave"].as_i64().unwrap(),
            on: node["on"].as_str().unwrap().parse().unwrap(),
        };
        (ready, nodes.iter().map(moved).collect())
    }

    fn part(&self, node: &Value) -> Part {
        let target = match node["project"]["id"].as_str() {
            Some(id) => Target::Project(place(&self.projects, id)),
            None => Target::Client(place(&self.clients, node["client"]["id"].as_str().unwrap())),
        };
        (target, side_of(&node["side"]))
    }

    /// The person of a global id.
    fn numbered(&self, id: &str) -> usize {
        let mut numbers = 0..self.people.len();
        numbers.find(|one| self.person(*one) == id).unwrap()
    }

    pub(super) async fn approves(&self, plan: Option<usize>) -> bool {
        let Some(number) = plan else {
            return false;
        };
        let input = json!({ "id": self.plans[number] });
        self.does("planApprove", input).await
    }

    /// Makes a programme of a plan: its handovers are the model's, each once.
    pub(super) async fn starts(&mut self, plan: Option<usize>, model: &Model) -> bool {
        let Some(number) = plan else {
            return false;
        };
        let input = json!({
            "name": "The split", "reason": "Two halves of one job.", "benefit": "Time for you.", "wayForward": "As ever.",
            "planId": self.plans[number],
        });
        let olga = &self.people[0];
        let payload = self
            .app
            .change(olga, "programmeStart", input, HANDOVERS)
            .await;
        let Some(nodes) = payload["programme"]["handovers"]["nodes"].as_array() else {
            return false;
        };
        let foreseen = &model.handovers[self.handovers.len()..];
        assert_eq!(nodes.len(), foreseen.len(), "{payload:#} {foreseen:#?}");
        for one in foreseen {
            let same = |node: &&Value| self.is_as_foreseen(node, one);
            let node = nodes.iter().find(same);
            self.take_handover(node.unwrap_or_else(|| panic!("{one:?} {payload:#}")));
        }
        true
    }

    fn is_as_foreseen(&self, node: &Value, foreseen: &Handover) -> bool {
        let projects = node["projects"]["nodes"].as_array().unwrap().iter();
        let mut projects: Vec<usize> = projects
            .map(|one| place(&self.projects, one["id"].as_str().unwrap()))
            .collect();
        projects.sort_unstable();
        let side: Side = side_of(&node["side"]);
        node["client"]["id"] == json!(self.clients[foreseen.client])
            && side == foreseen.side
            && node["wholeClient"] == foreseen.whole
            && projects == foreseen.projects
            && node["fromPerson"]["id"] == json!(self.person(foreseen.from))
            && node["toPerson"]["id"] == json!(self.person(foreseen.to))
    }
}

fn place(ids: &[String], id: &str) -> usize {
    ids.iter().position(|one| one == id).unwrap()
}
