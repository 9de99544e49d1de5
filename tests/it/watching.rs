//! Whoever watches Meridian sees how it is doing, and an owner can do something about a mail.

mod clock;
mod figures;
mod forecast;
mod in_doubt;
mod logs;
mod readiness;
mod resending;
pub(crate) mod retrying;
mod test_mails;
mod timeline;
