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
pub mod email;
pub mod email_attempt;
pub mod holiday;
pub mod holiday_calendar;
pub mod obligation;
pub mod person;
pub mod person_skill;
pub mod project;
pub mod responsibility;
pub mod role;
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
