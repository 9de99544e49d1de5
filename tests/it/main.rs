//! Stories, told through the public door on both databases.

#![expect(
    clippy::unwrap_used,
    reason = "a story stops where it fails; its line says what was expected"
)]

mod access;
mod actions;
mod bad_input;
mod bounces;
mod chaos;
mod cluster;
mod commands;
mod contracts;
mod copy;
mod crash;
mod decisions;
mod demo;
mod documentation;
mod fuzz;
mod graphql_http;
mod handovers;
mod history;
mod ide;
mod import;
mod inventory;
mod letters;
mod links;
mod live;
mod mails;
mod migration;
mod obligations;
mod operations;
mod outbox;
mod people;
mod plans;
mod preview;
mod programmes;
mod relationships;
mod requests;
mod responsibilities;
mod roles;
mod rules;
mod schema;
mod sign_in;
mod simulation;
mod smtp_faults;
mod smtp_pipelining;
mod smtp_session;
mod split_story;
mod statements;
mod support;
mod tokens;
mod tour;
mod walkthroughs;
mod watching;
mod webhooks;
mod work;
