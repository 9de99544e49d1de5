//! A whole client or one project: the selector of everything that can be about either.

use async_graphql::{ID, OneofObject};

use super::id::Kind;
use crate::domain::assignments::Target;
use crate::error::{Error, Result};

/// A client as a whole, or one project.
#[derive(Debug, OneofObject)]
pub enum ClientOrProjectInput {
    /// A client as a whole, by its global id.
    ClientId(ID),
    /// One project, by its global id.
    ProjectId(ID),
}

impl ClientOrProjectInput {
    /// What is meant; `path` leads to the selector: `pins.0.`.
    ///
    /// # Errors
    /// Invalid, when the id is of something else.
    pub fn read(&self, path: &str) -> Result<Target> {
        Ok(match self {
            Self::ClientId(id) => {
                Target::Client(Kind::Client.parse(&format!("{path}clientId"), id)?)
            }
            Self::ProjectId(id) => {
                Target::Project(Kind::Project.parse(&format!("{path}projectId"), id)?)
            }
        })
    }
}

/// The rules name a client or project by its own word; where an input has the selector, that is below `of`.
pub fn below_of(error: Error) -> Error {
    let Error::Invalid(mut problems) = error else {
        return error;
    };
    for problem in &mut problems {
        let mut steps = problem.field.iter();
        if let Some(at) = steps.position(|step| step == "clientId" || step == "projectId") {
            problem.field.insert(at, "of".to_owned());
        }
    }
    Error::Invalid(problems)
}
