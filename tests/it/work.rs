//! Projects, bookings and touchpoints.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod agency;
mod bookings;
mod projects;
mod touchpoints;
