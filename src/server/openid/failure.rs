//! Why a provider has not signed somebody in, in words for the log: none of them is a secret, a token or a body.

use std::error::Error;

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse, UserInfoError,
};

use super::http::Unanswered;

/// Letters of what is logged.
const LONGEST: usize = 300;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::server) enum Failure {
    /// The provider cannot be worked with now: it does not answer, not sensibly, or not us.
    Unavailable(String),
    /// What it, or somebody in its name, has said is not accepted.
    Refused(String),
}

impl Failure {
    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }

    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

impl From<DiscoveryError<Unanswered>> for Failure {
    fn from(error: DiscoveryError<Unanswered>) -> Self {
        Self::Unavailable(told(&error))
    }
}

impl From<RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>> for Failure {
    fn from(
        error: RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>,
    ) -> Self {
        match error {
            RequestTokenError::ServerResponse(answer) => {
                let why = shortened(&format!("the provider answered {}", answer.error()));
                match answer.error() {
                    CoreErrorResponseType::InvalidGrant => Self::Refused(why),
                    _ => Self::Unavailable(why),
                }
            }
            RequestTokenError::Request(unanswered) => Self::Unavailable(told(&unanswered)),
            // What stands below may repeat what it could not read: the tokens.
            error => Self::Unavailable(shortened(&error.to_string())),
        }
    }
}

impl From<ClaimsVerificationError> for Failure {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::Refused(told(&error))
    }
}

impl From<UserInfoError<Unanswered>> for Failure {
    fn from(error: UserInfoError<Unanswered>) -> Self {
        match error {
            UserInfoError::ClaimsVerification(error) => error.into(),
            UserInfoError::Request(unanswered) => Self::Unavailable(told(&unanswered)),
            error => Self::Unavailable(shortened(&error.to_string())),
        }
    }
}

/// Whether a token is signed by a key that was not there when the keys were read.
pub(super) fn is_unknown_key(error: &ClaimsVerificationError) -> bool {
    let no_key = SignatureVerificationError::NoMatchingKey;
    matches!(error, ClaimsVerificationError::SignatureVerification(why) if *why == no_key)
}

/// The error with what caused it.
fn told(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    shortened(&words)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
