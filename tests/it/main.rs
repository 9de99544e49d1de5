//! Stories, told through the public door on both databases.

mod actions;
mod cluster;
mod commands;
mod demo;
mod documentation;
mod graphql_http;
mod outbox;
mod people;
mod roles;
mod schema;
mod smtp_faults;
mod smtp_session;
mod support;
mod tokens;
mod work;
