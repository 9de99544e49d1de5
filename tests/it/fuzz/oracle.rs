//! What every answer must be.

use meridian::graphql::error::{Code, MAX_ERRORS, MAX_MESSAGE};
use serde_json::Value;

/// The media type that tells most by its status.
pub(super) const MEDIA_TYPE: &str = "application/graphql-response+json";

/// Longest answer of a request that was refused: it tells what is wrong, and no more.
const LONGEST_REFUSAL: usize = 200_000;

pub(super) enum Verdict {
    /// With the code of the first error, or `DATA`.
    Fine(String),
    Wrong(String),
}

/// Looks at an answer.
pub(super) fn judge(status: u16, text: &str) -> Verdict {
    match look(status, text) {
        Ok(code) => Verdict::Fine(code),
        Err(what) => Verdict::Wrong(what),
    }
}

fn look(status: u16, text: &str) -> Result<String, String> {
    let answer: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let none = Vec::new();
    let errors = answer["errors"].as_array().unwrap_or(&none);
    if errors.len() > MAX_ERRORS {
        return Err(format!("{} errors", errors.len()));
    }
    let codes: Vec<Code> = errors.iter().map(error).collect::<Result<_, _>>()?;
    let Some(first) = codes.first() else {
        return if status == 200 && answer.get("data").is_some() {
            Ok("DATA".to_owned())
        } else {
            Err("neither data nor an error".to_owned())
        };
    };
    if answer.get("data").is_some() {
        return if status == 200 {
            Ok("DATA".to_owned())
        } else {
            Err("data, and not 200".to_owned())
        };
    }
    if !(400..500).contains(&status) {
        return Err("a refusal of another status".to_owned());
    }
    // What validation finds is told all at once, and all else ends at the first thing found.
    let is_validation = [Code::ValidationFailed, Code::BadUserInput].contains(first);
    if codes.len() > 1 && !is_validation {
        return Err("more than one refusal".to_owned());
    }
    if text.len() > LONGEST_REFUSAL {
        return Err(format!("a refusal of {} bytes", text.len()));
    }
    Ok(first.as_str().to_owned())
}

fn error(error: &Value) -> Result<Code, String> {
    let message = error["message"].as_str().unwrap_or_default();
    let length = message.chars().count();
    // The suggestion comes behind what may be as long.
    if length == 0 || length > MAX_MESSAGE + 100 || message.contains('\n') {
        return Err(format!("a message of {length} characters: {message:?}"));
    }
    if error["extensions"]["requestId"]
        .as_str()
        .is_none_or(str::is_empty)
    {
        return Err("an error without its request's id".to_owned());
    }
    let code = error["extensions"]["code"].as_str().unwrap_or_default();
    match Code::ALL.into_iter().find(|known| known.as_str() == code) {
        None => Err(format!("the code {code:?}")),
        Some(Code::Internal | Code::Timeout | Code::Unavailable) => Err(code.to_owned()),
        Some(code) => Ok(code),
    }
}
