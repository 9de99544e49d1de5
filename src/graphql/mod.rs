//! The GraphQL API: thin. Check the viewer, call the domain, wrap.

pub mod accountable;
pub mod assignment;
pub mod booking;
pub mod client;
pub mod client_filter;
pub mod connection;
pub mod contact;
pub mod context;
pub mod decision;
pub mod enums;
pub mod error;
pub mod field_errors;
pub mod filter;
pub mod guard;
pub mod id;
pub mod loaders;
pub mod node;
pub mod payload;
pub mod person;
pub mod project;
pub mod project_filter;
pub mod responsibility;
pub mod role;
mod scalars;
pub mod schedule;
pub mod touchpoint;

use async_graphql::{EmptySubscription, MergedObject, Schema};

/// What can be read.
#[derive(Default, MergedObject)]
pub struct Query(
    client::ClientQueries,
    role::RoleQueries,
    responsibility::ResponsibilityQueries,
    assignment::AssignmentQueries,
    project::ProjectQueries,
    touchpoint::TouchpointQueries,
    node::NodeQueries,
);

/// What can be changed. Every mutation takes one `input` and answers with the object and `userErrors`.
#[derive(Default, MergedObject)]
pub struct Mutation(
    client::ClientMutations,
    contact::ContactMutations,
    role::RoleMutations,
    responsibility::ResponsibilityMutations,
    assignment::AssignmentMutations,
    project::ProjectMutations,
    booking::BookingMutations,
    touchpoint::TouchpointMutations,
    schedule::ScheduleMutations,
);

/// Meridian's schema.
pub type MeridianSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. Needs no database: what a request works with is put on the request.
pub fn schema() -> MeridianSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .extension(field_errors::FieldErrors)
        .finish()
}
