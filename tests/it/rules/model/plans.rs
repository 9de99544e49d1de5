//! Plans, and the handovers that are made of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{HandoverStage, Side};

use super::handovers::{Days, Handover};
use super::{CLIENTS, Model, PEOPLE, Target};
use crate::rules::steps::Planned;

/// One side of a project, or the client side of a client of which nothing runs.
pub(in crate::rules) type Part = (Target, Side);

/// A plan gives a part to somebody.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Moved {
    pub(in crate::rules) part: Part,
    pub(in crate::rules) from: Option<usize>,
    pub(in crate::rules) to: usize,
    /// In which week, from 0, and the Monday of it.
    pub(in crate::rules) week: i64,
    pub(in crate::rules) on: Date,
}

/// What was asked, and what came of it.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Plan {
    asked: Planned,
    made_on: Date,
    /// What it is about, and who held it then.
    parts: BTreeMap<Part, Option<usize>>,
    receivers: BTreeSet<usize>,
    ready: bool,
    approved: bool,
    /// Whether a programme was made of it.
    started: bool,
    moves: Vec<Moved>,
}

impl Model {
    /// The plan that a step's number is about; none while there is none.
    pub(in crate::rules) fn plan(&self, number: Option<usize>) -> Option<usize> {
        let latest = self.plans.len().checked_sub(1)?;
        Some(number.map_or(latest, |number| number % self.plans.len()))
    }

    /// Who is gone can be given nothing, and neither can who is to leave.
    pub(super) fn ask_for_plan(&mut self, asked: &Planned) -> bool {
        let is_there = |one: &usize| !self.is_gone(*one, self.today) && asked.leaver != Some(*one);
        if !asked.receivers.iter().all(is_there) {
            return false;
        }
        let parts = self.parts_asked(asked, self.today);
        let receivers = if asked.receivers.is_empty() {
            self.whoever_holds_and_stays(asked)
        } else {
            asked.receivers.iter().copied().collect()
        };
        let may_stay = |holder: &Option<usize>| asked.leaver.is_none() && holder.is_some();
        self.plans.push(Plan {
            asked: asked.clone(),
            made_on: self.today,
            ready: !receivers.is_empty() || parts.values().all(may_stay),
            parts,
            receivers,
            approved: false,
            started: false,
            moves: Vec::new(),
        });
        true
    }

    /// Notes what was worked out for the last plan, which must be one that could be asked for.
    pub(in crate::rules) fn moves_are(&mut self, ready: bool, moves: Vec<Moved>) {
        let client_of = |target: Target| match target {
            Target::Client(client) => client,
            Target::Project(number) => self.projects[number].client,
        };
        let plan = self.plans.last().unwrap();
        assert_eq!(ready, plan.ready, "{plan:?}");
        let moved: BTreeSet<Part> = moves.iter().map(|one| one.part).collect();
        assert_eq!(moved.len(), moves.len(), "moved twice: {moves:?}");
        for one in &moves {
            assert_eq!(plan.parts.get(&one.part), Some(&one.from), "{one:?}");
            assert_ne!(one.from, Some(one.to));
            assert!(plan.receivers.contains(&one.to), "{one:?} {plan:?}");
            let other_side = |other: &&Moved| {
                client_of(other.part.0) == client_of(one.part.0) && other.part.1 != one.part.1
            };
            let mut others = moves.iter().filter(other_side);
            assert!(
                others.all(|other| one.week.abs_diff(other.week) >= 2),
                "{moves:?}"
            );
        }
        let has_to = |holder: &Option<usize>| plan.asked.leaver.is_some() || holder.is_none();
        for (part, holder) in plan.parts.iter().filter(|_| ready) {
            assert!(
                !has_to(holder) || moved.contains(part),
                "left: {part:?} {plan:?}"
            );
        }
        self.plans.last_mut().unwrap().moves = moves;
    }

    /// Only while everything is as the plan found it.
    pub(super) fn approve(&mut self, number: Option<usize>) -> bool {
        let Some(number) = self.plan(number) else {
            return false;
        };
        let plan = &self.plans[number];
        let holders = self.parts(self.today);
        let passed = |(part, holder): (&Part, &Option<usize>)| {
            holders.get(part).copied().flatten() != *holder
        };
        let come_in = plan.asked.leaver.is_some()
            && self
                .parts_asked(&plan.asked, self.today)
                .keys()
                .any(|part| !plan.parts.contains_key(part));
        let leaves = |one: &Moved| self.is_gone(one.to, one.on);
        if !plan.ready
            || plan.approved
            || plan.parts.iter().any(passed)
            || come_in
            || plan.moves.iter().any(leaves)
        {
            return false;
        }
        self.plans[number].approved = true;
        true
    }

