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
    pub settings_url: String,
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

fn as_name<S: serde::Serializer>(
    weekday: &Option<Weekday>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    weekday.map(format::every).serialize(serializer)
}
