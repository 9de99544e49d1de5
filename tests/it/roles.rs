//! Roles, the catalogue, who holds what, and who is accountable.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod accountable;
mod agency;
mod assignments;
mod catalogue;
mod roles_of_the_agency;
mod schedules;
