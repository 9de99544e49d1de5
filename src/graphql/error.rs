//! The one place where failures become entries of GraphQL's `errors`: each gets a
//! code, the request's id, and whether trying again may help. What a caller must
//! not see is logged with that id and masked.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError, Value, value};

use crate::error::{Error, Problem, ProblemCode};

/// Most entries of `errors` in one answer.
pub const MAX_ERRORS: usize = 50;
/// Longest message of an error in characters: names in a document are as long as it pleases.
pub const MAX_MESSAGE: usize = 500;

const MASKED: &str = "Something went wrong on our side. If it lasts, report the requestId.";

/// What `extensions.code` of an error can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// An argument or a variable is not acceptable; `extensions.problems` says which.
    BadUserInput,
    /// There is no such thing, or the caller may not see it.
    NotFound,
    /// Somebody else was faster. Read again and retry.
    Conflict,
    /// The caller is known but may not do this.
    Forbidden,
    /// No valid token or session was sent.
    Unauthenticated,
    /// Too much was asked in too short a time. Retry after what `Retry-After` says.
    RateLimited,
    /// A part we depend on does not answer. Retry later.
    Unavailable,
    /// A fault of ours. Report the request's id.
    Internal,
    /// The request took longer than it may.
    Timeout,
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema, or no operation was chosen.
    ValidationFailed,
    /// The document is too long, too deep or too costly.
    QueryTooComplex,
    /// The body of the request is too long.
    PayloadTooLarge,
    /// The body of the request did not come in time.
    BodyTimeout,
    /// The body, or what stands in its place in the URL, is not a GraphQL request.
    BadRequest,
    /// The HTTP method is not served here, or not for this operation.
    MethodNotAllowed,
    /// The `Content-Type` is not `application/json`.
    UnsupportedMediaType,
    /// No media type of `Accept` can be served.
    NotAcceptable,
    /// Something else was sent with this `Idempotency-Key`.
    IdempotencyKeyReused,
    /// What was sent with this `Idempotency-Key` is still being executed.
    IdempotencyKeyInUse,
    /// What was sent with this `Idempotency-Key` was begun, and nobody knows how it ended.
    OutcomeUnknown,
    /// The document uses what is deprecated, and the request asked to have that refused.
    Deprecated,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::BadUserInput,
        Self::NotFound,
        Self::Conflict,
        Self::Forbidden,
        Self::Unauthenticated,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
        Self::Timeout,
        Self::ParseFailed,
        Self::ValidationFailed,
        Self::QueryTooComplex,
        Self::PayloadTooLarge,
        Self::BodyTimeout,
        Self::BadRequest,
        Self::MethodNotAllowed,
        Self::UnsupportedMediaType,
        Self::NotAcceptable,
        Self::IdempotencyKeyReused,
        Self::IdempotencyKeyInUse,
        Self::OutcomeUnknown,
        Self::Deprecated,
    ];

    /// The code as clients read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Forbidden => "FORBIDDEN",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
            Self::Timeout => "TIMEOUT",
            Self::ParseFailed => "PARSE_FAILED",
            Self::ValidationFailed => "VALIDATION_FAILED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::BodyTimeout => "BODY_TIMEOUT",
            Self::BadRequest => "BAD_REQUEST",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::IdempotencyKeyInUse => "IDEMPOTENCY_KEY_IN_USE",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::Deprecated => "DEPRECATED",
        }
    }

    /// Whether the same request may succeed when it is sent again, unchanged.
    pub fn retryable(self) -> bool {
        matches!(
            self,
            Self::Conflict
                | Self::RateLimited
                | Self::Unavailable
                | Self::Timeout
                | Self::BodyTimeout
                | Self::IdempotencyKeyInUse
        )
    }

    /// The code of a failure.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::NotFound(_) => Self::NotFound,
            Error::Invalid(_) => Self::BadUserInput,
            Error::Conflict(_) => Self::Conflict,
            Error::Forbidden(_) => Self::Forbidden,
            Error::Unauthenticated => Self::Unauthenticated,
            Error::RateLimited(_) => Self::RateLimited,
            Error::Unavailable(_) => Self::Unavailable,
            Error::Internal(_) => Self::Internal,
        }
    }
}

