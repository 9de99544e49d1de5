//! The body of a request: one JSON object with the words of the specification.

use async_graphql::Variables;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{Failure, MAX_BODY};
use crate::graphql::error::Code;
use crate::graphql::guard;

/// What a client asks for.
#[derive(Debug)]
pub(super) struct Call {
    /// The document, not yet looked at.
    pub(super) query: String,
    /// The name of the operation to run.
    pub(super) operation: Option<String>,
    /// The variables, within the bounds of the guard.
    pub(super) variables: Variables,
}

/// Reads the body of a request.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` beyond [`MAX_BODY`]; `BAD_REQUEST` for what is no request; the guard's for its variables.
pub(super) async fn read(mut request: Request) -> Result<Call, Failure> {
    DefaultBodyLimit::max(MAX_BODY).apply(&mut request);
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let message = format!("The body is longer than {MAX_BODY} bytes.");
                Failure::of(Code::PayloadTooLarge, message)
            } else {
                bad("The body could not be read to its end.")
            }
        })?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => call(fields),
        Ok(Value::Array(_)) => Err(bad("Batches are not accepted: send one request at a time.")),
        Ok(_) => Err(bad("The body must be a JSON object with a `query`.")),
        Err(error) => Err(bad(format!("The body is not JSON: {error}."))),
    }
}

fn call(mut fields: Map<String, Value>) -> Result<Call, Failure> {
    let query = match fields.remove("query") {
        Some(Value::String(query)) => query,
        _ => return Err(bad("`query` must be there and be a string.")),
    };
    let operation = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(bad("`operationName` must be a string or null.")),
    };
    let variables = object(&mut fields, "variables")?;
    object(&mut fields, "extensions")?;
    guard::check_variables(&variables)?;
    if query.contains("\\u0000") || variables.values().any(has_nul) {
        let message = "Take out the NUL character: it cannot be stored.";
        return Err(Failure::of(Code::BadUserInput, message));
    }
    Ok(Call {
        query,
        operation,
        variables: Variables::from_json(Value::Object(variables)),
    })
}

/// Whether a text in it has the character that PostgreSQL cannot store. Its depth was checked before.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        _ => false,
    }
}

fn object(fields: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Failure> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(bad(format!("`{name}` must be an object or null."))),
    }
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::of(Code::BadRequest, message)
}
