//! Reading the body of a request, within bounds.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use tokio::time::Instant;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// Its end did not come in time, however busily it trickled.
    TooSlow,
    /// It is not what its head says, or the client went away.
    Broken,
}

/// Reads the body of a request: at most `most` bytes, until `deadline`.
///
/// # Errors
/// An [`Unread`].
pub(super) async fn read(
    mut request: Request,
    most: usize,
    deadline: Instant,
) -> Result<Bytes, Unread> {
    DefaultBodyLimit::max(most).apply(&mut request);
    match tokio::time::timeout_at(deadline, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Unread::TooLong)
        }
        Ok(Err(_)) => Err(Unread::Broken),
        Err(_) => Err(Unread::TooSlow),
    }
}