/// An error with its code, ready for `errors`.
pub fn coded(code: Code, message: impl Into<String>, position: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, position);
    set_code(&mut error, code);
    error
}

/// One failure as an error of the request as a whole: not tied to a field.
pub fn of_request(failure: &Error, request_id: &str) -> ServerError {
    let mut error = ServerError::new("", None);
    describe(&mut error, failure, request_id);
    stamp(&mut error, request_id);
    error
}

/// Gives every error of an answer its code and the request's id, masks what is
/// nobody's business, and keeps the first [`MAX_ERRORS`].
///
/// Resolvers return [`crate::error::Error`] by `?`: async-graphql keeps it as the
/// error's source, where it is found again here. An error of a field that has
/// neither such a source nor a code is unexpected, hence masked. Without a path it
/// comes from validation, whose words are about the query only.
pub fn mask(response: &mut Response, request_id: &str) {
    let omitted = response.errors.len().saturating_sub(MAX_ERRORS);
    for error in &mut response.errors {
        mask_one(error, request_id);
    }
    if omitted > 0 {
        response.errors.truncate(MAX_ERRORS);
        response
            .extensions
            .insert("errorsOmitted".to_owned(), Value::from(omitted));
    }
}

fn mask_one(error: &mut ServerError, request_id: &str) {
    if let Some(source) = error.source.take()
        && let Some(failure) = source.downcast_ref::<Error>()
    {
        describe(error, failure, request_id);
    } else if !has_code(error) {
        if is_about_input(&error.message) {
            set_code(error, Code::BadUserInput);
        } else if error.path.is_empty() {
            set_code(error, Code::ValidationFailed);
        } else {
            tracing::error!(request_id, message = error.message, path = ?error.path, "a resolver failed");
            error.message = MASKED.to_owned();
            error.extensions = None;
            set_code(error, Code::Internal);
        }
    }
    tidy(&mut error.message);
    stamp(error, request_id);
}

/// One line of bounded length, whatever of the request it repeats.
fn tidy(message: &mut String) {
    *message = message.replace(['\n', '\r'], " ");
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
}

/// async-graphql words a value that does not fit its type so, and gives it no other mark.
fn is_about_input(message: &str) -> bool {
    [
        "Invalid value for argument ",
        "Failed to parse \"",
        "Expected input type \"",
    ]
    .iter()
    .any(|start| message.starts_with(start))
}

fn describe(error: &mut ServerError, failure: &Error, request_id: &str) {
    error.extensions = None;
    set_code(error, Code::of(failure));
    error.message = failure.to_string();
    match failure {
        Error::Internal(cause) => {
            tracing::error!(request_id, cause = ?cause, path = ?error.path, "a request failed");
            error.message = MASKED.to_owned();
        }
        Error::Invalid(problems) => {
            let problems = problems.iter().map(problem).collect();
            extensions(error).set("problems", Value::List(problems));
        }
        Error::RateLimited(_) => extensions(error).set("retryAfterSeconds", failure.retry_after()),
        Error::Unavailable(_) => tracing::warn!(request_id, message = error.message, "unavailable"),
        _ => {}
    }
}

fn problem(problem: &Problem) -> Value {
    let code = match problem.code {
        ProblemCode::Invalid => "INVALID",
        ProblemCode::Taken => "TAKEN",
        ProblemCode::NotFound => "NOT_FOUND",
        ProblemCode::StaleVersion => "STALE_VERSION",
        ProblemCode::NotAllowedNow => "NOT_ALLOWED_NOW",
    };
    value!({ "field": (problem.field.clone()), "code": code, "message": (problem.message.clone()) })
}

fn stamp(error: &mut ServerError, request_id: &str) {
    extensions(error).set("requestId", request_id);
}

fn has_code(error: &ServerError) -> bool {
    error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some())
}

fn set_code(error: &mut ServerError, code: Code) {
    let extensions = extensions(error);
    extensions.set("code", code.as_str());
    extensions.set("retryable", code.retryable());
}

fn extensions(error: &mut ServerError) -> &mut ErrorExtensionValues {
    error.extensions.get_or_insert_default()
}
