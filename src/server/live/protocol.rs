//! The messages of graphql-transport-ws, and the codes by which a socket is closed.

use axum::extract::ws::CloseFrame;
use serde::Serialize;
use serde_json::{Map, Value};

/// What a client names as `Sec-WebSocket-Protocol`.
pub(super) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Longest message in bytes: as long as the body of a request.
pub(super) const LONGEST: usize = crate::server::graphql::MAX_BODY;

/// Why a socket is closed. The codes below 4000 are those of RFC 6455, the others those of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The other end is gone, or does not read: there is nobody to say anything to.
    Unheard,
    /// The server stops. Connect again.
    GoingAway,
    /// A message is longer than [`LONGEST`].
    TooBig,
    /// The server cannot take this now.
    TryAgainLater(&'static str),
    /// A message is not one of the protocol.
    BadRequest(&'static str),
    /// Something was asked for before `connection_init` was acknowledged.
    Unauthorized,
    /// No valid token, or no longer one.
    Forbidden,
    /// The client does not speak the protocol.
    SubprotocolNotAcceptable,
    /// `connection_init` did not come in time.
    InitTimeout,
    /// An operation with this id is under way.
    SubscriberExists,
    /// `connection_init` came twice.
    TooManyInits,
    /// A fault of ours.
    Internal,
}

impl Closing {
    /// The frame that says so; none when nobody would hear it.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Unheard => return None,
            Self::GoingAway => (1001, "The server stops; connect again"),
            Self::TooBig => (1009, "The message is longer than 262144 bytes"),
            Self::TryAgainLater(reason) => (1013, reason),
            Self::BadRequest(reason) => (4400, reason),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Forbidden => (4403, "Forbidden"),
            Self::SubprotocolNotAcceptable => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::SubscriberExists => (4409, "Subscriber for this id already exists"),
            Self::TooManyInits => (4429, "Too many initialisation requests"),
            Self::Internal => (4500, "Internal server error"),
        };
        Some(CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum Heard {
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe {
        id: String,
        call: Map<String, Value>,
    },
    Complete {
        id: String,
    },
}

impl Heard {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Closing::BadRequest`], which says what a message must be.
    pub(super) fn read(text: &str) -> Result<Self, Closing> {
        let bad = Err(Closing::BadRequest("Invalid message received"));
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return bad;
        };
        let kind = message.remove("type");
        let id = match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            _ => None,
        };
        let payload = message.remove("payload").filter(|value| !value.is_null());
        match (kind.as_ref().and_then(Value::as_str), id, payload) {
            (Some("connection_init"), _, None) => Ok(Self::Init(Map::new())),
            (Some("connection_init"), _, Some(Value::Object(payload))) => Ok(Self::Init(payload)),
            (Some("ping"), _, payload) => Ok(Self::Ping(payload)),
            (Some("pong"), ..) => Ok(Self::Pong),
            (Some("subscribe"), Some(id), Some(Value::Object(call))) => {
                Ok(Self::Subscribe { id, call })
            }
            (Some("complete"), Some(id), _) => Ok(Self::Complete { id }),
            _ => bad,
        }
    }
}

/// What the server says.
#[derive(Serialize)]
pub(super) struct Said<P> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<P>,
}

impl Said<()> {
    /// The client is known, and may ask.
    pub(super) const ACKNOWLEDGED: Self = Self {
        kind: "connection_ack",
        id: None,
        payload: None,
    };

    /// Are you there?
    pub(super) const PING: Self = Self {
        kind: "ping",
        id: None,
        payload: None,
    };

    /// The operation has come to its end.
    pub(super) fn complete(id: String) -> Self {
        Self {
            kind: "complete",
            id: Some(id),
            payload: None,
        }
    }
}

impl<P> Said<P> {
    /// The server is there, and gives back what the ping carried.
    pub(super) fn pong(payload: Option<P>) -> Self {
        Self {
            kind: "pong",
            id: None,
            payload,
        }
    }

    /// A result of an operation.
    pub(super) fn next(id: String, result: P) -> Self {
        Self {
            kind: "next",
            id: Some(id),
            payload: Some(result),
        }
    }

    /// Why an operation was not begun, or does not go on: `errors` of GraphQL.
    pub(super) fn error(id: String, errors: P) -> Self {
        Self {
            kind: "error",
            id: Some(id),
            payload: Some(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_of_the_protocol_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"type":"start","id":"1","payload":{}}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"connection_init","payload":"mer_"}"#,
            r#"{"type":"complete"}"#,
        ] {
            let refused = Heard::read(text).unwrap_err();
            assert!(matches!(refused, Closing::BadRequest(_)), "{text}");
        }
    }

    #[test]
    fn a_reason_fits_a_close_frame() {
        for closing in [
            Closing::GoingAway,
            Closing::TooBig,
            Closing::SubprotocolNotAcceptable,
        ] {
            assert!(closing.frame().unwrap().reason.len() <= 123);
        }
    }
}
