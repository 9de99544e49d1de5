//! How events reach other programs: the statements of their outbox, the signature, and the request.

pub mod outbox;
pub mod request;
pub mod signature;
