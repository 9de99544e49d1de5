//! What a reader can answer from the mail itself, and what a colleague handed to them.

use serde::Serialize;

use super::Prompts;
use crate::email::line::Line;

/// The links under one prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerLinks {
    /// Logs that it was done; none: there is nothing to log.
    pub log_url: Option<String>,
    /// Leads to putting it off, handing it over, and that it is not needed.
    pub more_url: String,
}

/// What a colleague handed to the reader.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HandedPrompts {
    /// Who is accountable, and handed it over.
    pub colleague: Line,
    /// What the reader is prompted for instead.
    pub prompts: Prompts,
}

impl HandedPrompts {
    pub(super) fn heading(&self) -> String {
        format!("Handed over by {}", self.colleague)
    }
}
