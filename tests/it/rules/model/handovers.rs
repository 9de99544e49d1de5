//! What hands over, and what moves by it.

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{AssignmentSource, HandoverStage, RoleSide, Side};

use super::{Model, Target, What};
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
    pub(in crate::rules) client: usize,
    pub(in crate::rules) side: Side,
    pub(in crate::rules) from: usize,
    pub(in crate::rules) to: usize,
    /// Whether the client as a whole moves.
    pub(in crate::rules) whole: bool,
    /// In the order of their numbers.
    pub(in crate::rules) projects: Vec<usize>,
    /// The plan that it was made from, and the week of it in which it begins.
    pub(in crate::rules) planned: Option<(usize, i64)>,
    /// When it is announced and when it transfers, as its steps say, or when that was.
    pub(in crate::rules) days: Days,
}

/// When a handover is announced, and when it transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Days {
    pub(in crate::rules) announced: Date,
    pub(in crate::rules) transferred: Date,
}

impl Days {
    /// As planned for one that begins on a day, before working days are looked at.
    pub(super) fn from(begins_on: Date) -> Self {
        Self {
            announced: begins_on,
            transferred: begins_on.saturating_add(28.days()),
        }
    }

    fn is_near(&self, other: &Self) -> bool {
        let near = |one: Date, other: Date| (one - other).get_days().abs() < 14;
        near(self.announced, other.announced) || near(self.transferred, other.transferred)
    }
}

impl Handover {
    /// Whether it has yet to move what it names.
    pub(super) fn is_to_move(&self) -> bool {
        STAGES[..4].contains(&self.stage)
    }

    /// Whether two move some of the same.
    fn shares(&self, other: &Self) -> bool {
        let named = |project: &usize| other.projects.contains(project);
        let both_whole = self.whole && other.whole && self.client == other.client;
        self.side == other.side && (both_whole || self.projects.iter().any(named))
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

    /// Notes on which days the last ones are due to be announced and to transfer.
    pub(in crate::rules) fn days_are(&mut self, days: &[Days]) {
        let first = self.handovers.len() - days.len();
        for (handover, days) in self.handovers[first..].iter_mut().zip(days) {
            handover.days = *days;
        }
    }

    pub(super) fn hand_over(&mut self, new: &HandOver) -> bool {
        let from = new.from.unwrap();
        let begins_on = self.today.saturating_add(new.ahead.days());
        let (client, projects) = match new.target {
            Target::Project(number) => (self.projects[number].client, Some(vec![number])),
            Target::Client(client) => (client, None),
        };
        let whole = projects.is_none();
        let handover = Handover {
            stage: HandoverStage::Planned,
            client,
            side: new.side,
            from,
            to: new.to,
            whole,
            projects: projects.unwrap_or_else(|| self.held_of(client, new.side, from)),
            planned: None,
            days: Days::from(begins_on),
        };
        let may = from != new.to && self.may_begin(&handover);
        if may {
            self.handovers.push(handover);
        }
        may
    }

    /// Whether somebody may begin it, the distance to the client's other side left aside.
    pub(super) fn may_begin(&self, new: &Handover) -> bool {
        let finished = |number: &usize| self.projects[*number].is_finished();
        let begun = |other: &Handover| other.is_to_move() && other.shares(new);
        !new.projects.iter().any(finished)
            && (new.whole || !new.projects.is_empty())
            && !self.is_gone(new.to, new.days.transferred)
            && self.holds_all(new, &new.projects)
            && !self.handovers.iter().any(begun)
    }

    /// Whether the client's other side moves within two weeks: of the same plan by its weeks, else by the days.
    pub(super) fn is_too_close(&self, new: &Handover) -> bool {
        let close = |other: &Handover| match (new.planned, other.planned) {
            (Some((plan, week)), Some((same, other))) if plan == same => week.abs_diff(other) < 2,
            _ => new.days.is_near(&other.days),
        };
        self.handovers.iter().any(|other| {
            other.stage != HandoverStage::Cancelled
                && (other.client, other.side != new.side) == (new.client, true)
                && close(other)
        })
    }

    /// Whether all of it is the outgoing person's to hand over.
    fn holds_all(&self, handover: &Handover, moving: &[usize]) -> bool {
        let Handover {
            client, side, from, ..
        } = *handover;
        let theirs = |project: &usize| self.accountable(side, *project, self.today) == Some(from);
        if !handover.whole {
            return moving.iter().all(theirs);
        }
        match self.row_for(side, Target::Client(client), self.today) {
            Some((_, held)) => held.person == from,
            None => {
                let unfinished = self.unfinished(client);
                !unfinished.is_empty() && unfinished.iter().all(theirs)
            }
        }
    }

    /// The client's unfinished projects of which somebody holds a side.
    pub(super) fn held_of(&self, client: usize, side: Side, person: usize) -> Vec<usize> {
        let mut projects = self.unfinished(client);
        projects.retain(|project| self.accountable(side, *project, self.today) == Some(person));
        projects
    }

    pub(super) fn unfinished(&self, client: usize) -> Vec<usize> {
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
        let handover = &mut self.handovers[number];
        handover.stage = to;
        match to {
            HandoverStage::Announced => handover.days.announced = self.today,
            HandoverStage::Transferred => handover.days.transferred = self.today,
            _ => {}
        }
        true
    }

    /// R7: what somebody's last day rests on is not taken away.
    pub(super) fn cancel(&mut self, number: usize) -> bool {
        let Some(number) = self.handover(number) else {
            return false;
        };
        let handover = &self.handovers[number];
        if !handover.is_to_move() || self.must_stay(handover) {
            return false;
        }
        self.handovers[number].stage = HandoverStage::Cancelled;
        true
    }

    fn transfer(&mut self, handover: &Handover) -> bool {
        let mut moving = handover.projects.clone();
        moving.retain(|project| !self.projects[*project].is_finished());
        if self.is_gone(handover.to, self.today)
            || (!handover.whole && moving.is_empty())
            || !self.holds_all(handover, &moving)
        {
            return false;
        }
        let role = of_side(handover.side);
        let targets: Vec<Target> = if handover.whole {
            for project in self.unfinished(handover.client) {
                let what = (Target::Project(project), role);
                if self.wears(what, handover.from) {
                    self.moves(what, None);
                }
                self.split(handover, what.0);
            }
            vec![Target::Client(handover.client)]
        } else {
            moving.into_iter().map(Target::Project).collect()
        };
        for target in targets {
            self.split(handover, target);
            self.moves((target, role), Some(handover.to));
        }
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
