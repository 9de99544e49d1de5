//! The agency behind the API, and how a step is taken there.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::domain::assignments::{self, NewAssignment, Outcome};
use meridian::entity::{AssignmentSource, LeadMode, ProjectStatus, RoleSide, Side, change};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::model::{LINES, Model, Target};
use super::steps::{HandOver, Step};
use crate::support::app::{Actor, TestApp};
use crate::support::{rows, tables, work};

/// What is read of somebody's coming weeks.
const WEEKS: &str = "query ($id: ID!) { person(id: $id) { capacity(weeks: 8) { availabilityMinutes load { confirmedMinutes } } } }";

const WHAT_IF: &str =
    "query ($operations: [SimulationOperation!]!) { simulate(operations: $operations, weeks: 3) {
    unstaffedAfter { totalCount } warnings } }";

const CAN_ACCEPT: &str = "query ($project: ProjectDraftInput!, $from: Date!) { canAccept(project: $project, from: $from) { verdict } }";

pub(super) struct Agency<'a> {
    pub(super) app: &'a TestApp,
    /// Olga, three managers and a member, in this order.
    pub(super) people: Vec<Actor>,
    pub(super) clients: Vec<String>,
    /// In the order in which they were made.
    pub(super) projects: Vec<String>,
    /// In the order in which they were made.
    pub(super) handovers: Vec<String>,
    /// When each of them is due to transfer.
    pub(super) transfers_on: Vec<Date>,
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
            transfers_on: Vec::new(),
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
                self.app.set_clock(&format!("{}T09:00:00Z", model.today));
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
            Step::Talk { client, person } => self.talks(client, person).await,
            Step::HandOver(ref new) => self.hands_over(new, model).await,
            Step::Advance { handover, stage } => match model.handover(handover) {
                Some(number) => {
                    let input = json!({ "id": self.handovers[number], "stage": stage });
                    self.does("handoverAdvance", input).await
                }
                None => false,
            },
            Step::CancelHandover { handover } => match model.handover(handover) {
                Some(number) => {
                    let input = json!({ "id": self.handovers[number], "reason": "As agreed." });
                    self.does("handoverCancel", input).await
                }
                None => false,
            },
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
            Step::WhatIf { client, person } => {
                self.wonders(client, person, day(14)).await;
                true
            }
        }
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

    async fn hands_over(&mut self, new: &HandOver, model: &Model) -> bool {
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
        let selection = "handover { id steps { stage dueOn } }";
        let olga = &self.people[0];
        let payload = self
            .app
            .change(olga, "handoverCreate", input, selection)
            .await;
        let handover = &payload["handover"];
        let Some(id) = handover["id"].as_str() else {
            return false;
        };
        let mut steps = handover["steps"].as_array().unwrap().iter();
        let transfers = steps.find(|step| step["stage"] == "TRANSFERRED").unwrap();
        self.transfers_on
            .push(transfers["dueOn"].as_str().unwrap().parse().unwrap());
        self.handovers.push(id.to_owned());
        true
    }

    /// R11: whatever is asked, and however it is answered, not a row of any table is another.
    async fn wonders(&self, client: usize, person: usize, on: Date) {
        let (client, person) = (&self.clients[client], self.person(person));
        let project = json!({ "client": { "id": client }, "name": "Perhaps" });
        let operations = json!([
            { "reassign": { "of": { "clientId": client }, "side": "CLIENT", "personId": person } },
            { "takeOnProject": { "project": project } },
            { "personLeaves": { "personId": person, "lastOn": on } },
            { "loseClient": { "clientId": client, "fromOn": on } },
        ]);
        let before = self.contents().await;
        for (document, variables) in [
            (WHAT_IF, json!({ "operations": operations })),
            (CAN_ACCEPT, json!({ "project": project, "from": on })),
        ] {
            let answer = self.app.graphql(&self.people[0], document, variables).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(code.is_null() || code == "BAD_USER_INPUT", "{answer:#}");
        }
        assert_eq!(self.contents().await, before, "a question has written");
    }

    /// All tables but that of the tokens, whose use is noted in the background.
    async fn contents(&self) -> BTreeMap<String, Vec<String>> {
        let mut contents = tables::contents(self.app).await;
        contents.remove("api_token");
        contents
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
