//! What somebody shows with each request to be let in.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::entity::TokenScope;
use crate::error::{Error, Result};

/// A valid credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An API token, which may do less than its person.
    Token {
        /// The row of `api_token`.
        id: Uuid,
        /// What it may do.
        scope: TokenScope,
    },
    /// The session of a browser, which may do what its person may.
    Session {
        /// The row of `session`.
        id: Uuid,
    },
}

impl Credential {
    /// The row it is kept in.
    pub fn id(self) -> Uuid {
        match self {
            Self::Token { id, .. } | Self::Session { id } => id,
        }
    }

    /// The session it belongs to; none: it is a token.
    pub fn session(self) -> Option<Uuid> {
        match self {
            Self::Session { id } => Some(id),
            Self::Token { .. } => None,
        }
    }

    /// Refuses a change to whoever may only ask. The one place where scopes count: what the person may is another question.
    ///
    /// # Errors
    /// Forbidden.
    pub fn must_allow_changes(self) -> Result<()> {
        match self {
            Self::Token {
                scope: TokenScope::Read,
                ..
            } => Err(Error::Forbidden(
                "This API token may only read. Use one of scope WRITE to change something.".into(),
            )),
            Self::Token { .. } | Self::Session { .. } => Ok(()),
        }
    }
}

/// What is kept of a secret: SHA-256, hex. The secrets have 256 random bits, so nothing slower is needed.
pub fn hash(secret: &str) -> String {
    format!("{:x}", Sha256::digest(secret))
}
