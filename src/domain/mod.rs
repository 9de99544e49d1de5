//! The rules: pure functions where possible, else `async fn` over a
//! connection. Knows no GraphQL, axum or lettre.

pub mod access;
pub mod availability;
pub mod booking_changes;
pub mod bookings;
pub mod cadence;
pub mod calendar;
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
pub mod project_status;
pub mod projects;
pub mod relationships;
pub mod responsibilities;
pub mod settings;
pub mod touchpoints;
pub mod utilisation;
pub mod working_time;
pub mod zone;
