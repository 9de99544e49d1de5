//! The answer: its body and its status.

use std::collections::BTreeMap;

use async_graphql::{ServerError, Value};
use axum::http::StatusCode;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use axum::response::Response;
use serde::Serialize;

use super::{Failure, Media};
use crate::graphql::error::{self, Code};
use crate::graphql::guard::Cost;

/// Says that an answer was given before. The word is Stripe's, the first to have it.
pub(in crate::server) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// An answer before it is written.
pub(in crate::server) struct Answer {
    body: Body,
    headers: HeaderMap,
}

enum Body {
    Content(Content),
    /// The text of what was executed before.
    Again(Vec<u8>),
}

/// How a mutation ended, for whoever keeps its answer.
pub(super) enum Ended {
    /// With this text.
    Answered(Vec<u8>),
    /// It did nothing, and may do something when it is executed again.
    NothingDone,
    /// It may have done something, and does not say what.
    OutcomeUnknown,
}

/// What an answer says.
#[derive(Serialize)]
pub(in crate::server) struct Content {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// Absent when nothing was executed: this is how clients tell a refused
    /// request from one whose fields failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    extensions: BTreeMap<String, Value>,
}

impl Answer {
    /// What an executor answered, already masked.
    pub(in crate::server) fn executed(response: async_graphql::Response, cost: Cost) -> Self {
        let was_executed = response.data != Value::Null
            || response.errors.iter().any(|error| !error.path.is_empty());
        let mut extensions = response.extensions;
        extensions.insert("cost".to_owned(), cost.to_value());
        Self {
            body: Body::Content(Content {
                errors: response.errors,
                data: was_executed.then_some(response.data),
                extensions,
            }),
            headers: response.http_headers,
        }
    }

    /// What was answered before, word for word.
    pub(super) fn again(text: Vec<u8>) -> Self {
        let replayed = (REPLAYED, HeaderValue::from_static("true"));
        Self {
            body: Body::Again(text),
            headers: HeaderMap::from_iter([replayed]),
        }
    }

    /// How the mutation ended that this answers; `is_single`: it has one field at its root.
    ///
    /// Where `data` is null a field at the root failed, those before it did what they were to do, and `errors` tells why: a
    /// failure that may pass must not be answered for a day, but only a lost race of a single field is known to have
    /// changed nothing.
    pub(super) fn ended(&self, is_single: bool) -> Ended {
        let Body::Content(content) = &self.body else {
            return Ended::OutcomeUnknown;
        };
        let is_any = |codes: &[Code]| {
            let mut said = content.errors.iter().filter_map(code);
            said.any(|said| codes.iter().any(|code| code.as_str() == said))
        };
        match &content.data {
            None => return Ended::NothingDone,
            Some(Value::Null) if is_any(&[Code::Conflict]) && is_single => {
                return Ended::NothingDone;
            }
            Some(Value::Null) if is_any(&[Code::Conflict, Code::Unavailable, Code::Internal]) => {
                return Ended::OutcomeUnknown;
            }
            Some(_) => {}
        }
        match serde_json::to_vec(content) {
            Ok(text) => Ended::Answered(text),
            Err(_) => Ended::OutcomeUnknown,
        }
    }

    /// Why nothing was executed.
    pub(in crate::server) fn refused(failure: Failure, request_id: &str) -> Self {
        let mut response = async_graphql::Response::from_errors(vec![*failure.error]);
        error::mask(&mut response, request_id);
        Self::executed(response, failure.cost)
    }

    /// Names the methods that would not have been refused.
    pub(super) fn allow(&mut self, methods: &'static str) {
        self.headers
            .insert(ALLOW, HeaderValue::from_static(methods));
    }

    /// What it says, where it was not said before.
    pub(in crate::server) fn content(&self) -> Option<&Content> {
        match &self.body {
            Body::Content(content) => Some(content),
            Body::Again(_) => None,
        }
    }

    /// Whether nothing was executed.
    pub(in crate::server) fn is_refusal(&self) -> bool {
        self.content().is_some_and(|content| content.data.is_none())
    }

    /// What failed.
    pub(in crate::server) fn errors(&self) -> &[ServerError] {
        self.content().map_or(&[], |content| &content.errors)
    }

    /// Writes the answer to whoever has no media type to choose.
    pub(in crate::server) fn write_plain(self) -> Response {
        self.write(Media::GraphqlResponse)
    }

