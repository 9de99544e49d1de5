//! The answer: its body and its status.

use std::collections::BTreeMap;

use async_graphql::{ServerError, Value};
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use axum::response::Response;
use serde::Serialize;

use super::{Failure, Media};
use crate::graphql::error::{self, Code};
use crate::graphql::guard::Cost;

/// An answer before it is written.
pub(super) struct Answer {
    body: Content,
    headers: HeaderMap,
}

#[derive(Serialize)]
struct Content {
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
    pub(super) fn executed(response: async_graphql::Response, cost: Cost) -> Self {
        let was_executed = response.data != Value::Null
            || response.errors.iter().any(|error| !error.path.is_empty());
        let mut extensions = response.extensions;
        extensions.insert("cost".to_owned(), cost.to_value());
        Self {
            body: Content {
                errors: response.errors,
                data: was_executed.then_some(response.data),
                extensions,
            },
            headers: response.http_headers,
        }
    }

    /// Why nothing was executed.
    pub(super) fn refused(failure: Failure, request_id: &str) -> Self {
        let mut response = async_graphql::Response::from_errors(vec![*failure.error]);
        error::mask(&mut response, request_id);
        Self::executed(response, failure.cost)
    }

    /// Names the methods that would not have been refused.
    pub(super) fn allow(&mut self, methods: &'static str) {
        self.headers
            .insert(ALLOW, HeaderValue::from_static(methods));
    }

    /// Writes the answer in a media type.
    pub(super) fn write(self, media: Media) -> Response {
        let status = self.status(media);
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => Body::from(body),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                return super::super::internal_error();
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = self.headers;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.content_type());
        // What one caller may see is not for a cache: a browser's would answer a GET from it.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(seconds) = self.body.errors.first().and_then(retry_after) {
            headers.insert(RETRY_AFTER, seconds);
        }
        response
    }

    /// GraphQL-over-HTTP, section 6.4: what was executed is 200, whatever became
    /// of its fields. What was refused has a status of its own, which
    /// `application/json` tells only of requests that were no GraphQL requests,
    /// and of failures of ours.
    fn status(&self, media: Media) -> StatusCode {
        let refusal = match (&self.body.data, self.body.errors.first()) {
            (None, Some(error)) => code(error).map_or(StatusCode::BAD_REQUEST, status_of),
            _ => return StatusCode::OK,
        };
        let is_about_query = self.body.errors.first().is_some_and(|error| {
            [
                Code::ParseFailed,
                Code::ValidationFailed,
                Code::QueryTooComplex,
                Code::BadUserInput,
            ]
            .iter()
            .any(|about_query| code(error) == Some(about_query.as_str()))
        });
        match media {
            Media::Json if is_about_query => StatusCode::OK,
            _ => refusal,
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
        "CONFLICT" => StatusCode::CONFLICT,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "BODY_TIMEOUT" => StatusCode::REQUEST_TIMEOUT,
        "PAYLOAD_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNAVAILABLE" | "TIMEOUT" => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
