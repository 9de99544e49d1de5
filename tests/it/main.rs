//! Stories, told through the public door on both databases.

mod cluster;
mod documentation;
mod graphql_http;
mod outbox;
mod roles;
mod smtp_faults;
mod smtp_session;
mod support;
mod work;
