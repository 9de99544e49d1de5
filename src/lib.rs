//! Meridian: the line between account managers and production managers.
//!
//! An agency has clients, clients have projects, and every project has two sides: somebody speaks for the client, and
//! somebody runs production. Meridian knows who, says how full everybody is, and mails those who have to act.
//!
//! Where to start reading:
//!
//! - [`domain`] holds the rules. [`domain::responsibilities`] answers *who is accountable for this, on this day?*, on
//!   which everything else rests; [`domain::availability`], [`domain::load`] and [`domain::utilisation`] are the
//!   arithmetic of time; [`domain::cadence`] says when a client is due an update.
//! - Of the split, [`domain::role_decisions`] says which side leads, [`domain::plans`] works out who should hold what (by
//!   [`domain::planning`], which knows no database), [`domain::handovers`] moves it stage by stage within
//!   [`domain::programmes`], [`domain::letters`] tells the clients, and [`domain::reviews`] looks back;
//!   [`domain::simulation`] answers what if.
//! - [`entity`] has the tables, one file each; the `migration` crate makes them, on SQLite and PostgreSQL alike.
//! - [`graphql`] is the API, one file per concept, and [`graphql::guard`] what stands in front of its parser.
//!   [`server`] puts it on HTTP and finds out who is asking.
//! - [`jobs`] is what happens without a request: [`jobs::planner`] makes due subscriptions rows of the outbox,
//!   [`jobs::sender`] hands them to the mail server, [`jobs::maintenance`] cleans up.
//! - [`email`] is what the mails say ([`email::compose`]), the outbox's state machine ([`email::outbox`]) and the ways
//!   out of the house ([`email::mailer`]). [`webhook`] is how events reach other programs, and [`outbox`] what both have in
//!   common.
//! - [`watch`] is how one replica is doing: figures for Prometheus, and readiness. [`telemetry`] writes the log, through
//!   [`masking`].
//! - [`import`] reads an agency's spreadsheets, [`demo`] makes an agency up, and [`copy`] moves one to another database.
//!
//! [`app::App`] is the state that all of them share: database, [`clock::Clock`], configuration and mailer. Time comes
//! from that clock only. Time spent is integer minutes, ratios are integer basis points (10000 = 100 %), instants are
//! UTC. Whatever fails, fails as an [`error::Error`].
//!
//! `docs/architecture.md` has the map with the tables, and three walkthroughs with a test each.

pub mod app;
pub mod clock;
pub mod config;
pub mod copy;
pub mod db;
pub mod demo;
pub mod domain;
pub mod email;
pub mod entity;
pub mod error;
pub mod fail_points;
pub mod global_id;
pub mod graphql;
pub mod import;
pub mod jobs;
pub mod masking;
pub mod networks;
pub mod outbox;
pub mod random;
pub mod server;
pub mod telemetry;
pub mod watch;
pub mod webhook;
