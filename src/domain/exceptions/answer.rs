//! Who does a line of the catalogue, exceptions included, and why in words.

use jiff::civil::Date;

use crate::domain::responsibilities::{Accountability, Held};
use crate::entity::{Side, project, responsibility, responsibility_exception};

/// Who does a line of the catalogue on a day, and why.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which side does it: the exception's, else the line's own.
    pub side: Side,
    /// Who holds that side; none: nobody does.
    pub held: Option<Held>,
    /// The exception that gives it to that side.
    pub exception: Option<responsibility_exception::Model>,
}

/// The exception of a line in force on `day`, of all those of one project.
pub fn in_force<'a>(
    exceptions: &'a [responsibility_exception::Model],
    line: &responsibility::Model,
    day: Date,
) -> Option<&'a responsibility_exception::Model> {
    exceptions.iter().find(|row| {
        row.responsibility_id == line.id
            && row.from_on.0 <= day
            && row.until_on.is_none_or(|until| day < until.0)
    })
}

impl Answer {
    /// *Who does this on this project, on this day?* `exceptions` are all those of the project.
    pub fn of_project(
        line: &responsibility::Model,
        project: &project::Model,
        accountability: &Accountability,
        exceptions: &[responsibility_exception::Model],
        day: Date,
    ) -> Self {
        let exception = in_force(exceptions, line, day);
        let side = exception.map_or(line.side, |exception| exception.side);
        Self {
            side,
            held: accountability.accountable(side, project, day).cloned(),
            exception: exception.cloned(),
        }
    }

    /// The same for a client as a whole, which has no exceptions.
    pub fn of_client(
        line: &responsibility::Model,
        client_id: uuid::Uuid,
        accountability: &Accountability,
        day: Date,
    ) -> Self {
        let held = accountability.accountable_for_client(line.side, client_id, day);
        Self {
            side: line.side,
            held: held.cloned(),
            exception: None,
        }
    }

    /// Why, in sentences; `stand_in`: who does it in place of whoever holds the side, that being away.
    pub fn why(&self, stand_in: Option<&str>) -> String {
        let side = word(self.side);
        let mut why = match &self.exception {
            Some(row) => sentence(&format!(
                "On this project the {side} side does this since {}: {}",
                row.from_on, row.reason
            )),
            None => format!("The {side} side does this."),
        };
        why.push(' ');
        match &self.held {
            Some(held) => why.push_str(&sentence(&held.why())),
            None => why.push_str("Nobody holds that side."),
        }
        if let Some(name) = stand_in {
            why.push_str(&format!(" Away that day: {name} stands in."));
        }
        why
    }
}

/// The side in a sentence: "client".
pub(super) fn word(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Project => "project",
    }
}

/// The text with a full stop, unless it ends in a mark already.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…']) {
        return text.to_owned();
    }
    format!("{text}.")
}
