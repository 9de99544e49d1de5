//! What every resolver can ask for.

use async_graphql::Context;
use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use uuid::Uuid;

use super::loaders::Loaders;
use crate::app::App;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::credential::Credential;

/// Shorthands for what a request carries.
pub trait Asked {
    /// The application.
    fn app(&self) -> &App;

    /// The database.
    fn db(&self) -> &Db {
        &self.app().db
    }

    /// Who asks, and when.
    fn caller(&self) -> &Caller;

    /// The session in which they ask; none: they use an API token.
    fn session(&self) -> Option<Uuid>;

    /// This request's loaders.
    fn loaders(&self) -> &DataLoader<Loaders>;
}

impl Asked for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn caller(&self) -> &Caller {
        self.data_unchecked()
    }

    fn session(&self) -> Option<Uuid> {
        self.data_opt::<Credential>()?.session()
    }

    fn loaders(&self) -> &DataLoader<Loaders> {
        self.data_unchecked()
    }
}

/// Puts on a request what [`Asked`] takes from it.
pub fn prepare(
    request: async_graphql::Request,
    app: &App,
    caller: Caller,
) -> async_graphql::Request {
    let loaders = Loaders::new(app.clone(), caller.clone());
    request.data(app.clone()).data(caller).data(DataLoader::new(
        loaders,
        TokioSpawner::current(),
        TokioTimer::default(),
    ))
}
