//! Letters to clients: drafted, approved by two people, sent once.

mod agency;
mod approvals;
mod delivery;
mod doubt;
mod drafts;

pub(crate) use agency::Agency;
pub(crate) use delivery::{approved, read};
