//! Letters to clients: drafted, approved by two people, sent once.

mod agency;
mod approvals;
mod delivery;
mod doubt;
mod drafts;
