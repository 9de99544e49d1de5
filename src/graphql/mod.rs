//! The GraphQL API: thin. Check the viewer, call the domain, wrap.

pub mod error;
pub mod guard;
