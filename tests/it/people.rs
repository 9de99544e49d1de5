//! People, the hours they work, the days they do not, and what they can do.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod agency;
mod entries;
mod leaving;
mod skills;
mod working_time;
