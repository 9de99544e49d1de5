//! Lines of the catalogue that the other side does.

use jiff::civil::Date;
use meridian::entity::Side;

use super::Model;

/// From when until when an exception holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Excepted {
    from: Date,
    until: Option<Date>,
}

impl Excepted {
    fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

impl Model {
    /// Which side does one of [`LINES`](super::LINES) on a project.
    pub(in crate::rules) fn does(&self, line: usize, project: usize, day: Date) -> Side {
        let rows = self.exceptions.get(&(project, line)).into_iter().flatten();
        let (own, other) = match super::LINES[line] {
            Side::Client => (Side::Client, Side::Project),
            Side::Project => (Side::Project, Side::Client),
        };
        let excepted = rows.into_iter().any(|row| row.holds_on(day));
        if excepted { other } else { own }
    }

    pub(super) fn except(
        &mut self,
        project: usize,
        line: usize,
        side: Option<Side>,
        on: Date,
    ) -> bool {
        let own = super::LINES[line];
        let wanted = side.unwrap_or(own);
        if self.projects[project].is_finished() || self.does(line, project, on) == wanted {
            return false;
        }
        let rows = self.exceptions.entry((project, line)).or_default();
        let until = rows
            .iter()
            .map(|row| row.from)
            .filter(|from| *from > on)
            .min();
        for row in rows.iter_mut().filter(|row| row.holds_on(on)) {
            row.until = Some(on);
        }
        rows.retain(|row| row.until != Some(row.from));
        if wanted != own {
            rows.push(Excepted { from: on, until });
        }
        true
    }
}
