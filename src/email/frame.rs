//! What stands around every mail: greeting, button, and how to change or stop it.

use jiff::civil::{DateTime, Time, Weekday};
use serde::Serialize;

use super::format;
use super::line::Line;

/// What every mail to a person carries beside its news.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// Whom the mail greets: the recipient's full name.
    pub recipient: Line,
    /// Where the one button leads.
    pub button_url: String,
    /// Where the recipient changes day and time.
    pub change_time_url: String,
    /// Where the recipient pauses this kind of mail for a while.
    pub pause_url: String,
    /// Where the recipient stops this kind of mail.
    pub unsubscribe_url: String,
    /// The weekday it comes on; none for a mail of every working day.
    #[serde(serialize_with = "as_name")]
    pub weekday: Option<Weekday>,
    /// The local time it comes at.
    pub local_time: Time,
    /// The recipient's time zone, e.g. `Europe/Berlin`.
    pub zone: Line,
    /// Set when the mail leaves after its time: when it was due, in the recipient's zone.
    pub late_since: Option<DateTime>,
}

impl Frame {
    /// `This mail is late: it was due Monday 08:00.`
    pub fn late(&self) -> Option<String> {
        let due = format::weekday_and_time(self.late_since?);
        Some(format!("This mail is late: it was due {due}."))
    }

    /// When it comes: `on Mondays at 08:00 (Europe/Berlin)`.
    pub fn comes(&self) -> String {
        let days = self
            .weekday
            .map_or("working days with something due", format::every);
        format!(
            "on {days} at {} ({})",
            format::time(self.local_time),
            self.zone
        )
    }
}

/// What stands around a mail that somebody asked for, and that does not come by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AskedFrame {
    /// Whom the mail greets: the recipient's full name.
    pub recipient: Line,
    /// Where the one button leads.
    pub button_url: String,
}

impl AskedFrame {
    /// Such a mail says when it was asked for; it is not late.
    pub fn late(&self) -> Option<String> {
        None
    }
}

/// Why the reader gets this mail: what they hold themselves, and whom they stand in for.
pub(super) fn why<'a>(own: Option<&str>, colleagues: impl Iterator<Item = &'a Line>) -> String {
    let names: Vec<&str> = colleagues.map(|name| &**name).collect();
    let covering = match names.as_slice() {
        [] => None,
        [name] => Some(format!("you stand in for {name}")),
        [name, others @ ..] => {
            let others = format::count_of(others, "other", "others");
            Some(format!("you stand in for {name} and {others}"))
        }
    };
    let reasons: Vec<&str> = own.into_iter().chain(covering.as_deref()).collect();
    match reasons.is_empty() {
        true => "You get this because you asked for it.".to_owned(),
        false => format!("You get this because {}.", reasons.join(" and ")),
    }
}

fn as_name<S: serde::Serializer>(
    weekday: &Option<Weekday>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    weekday.map(format::every).serialize(serializer)
}

#[cfg(test)]
impl Frame {
    /// A frame of Mondays 08:00 in Berlin.
    pub(crate) fn sample(recipient: &str) -> Self {
        Self {
            recipient: recipient.into(),
            button_url: "https://meridian.example/week/2026-W48".into(),
            change_time_url: format!("https://meridian.example/a/{}", "time".repeat(13)),
            pause_url: format!("https://meridian.example/a/{}", "pause-".repeat(9)),
            unsubscribe_url: "https://meridian.example/stop/t0ken".into(),
            weekday: Some(Weekday::Monday),
            local_time: Time::constant(8, 0, 0, 0),
            zone: "Europe/Berlin".into(),
            late_since: None,
        }
    }
}
