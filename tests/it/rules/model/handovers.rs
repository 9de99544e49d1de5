//! What hands over, and who may leave because of it.

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{AssignmentSource, HandoverStage, ProjectStatus, RoleSide, Side};

use super::{Held, Model, Target, What};
use crate::rules::steps::{HandOver, Step};

/// One after the other (R8).
const STAGES: [HandoverStage; 6] = [
    HandoverStage::Planned,
    HandoverStage::Announced,
    HandoverStage::Introduced,
    HandoverStage::Shadowing,
    HandoverStage::Transferred,
    HandoverStage::Confirmed,
];

#[derive(Clone, Debug)]
pub(in crate::rules) struct Handover {
    pub(in crate::rules) stage: HandoverStage,
    target: Target,
    side: Side,
    from: usize,
    to: usize,
    projects: Vec<usize>,
    /// When it is due to transfer, as its steps say.
    transfers_on: Option<Date>,
}

impl Handover {
    /// Whether it has yet to move what it names.
    fn is_to_move(&self) -> bool {
        STAGES[..4].contains(&self.stage)
    }
}

impl Model {
    /// The step with everything said that it leaves open: who hands over, and which stage comes next.
    pub(in crate::rules) fn made_out(&self, step: &Step) -> Step {
        let mut step = step.clone();
        match &mut step {
            Step::HandOver(new) => {
                new.target = self.existing(new.target);
                let holds = self.row_for(new.side, new.target, self.today);
                let from = new.from.or(holds.map(|(_, held)| held.person));
                new.from = from.or(Some(1));
            }
            Step::Advance { handover, stage } => {
                let present = self
                    .handover(*handover)
                    .map(|number| self.handovers[number].stage);
                let place = STAGES.iter().position(|one| Some(*one) == present);
                let next = place.and_then(|place| STAGES.get(place + 1)).copied();
                *stage = stage.or(next).or(Some(HandoverStage::Announced));
            }
            _ => {}
        }
        step
    }

    /// The handover that a step's number is about; none while there is none.
    pub(in crate::rules) fn handover(&self, number: usize) -> Option<usize> {
        number.checked_rem(self.handovers.len())
    }

    /// Notes on which day the last one is due to transfer.
    pub(in crate::rules) fn transfers_on(&mut self, day: Date) {
        let last = self.handovers.last_mut();
        last.unwrap().transfers_on = Some(day);
    }

    pub(super) fn hand_over(&mut self, new: &HandOver) -> bool {
        let from = new.from.unwrap();
        let named = match new.target {
            Target::Project(number) if self.projects[number].is_finished() => return false,
            Target::Project(number) => Some(vec![number]),
            Target::Client(_) => None,
        };
        let transfers_on = self.today.saturating_add((new.ahead + 28).days());
        let projects = named
            .clone()
            .unwrap_or_else(|| self.held_of(new.target, new.side, from));
        if from == new.to
            || self.is_gone(new.to, transfers_on)
            || !self.holds_all(new.target, new.side, from, &projects)
            || self.is_handed_over_already(new, &projects)
        {
            return false;
        }
        self.handovers.push(Handover {
            stage: HandoverStage::Planned,
            target: new.target,
            side: new.side,
            from,
            to: new.to,
            projects,
            transfers_on: None,
        });
        true
    }

    fn is_handed_over_already(&self, new: &HandOver, projects: &[usize]) -> bool {
        let whole = |target| matches!(target, Target::Client(_));
        self.handovers.iter().any(|other| {
            let same = other.target == new.target && whole(new.target);
            let shares = |project: &usize| projects.contains(project);
            other.is_to_move()
                && other.side == new.side
                && (same || other.projects.iter().any(shares))
        })
    }

    /// Whether all of it is somebody's to hand over.
    fn holds_all(&self, target: Target, side: Side, from: usize, projects: &[usize]) -> bool {
        let theirs = |project: &usize| self.accountable(side, *project, self.today) == Some(from);
        match (target, self.row_for(side, target, self.today)) {
            (Target::Project(_), _) => projects.iter().all(theirs),
            (Target::Client(_), Some((_, held))) => held.person == from,
            (Target::Client(client), None) => {
                let unfinished = self.unfinished(client);
                !unfinished.is_empty() && unfinished.iter().all(theirs)
            }
        }
    }

    fn held_of(&self, target: Target, side: Side, person: usize) -> Vec<usize> {
        let Target::Client(client) = target else {
            return Vec::new();
        };
        let mut projects = self.unfinished(client);
        projects.retain(|project| self.accountable(side, *project, self.today) == Some(person));
        projects
    }

    fn unfinished(&self, client: usize) -> Vec<usize> {
        let of_client = |number: &usize| {
            let project = &self.projects[*number];
            project.client == client && !project.is_finished()
        };
        (0..self.projects.len()).filter(of_client).collect()
    }

    /// R8: one stage at a time, and accountability moves at one of them.
    pub(super) fn advance(&mut self, number: usize, to: HandoverStage) -> bool {
        let Some(number) = self.handover(number) else {
            return false;
        };
        let handover = self.handovers[number].clone();
        let place = STAGES.iter().position(|stage| *stage == handover.stage);
        let next = place.and_then(|place| STAGES.get(place + 1));
        if next != Some(&to) {
            return false;
        }
        if to == HandoverStage::Transferred && !self.transfer(&handover) {
            return false;
        }
        self.handovers[number].stage = to;
        true
    }

    pub(super) fn cancel(&mut self, number: usize) -> bool {
        let number = self.handover(number);
        let handover = number.map(|number| &mut self.handovers[number]);
        let Some(handover) = handover.filter(|one| one.is_to_move()) else {
            return false;
        };
        handover.stage = HandoverStage::Cancelled;
        true
    }

