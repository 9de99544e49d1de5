//! Signing in by a mailed link or an OpenID provider, the sessions that come of it, what API tokens may do, and how much may be asked.

mod again;
pub(crate) mod browser;
mod limits;
mod links;
mod mails;
mod openid;
mod others;
mod sessions;
mod tokens;
