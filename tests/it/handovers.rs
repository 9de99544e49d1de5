//! One accountability moves from one person to another, stage by stage.

mod agency;
mod leaving;
mod races;
mod separation;
mod stages;
mod steps;
mod transfer;

pub(crate) use agency::{Agency, advance, advance_to, created, global, refusal};
