//! What would become of who is accountable: the changes that a what-if makes to its own copy. Nothing here is written.

use std::collections::BTreeSet;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Accountability, Held};
use crate::domain::assignments::Target;
use crate::entity::{AssignmentSource, Day, Moment, RoleSide, Side, assignment, role};

impl Accountability {
    /// A person holds nothing any more from `from` on. Answers how many assignments that ends.
    pub(in crate::domain) fn release(&mut self, person_id: Uuid, from: Date) -> usize {
        let mut ended = 0;
        let lists = self
            .by_project
            .values_mut()
            .chain(self.by_client.values_mut());
        for held in lists.flatten() {
            let runs = held.assignment.until_on.is_none_or(|until| until.0 > from);
            if held.person_id() == person_id && runs {
                held.end(from);
                ended += 1;
            }
        }
        ended
    }

    /// A person holds `side` of a client or project from `from` on, for good, in place of whoever held its role. Who
    /// holds both sides through the unsplit role keeps the other.
    pub(in crate::domain) fn hold(
        &mut self,
        side: Side,
        target: Target,
        person_id: Uuid,
        from: Date,
    ) {
        let role_side = match side {
            Side::Client => RoleSide::Client,
            Side::Project => RoleSide::Project,
        };
        let list = match target {
            Target::Client(id) => self.by_client.entry(id).or_default(),
            Target::Project(id) => self.by_project.entry(id).or_default(),
        };
        for held in list.iter_mut() {
            if held.role.side == Some(role_side) {
                held.end(from);
            }
        }
        list.push(Held {
            assignment: supposed(target, person_id, from),
            role: role::Model {
                id: Uuid::nil(),
                name: String::new(),
                side: Some(role_side),
                version: 1,
                archived_at: None,
            },
        });
    }

    /// Who holds `side` of anything on `day`, through its role or the unsplit one.
    pub(in crate::domain) fn holders_of(&self, side: Side, day: Date) -> BTreeSet<Uuid> {
        let own = match side {
            Side::Client => RoleSide::Client,
            Side::Project => RoleSide::Project,
        };
        let lists = self.by_project.values().chain(self.by_client.values());
        lists
            .flatten()
            .filter(|held| held.is_in_force(day))
            .filter(|held| [Some(own), Some(RoleSide::Both)].contains(&held.role.side))
            .map(Held::person_id)
            .collect()
    }

    /// Whether any assignment begins or ends after `known` and by `day`.
    pub(in crate::domain) fn changes_within(&self, known: Date, day: Date) -> bool {
        let within = |date: Date| known < date && date <= day;
        let lists = self.by_project.values().chain(self.by_client.values());
        lists.flatten().any(|held| {
            within(held.assignment.from_on.0)
                || held
                    .assignment
                    .until_on
                    .is_some_and(|until| within(until.0))
        })
    }
}

impl Held {
    /// What begins later never does.
    fn end(&mut self, from: Date) {
        let end = Day(from.max(self.assignment.from_on.0));
        let known = self.assignment.until_on.unwrap_or(end);
        self.assignment.until_on = Some(known.min(end));
    }
}

fn supposed(target: Target, person_id: Uuid, from: Date) -> assignment::Model {
    let (client_id, project_id) = match target {
        Target::Client(id) => (Some(id), None),
        Target::Project(id) => (None, Some(id)),
    };
    assignment::Model {
        id: Uuid::nil(),
        role_id: Uuid::nil(),
        client_id,
        project_id,
        person_id,
        from_on: Day(from),
        until_on: None,
        source: AssignmentSource::Plan,
        written_by_id: None,
        reason: String::new(),
        created_at: Moment(jiff::Timestamp::UNIX_EPOCH),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    }
}
