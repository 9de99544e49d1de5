//! The rules: pure functions where possible, else `async fn` over a
//! connection. Knows no GraphQL, axum or lettre.

pub mod access;
pub mod check;
pub mod clients;
pub mod contacts;
pub mod history;
pub mod page;
