//! The program killed, frozen and cut off at the worst moments, on both databases and against a real mail server that
//! keeps what it took (jobs-and-mail.md, W0 to W8). Each story names the guard that it shows; without that guard it
//! fails.

mod outage;
mod pauses;
mod replicas;
pub(crate) mod scene;
mod shutdown;
mod windows;
