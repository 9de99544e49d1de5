//! Whether what is asked of a plan can be asked: everything that is wrong is told at once.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::guards::Guard;
use super::input::{MOST_NAMED, NewPlan, Subject, subject_field};
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::people::has_left;
use crate::entity::{PlanKind, client, person, project};
use crate::error::{ProblemCode, Result};

/// The rows that an input names.
struct Named {
    people: HashMap<Uuid, person::Model>,
    clients: HashSet<Uuid>,
    projects: HashSet<Uuid>,
}

impl NewPlan {
    /// Looks at what is asked, all of it: three statements.
    pub(super) async fn check(
        &mut self,
        conn: &impl ConnectionTrait,
        caller: &Caller,
        check: &mut Check,
    ) -> Result<()> {
        self.name = check.name("name", &self.name, 200);
        check.day("startsOn", self.starts_on);
        let today = caller.today();
        let message = format!("It starts on {}, but today is {today}.", self.starts_on);
        check.require(self.starts_on >= today, "startsOn", message);
        self.check_numbers(check);
        let lengths = [
            ("clientIds", self.input.client_ids.len()),
            ("projectIds", self.input.project_ids.len()),
            ("receivers", self.input.receivers.len()),
            ("pins", self.input.pins.len()),
            ("guardOverrides", self.input.guard_overrides.len()),
        ];
        for (field, length) in lengths {
            let message = format!("Name {MOST_NAMED} at most.");
            check.require(length <= MOST_NAMED, field, message);
        }
        if lengths.iter().any(|(_, length)| *length > MOST_NAMED) {
            return Ok(());
        }
        let named = self.read_named(conn).await?;
        self.check_kind(check, &named);
        self.check_scope(check, &named);
        self.check_receivers(check, &named);
        self.check_pins(check, &named);
        self.check_overrides(check, &named);
        Ok(())
    }

    fn check_numbers(&self, check: &mut Check) {
        let input = &self.input;
        check.range("targetBp", input.target_bp, 1_000, 20_000);
        check.range("handoversAWeek", input.handovers_a_week, 1, 100);
        for (field, value, least, most) in [
            ("mostMoves", input.most_moves, 0, 10_000),
            ("mostActiveProjects", input.most_active, 0, 1_000),
            ("mostBackBurnerProjects", input.most_back_burner, 0, 1_000),
            ("nodeLimit", input.node_limit, 1, 100_000),
        ] {
            if let Some(value) = value {
                check.range(field, value, least, most);
            }
        }
    }

    async fn read_named(&self, conn: &impl ConnectionTrait) -> Result<Named> {
        let input = &self.input;
        let subjects: Vec<Subject> = input
            .pins
            .iter()
            .map(|pin| pin.subject)
            .chain(input.guard_overrides.iter().map(|one| one.subject))
            .collect();
        let people = input
            .receivers
            .iter()
            .map(|receiver| receiver.person_id)
            .chain(input.pins.iter().map(|pin| pin.person_id))
            .chain(input.split_between.iter().copied())
            .chain(self.leaver_id);
        let people = person::Entity::find().filter(person::Column::Id.is_in(people));
        let clients = subjects.iter().filter_map(|subject| match subject {
            Subject::Client(id) => Some(*id),
            Subject::Project(_) => None,
        });
        let clients = clients.chain(input.client_ids.iter().copied());
        let clients = client::Entity::find().filter(client::Column::Id.is_in(clients));
        let projects = subjects.iter().filter_map(|subject| match subject {
            Subject::Project(id) => Some(*id),
            Subject::Client(_) => None,
        });
        let projects = projects.chain(input.project_ids.iter().copied());
        let projects = project::Entity::find().filter(project::Column::Id.is_in(projects));
        Ok(Named {
            people: people
                .all(conn)
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect(),
            clients: clients
                .all(conn)
                .await?
                .into_iter()
                .map(|row| row.id)
                .collect(),
            projects: projects
                .all(conn)
                .await?
                .into_iter()
                .map(|row| row.id)
                .collect(),
        })
    }

