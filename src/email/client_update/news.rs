//! What the subject and the headline say of each kind of thing that is due.

use crate::email::format;

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
