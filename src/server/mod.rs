//! HTTP: router, authentication, limits, health.

pub mod actions;
pub mod graphql;
pub mod health;
mod layers;

pub use layers::{internal_error, panic_message, request_id, with_layers};
