//! The agency as the rules have it, in memory.

mod exceptions;
pub(super) mod handovers;
mod leaving;
pub(super) mod plans;

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meridian::entity::{AssignmentSource, LeadMode, ProjectStatus, RoleSide, Side};

use super::steps::Step;
use exceptions::Excepted;
use handovers::{Handover, of_side};
use plans::Plan;

/// How many clients there are.
pub(super) const CLIENTS: usize = 2;

/// How many people there are: Olga, who owns the agency, three managers and a member.
pub(super) const PEOPLE: usize = 5;

/// The lines of the catalogue that exceptions are made of: one of each side.
pub(super) const LINES: [Side; 2] = [Side::Client, Side::Project];

/// For what a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Client(usize),
    Project(usize),
}

/// A role of a client or a project.
type What = (Target, RoleSide);

/// Who holds something from a day until a day.
#[derive(Clone, Copy, Debug)]
struct Held {
    person: usize,
    from: Date,
    until: Option<Date>,
    source: AssignmentSource,
}

/// What a project is led by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Its client's default.
    Default,
    /// Its own, which has served a kick-off or is ready for one.
    Own { served: bool },
}

#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) client: usize,
    pub(super) status: ProjectStatus,
    pub(super) lead_mode: LeadMode,
    pub(super) decision: Option<Decision>,
    pub(super) kicked_off_on: Option<Date>,
}

#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) today: Date,
    pub(super) projects: Vec<Project>,
    /// Each person's last day.
    pub(super) last_days: [Option<Date>; PEOPLE],
    /// Contacts that were logged, kick-offs among them.
    pub(super) touchpoints: usize,
    pub(super) handovers: Vec<Handover>,
    plans: Vec<Plan>,
    defaults: [Option<LeadMode>; CLIENTS],
    held: BTreeMap<What, Vec<Held>>,
    /// Of a project and one of [`LINES`].
    exceptions: BTreeMap<(usize, usize), Vec<Excepted>>,
}

impl Model {
    /// Each of the first two managers holds a client with one project that is proposed.
    pub(super) fn of_two_unsplit_managers() -> Self {
        let today = date(2026, 11, 23);
        let held = |client: usize| {
            let row = Held {
                person: client + 1,
                from: today,
                until: None,
                source: AssignmentSource::Person,
            };
            ((Target::Client(client), RoleSide::Both), vec![row])
        };
        Self {
            today,
            projects: (0..CLIENTS)
                .map(|client| Project::new(client, None))
                .collect(),
            last_days: [None; PEOPLE],
            touchpoints: 0,
            handovers: Vec::new(),
            plans: Vec::new(),
            exceptions: BTreeMap::new(),
            defaults: [None; CLIENTS],
            held: (0..CLIENTS).map(held).collect(),
        }
    }

    /// The project that a step's number is about.
    pub(super) fn numbered(&self, number: usize) -> usize {
        number % self.projects.len()
    }

    /// *Who is accountable for this, on this day?* (R12)
    pub(super) fn accountable(&self, side: Side, project: usize, day: Date) -> Option<usize> {
        let row = self.row_for(side, Target::Project(project), day);
        row.map(|(_, held)| held.person)
    }

    /// The role, and who holds it, by which somebody is accountable for a project or for a client as a whole.
    fn row_for(&self, side: Side, of: Target, day: Date) -> Option<(What, Held)> {
        let client = match of {
            Target::Project(number) => Some(Target::Client(self.projects[number].client)),
            Target::Client(_) => None,
        };
        [Some(of), client]
            .into_iter()
            .flatten()
            .flat_map(|target| [(target, of_side(side)), (target, RoleSide::Both)])
            .find_map(|what| Some((what, self.holder(what, day)?)))
    }

    /// Who is gone today.
    pub(super) fn gone(&self) -> impl Iterator<Item = usize> {
        (0..PEOPLE).filter(|person| self.is_gone(*person, self.today))
    }

