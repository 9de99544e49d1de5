//! What frontends may rely on.

mod batches;
mod crash;
mod idempotency;
mod keys;
mod schema;
mod sent;
mod versions;
