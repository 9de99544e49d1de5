//! `GET /healthz`: whether the process answers at all.

/// Answers `ok`, to anybody and without looking at the database: a probe that
/// restarts the process must not do so because something else is down.
pub async fn healthz() -> &'static str {
    "ok"
}
