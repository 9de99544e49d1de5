//! The agency behind the API, and how a step is taken there.

mod handovers;
mod mails;
mod plans;
mod questions;

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::domain::assignments::{self, NewAssignment, Outcome};
use meridian::entity::{AssignmentSource, LeadMode, ProjectStatus, RoleSide, Side, change};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::model::handovers::Days;
use super::model::{LINES, Model, Target};
use super::steps::Step;
use crate::support::app::{Actor, TestApp};
use crate::support::{rows, work};
use plans::WorkedOut;

/// What is read of somebody's coming weeks.
const WEEKS: &str = "query ($id: ID!) { person(id: $id) { capacity(weeks: 8) { availabilityMinutes load { confirmedMinutes } } } }";

pub(super) struct Agency<'a> {
    pub(super) app: &'a TestApp,
    /// Olga, three managers and a member, in this order.
    pub(super) people: Vec<Actor>,
    pub(super) clients: Vec<String>,
    /// In the order in which they were made.
    pub(super) projects: Vec<String>,
    /// In the order in which they were made.
    pub(super) handovers: Vec<String>,
    /// When each of them is due to be announced and to transfer.
    days: Vec<Days>,
    /// Of how many of them the model was told so.
    told: usize,
    /// In the order in which they were made.
    plans: Vec<String>,
    /// What was worked out for the last of them.
    worked_out: Option<WorkedOut>,
    /// Another replica, which plans and sends mails as well.
    replica: TestApp,
    /// How many mails may come again: a mail server took them and did not say so.
    pub(super) copies: usize,
    /// As [`LINES`] has them.
    pub(super) lines: Vec<String>,
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
            handovers: Vec::new(),
            days: Vec::new(),
            told: 0,
            plans: Vec::new(),
            worked_out: None,
            replica: app.started_again().await,
            copies: 0,
            lines: Vec::new(),
            roles: roles.try_into().unwrap(),
        };
        agency.lines = agency.first_lines().await;
        let model = Model::of_two_unsplit_managers();
        for client in 0..agency.clients.len() {
            let assign = Step::Assign {
                role: RoleSide::Both,
                target: Target::Client(client),
                person: Some(client + 1),
                ahead: 0,
                source: AssignmentSource::Person,
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
                self.app.set_clock(&format!("{}T05:00:00Z", model.today));
                true
            }
            Step::Assign {
                role,
                target,
                person,
                ahead,
                source,
            } => {
                if source == AssignmentSource::Import {
                    return self.imports((role, target), person, day(ahead)).await;
                }
                let mut input = json!({
                    "roleId": self.role(role), "personId": person.map(|one| self.person(one)), "fromOn": day(ahead),
                    "reason": "As agreed.",
                });
                match target {
                    Target::Client(client) => {
                        input["of"] = json!({ "clientId": self.clients[client] })
                    }
                    Target::Project(number) => {
                        input["of"] = json!({ "projectId": self.project(number) })
                    }
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
            Step::Talk { client, person } => self.talks(client, person).await,
            Step::HandOver(ref new) => self.hands_over(new, model).await,
            Step::Advance { handover, stage } => {
                let more = json!({ "stage": stage });
                self.changes_handover("handoverAdvance", model.handover(handover), more)
                    .await
            }
            Step::CancelHandover { handover } => {
                let more = json!({ "reason": "As agreed." });
                self.changes_handover("handoverCancel", model.handover(handover), more)
                    .await
            }
            Step::Except {
                project,
                line,
                side,
                ahead,
            } => {
                let input = json!({
                    "projectId": self.project(project), "responsibilityId": self.lines[line], "side": side,
                    "fromOn": day(ahead), "reason": "As agreed.",
                });
                self.does("responsibilityExceptionSet", input).await
            }
            Step::Plan(ref asked) => self.plans(asked, model).await,
            Step::Approve { plan } => self.approves(model.plan(plan)).await,
            Step::Start { plan } => self.starts(model.plan(plan), model).await,
            Step::Tick(tick) => {
                self.ticks(tick, model).await;
                true
            }
            Step::WhatIf { client, person } => {
                self.wonders(client, person, day(14)).await;
                true
            }
        }
    }

    /// Tells the model what only the answers to a step say: days, and what a plan moves.
    pub(super) fn tell(&mut self, step: &Step, model: &mut Model) {
        let untold = model.handovers.len() - self.told;
        model.days_are(&self.days[self.days.len() - untold..]);
        self.told = model.handovers.len();
        if let (Step::Plan(_), Some((ready, moves))) = (step, self.worked_out.take()) {
            model.moves_are(ready, moves);
        }
    }

    /// Stops the other replica.
    pub(super) async fn end(self) {
        self.replica.stop().await;
    }

    /// The first line of the catalogue of each side.
    async fn first_lines(&self) -> Vec<String> {
        let document = "{ responsibilities { id side } }";
        let data = self.app.ask(&self.people[0], document, json!({})).await;
        let nodes = data["responsibilities"].as_array().unwrap();
        let of = |side: &Side| {
            let first = nodes.iter().find(|node| side_of(&node["side"]) == *side);
            first.unwrap()["id"].as_str().unwrap().to_owned()
        };
        LINES.iter().map(of).collect()
    }

    /// R4: as a line of a spreadsheet would have it.
    async fn imports(
        &self,
        (role, target): (RoleSide, Target),
        person: Option<usize>,
        on: Date,
    ) -> bool {
        let client = |number: usize| Kind::Client.named(&self.clients[number].clone().into());
        let project = |number| Kind::Project.named(&self.project(number).into());
        let target = match target {
            Target::Client(number) => assignments::Target::Client(client(number).unwrap()),
            Target::Project(number) => assignments::Target::Project(project(number).unwrap()),
        };
        let new = NewAssignment {
            role_id: Kind::Role.named(&self.role(role).into()).unwrap(),
            target,
            person_id: person.map(|one| self.people[one].person.id),
            from_on: on,
            reason: "As the spreadsheet says.".to_owned(),
        };
        let tx = self.app.db.begin().await.unwrap();
        let source = AssignmentSource::Import;
        let written = assignments::set_in(&tx, &self.app.operator(), source, new).await;
        if !matches!(written, Ok(Outcome::Changed(_))) {
            return false;
        }
        tx.commit().await.unwrap();
        true
    }

    /// R12: whoever is accountable says that they talked with the client, and nobody else does.
    async fn talks(&self, client: usize, person: usize) -> bool {
        let document = "mutation ($id: ID!) { touchpointLog(input: { clientId: $id, kind: CALL }) { userErrors { code } } }";
        let id = json!({ "id": self.clients[client] });
        let answer = self.app.graphql(&self.people[person], document, id).await;
        answer["data"]["touchpointLog"]["userErrors"] == json!([])
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
