//! Which side leads a project: decided, inherited from its client, asked for at its kick-off, and asked for again.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod again;
mod agency;
mod client_default;
mod import;
mod kick_off;
mod lead;
mod planned;
mod trouble;
