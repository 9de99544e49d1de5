//! What a request asks for: in its body one JSON object with the words of the specification, in its URL the same words
//! as parameters.

use async_graphql::Variables;
use axum::extract::Request;
use axum::http::Uri;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use url::form_urlencoded;

use super::{Failure, MAX_BODY};
use crate::graphql::error::Code;
use crate::graphql::guard;
use crate::server::body::{self, Unread};

/// What a client asks for.
#[derive(Clone, Debug)]
pub(in crate::server) struct Call {
    /// The document, not yet looked at.
    pub(super) query: String,
    /// The name of the operation to run.
    pub(super) operation: Option<String>,
    /// The variables, within the bounds of the guard.
    pub(super) variables: Variables,
    /// SHA-256 of the three, in hexadecimal digits: the same for the same request, in whatever order its variables come.
    pub(super) digest: String,
    /// Whether what is deprecated is to be refused: `?future=1`.
    pub(super) is_of_the_future: bool,
}

/// Reads the body of a request, until `deadline`.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` beyond [`MAX_BODY`]; `BODY_TIMEOUT`; `BAD_REQUEST` for what is no request; the guard's for its variables.
pub(super) async fn of_body(request: Request, deadline: Instant) -> Result<Call, Failure> {
    let is_of_the_future = is_of_the_future(request.uri())?;
    let body = body::read(request, MAX_BODY, deadline)
        .await
        .map_err(|unread| match unread {
            Unread::TooLong => Failure::of(
                Code::PayloadTooLarge,
                format!("The body is longer than {MAX_BODY} bytes."),
            ),
            Unread::TooSlow => Failure::of(
                Code::BodyTimeout,
                "The end of the body did not come in time. Send it again, faster.",
            ),
            Unread::Broken => bad("The body could not be read to its end."),
        })?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => of_fields(fields, is_of_the_future),
        Ok(Value::Array(_)) => Err(bad("Batches are not accepted: send one request at a time.")),
        Ok(_) => Err(bad("The body must be a JSON object with a `query`.")),
        Err(error) => Err(bad(format!("The body is not JSON: {error}."))),
    }
}

/// Reads the parameters of a URL: `query` and `operationName` as they are, `variables` and `extensions` as JSON. One that
/// is empty counts as absent, and what else is there is somebody else's.
///
/// # Errors
/// `BAD_REQUEST` for what is no request; the guard's for its variables.
pub(super) fn of_url(uri: &Uri) -> Result<Call, Failure> {
    let mut fields = Map::new();
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    for (name, text) in pairs {
        let value = match &*name {
            "query" => Value::String(text.into_owned()),
            "operationName" | "variables" | "extensions" if text.is_empty() => Value::Null,
            "operationName" => Value::String(text.into_owned()),
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|error| bad(format!("`{name}` in the URL is not JSON: {error}.")))?,
            _ => continue,
        };
        // Which of two is meant, a proxy in front may see otherwise than we do.
        if fields.insert(name.to_string(), value).is_some() {
            return Err(bad(format!("`{name}` is in the URL more than once.")));
        }
    }
    of_fields(fields, is_of_the_future(uri)?)
}

/// Whether the URL has `future=1`: the client is to work with what will be left when all that is deprecated is gone.
fn is_of_the_future(uri: &Uri) -> Result<bool, Failure> {
    let mut asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == "future");
    match (asked.next(), asked.next()) {
        (None, _) => Ok(false),
        (Some((_, value)), None) if value == "1" => Ok(true),
        _ => Err(bad("`future` in the URL must be 1, once, or left out.")),
    }
}

/// Reads the words of the specification.
///
/// # Errors
/// `BAD_REQUEST` for what is no request; the guard's for its variables.
pub(in crate::server) fn of_fields(
    mut fields: Map<String, Value>,
    is_of_the_future: bool,
) -> Result<Call, Failure> {
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
    let asked = json!([query, operation, variables]);
    Ok(Call {
        digest: format!("{:x}", Sha256::digest(asked.to_string())),
        query,
        operation,
        variables: Variables::from_json(Value::Object(variables)),
        is_of_the_future,
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
