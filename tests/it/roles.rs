//! Roles, the catalogue, who holds what, and who is accountable.

mod accountable;
mod agency;
mod assignments;
mod catalogue;
mod roles_of_the_agency;
mod schedules;