    fn transfer(&mut self, handover: &Handover) -> bool {
        let Handover {
            target, side, from, ..
        } = *handover;
        let mut moving = handover.projects.clone();
        moving.retain(|project| !self.projects[*project].is_finished());
        let whole = matches!(target, Target::Client(_));
        if self.is_gone(handover.to, self.today)
            || (!whole && moving.is_empty())
            || !self.holds_all(target, side, from, &moving)
        {
            return false;
        }
        if let Target::Client(client) = target {
            for project in self.unfinished(client) {
                let what = (Target::Project(project), of_side(side));
                if self.wears(what, from) {
                    self.moves(what, None);
                }
                self.split(handover, what.0);
            }
        }
        self.split(handover, target);
        self.moves((target, of_side(side)), Some(handover.to));
        true
    }

    /// Whoever hands over in the unsplit hat keeps the other side.
    fn split(&mut self, handover: &Handover, target: Target) {
        let (both, from) = ((target, RoleSide::Both), handover.from);
        if !self.wears(both, from) {
            return;
        }
        self.moves(both, None);
        let other = match handover.side {
            Side::Client => (target, RoleSide::Project),
            Side::Project => (target, RoleSide::Client),
        };
        if self.holder(other, self.today).is_none() {
            self.moves(other, Some(from));
        }
    }

    fn wears(&self, what: What, person: usize) -> bool {
        let held = self.holder(what, self.today);
        held.is_some_and(|held| held.person == person)
    }

    fn moves(&mut self, what: What, person: Option<usize>) {
        self.give(what, person, self.today, AssignmentSource::Handover);
    }

    /// R7: nobody leaves while they hold something after the last day that is not handed over until then.
    pub(super) fn leave(&mut self, person: usize, last: Option<Date>) -> bool {
        let Some(last_day) = last else {
            self.last_days[person] = None;
            return true;
        };
        let gone = last_day.saturating_add(1.day());
        let beyond =
            |row: &Held| row.person == person && row.until.is_none_or(|until| until > gone);
        let rows = || {
            self.held
                .iter()
                .flat_map(|(what, rows)| rows.iter().map(|row| (*what, *row)))
        };
        let planned = self
            .handovers
            .iter()
            .any(|one| one.is_to_move() && one.from == person);
        let covered = |row| planned && self.is_covered(row, gone);
        if !rows().filter(|(_, row)| beyond(row)).all(covered) {
            return false;
        }
        for rows in self.held.values_mut() {
            for row in rows.iter_mut().filter(|row| beyond(row)) {
                row.until = Some(gone.max(row.from));
            }
            rows.retain(|row| row.until != Some(row.from));
        }
        self.last_days[person] = last;
        true
    }

    /// Whether all that a row makes somebody accountable for once they are gone is handed over before.
    fn is_covered(&self, ((target, role), row): (What, Held), gone: Date) -> bool {
        let day = gone.max(row.from);
        let sides = match role {
            RoleSide::Client => &[Side::Client][..],
            RoleSide::Project => &[Side::Project],
            RoleSide::Both => &[Side::Client, Side::Project],
        };
        let status = |number: usize| self.projects[number].status;
        let runs = |number: &usize| {
            let of_row = match target {
                Target::Client(client) => self.projects[*number].client == client,
                Target::Project(project) => project == *number,
            };
            of_row
                && matches!(
                    status(*number),
                    ProjectStatus::Active | ProjectStatus::BackBurner
                )
        };
        let running: Vec<usize> = (0..self.projects.len()).filter(runs).collect();
        sides.iter().all(|side| {
            let by_row = |of: &Target| {
                let held = self.row_for(*side, *of, day);
                held.is_some_and(|(what, held)| what == (target, role) && held.from == row.from)
            };
            let mut left: Vec<Target> = running.iter().copied().map(Target::Project).collect();
            if *side == Side::Client && running.is_empty() && matches!(target, Target::Client(_)) {
                left.push(target);
            }
            left.retain(by_row);
            if matches!(target, Target::Project(number) if status(number) == ProjectStatus::Proposed) {
                left.push(target);
            }
            left.iter().all(|of| self.is_moved(*of, *side, row.person, gone))
        })
    }

    fn is_moved(&self, of: Target, side: Side, from: usize, gone: Date) -> bool {
        let client = match of {
            Target::Client(client) => client,
            Target::Project(number) => self.projects[number].client,
        };
        self.handovers.iter().any(|one| {
            let moves = |project: &usize| of == Target::Project(*project);
            let all = one.target == Target::Client(client) || one.projects.iter().any(moves);
            let in_time = one.transfers_on.is_some_and(|day| day < gone);
            one.is_to_move() && in_time && all && one.side == side && one.from == from
        })
    }

    /// Who may say that they talked with a client: an owner, and the managers accountable for any of it.
    pub(super) fn talk(&mut self, client: usize, person: usize) -> bool {
        let sides = [Side::Client, Side::Project];
        let mut of = self
            .unfinished(client)
            .into_iter()
            .map(Target::Project)
            .collect::<Vec<_>>();
        of.push(Target::Client(client));
        let holds = |target: &Target| {
            let rows = sides
                .iter()
                .filter_map(|side| self.row_for(*side, *target, self.today));
            rows.into_iter().any(|(_, held)| held.person == person)
        };
        let manages = (1..4).contains(&person) && of.iter().any(holds);
        let may = !self.is_gone(person, self.today) && (person == 0 || manages);
        self.touchpoints += usize::from(may);
        may
    }
}

/// The role that holds a side alone.
pub(super) fn of_side(side: Side) -> RoleSide {
    match side {
        Side::Client => RoleSide::Client,
        Side::Project => RoleSide::Project,
    }
}
