//! The rules: pure functions where possible, else `async fn` over a connection. Knows no GraphQL, axum or lettre.

pub mod availability;
pub mod bookings;
pub mod cadence;
pub mod calendar;
pub mod counts;
pub mod decisions;
pub mod load;
pub mod overbooking;
pub mod relationships;
pub mod settings;
pub mod utilisation;
