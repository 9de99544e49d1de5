//! The agency behind the API, and how a step is taken there.

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{LeadMode, ProjectStatus, RoleSide, Side, change};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::model::{Model, Target};
use super::steps::Step;
use crate::support::app::{Actor, TestApp};
use crate::support::{rows, work};

/// What is read of somebody's coming weeks.
const WEEKS: &str = "query ($id: ID!) { person(id: $id) { capacity(weeks: 8) { availabilityMinutes load { confirmedMinutes } } } }";

pub(super) struct Agency<'a> {
    pub(super) app: &'a TestApp,
    /// Olga, three managers and a member, in this order.
    pub(super) people: Vec<Actor>,
    pub(super) clients: Vec<String>,
    /// In the order in which they were made.
    pub(super) projects: Vec<String>,
    roles: [(RoleSide, String); 3],
}

impl<'a> Agency<'a> {
    /// As [`Model::of_two_unsplit_managers`] has it.
    pub(super) async fn found(app: &'a TestApp) -> Self {
        let mut people = vec![app.owner().await];
        for name in ["Dana", "Sam", "Nora"] {
            people.push(app.manager(name).await);
        }
        people.push(app.member("Mia").await);
        let mut roles = Vec::new();
        for side in [RoleSide::Client, RoleSide::Project, RoleSide::Both] {
            let role = work::role(app, side).await;
            roles.push((side, Kind::Role.text(role.id)));
        }
        let mut clients = Vec::new();
        for name in ["Acme", "Bolt"] {
            let client = app.insert(rows::client(name, app.now())).await;
            clients.push(Kind::Client.text(client.id));
        }
        let mut agency = Self {
            app,
            people,
            clients,
            projects: Vec::new(),
            roles: roles.try_into().unwrap(),
        };
        let model = Model::of_two_unsplit_managers();
        for client in 0..agency.clients.len() {
            let assign = Step::Assign {
                role: RoleSide::Both,
                target: Target::Client(client),
                person: Some(client + 1),
                ahead: 0,
            };
            let create = Step::Create {
                client,
                active: false,
                lead_mode: None,
            };
            assert!(agency.act(&assign, &model).await && agency.act(&create, &model).await);
        }
        agency
    }

    /// The person's global id.
    pub(super) fn person(&self, number: usize) -> String {
        Kind::Person.text(self.people[number].person.id)
    }

    /// How many changes the history has.
    pub(super) async fn changes(&self) -> u64 {
        let all = change::Entity::find();
        all.count(&self.app.db.read).await.unwrap()
    }

    /// Takes a step as Olga; whether it was accepted. `model` knows what day it is, and where things stand then.
    pub(super) async fn act(&mut self, step: &Step, model: &Model) -> bool {
        let day = |ahead: i32| model.today.saturating_add(ahead.days());
        match *step {
            Step::Pass { .. } => {
                self.app.set_clock(&format!("{}T09:00:00Z", model.today));
                true
            }
            Step::Assign {
                role,
                target,
                person,
                ahead,
            } => {
                let mut input = json!({
                    "roleId": self.role(role), "personId": person.map(|one| self.person(one)), "fromOn": day(ahead),
                    "reason": "As agreed.",
                });
                match target {
                    Target::Client(client) => input["clientId"] = json!(self.clients[client]),
                    Target::Project(number) => input["projectId"] = json!(self.project(number)),
                }
                self.does("assignmentSet", input).await
            }
            Step::Create {
                client,
                active,
                lead_mode,
            } => self.creates(client, active, lead_mode).await,
            Step::Decide { project, lead_mode } => {
                let input = json!({ "id": self.project(project), "leadMode": lead_mode, "reason": "As agreed." });
                self.does("projectLeadDecide", input).await
            }
            Step::DecideForClient { client, lead_mode } => {
                let input = json!({ "id": self.clients[client], "leadMode": lead_mode, "reason": "As agreed." });
                self.does("clientLeadDecide", input).await
            }
            Step::Move {
                project,
                status,
                lead_mode,
            } => {
                let input = json!({
                    "id": self.project(project), "status": status, "leadMode": lead_mode, "reason": "As agreed.",
                });
                self.does("projectStatusSet", input).await
            }
            Step::Profile {
                project,
                communication,
                complexity,
            } => {
                let id = self.project(project);
                let number = self.projects.iter().position(|one| *one == id).unwrap();
                let client = &self.clients[model.projects[number].client];
                let of_client = json!({ "id": client, "communication": communication });
                let of_project = json!({ "id": id, "complexity": complexity });
                self.does("clientUpdate", of_client).await
                    && self.does("projectUpdate", of_project).await
            }
            Step::Away {
                person,
                ahead,
                days,
            } => self.goes_away(person, day(ahead), day(ahead + days)).await,
            Step::Leave { person, ahead } => {
                let input = json!({ "id": self.person(person), "employedUntil": ahead.map(day) });
                self.does("personUpdate", input).await
            }
            Step::Talk { client } => {
                let input = json!({ "clientId": self.clients[client], "kind": "CALL" });
                self.does("touchpointLog", input).await
            }
        }
    }

    async fn creates(&mut self, client: usize, active: bool, lead_mode: Option<LeadMode>) -> bool {
        let status = if active {
            ProjectStatus::Active
        } else {
            ProjectStatus::Proposed
        };
        let input = json!({
            "clientId": self.clients[client], "name": format!("Project {}", self.projects.len()), "status": status,
            "leadMode": lead_mode, "reason": "As agreed.",
        });
        let olga = &self.people[0];
        let payload = self
            .app
            .change(olga, "projectCreate", input, "project { id }")
            .await;
        let id = payload["project"]["id"].as_str().map(str::to_owned);
        let accepted = id.is_some();
        self.projects.extend(id);
        accepted
    }

    /// R5: being away lowers availability, never adds load, and no minute is taken twice.
    async fn goes_away(&self, person: usize, first: Date, last: Date) -> bool {
        let before = self.weeks(person).await;
        let input = json!({ "personId": self.person(person), "startsOn": first, "endsOn": last });
        let accepted = self.does("timeOffCreate", input).await;
        let after = self.weeks(person).await;
        for (before, after) in before.iter().zip(&after) {
            let minutes = |week: &Value| week["availabilityMinutes"].as_i64().unwrap();
            assert!(
                (0..=minutes(before)).contains(&minutes(after)),
                "{before} {after}"
            );
            assert_eq!(before["load"], after["load"]);
        }
        accepted
    }

    async fn weeks(&self, person: usize) -> Vec<Value> {
        let id = json!({ "id": self.person(person) });
        let data = self.app.ask(&self.people[0], WEEKS, id).await;
        data["person"]["capacity"].as_array().unwrap().clone()
    }

    async fn does(&self, mutation: &str, input: Value) -> bool {
        let payload = self.app.change(&self.people[0], mutation, input, "").await;
        payload["userErrors"] == json!([])
    }

    fn project(&self, number: usize) -> String {
        self.projects[number % self.projects.len()].clone()
    }

    fn role(&self, side: RoleSide) -> &str {
        let role = self.roles.iter().find(|(of, _)| *of == side);
        &role.unwrap().1
    }
}

/// The words of the API for a side.
pub(super) fn side_of(word: &Value) -> Side {
    Side::from_word(word.as_str().unwrap()).unwrap()
}
