//! Signing in by a mailed link, the sessions that come of it, what API tokens may do, and how much may be asked.

pub(crate) mod browser;
mod limits;
mod links;
mod mails;
mod others;
mod sessions;
mod tokens;
