//! The rows around a client: contacts, projects, who holds them, what is booked and what was said.

use jiff::civil::Date;
use uuid::Uuid;

use super::bookings::BOOKINGS;
use super::clients::{ClientSketch, HeldAs, ProjectSketch};
use super::copy::{Copy, WRITTEN_AT};
use super::day;
use super::touchpoints::Planned;
use crate::entity::{
    AssignmentSource, Day, LeadMode, Moment, ProjectSize, ProjectStatus, assignment, booking,
    client, client_contact, project, touchpoint,
};

/// Communication and complexity of every project: the golden case.
const MIDDLE_LEVEL: i32 = 3;

/// Days after its client came on which a back-burner project was handed to somebody.
const SOON_AFTER: i64 = 30;

/// What somebody holds a role for.
#[derive(Clone, Copy)]
enum Subject {
    Client(Uuid),
    Project(Uuid),
}

impl Copy<'_> {
    pub(super) fn add_client(&mut self, sketch: &'static ClientSketch, planned: &[Planned]) {
        let client_id = self.ids.next();
        self.rows.clients.push(client::Model {
            id: client_id,
            name: self.name(sketch.name),
            starts_on: Day(day(sketch.since)),
            communication: MIDDLE_LEVEL,
            sensitivity: sketch.sensitivity,
            growth: sketch.growth,
            cadence_days: sketch.cadence_days,
            decision_id: None,
            in_trouble_since: None,
            in_trouble_reason: None,
            version: 1,
            created_at: WRITTEN_AT,
            updated_at: WRITTEN_AT,
            archived_at: None,
        });
        let contacts = self.add_contacts(client_id, sketch);
        let projects: Vec<Uuid> = sketch
            .projects
            .iter()
            .map(|project| self.add_project(client_id, project))
            .collect();
        self.assign(client_id, &projects, sketch);
        for contact in planned {
            self.rows.touchpoints.push(touchpoint::Model {
                id: self.ids.next(),
                client_id,
                project_id: contact.project.map(|index| projects[index]),
                person_id: Some(self.people[contact.person]),
                contact_id: Some(contacts[contact.contact]),
                kind: contact.kind,
                occurred_at: Moment(contact.at),
                occurred_on: Day(contact.on),
                note: contact.note.clone(),
            });
        }
    }

    fn add_contacts(&mut self, client_id: Uuid, sketch: &ClientSketch) -> [Uuid; 2] {
        let domain = self.address(sketch.domain);
        let ids = [self.ids.next(), self.ids.next()];
        for ((name, job_title), id) in sketch.contacts.into_iter().zip(ids) {
            let is_primary = id == ids[0];
            let mailbox = if is_primary { "hello" } else { "office" };
            self.rows.contacts.push(client_contact::Model {
                id,
                client_id,
                name: name.to_owned(),
                email: format!("{mailbox}@{domain}.example"),
                job_title: Some(job_title.to_owned()),
                is_primary,
                version: 1,
                archived_at: None,
            });
        }
        ids
    }

    /// Every lead mode is JOINT: nothing is decided before the agency splits its managers.
    fn add_project(&mut self, client_id: Uuid, sketch: &'static ProjectSketch) -> Uuid {
        let id = self.ids.next();
        let status = match sketch.active {
            Some(_) => ProjectStatus::Active,
            None => ProjectStatus::BackBurner,
        };
        self.rows.projects.push(project::Model {
            id,
            client_id,
            name: sketch.name.to_owned(),
            status,
            size: ProjectSize::M,
            complexity: MIDDLE_LEVEL,
            delivery: sketch.delivery,
            volatility: sketch.volatility,
            lead_mode: LeadMode::Joint,
            decision_id: None,
            kick_off_planned_on: None,
            kicked_off_on: sketch.active.map(|(kick_off, _)| Day(day(kick_off))),
            launch_on: sketch.active.map(|(_, launch)| Day(day(launch))),
            version: 1,
            created_at: WRITTEN_AT,
            updated_at: WRITTEN_AT,
            archived_at: None,
        });
        self.projects.insert(sketch.name, id);
        id
    }

    fn assign(&mut self, client_id: Uuid, projects: &[Uuid], sketch: &ClientSketch) {
        let came = day(sketch.since);
        let whole = Subject::Client(client_id);
        match sketch.held {
            HeldAs::Client => {
                let reason = "Had room when the client came.";
                self.add_assignment(whole, sketch.manager, (came, None), reason);
            }
            HeldAs::ClientAfter(before, until) => {
                let handed_over = day(until);
                let reason = "Had room when the client came.";
                self.add_assignment(whole, before, (came, Some(handed_over)), reason);
                let reason = "Took the client over to even out the two books.";
                self.add_assignment(whole, sketch.manager, (handed_over, None), reason);
            }
            HeldAs::Projects => {}
        }
        for (project, id) in sketch.projects.iter().zip(projects) {
            let begins = match project.active {
                Some((kick_off, _)) => day(kick_off),
                None => day(sketch.since + SOON_AFTER),
            };
            let period = (begins, None);
            match (project.manager, &sketch.held) {
                (Some(manager), _) => {
                    let reason = "Knows this kind of work, so holds it though not the client.";
                    self.add_assignment(Subject::Project(*id), manager, period, reason);
                }
                (None, HeldAs::Projects) => {
                    let reason = "Had room when the project was agreed.";
                    self.add_assignment(Subject::Project(*id), sketch.manager, period, reason);
                }
                (None, _) => {}
            }
        }
    }

    fn add_assignment(
        &mut self,
        subject: Subject,
        manager: usize,
        (from, until): (Date, Option<Date>),
        reason: &str,
    ) {
        let (client_id, project_id) = match subject {
            Subject::Client(id) => (Some(id), None),
            Subject::Project(id) => (None, Some(id)),
        };
        self.rows.assignments.push(assignment::Model {
            id: self.ids.next(),
            role_id: self.stamp.project_manager,
            client_id,
            project_id,
            person_id: self.people[manager],
            from_on: Day(from),
            until_on: until.map(Day),
            source: AssignmentSource::Demo,
            written_by_id: None,
            reason: reason.to_owned(),
            created_at: WRITTEN_AT,
            closed_at: until.map(|_| WRITTEN_AT),
            closed_by_id: None,
            closed_reason: until.map(|_| "Handed over to even out the two books.".to_owned()),
        });
    }

    /// The bookings of the copy's contributors on its projects.
    pub(super) fn add_bookings(&mut self) {
        for sketch in &BOOKINGS {
            self.rows.bookings.push(booking::Model {
                id: self.ids.next(),
                person_id: self.people[sketch.person],
                project_id: self.projects[sketch.project],
                starts_on: Day(day(sketch.days.0)),
                ends_on: Day(day(sketch.days.1)),
                method: sketch.method,
                value: sketch.value,
                probability_bp: sketch.probability_bp,
                note: sketch.note.to_owned(),
                version: 1,
            });
        }
    }
}
