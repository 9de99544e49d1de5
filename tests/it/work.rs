//! Projects, bookings and touchpoints.

mod agency;
mod bookings;
mod projects;
mod touchpoints;
