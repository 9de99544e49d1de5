//! The inventory as a spreadsheet and as a page.

use jiff::civil::Date;

use super::cells::{COLUMNS, cells};
use super::{Holder, Line};
use crate::domain::cadence::DueState;
use crate::domain::contact_card::plain;
use crate::error::{Error, Result};

/// How the inventory is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Every field, for spreadsheets.
    Csv,
    /// A table to read.
    Markdown,
}

/// The inventory of a day, written out.
///
/// # Errors
/// Internal, when the text cannot be made.
pub fn export(format: Format, lines: &[Line], on: Date) -> Result<String> {
    match format {
        Format::Csv => csv(lines),
        Format::Markdown => Ok(markdown(lines, on)),
    }
}

/// The word of a state, as the API has it.
pub(super) fn state_word(state: DueState) -> &'static str {
    match state {
        DueState::Ahead => "AHEAD",
        DueState::Due => "DUE",
        DueState::Overdue => "OVERDUE",
    }
}

/// The columns also when there are no lines: a spreadsheet without them says nothing.
fn csv(lines: &[Line]) -> Result<String> {
    let internal = |error: Box<dyn std::error::Error + Send + Sync>| Error::Internal(error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = COLUMNS.iter().map(|column| (*column).to_owned());
    let mut records = vec![columns.collect::<Vec<String>>()];
    records.extend(lines.iter().map(|line| {
        let texts = cells(line).into_iter();
        texts
            .map(|cell| harmless(cell.text.unwrap_or_default()))
            .collect()
    }));
    for record in records {
        writer
            .write_record(record)
            .map_err(|error| internal(error.into()))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| internal(error.to_string().into()))?;
    String::from_utf8(bytes).map_err(|error| internal(error.into()))
}

/// A spreadsheet takes what begins so for a formula and runs it: a quote in front makes it a text.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{text}");
    }
    text
}

const HEADINGS: [&str; 11] = [
    "Client",
    "Project",
    "Status",
    "Size",
    "Client profile",
    "Project profile",
    "Lead",
    "Client side",
    "Project side",
    "Minutes a week",
    "Updates",
];

fn markdown(lines: &[Line], on: Date) -> String {
    let mut text = format!("# Inventory on {on}\n\n");
    text.push_str(&row(HEADINGS.map(str::to_owned)));
    text.push_str(&row(HEADINGS.map(|_| "---".to_owned())));
    for line in lines {
        text.push_str(&row(summary(line)));
    }
    text.push_str(
        "\nClient profile: communication/sensitivity/growth. Project profile: complexity/delivery/volatility. \
         Minutes a week: client side + project side. In brackets: how well the person knows the client, 0 to 100.\n",
    );
    text
}

fn row(cells: [String; 11]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn summary(line: &Line) -> [String; 11] {
    let part = line.project.as_ref();
    let lead = part.map(|part| match (part.decided, part.re_decide) {
        (false, _) => format!("{}, undecided", part.lead_mode.word()),
        (true, true) => format!("{}, to be decided again", part.lead_mode.word()),
        (true, false) => part.lead_mode.word().to_owned(),
    });
    let profile =
        part.map(|part| format!("{}/{}/{}", part.complexity, part.delivery, part.volatility));
    [
        plain(&line.client),
        part.map(|part| plain(&part.name)).unwrap_or_default(),
        part.map_or("", |part| part.status.word()).to_owned(),
        part.map_or("", |part| part.size.word()).to_owned(),
        format!(
            "{}/{}/{}",
            line.communication, line.sensitivity, line.growth
        ),
        profile.unwrap_or_default(),
        lead.unwrap_or_default(),
        holder(line.client_side.as_ref()),
        holder(line.project_side.as_ref()),
        format!("{} + {}", line.client_minutes, line.project_minutes),
        updates(line),
    ]
}

fn holder(holder: Option<&Holder>) -> String {
    let Some(holder) = holder else {
        return "nobody".to_owned();
    };
    let (name, role) = (plain(&holder.name), plain(&holder.role));
    format!(
        "{name}, {role}, since {} ({})",
        holder.since, holder.strength
    )
}

fn updates(line: &Line) -> String {
    let last = match line.last_update_on {
        Some(day) => format!("last {day}"),
        None => "none yet".to_owned(),
    };
    let due = line
        .update_due_on
        .zip(line.update_state)
        .map(|(day, state)| match state {
            DueState::Ahead => format!("next due {day}"),
            DueState::Due => format!("due since {day}"),
            DueState::Overdue => format!("overdue, due since {day}"),
        });
    let trouble = line
        .in_trouble_since
        .map(|day| format!("in trouble since {day}"));
    let parts = [Some(last), due, trouble];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_texts() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(harmless("Acme = more".to_owned()), "Acme = more");
    }
}