    /// All handovers of an approved plan begin, once, or none does.
    pub(super) fn start(&mut self, number: Option<usize>) -> bool {
        let Some(number) = self.plan(number) else {
            return false;
        };
        if !self.plans[number].approved || self.plans[number].started {
            return false;
        }
        let before = self.handovers.len();
        for handover in self.handovers_of(number) {
            if !self.may_begin(&handover) || self.is_too_close(&handover) {
                self.handovers.truncate(before);
                return false;
            }
            self.handovers.push(handover);
        }
        self.plans[number].started = true;
        true
    }

    /// What passes between the same two people of a side of a client in one week goes together.
    fn handovers_of(&self, number: usize) -> Vec<Handover> {
        let mut together: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for one in &self.plans[number].moves {
            let (target, side) = one.part;
            let Some(from) = one.from else { continue };
            let (client, project) = match target {
                Target::Client(client) => (client, None),
                Target::Project(number) => (self.projects[number].client, Some(number)),
            };
            let moved = together.entry((one.week, client, side, from, one.to));
            moved.or_default().extend(project);
        }
        let handover = |((week, client, side, from, to), projects): (_, Vec<usize>)| {
            let whole =
                self.all_passes((client, side), from, &projects, self.plans[number].made_on);
            let projects = if whole {
                self.held_of(client, side, from)
            } else {
                projects
            };
            Handover {
                stage: HandoverStage::Planned,
                client,
                side,
                from,
                to,
                whole,
                projects,
                planned: Some((number, week)),
                days: Days::from(monday_of(self.today, week)),
            }
        };
        together.into_iter().map(handover).collect()
    }

    /// Whether somebody held a side of the client as a whole when the plan was made, and no project that runs stays.
    fn all_passes(
        &self,
        (client, side): (usize, Side),
        from: usize,
        projects: &[usize],
        day: Date,
    ) -> bool {
        let whole = self.row_for(side, Target::Client(client), day);
        let theirs = |number: &usize| {
            self.projects[*number].client == client
                && self.accountable(side, *number, day) == Some(from)
        };
        let running = self.running();
        let mut held = running.iter().filter(|number| theirs(number));
        whole.is_some_and(|(_, held)| held.person == from)
            && held.all(|number| projects.contains(number))
    }

    /// Whether somebody's leaving was approved.
    pub(super) fn is_planned_away(&self, person: usize) -> bool {
        let leaves = |plan: &Plan| plan.approved && plan.asked.leaver == Some(person);
        self.plans.iter().any(leaves)
    }

    /// Whether an approved plan of which nothing was made yet moves any of `of` away from a leaver before a day.
    pub(super) fn is_planned_in_time(
        &self,
        of: &[Target],
        side: Side,
        leaver: usize,
        gone: Date,
    ) -> bool {
        let moves = |one: &Moved| {
            let transferred = Days::from(one.on).transferred;
            of.contains(&one.part.0) && one.part.1 == side && transferred < gone
        };
        self.plans.iter().any(|plan| {
            let counts = plan.approved && !plan.started && plan.asked.leaver == Some(leaver);
            counts && plan.moves.iter().any(moves)
        })
    }

    /// Everything there is to hold on a day, and who holds it.
    fn parts(&self, day: Date) -> BTreeMap<Part, Option<usize>> {
        let running = self.running();
        let idle = |client: &usize| {
            !running
                .iter()
                .any(|one| self.projects[*one].client == *client)
        };
        let mut parts = BTreeMap::new();
        for client in (0..CLIENTS).filter(idle) {
            let part = (Target::Client(client), Side::Client);
            let held = self.row_for(part.1, part.0, day);
            parts.extend(held.map(|(_, held)| (part, Some(held.person))));
        }
        for project in running {
            for side in [Side::Client, Side::Project] {
                let holder = self.accountable(side, project, day);
                parts.insert((Target::Project(project), side), holder);
            }
        }
        parts
    }

    fn parts_asked(&self, asked: &Planned, day: Date) -> BTreeMap<Part, Option<usize>> {
        let mut parts = self.parts(day);
        parts.retain(|(target, _), holder| match (asked.leaver, asked.scope) {
            (Some(leaver), _) => *holder == Some(leaver),
            (None, None) => true,
            (None, Some(scope)) => {
                let client = match target {
                    Target::Client(_) => None,
                    Target::Project(number) => Some(self.projects[*number].client),
                };
                *target == self.existing(scope) || client.map(Target::Client) == Some(scope)
            }
        });
        parts
    }

    fn whoever_holds_and_stays(&self, asked: &Planned) -> BTreeSet<usize> {
        let holders: BTreeSet<usize> = self.parts(self.today).into_values().flatten().collect();
        let stays = |one: &usize| self.last_days[*one].is_none() && asked.leaver != Some(*one);
        (0..PEOPLE)
            .filter(|one| holders.contains(one) && stays(one))
            .collect()
    }
}

/// The Monday of a week of a plan: the first week is the next that begins.
fn monday_of(today: Date, week: i64) -> Date {
    let since_monday = i64::from(today.weekday().to_monday_zero_offset());
    let until_monday = (7 - since_monday) % 7;
    today.saturating_add((until_monday + 7 * week).days())
}
