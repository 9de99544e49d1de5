//! What frontends may rely on.

mod crash;
mod idempotency;
mod keys;
mod sent;
