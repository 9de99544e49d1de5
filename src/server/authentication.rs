//! Who is asking: the bearer token of a request.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::Response;

use super::graphql;
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::tokens;
use crate::error::{Error, Result};

/// Lets a request on only with a valid token, and puts its [`Caller`] on it. All others get the same answer: 401.
pub(super) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match caller(&app, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(failure) => refuse(request.headers(), &failure),
    }
}

/// Who sends these headers.
///
/// # Errors
/// Unauthenticated without a valid token; the database's.
pub(super) async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller> {
    let token = bearer(headers).ok_or(Error::Unauthenticated)?;
    let signed_in = tokens::authenticate(&app.db, token, app.clock.now()).await?;
    let caller = signed_in.caller.clone();
    if signed_in.is_to_be_noted() {
        // Nobody waits for this: a request that only reads must not queue behind the one writer of SQLite.
        let db = app.db.clone();
        tokio::spawn(async move {
            if let Err(error) = tokens::note_use(&db, &signed_in).await {
                tracing::warn!(error = ?error, "the use of an API token was not noted");
            }
        });
    }
    Ok(caller)
}

/// The token of `Authorization: Bearer …`; the scheme in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn refuse(headers: &HeaderMap, failure: &Error) -> Response {
    let mut response = graphql::refuse(headers, failure);
    if matches!(failure, Error::Unauthenticated) {
        let challenge = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