    fn is_gone(&self, person: usize, day: Date) -> bool {
        self.last_days[person].is_some_and(|last| last < day)
    }

    /// The target with a project that is there.
    pub(super) fn existing(&self, target: Target) -> Target {
        match target {
            Target::Project(number) => Target::Project(self.numbered(number)),
            client @ Target::Client(_) => client,
        }
    }

    /// The projects that are ACTIVE or BACK_BURNER.
    fn running(&self) -> Vec<usize> {
        let runs = |number: &usize| self.projects[*number].runs();
        (0..self.projects.len()).filter(runs).collect()
    }

    fn holder(&self, what: What, day: Date) -> Option<Held> {
        let in_force =
            |held: &&Held| held.from <= day && held.until.is_none_or(|until| day < until);
        self.held.get(&what)?.iter().find(in_force).copied()
    }

    /// Whether a step is accepted; and then what is so.
    pub(super) fn foresee(&mut self, step: &Step) -> bool {
        match *step {
            Step::Assign {
                role,
                target,
                person,
                ahead,
                source,
            } => {
                let on = self.today.saturating_add(ahead.days());
                self.give((self.existing(target), role), person, on, source)
            }
            Step::Create {
                client,
                active,
                lead_mode,
            } => self.create(client, active, lead_mode),
            Step::Decide { project, lead_mode } => {
                let number = self.numbered(project);
                let project = &mut self.projects[number];
                project.lead_mode = lead_mode;
                let served = project.status == ProjectStatus::Active;
                project.decision = Some(Decision::Own { served });
                true
            }
            Step::DecideForClient { client, lead_mode } => self.decide_for(client, lead_mode),
            Step::Move {
                project,
                status,
                lead_mode,
            } => self.moved(self.numbered(project), status, lead_mode),
            Step::Leave { person, ahead } => {
                let last = ahead.map(|days| self.today.saturating_add(days.days()));
                self.leave(person, last)
            }
            Step::Talk { client, person } => self.talk(client, person),
            Step::HandOver(ref new) => self.hand_over(new),
            Step::Advance { handover, stage } => self.advance(handover, stage.unwrap()),
            Step::CancelHandover { handover } => self.cancel(handover),
            Step::Except {
                project,
                line,
                side,
                ahead,
            } => {
                let on = self.today.saturating_add(ahead.days());
                self.except(self.numbered(project), line, side, on)
            }
            Step::Pass { days } => {
                self.today = self.today.saturating_add(days.days());
                true
            }
            Step::Away { person, ahead, .. } => {
                let first = self.today.saturating_add(ahead.days());
                self.last_days[person].is_none_or(|last| first <= last)
            }
            Step::Plan(ref asked) => self.ask_for_plan(asked),
            Step::Approve { plan } => self.approve(plan),
            Step::Start { plan } => self.start(plan),
            Step::Profile { .. } | Step::WhatIf { .. } | Step::Tick(_) => true,
        }
    }

    /// R1: a change closes one and opens another, until the next that is planned, or the last day (R7). R4: a
    /// spreadsheet takes nothing from whom a person chose.
    fn give(
        &mut self,
        what: What,
        person: Option<usize>,
        on: Date,
        source: AssignmentSource,
    ) -> bool {
        let finished = |number: usize| self.projects[number].is_finished();
        let last = person.and_then(|person| self.last_days[person]);
        if matches!(what.0, Target::Project(number) if finished(number))
            || last.is_some_and(|last| last < on)
        {
            return false;
        }
        let present = self.holder(what, on);
        let by_hand = |held: &Held| held.source == AssignmentSource::Person;
        let another = |held: &Held| person != Some(held.person);
        if source == AssignmentSource::Import
            && present.is_some_and(|held| by_hand(&held) && another(&held))
        {
            return false;
        }
        let rows = self.held.entry(what).or_default();
        let next = rows.iter().map(|row| row.from).filter(|from| *from > on);
        let gone = last.map(|last| last.saturating_add(1.day()));
        let until = next.chain(gone).min();
        let same = match (person, present) {
            (Some(person), Some(held)) => held.person == person && held.until == until,
            (person, held) => person.is_none() && held.is_none(),
        };
        if same {
            return false;
        }
        for row in rows.iter_mut() {
            if row.from <= on && row.until.is_none_or(|until| on < until) {
                row.until = Some(on);
            }
        }
        rows.retain(|row| row.until != Some(row.from));
        rows.extend(person.map(|person| Held {
            person,
            from: on,
            until,
            source,
        }));
        true
    }

