//! The agency as the rules have it, in memory.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meridian::entity::{LeadMode, ProjectStatus, RoleSide, Side};

use super::steps::Step;

/// How many clients there are.
pub(super) const CLIENTS: usize = 2;

/// How many people there are: Olga, who owns the agency, three managers and a member.
pub(super) const PEOPLE: usize = 5;

/// For what a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Client(usize),
    Project(usize),
}

/// Who holds something from a day until a day.
#[derive(Clone, Copy, Debug)]
struct Held {
    person: usize,
    from: Date,
    until: Option<Date>,
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
    defaults: [Option<LeadMode>; CLIENTS],
    held: BTreeMap<(Target, RoleSide), Vec<Held>>,
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
        let own = match side {
            Side::Client => RoleSide::Client,
            Side::Project => RoleSide::Project,
        };
        let client = Target::Client(self.projects[project].client);
        [Target::Project(project), client]
            .into_iter()
            .flat_map(|target| [(target, own), (target, RoleSide::Both)])
            .find_map(|what| self.holder(what, day))
            .map(|held| held.person)
    }

    /// Who is gone today.
    pub(super) fn gone(&self) -> impl Iterator<Item = usize> {
        let gone = |person: &usize| self.last_days[*person].is_some_and(|last| last < self.today);
        (0..PEOPLE).filter(gone)
    }

    fn holder(&self, what: (Target, RoleSide), day: Date) -> Option<Held> {
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
            } => self.assign(
                role,
                target,
                person,
                self.today.saturating_add(ahead.days()),
            ),
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
            Step::Talk { .. } => {
                self.touchpoints += 1;
                true
            }
            Step::Pass { days } => {
                self.today = self.today.saturating_add(days.days());
                true
            }
            Step::Away { person, ahead, .. } => {
                let first = self.today.saturating_add(ahead.days());
                self.last_days[person].is_none_or(|last| first <= last)
            }
            Step::Profile { .. } => true,
        }
    }

    /// R1: a change closes one and opens another, until the next that is planned, or the last day (R7).
    fn assign(&mut self, role: RoleSide, target: Target, person: Option<usize>, on: Date) -> bool {
        let target = match target {
            Target::Project(number) => Target::Project(self.numbered(number)),
            client @ Target::Client(_) => client,
        };
        let finished = |number: usize| self.projects[number].is_finished();
        let last = person.and_then(|person| self.last_days[person]);
        if matches!(target, Target::Project(number) if finished(number))
            || last.is_some_and(|last| last < on)
        {
            return false;
        }
        let present = self.holder((target, role), on);
        let rows = self.held.entry((target, role)).or_default();
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

    /// R7: nobody leaves while they hold something after the last day.
    fn leave(&mut self, person: usize, last: Option<Date>) -> bool {
        let gone = last.map(|last| last.saturating_add(1.day()));
        let beyond = |row: &Held| match (row.until, gone) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(until), Some(gone)) => until > gone,
        };
        let mut rows = self.held.values().flatten();
        if rows.any(|row| row.person == person && beyond(row)) {
            return false;
        }
        self.last_days[person] = last;
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

    fn is_finished(&self) -> bool {
        matches!(
            self.status,
            ProjectStatus::Completed | ProjectStatus::Cancelled
        )
    }
}
