//! Who may leave, and what their last day rests on (R7).

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{ProjectStatus, RoleSide, Side};

use super::handovers::Handover;
use super::{Held, Model, Target, What};

impl Model {
    /// Nobody leaves while they hold something after the last day that neither a handover nor an approved plan moves until
    /// then.
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
        let handed_over = |one: &Handover| one.is_to_move() && one.from == person;
        let planned = self.handovers.iter().any(handed_over) || self.is_planned_away(person);
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

    /// Whether the outgoing person's last day rests on a handover: nobody else holds all of it from then on.
    pub(super) fn must_stay(&self, handover: &Handover) -> bool {
        let Some(last) = self.last_days[handover.from] else {
            return false;
        };
        if last < self.today || handover.days.transferred > last {
            return false;
        }
        let gone = last.saturating_add(1.day());
        let nobodys = |of: Target| self.row_for(handover.side, of, gone).is_none();
        let mut moving = handover.projects.clone();
        moving.retain(|project| !self.projects[*project].is_finished());
        let idle = handover.whole && self.unfinished(handover.client).is_empty();
        moving.into_iter().map(Target::Project).any(nobodys)
            || (idle && nobodys(Target::Client(handover.client)))
    }

    /// Whether all that a row makes somebody accountable for once they are gone is moved before.
    fn is_covered(&self, ((target, role), row): (What, Held), gone: Date) -> bool {
        let day = gone.max(row.from);
        let sides = match role {
            RoleSide::Client => &[Side::Client][..],
            RoleSide::Project => &[Side::Project],
            RoleSide::Both => &[Side::Client, Side::Project],
        };
        let status = |number: usize| self.projects[number].status;
        let of_row = |number: &usize| match target {
            Target::Client(client) => self.projects[*number].client == client,
            Target::Project(project) => project == *number,
        };
        let mut running = self.running();
        running.retain(of_row);
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

    /// Whether an open handover, or a plan that no handovers were made of yet, moves it before a day.
    fn is_moved(&self, of: Target, side: Side, from: usize, gone: Date) -> bool {
        let client = match of {
            Target::Client(client) => client,
            Target::Project(number) => self.projects[number].client,
        };
        let handed_over = self.handovers.iter().any(|one| {
            let moves = |project: &usize| of == Target::Project(*project);
            let all = (one.whole && one.client == client) || one.projects.iter().any(moves);
            let in_time = one.days.transferred < gone;
            one.is_to_move() && in_time && all && one.side == side && one.from == from
        });
        handed_over || self.is_planned_in_time(&[of, Target::Client(client)], side, from, gone)
    }
}
