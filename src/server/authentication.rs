//! Who is asking: the bearer token of a request, or the session of the browser that sends it.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue, SET_COOKIE, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;

use super::cookies::{Cookie, is_from_elsewhere};
use super::limits::{Allowance, Limits};
use super::{graphql, visitor};
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::credential::Credential;
use crate::domain::sessions::{self, Duty};
use crate::domain::tokens;
use crate::error::{Error, Result};

/// Who was let in, and the cookie that the answer has to bring.
struct Admitted {
    caller: Caller,
    credential: Credential,
    cookie: Option<HeaderValue>,
}

/// What the answer to whoever is let in can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Renew their session.
    BringsCookies,
    /// That not: on a socket the browser takes no cookies, and its next request is answered by one.
    BringsNone,
}

/// Lets a request on only with a valid token or session, and puts its [`Caller`], its [`Credential`] and its [`Allowance`] on it.
/// All others get the same answer: 401, or 429 where there were too many of them.
pub(super) async fn require(
    State((app, limits)): State<(App, Limits)>,
    mut request: Request,
    next: Next,
) -> Response {
    let trusted = &app.config.trusted_proxies;
    let address = visitor::address(request.headers(), request.extensions(), trusted);
    let admitted = match admit(&app, request.headers(), Answer::BringsCookies).await {
        Ok(admitted) => admitted,
        Err(failure) => {
            let counted = match failure {
                Error::Unauthenticated => limits.failed(address, app.clock.now()),
                _ => Ok(()),
            };
            return refuse(request.headers(), &counted.err().unwrap_or(failure));
        }
    };
    let allowance = Allowance::new(&app, &limits, admitted.credential);
    let extensions = request.extensions_mut();
    extensions.insert(admitted.caller);
    extensions.insert(admitted.credential);
    extensions.insert(allowance);
    let mut response = next.run(request).await;
    if let Some(cookie) = admitted.cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Who opens a socket with these headers, and by what.
///
/// # Errors
/// Unauthenticated without a valid token or session; forbidden for a session that a page of another site uses; the database's.
pub(super) async fn of_socket(app: &App, headers: &HeaderMap) -> Result<(Caller, Credential)> {
    let admitted = admit(app, headers, Answer::BringsNone).await?;
    Ok((admitted.caller, admitted.credential))
}

/// Who it is that a credential, once let in, belongs to now. What stays open asks this: the secret of its session may have been
/// replaced since. It counts as no use: listening keeps nobody signed in.
///
/// # Errors
/// Unauthenticated when the credential is not valid any more; the database's.
pub(super) async fn again(app: &App, credential: Credential) -> Result<Caller> {
    let now = app.clock.now();
    match credential {
        Credential::Token { id, .. } => Ok(tokens::again(&app.db, id, now).await?.caller),
        Credential::Session { id } => {
            let lifetimes = app.config.session_lifetimes();
            let signed_in = sessions::again(&app.db, id, lifetimes, now).await?;
            Ok(signed_in.caller)
        }
    }
}

/// As [`again`], for what counts as a use.
///
/// # Errors
/// As of [`again`].
pub(super) async fn used_again(app: &App, credential: Credential) -> Result<Caller> {
    let now = app.clock.now();
    match credential {
        Credential::Token { id, .. } => {
            let signed_in = tokens::again(&app.db, id, now).await?;
            let caller = signed_in.caller.clone();
            note_token(app, signed_in);
            Ok(caller)
        }
        Credential::Session { id } => {
            let lifetimes = app.config.session_lifetimes();
            let signed_in = sessions::again(&app.db, id, lifetimes, now).await?;
            let caller = signed_in.caller.clone();
            note_session(app, signed_in, None);
            Ok(caller)
        }
    }
}

async fn admit(app: &App, headers: &HeaderMap, answer: Answer) -> Result<Admitted> {
    let now = app.clock.now();
    if headers.contains_key(AUTHORIZATION) {
        let token = bearer(headers).ok_or(Error::Unauthenticated)?;
        return by_token(app, token, now).await;
    }
    let url = &app.config.public_url;
    let secret = Cookie::Session
        .read(headers, url)
        .ok_or(Error::Unauthenticated)?;
    if is_from_elsewhere(headers, url) {
        return Err(Error::Forbidden(
            "A page of another site sent this. Only pages of Meridian's own address may use its session; others send an API token.".into(),
        ));
    }
    by_session(app, secret, now, answer).await
}

async fn by_token(app: &App, token: &str, now: Timestamp) -> Result<Admitted> {
    let signed_in = tokens::authenticate(&app.db, token, now).await?;
    let admitted = Admitted {
        caller: signed_in.caller.clone(),
        credential: Credential::Token {
            id: signed_in.token.id,
            scope: signed_in.token.scope,
        },
        cookie: None,
    };
    note_token(app, signed_in);
    Ok(admitted)
}

async fn by_session(app: &App, secret: &str, now: Timestamp, answer: Answer) -> Result<Admitted> {
    let lifetimes = app.config.session_lifetimes();
    let signed_in = sessions::authenticate(&app.db, secret, lifetimes, now).await?;
    let mut admitted = Admitted {
        caller: signed_in.caller.clone(),
        credential: Credential::Session {
            id: signed_in.session.id,
        },
        cookie: None,
    };
    if (signed_in.duty, answer) == (Duty::Renew, Answer::BringsCookies) {
        if let Some(renewed) = sessions::renew(&app.db, &signed_in, secret).await? {
            admitted.cookie = Some(session_cookie(app, &renewed, now)?);
        }
    } else {
        note_session(app, signed_in, Some(secret.to_owned()));
    }
    Ok(admitted)
}

/// Nobody waits for this: a request that only reads must not queue behind the one writer of SQLite.
fn note_token(app: &App, signed_in: tokens::SignedIn) {
    if !signed_in.is_to_be_noted() {
        return;
    }
    let db = app.db.clone();
    tokio::spawn(async move {
        if let Err(error) = tokens::note_use(&db, &signed_in).await {
            tracing::warn!(error = ?error, "the use of an API token was not noted");
        }
    });
}

/// As [`note_token`]; without a secret where none was shown.
fn note_session(app: &App, signed_in: sessions::SignedIn, secret: Option<String>) {
    if signed_in.duty == Duty::Nothing {
        return;
    }
    let db = app.db.clone();
    tokio::spawn(async move {
        if let Err(error) = sessions::note_use(&db, &signed_in, secret.as_deref()).await {
            tracing::warn!(error = ?error, "the use of a session was not noted");
        }
    });
}

/// The header that gives a browser the secret of its session.
pub(super) fn session_cookie(
    app: &App,
    begun: &sessions::Begun,
    now: Timestamp,
) -> Result<HeaderValue> {
    let lasts = begun.row.expires_at.0.duration_since(now);
    Cookie::Session.give(&begun.secret, lasts, &app.config.public_url)
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