    /// Writes the answer in a media type.
    pub(super) fn write(self, media: Media) -> Response {
        let status = self.status(media);
        let is_in_use = self.code() == Some(Code::IdempotencyKeyInUse.as_str());
        let wait = match &self.body {
            Body::Content(content) => content.errors.first().and_then(retry_after),
            Body::Again(_) => None,
        };
        let text = match self.body {
            Body::Again(text) => text,
            Body::Content(content) => match serde_json::to_vec(&content) {
                Ok(text) => text,
                Err(error) => {
                    tracing::error!(%error, "an answer could not be written");
                    return super::super::internal_error();
                }
            },
        };
        let mut response = Response::new(text.into());
        *response.status_mut() = status;
        *response.headers_mut() = self.headers;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.content_type());
        // What one caller may see is not for a cache: a browser's would answer a GET from it.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE || is_in_use {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, seconds);
        }
        response
    }

    /// GraphQL-over-HTTP, section 6.4: what was executed is 200, whatever became
    /// of its fields. What was refused has a status of its own, which
    /// `application/json` tells only of requests that were no GraphQL requests,
    /// and of failures of ours.
    fn status(&self, media: Media) -> StatusCode {
        let Some(code) = self.code() else {
            return StatusCode::OK;
        };
        let is_about_query = [
            Code::ParseFailed,
            Code::ValidationFailed,
            Code::QueryTooComplex,
            Code::BadUserInput,
            Code::Deprecated,
        ]
        .iter()
        .any(|about_query| code == about_query.as_str());
        match media {
            Media::Json if is_about_query => StatusCode::OK,
            _ => status_of(code),
        }
    }

    /// Why nothing was executed; none when something was. Every refusal has a code: the mask sees to it.
    fn code(&self) -> Option<&str> {
        match &self.body {
            Body::Content(content) if content.data.is_none() => {
                content.errors.first().and_then(code)
            }
            _ => None,
        }
    }
}

pub(super) fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// How long to wait, where that is known.
fn retry_after(error: &ServerError) -> Option<HeaderValue> {
    match error.extensions.as_ref()?.get("retryAfterSeconds")? {
        Value::Number(seconds) => seconds.as_i64().map(HeaderValue::from),
        _ => None,
    }
}

/// The status of a refusal. A time-out is 503 rather than 504: nobody behind us was waited for.
fn status_of(code: &str) -> StatusCode {
    match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "METHOD_NOT_ALLOWED" => StatusCode::METHOD_NOT_ALLOWED,
        "NOT_ACCEPTABLE" => StatusCode::NOT_ACCEPTABLE,
        "CONFLICT" | "IDEMPOTENCY_KEY_IN_USE" | "OUTCOME_UNKNOWN" => StatusCode::CONFLICT,
        "IDEMPOTENCY_KEY_REUSED" => StatusCode::UNPROCESSABLE_ENTITY,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "BODY_TIMEOUT" => StatusCode::REQUEST_TIMEOUT,
        "PAYLOAD_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNAVAILABLE" | "TIMEOUT" => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{PathSegment, Response, value};

    use super::*;
    use crate::graphql::error::coded;

    /// How a mutation is taken to have ended whose field at the root, or below it, failed.
    fn ended(data: Value, errors: &[(Code, &[&str])], is_single: bool) -> &'static str {
        let errors = errors.iter().map(|(code, path)| {
            let mut error = coded(*code, "why", None);
            let step = |step: &&str| PathSegment::Field((*step).to_owned());
            error.path = path.iter().map(step).collect();
            error
        });
        let mut response = Response::new(data);
        response.errors = errors.collect();
        match Answer::executed(response, Cost::default()).ended(is_single) {
            Ended::Answered(_) => "answered",
            Ended::NothingDone => "nothing done",
            Ended::OutcomeUnknown => "unknown",
        }
    }

    #[test]
    fn what_was_done_is_an_answer_though_a_field_of_it_failed() {
        let done = || value!({ "clientCreate": { "client": null } });
        let below: &[&str] = &["clientCreate", "client"];
        assert_eq!(ended(done(), &[], true), "answered");
        assert_eq!(ended(done(), &[(Code::Forbidden, below)], true), "answered");
        assert_eq!(ended(done(), &[(Code::Conflict, below)], true), "answered");
        assert_eq!(ended(done(), &[(Code::Internal, below)], false), "answered");
    }

    #[test]
    fn of_what_failed_as_a_whole_only_what_cannot_pass_is_an_answer() {
        let root: &[&str] = &["clientCreate"];
        for (code, single, several) in [
            (Code::Forbidden, "answered", "answered"),
            (Code::NotFound, "answered", "answered"),
            (Code::BadUserInput, "answered", "answered"),
            (Code::Conflict, "nothing done", "unknown"),
            (Code::Unavailable, "unknown", "unknown"),
            (Code::Internal, "unknown", "unknown"),
        ] {
            let of = |is_single| ended(Value::Null, &[(code, root)], is_single);
            assert_eq!((of(true), of(false)), (single, several), "{code:?}");
        }
    }

    #[test]
    fn what_was_refused_before_did_nothing() {
        let refused = [(Code::ValidationFailed, [].as_slice())];
        assert_eq!(ended(Value::Null, &refused, true), "nothing done");
    }
}