    fn check_kind(&self, check: &mut Check, named: &Named) {
        let (leaver, split) = (self.leaver_id, &self.input.split_between);
        let is_leaver = self.kind == PlanKind::Leaver;
        check.require(
            leaver.is_some() == is_leaver,
            "leaverId",
            "A LEAVER plan names who leaves, and no other plan does.",
        );
        if let Some(id) = leaver
            && !named.people.contains_key(&id)
        {
            let code = ProblemCode::NotFound;
            check.add("leaverId", code, "There is no such person.");
        }
        let two = split.len() == 2 && split[0] != split[1];
        check.require(
            (self.kind == PlanKind::Split && two)
                || (self.kind != PlanKind::Split && split.is_empty()),
            "splitBetween",
            "A SPLIT plan names exactly two people, and no other plan names any.",
        );
        let split_is_asked = self.kind == PlanKind::Split;
        for (index, id) in split.iter().enumerate().filter(|_| split_is_asked) {
            self.check_person(check, named, &format!("splitBetween.{index}"), *id);
        }
        let everybody = self.kind == PlanKind::Reassignment;
        let scoped = !self.input.client_ids.is_empty() || !self.input.project_ids.is_empty();
        check.require(
            everybody || !scoped,
            if self.input.client_ids.is_empty() {
                "projectIds"
            } else {
                "clientIds"
            },
            "Only a REASSIGNMENT names what may move: the others move what their people hold.",
        );
    }

    fn check_scope(&self, check: &mut Check, named: &Named) {
        for (index, id) in self.input.client_ids.iter().enumerate() {
            let field = format!("clientIds.{index}");
            named.check_subject(check, &field, Subject::Client(*id));
        }
        for (index, id) in self.input.project_ids.iter().enumerate() {
            let field = format!("projectIds.{index}");
            named.check_subject(check, &field, Subject::Project(*id));
        }
    }

    fn check_receivers(&self, check: &mut Check, named: &Named) {
        let mut seen = HashSet::new();
        let split = self.kind == PlanKind::Split;
        let receivers = &self.input.receivers;
        let message = "In a SPLIT the two managers receive, and nobody else.";
        check.require(!split || receivers.is_empty(), "receivers", message);
        for (index, receiver) in receivers.iter().enumerate() {
            let field = format!("receivers.{index}");
            let person = format!("{field}.personId");
            self.check_person(check, named, &person, receiver.person_id);
            let once = seen.insert(receiver.person_id);
            check.require(once, &person, "This person stands here twice.");
            let any = receiver.client_side || receiver.project_side;
            let message = "Say which side this person may be given: one at least.";
            check.require(any, &field, message);
        }
    }

    fn check_pins(&self, check: &mut Check, named: &Named) {
        let mut seen = HashSet::new();
        for (index, pin) in self.input.pins.iter().enumerate() {
            let field = format!("pins.{index}");
            named.check_subject(check, &subject_field(&field, pin.subject), pin.subject);
            let person = format!("{field}.personId");
            self.check_person(check, named, &person, pin.person_id);
            let once = seen.insert((pin.subject, pin.side));
            check.require(once, &field, "This side is pinned here twice.");
        }
    }

    fn check_overrides(&mut self, check: &mut Check, named: &Named) {
        for (index, one) in self.input.guard_overrides.iter_mut().enumerate() {
            let field = format!("guardOverrides.{index}");
            named.check_subject(check, &subject_field(&field, one.subject), one.subject);
            one.reason = check.reason(&format!("{field}.reason"), &one.reason);
            let of_client = matches!(one.subject, Subject::Client(_));
            check.require(
                of_client || one.guard != Guard::PinnedRelationship,
                &format!("{field}.projectId"),
                "A relationship is one with a client: name the client.",
            );
        }
    }

    /// Notes a problem unless the person works here when the plan starts, and stays.
    fn check_person(&self, check: &mut Check, named: &Named, field: &str, id: Uuid) {
        let on = self.starts_on;
        let Some(person) = named.people.get(&id) else {
            check.add(field, ProblemCode::NotFound, "There is no such person.");
            return;
        };
        let name = &person.name;
        let message = if self.leaver_id == Some(id) {
            format!("{name} leaves, and can be given nothing.")
        } else if has_left(person, on) {
            format!("{name} does not work here on {on} any more.")
        } else if person.employed_from.0 > on {
            format!(
                "{name} starts to work here on {} only.",
                person.employed_from
            )
        } else {
            return;
        };
        check.add(field, ProblemCode::NotAllowedNow, message);
    }
}

impl Named {
    fn check_subject(&self, check: &mut Check, field: &str, subject: Subject) {
        let (known, noun) = match subject {
            Subject::Client(id) => (self.clients.contains(&id), "client"),
            Subject::Project(id) => (self.projects.contains(&id), "project"),
        };
        if !known {
            let message = format!("There is no such {noun}.");
            check.add(field, ProblemCode::NotFound, message);
        }
    }
}
