//! What stays open: WebSockets that speak graphql-transport-ws, and event streams. Both carry queries and mutations too, behind
//! the same guards, but are there for subscriptions.

mod event_stream;
mod handshake;
mod operation;
mod places;
mod protocol;
mod socket;
mod subscription;

use std::time::Duration;

use super::graphql::Endpoint;
use super::limits::Limits;
use super::turns::Turns;
use crate::app::App;
use crate::config::IntrospectionAccess;
use crate::domain::access::Caller;
use crate::entity::Access;
use crate::graphql::MeridianSchema;

use places::Places;

pub(super) use handshake::take_handshakes;

/// Operations under way on one socket at most.
const MOST_OPERATIONS: usize = 20;

/// How long a server waits for those at the other end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For `connection_init`, once a socket is open.
    pub init: Duration,
    /// Between two pings, and for the answer to one; between two comments of an event stream.
    pub ping: Duration,
    /// For a message to be taken: who reads more slowly is hung up on.
    pub write: Duration,
}

impl Default for Patience {
    /// 5 s, 25 s (proxies close what is quiet for 60 s) and 20 s.
    fn default() -> Self {
        Self {
            init: Duration::from_secs(5),
            ping: Duration::from_secs(25),
            write: Duration::from_secs(20),
        }
    }
}

/// What sockets and event streams are served with. Cheap to clone.
#[derive(Clone)]
pub(super) struct Live {
    app: App,
    endpoint: Endpoint<MeridianSchema>,
    limits: Limits,
    patience: Patience,
    places: Places,
    /// Subscriptions are told of events by turns: those who ask do not wait behind all who listen.
    turns: Turns,
}

impl Live {
    pub(super) fn new(
        app: &App,
        endpoint: Endpoint<MeridianSchema>,
        limits: Limits,
        patience: Patience,
    ) -> Self {
        Self {
            places: Places::of(&app.config),
            turns: Turns::at_half_of_the_machine(),
            app: app.clone(),
            endpoint,
            limits,
            patience,
        }
    }

    /// The schema as it is served to `caller`.
    pub(super) fn endpoint_for(&self, caller: &Caller) -> Endpoint<MeridianSchema> {
        let is_open = match self.app.config.introspection {
            IntrospectionAccess::Off => false,
            IntrospectionAccess::Owners => caller.access == Access::Owner,
            IntrospectionAccess::Token => true,
        };
        let endpoint = self.endpoint.clone();
        match is_open {
            true => endpoint,
            false => endpoint.with_its_schema_hidden(),
        }
    }
}
