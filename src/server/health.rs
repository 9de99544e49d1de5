//! `GET /healthz`: whether the process answers at all. `GET /readyz`: whether it does its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderName};

use crate::app::App;
use crate::watch::Readiness;

/// A probe asks again, and nobody in between answers for us.
const NOT_KEPT: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// Answers `ok`, to anybody and without looking at the database: a probe that
/// restarts the process must not do so because something else is down.
pub async fn healthz() -> &'static str {
    "ok"
}

/// Answers 200 when every check passes and 503 when one does not, and which and why, as JSON; to anybody.
pub(super) async fn readyz(
    State(app): State<App>,
) -> (StatusCode, [(HeaderName, &'static str); 1], Json<Readiness>) {
    let readiness = app.watch.readiness(&app).await;
    let status = match readiness.ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, NOT_KEPT, Json(readiness))
}
