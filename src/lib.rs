//! Meridian: the line between account managers and production managers.

pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod domain;
pub mod email;
pub mod entity;
pub mod error;
pub mod graphql;
pub mod jobs;
pub mod random;
pub mod server;
pub mod telemetry;
