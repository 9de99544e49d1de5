//! The rules: pure functions where possible, else `async fn` over a
//! connection. Knows no GraphQL, axum or lettre.

pub mod absences;
pub mod access;
pub mod assignments;
pub mod availability;
pub mod bookings;
pub mod books;
pub mod cadence;
pub mod calendar;
pub mod capacity;
pub mod catalogue;
pub mod check;
pub mod clients;
pub mod contacts;
pub mod counts;
pub mod decisions;
pub mod history;
pub mod load;
pub mod occurrence;
pub mod overbooking;
pub mod page;
pub mod projects;
pub mod relationships;
pub mod responsibilities;
pub mod roles;
pub mod settings;
pub mod strengths;
pub mod stand_ins;
pub mod subscriptions;
pub mod updates;
pub mod subscriptions;
pub mod utilisation;
pub mod working_time;
pub mod zone;
