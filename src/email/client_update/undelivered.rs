//! What the owners are told of the mail itself and of other people's updates: updates past their three working days, addresses
//! that get nothing, mails that went to nobody.

use jiff::civil::Date;
use serde::Serialize;

use crate::email::format;
use crate::email::line::Line;

/// A client update past its three working days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overdue {
    /// The client that waits.
    pub client: Line,
    /// The client's page.
    pub url: Option<String>,
    /// The day it was due.
    pub due_on: Date,
    /// Calendar days since then.
    pub days_late: i64,
    /// Who is told of it beside the reader.
    pub told: Told,
}

/// Who is told of an overdue update beside the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Told {
    /// The reader is an owner: the account manager, who gets this in copy.
    AccountManager(Line),
    /// The reader is an owner, and the client has no account manager.
    Nobody,
    /// The reader is the account manager: these owners.
    Owners(Vec<Line>),
}

/// Something that does not arrive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Undelivered {
    /// Nothing is sent to an address any more.
    Address {
        /// Since when.
        since: Date,
        /// Whose it is: `Zoe Marsh (Orchard Foods)`.
        whose: Line,
        /// The address.
        address: Line,
        /// What happened, in the mail server's words.
        reason: Line,
    },
    /// A mail went to nobody.
    Mail {
        /// The day it was for.
        on: Date,
        /// Whom it was for.
        whose: Line,
        /// Which mail it was: `weekly capacity summary`.
        what: Line,
    },
}

impl Overdue {
    /// `Due Mon 23 Nov, 3 days late. Dana Lind has this in copy.`
    pub(super) fn sentence(&self) -> String {
        let due = format::due(self.due_on, self.days_late);
        let told = match &self.told {
            Told::AccountManager(name) => format!("{name} has this in copy."),
            Told::Nobody => "It has no account manager.".to_owned(),
            Told::Owners(names) if names.is_empty() => "There is no owner to tell.".to_owned(),
            Told::Owners(names) => {
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                format!("Told to {}, with you in copy.", names.join(", "))
            }
        };
        format!("{due}. {told}")
    }
}

impl Undelivered {
    /// Whose it is, as the subject and its heading name it.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Address { whose, .. } | Self::Mail { whose, .. } => whose.to_string(),
        }
    }

    /// What does not arrive, since when, why, and what to do about it.
    pub(super) fn sentences(&self) -> String {
        match self {
            Self::Address {
                since,
                address,
                reason,
                ..
            } => format!(
                "Nothing is sent to {address} since {}: {reason} Ask them for an address that works and enter it; if this one \
                 works again, lift the suppression in the API (suppressedAddressLift).",
                format::day(*since)
            ),
            Self::Mail { on, what, .. } => format!(
                "The {what} of {} went to nobody, since they were away and nobody stood in. Name a standing delegate, or one \
                 on the time off.",
                format::day(*on)
            ),
        }
    }
}
