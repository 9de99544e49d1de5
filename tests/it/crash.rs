//! The program killed, frozen and cut off at the worst moments, on both databases and against a real mail server that
//! keeps what it took (jobs-and-mail.md, W0 to W8). Each story names the guard that it shows; without that guard it
//! fails. Whoever adds a step to the tick or to the senders adds a fail point behind it, and a story here.

mod outage;
mod pauses;
mod replicas;
pub(crate) mod scene;
mod shutdown;
mod windows;
