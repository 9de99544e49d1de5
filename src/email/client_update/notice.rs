//! What of the split stands in the daily mail: a decision before a kick-off, a handover's next step, a review that waits,
//! a milestone.

use jiff::civil::Date;
use serde::Serialize;

use crate::email::format;
use crate::email::line::Line;
use crate::entity::{HandoverStage, Side};

/// Something the reader is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// What it is about.
    pub matter: Matter,
    /// Where it is seen to.
    pub url: Option<String>,
}

/// What a [`Notice`] is about; in the order in which they stand in the mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Matter {
    /// A project is about to kick off, and nobody has decided which side leads.
    KickOff {
        /// The day it is planned for.
        on: Date,
        /// The project.
        project: Line,
        /// Its client.
        client: Line,
    },
    /// A handover's next step is due.
    HandoverStep {
        /// The day it is or was due.
        due_on: Date,
        /// Calendar days since then; 0 when due today.
        days_late: i64,
        /// The client.
        client: Line,
        /// The side that moves.
        side: Side,
        /// The stage to be reached.
        stage: HandoverStage,
        /// Who hands over.
        from: Line,
        /// Who takes over.
        to: Line,
    },
    /// A review waits for the owner's verdict.
    Review {
        /// The day it was due.
        due_on: Date,
        /// The programme.
        programme: Line,
    },
    /// A programme passed a part of its way.
    Milestone {
        /// 25, 50, 75 or 100.
        percent: i32,
        /// The day.
        on: Date,
        /// The programme.
        programme: Line,
    },
}

impl Matter {
    /// What it is about, as the subject and its heading name it: `Website (Orchard)`.
    pub(super) fn title(&self) -> String {
        match self {
            Self::KickOff {
                project, client, ..
            } => format!("{project} ({client})"),
            Self::HandoverStep { client, .. } => client.to_string(),
            Self::Review { programme, .. } | Self::Milestone { programme, .. } => {
                programme.to_string()
            }
        }
    }

    /// What is to be done, or was reached, and when.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::KickOff { on, .. } => format!(
                "It kicks off on {}: decide which side leads.",
                format::day(*on)
            ),
            Self::HandoverStep {
                due_on, days_late, ..
            } => format!("{} {}.", self.task(), format::due(*due_on, *days_late)),
            Self::Review { due_on, .. } => format!(
                "The review was due on {}: keep, adjust or revert?",
                format::day(*due_on)
            ),
            Self::Milestone {
                percent: 100, on, ..
            } => format!("Every handover was done by {}.", format::day(*on)),
            Self::Milestone {
                percent: 50, on, ..
            } => format!("More than half-way since {}.", format::day(*on)),
            Self::Milestone { percent, on, .. } => {
                format!("{percent} % done since {}.", format::day(*on))
            }
        }
    }

    /// What a step asks for.
    fn task(&self) -> String {
        let Self::HandoverStep {
            side,
            stage,
            from,
            to,
            ..
        } = self
        else {
            return String::new();
        };
        let side = match side {
            Side::Client => "client side",
            Side::Project => "project side",
        };
        match stage {
            HandoverStage::Announced => {
                format!("Tell the client that {to} takes over the {side} from {from}.")
            }
            HandoverStage::Introduced => format!("Introduce {to} to the client."),
            HandoverStage::Shadowing => {
                format!("Let {to} work beside {from} on the {side}.")
            }
            HandoverStage::Transferred => {
                format!("Hand the {side} over: {to} is accountable from then on.")
            }
            HandoverStage::Planned | HandoverStage::Confirmed | HandoverStage::Cancelled => {
                format!("Ask the client whether they are content with {to}.")
            }
        }
    }
}
