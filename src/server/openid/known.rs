//! What is known of the provider: where its pages are and which keys it signs with. It is asked for when somebody first wants
//! to sign in, so that a provider which is down keeps nobody from anything else.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openidconnect::{IssuerUrl, JsonWebKeySet};
use tokio::sync::Mutex;

use super::failure::Failure;
use super::http::Http;
use super::types::Metadata;
use crate::config::goes_safely;

/// How long it counts.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// How often keys are read again, at most, for a token whose key is not among them.
const KEYS_KEPT: SignedDuration = SignedDuration::from_mins(1);

/// How long it counts that the provider did not answer: those who wait behind one who has found that out need not wait as long.
const DOWN: SignedDuration = SignedDuration::from_secs(5);

/// What is known, by all who ask.
#[derive(Debug)]
pub(super) struct Known {
    issuer: IssuerUrl,
    /// Held while the provider is asked, so that it is asked once.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Nothing,
    Read {
        metadata: Arc<Metadata>,
        at: Timestamp,
        keys_at: Timestamp,
    },
    Failed {
        failure: Failure,
        at: Timestamp,
    },
}

impl Known {
    pub(super) fn new(issuer: IssuerUrl) -> Self {
        Self {
            issuer,
            state: Mutex::default(),
        }
    }

    /// The provider's word on itself, at most an hour old.
    pub(super) async fn metadata(
        &self,
        http: &Http,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, Failure> {
        let mut state = self.state.lock().await;
        match &*state {
            State::Read { metadata, at, .. } if is_within(KEPT, *at, now) => {
                return Ok(metadata.clone());
            }
            State::Failed { failure, at } if is_within(DOWN, *at, now) => {
                return Err(failure.clone());
            }
            _ => {}
        }
        match discover(&self.issuer, http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *state = State::Read {
                    metadata: metadata.clone(),
                    at: now,
                    keys_at: now,
                };
                Ok(metadata)
            }
            Err(failure) => {
                *state = State::Failed {
                    failure: failure.clone(),
                    at: now,
                };
                Err(failure)
            }
        }
    }

    /// The same with keys at most a minute old: whoever makes tokens up does not make us ask more often.
    pub(super) async fn with_new_keys(
        &self,
        http: &Http,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, Failure> {
        let before = self.metadata(http, now).await?;
        let mut state = self.state.lock().await;
        let State::Read {
            metadata, keys_at, ..
        } = &mut *state
        else {
            return Ok(before);
        };
        if !is_within(KEYS_KEPT, *keys_at, now) {
            let keys = JsonWebKeySet::fetch_async(metadata.jwks_uri(), http).await?;
            *metadata = Arc::new(Metadata::clone(metadata).set_jwks(keys));
            *keys_at = now;
        }
        Ok(metadata.clone())
    }
}

async fn discover(issuer: &IssuerUrl, http: &Http) -> Result<Metadata, Failure> {
    let metadata = Metadata::discover_async(issuer.clone(), http).await?;
    let address = metadata.authorization_endpoint().url();
    if !goes_safely(address) {
        return Err(Failure::unavailable(
            "the provider names a page without TLS to send people to",
        ));
    }
    Ok(metadata)
}

/// A clock that was set back makes nothing count for longer.
fn is_within(time: SignedDuration, since: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(since);
    !age.is_negative() && age < time
}
