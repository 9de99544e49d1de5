//! What the subject and the headline say of each kind of thing that is due, and why it comes.

use super::{ClientUpdate, Overdue, Told};
use crate::email::{format, frame};

/// One kind of thing that is due.
pub(super) struct News {
    /// How the subject leads with it.
    pub(super) lead: String,
    /// How many there are of it.
    pub(super) what: String,
    /// What it is due for.
    pub(super) names: Vec<String>,
}

impl News {
    pub(super) fn new(one: &str, many: &str, names: Vec<String>) -> Self {
        let what = format::count_of(&names, one, many);
        Self {
            lead: what.clone(),
            what,
            names,
        }
    }

    pub(super) fn led_by(self, lead: &str) -> Self {
        Self {
            lead: lead.to_owned(),
            ..self
        }
    }
}

impl ClientUpdate {
    /// Why the reader gets this mail.
    pub(super) fn why(&self) -> String {
        let client_side = !self.own.updates.is_empty() || !self.own.reach_outs.is_empty();
        let own = match (client_side, self.own.facts.is_empty()) {
            (true, true) => Some("you are the account manager of these clients"),
            (true, false) => Some("you hold a side of these clients and projects"),
            (false, false) => Some("you hold the project side of these projects"),
            (false, true) if !self.own.notices.is_empty() => {
                Some("a decision or a handover concerns you")
            }
            (false, true) if self.is_told_as_owner() => Some("you look after the whole agency"),
            (false, true) if !self.own.overdue.is_empty() => {
                Some("you are the account manager of a client that waits")
            }
            (false, true) if !self.handed_over.is_empty() => Some("a colleague handed this to you"),
            (false, true) if !self.in_copy.is_empty() => Some("you are about to take clients over"),
            (false, true) => None,
        };
        frame::why(own, self.covering.iter().map(|covered| &covered.colleague))
    }

    fn is_told_as_owner(&self) -> bool {
        let as_owner = |one: &Overdue| !matches!(one.told, Told::Owners(_));
        !self.own.undelivered.is_empty() || self.own.overdue.iter().any(as_owner)
    }
}
