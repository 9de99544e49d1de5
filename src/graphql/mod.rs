//! The GraphQL API: thin. Check the viewer, call the domain, wrap.

pub mod client;
pub mod connection;
pub mod contact;
pub mod context;
pub mod enums;
pub mod error;
pub mod field_errors;
pub mod filter;
pub mod guard;
pub mod id;
pub mod loaders;
pub mod payload;
mod scalars;

use async_graphql::{EmptySubscription, MergedObject, Schema};

/// What can be read.
#[derive(Default, MergedObject)]
pub struct Query(client::ClientQueries);

/// What can be changed. Every mutation takes one `input` and answers with the object and `userErrors`.
#[derive(Default, MergedObject)]
pub struct Mutation(client::ClientMutations, contact::ContactMutations);

/// Meridian's schema.
pub type MeridianSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. Needs no database: what a request works with is put on the request.
pub fn schema() -> MeridianSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_recursive_depth(64)
        .finish()
}
