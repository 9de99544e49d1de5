//! `GET /metrics`: the replica's figures for Prometheus, and the counting of requests.

use std::time::Instant;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::graphql::refuse;
use crate::app::App;
use crate::domain::access::Caller;

const OPEN_METRICS: [(HeaderName, &str); 1] = [(
    CONTENT_TYPE,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
)];

/// Answers owners and managers.
pub(super) async fn for_a_caller(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response {
    match caller.must_read_all("read the figures of the server") {
        Ok(()) => for_anybody(State(app)).await,
        Err(refusal) => refuse(&headers, &refusal),
    }
}

/// Answers whoever asks.
pub(super) async fn for_anybody(State(app): State<App>) -> Response {
    (OPEN_METRICS, app.watch.exposition(&app).await).into_response()
}

/// Counts a request by the status of its answer, and how long that took.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    app.watch.answered(status, started.elapsed());
    response
}
