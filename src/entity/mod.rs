//! SeaORM entities: one table a file, no logic.

mod id;
mod kinds;
mod moment;

pub mod api_token;
pub mod assignment;
pub mod booking;
pub mod change;
pub mod client;
pub mod client_contact;
pub mod client_request;
pub mod email;
pub mod email_attempt;
pub mod handover;
pub mod handover_project;
pub mod handover_step;
pub mod holiday;
pub mod holiday_calendar;
pub mod inventory_snapshot;
pub mod letter;
pub mod letter_approval;
pub mod obligation;
pub mod person;
pub mod person_skill;
pub mod plan;
pub mod programme;
pub mod programme_milestone;
pub mod programme_review;
pub mod project;
pub mod project_skill;
pub mod relationship;
pub mod responsibility;
pub mod responsibility_exception;
pub mod role;
pub mod role_decision;
pub mod schedule;
pub mod setting;
pub mod skill;
pub mod suppressed_address;
pub mod time_off;
pub mod touchpoint;
pub mod work_schedule;

pub use id::new_id;
pub use kinds::*;
pub use moment::{Day, Moment};
