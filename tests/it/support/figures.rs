//! A week's figures from the API, in the words of the mails.

use serde_json::Value;

/// What to ask of a `Capacity` for [`sentence`].
pub(crate) const WEEK: &str = "availabilityMinutes benchMinutes overMinutes band roleMixBp clientSideMinutes projectSideMinutes
    activeProjects backBurnerProjects load { confirmedMinutes expectedMinutes worstMinutes confirmedBp expectedBp worstBp }";

/// `107 % over. 34 h confirmed and 2 h tentative of 31 h 50 min, 2 h 10 min over.`
pub(crate) fn sentence(week: &Value) -> String {
    let load = &week["load"];
    let confirmed = number(&load["confirmedMinutes"]);
    let available = number(&week["availabilityMinutes"]);
    let tentative = match number(&load["expectedMinutes"]) - confirmed {
        0 => String::new(),
        minutes => format!(" and {} tentative", hours(minutes)),
    };
    let band = week["band"].as_str().unwrap_or("AWAY").to_lowercase();
    let state = match load["confirmedBp"].as_i64() {
        Some(bp) => format!("{} % {band}", bp / 100),
        None => band,
    };
    let balance = match (number(&week["overMinutes"]), number(&week["benchMinutes"])) {
        (0, 0) if available == 0 => "nothing booked".to_owned(),
        (0, 0) => "exactly full".to_owned(),
        (0, free) => format!("{} free", hours(free)),
        (over, _) => format!("{} over", hours(over)),
    };
    let (confirmed, available) = (hours(confirmed), hours(available));
    format!("{state}. {confirmed} confirmed{tentative} of {available}, {balance}.")
}

/// `3 h 30 min`
pub(crate) fn hours(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn number(value: &Value) -> i64 {
    value
        .as_i64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}
