//! Global ids as the API takes and gives them. Opaque to clients.

use async_graphql::ID;
use uuid::Uuid;

use crate::error::{Error, ProblemCode, Result};
use crate::global_id;
pub use crate::global_id::Kind;

impl Kind {
    /// The global id of a row of this kind.
    pub fn id(self, id: Uuid) -> ID {
        ID(self.text(id))
    }

    /// The row an input's `field` names. An id of another kind, or no id at all, names nothing.
    pub fn parse(self, field: &str, id: &ID) -> Result<Uuid> {
        match parse(id) {
            Some((kind, uuid)) if kind == self => Ok(uuid),
            _ => Err(Error::problem(
                field,
                ProblemCode::NotFound,
                format!(
                    "There is no such {0}: the id of a {0} starts with `{1}_`.",
                    self.noun(),
                    self.prefix()
                ),
            )),
        }
    }

    /// The row a query's `id` names. An id of another kind is NOT_FOUND.
    pub fn named(self, id: &ID) -> Result<Uuid> {
        match parse(id) {
            Some((kind, uuid)) if kind == self => Ok(uuid),
            _ => Err(Error::NotFound(self.noun())),
        }
    }
}

/// Takes a global id apart; none when it is not one.
pub fn parse(id: &ID) -> Option<(Kind, Uuid)> {
    global_id::parse(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_names_nothing() {
        let client = Kind::Client.id(Uuid::from_u128(7));
        assert_eq!(
            Kind::Client.parse("id", &client).unwrap(),
            Uuid::from_u128(7)
        );
        assert!(Kind::Project.parse("id", &client).is_err());
        assert!(Kind::Client.parse("id", &ID("cli_7".into())).is_err());
    }
}
