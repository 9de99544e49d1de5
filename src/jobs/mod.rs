//! What happens without a request.

pub mod planner;