    fn create(&mut self, client: usize, active: bool, lead_mode: Option<LeadMode>) -> bool {
        if active && lead_mode.is_none() {
            return false;
        }
        let mut project = Project::new(client, self.defaults[client]);
        if let Some(lead_mode) = lead_mode {
            project.lead_mode = lead_mode;
            project.decision = Some(Decision::Own { served: active });
        }
        if active {
            project.status = ProjectStatus::Active;
            project.kicked_off_on = Some(self.today);
            self.touchpoints += 1;
        }
        self.projects.push(project);
        true
    }

    fn decide_for(&mut self, client: usize, lead_mode: Option<LeadMode>) -> bool {
        if lead_mode.is_none() && self.defaults[client].is_none() {
            return false;
        }
        self.defaults[client] = lead_mode;
        for project in self.projects.iter_mut().filter(|one| one.client == client) {
            let untouched = project.decision.is_none() && project.kicked_off_on.is_none();
            if untouched || project.decision == Some(Decision::Default) {
                project.lead_mode = lead_mode.unwrap_or(LeadMode::Joint);
                project.decision = lead_mode.map(|_| Decision::Default);
            }
        }
        true
    }

    /// R3: ACTIVE takes a decision that has not served yet, or a word in the same breath.
    fn moved(&mut self, number: usize, to: ProjectStatus, lead_mode: Option<LeadMode>) -> bool {
        use ProjectStatus::{Active, BackBurner, Cancelled, Completed, Proposed};
        let project = &mut self.projects[number];
        let next = match project.status {
            Proposed => [Active, BackBurner, Cancelled].as_slice(),
            Active => &[BackBurner, Completed, Cancelled],
            BackBurner => &[Active, Completed, Cancelled],
            Completed | Cancelled => &[Active, BackBurner],
        };
        let kicks_off = to == Active;
        let ready = project.decision == Some(Decision::Own { served: false });
        if !next.contains(&to) || (kicks_off && lead_mode.is_none() && !ready) {
            return false;
        }
        let own = matches!(project.decision, Some(Decision::Own { .. }));
        let agrees = lead_mode.is_none_or(|lead_mode| lead_mode == project.lead_mode);
        let anew = lead_mode.is_some() && !(own && agrees && (ready || !kicks_off));
        project.lead_mode = lead_mode.unwrap_or(project.lead_mode);
        if anew || kicks_off {
            project.decision = Some(Decision::Own { served: kicks_off });
        }
        project.status = to;
        if kicks_off {
            project.kicked_off_on = Some(self.today);
            self.touchpoints += 1;
        }
        true
    }
}

impl Project {
    fn new(client: usize, default: Option<LeadMode>) -> Self {
        Self {
            client,
            status: ProjectStatus::Proposed,
            lead_mode: default.unwrap_or(LeadMode::Joint),
            decision: default.map(|_| Decision::Default),
            kicked_off_on: None,
        }
    }

    /// Whether it makes load.
    pub(super) fn runs(&self) -> bool {
        matches!(
            self.status,
            ProjectStatus::Active | ProjectStatus::BackBurner
        )
    }

    fn is_finished(&self) -> bool {
        matches!(
            self.status,
            ProjectStatus::Completed | ProjectStatus::Cancelled
        )
    }
}
