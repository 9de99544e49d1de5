//! Stories, told through the public door on both databases.

#![expect(
    clippy::unwrap_used,
    reason = "a story stops where it fails; its line says what was expected"
)]

mod access;
mod actions;
mod bad_input;
mod cluster;
mod commands;
mod decisions;
mod demo;
mod documentation;
mod graphql_http;
mod import;
mod letters;
mod mails;
mod migration;
mod obligations;
mod outbox;
mod people;
mod preview;
mod requests;
mod roles;
mod schema;
mod smtp_faults;
mod smtp_session;
mod statements;
mod support;
mod tokens;
mod walkthroughs;
mod work;
