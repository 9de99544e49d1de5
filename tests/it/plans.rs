//! Re-assignment plans: asked for, worked out, approved; and who may not leave without one.

mod agency;
mod bad_input;
mod leaver;
mod lifecycle;
mod reassignment;
mod skills;
mod split;
mod whole_client;
