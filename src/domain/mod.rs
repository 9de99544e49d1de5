//! The rules: pure functions where possible, else `async fn` over a connection. Knows no GraphQL, axum or lettre.

pub mod occurrence;
pub mod zone;
