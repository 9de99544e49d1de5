//! `/a/{token}`: what links in mails lead to. GET shows a page that names the action and changes nothing, because
//! scanners of mail open every link (R10); POST does it, once, from the page's button or from a mail program (RFC 8058).

mod answers;
mod fields;
mod mails;
mod overtaken;
mod page;
mod presses;
pub(super) mod sign_in;
mod stop;
mod visit;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::time::Instant;

use super::body::{self, Unread};
use super::under_way::UnderWay;
use crate::app::App;
use crate::email::action_link::{self, PREVIEW};
use crate::error::{Error, Result};

use fields::Fields;
use page::Page;
use presses::Presses;
use visit::Visit;

/// What the paths of links in mails start with; their token follows.
pub(super) const PATH: &str = "/a/";

/// Bytes of a form: the longest reason, each of its letters written as four percent-encoded bytes, and some.
const MOST_BYTES: usize = 4 * 1024;

/// The token stays out of caches and out of other sites' logs, and the page in nobody's frame.
const HEADERS: [(HeaderName, &str); 3] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
];

/// Both methods, and a limit on how often is posted.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/a/{token}", get(show).post(press))
        .layer(Extension(Presses::default()))
}

/// Names the action. Changes nothing.
async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    answer(question(&app, &token).await)
}

/// Does it. Pressed again, says what came of it before.
async fn press(
    State(app): State<App>,
    Path(token): Path<String>,
    Extension(presses): Extension<Presses>,
    request: Request,
) -> Response {
    let under_way = UnderWay::of(&request);
    let deadline = Instant::now() + app.config.request_timeout;
    let body = match body::read(request, MOST_BYTES, deadline).await {
        Ok(body) => body,
        Err(unread) => return answer(Ok(not_read(unread))),
    };
    let deed = async move { deed(&app, &token, &presses, &Fields::read(&body)).await };
    answer(under_way.finish(deed).await.flatten())
}

async fn question(app: &App, token: &str) -> Result<Page> {
    if token == PREVIEW {
        return Ok(previewed());
    }
    let Some(claim) = action_link::read(app, token)? else {
        return stop::question(app, token).await;
    };
    match Visit::begin(app, token, claim).await? {
        Ok(visit) => visit.question().await,
        Err(page) => Ok(page),
    }
}

async fn deed(app: &App, token: &str, presses: &Presses, fields: &Fields) -> Result<Page> {
    if token == PREVIEW {
        return Ok(previewed());
    }
    let Some(claim) = action_link::read(app, token)? else {
        return stop::press(app, token).await;
    };
    if !presses.allow(claim.person_id, app.clock.now()) {
        return Ok(too_often());
    }
    match Visit::begin(app, token, claim).await? {
        Ok(visit) => visit.press(fields).await,
        Err(page) => Ok(page),
    }
}

fn previewed() -> Page {
    Page::saying(
        StatusCode::OK,
        "This is a link of a preview",
        "It does nothing. The mail that is sent has links of its own.",
    )
}

fn too_often() -> Page {
    Page::saying(
        StatusCode::TOO_MANY_REQUESTS,
        "That was pressed very often",
        "Nothing has changed. Wait a minute, and try again.",
    )
}

fn not_read(unread: Unread) -> Page {
    match unread {
        Unread::TooLong => Page::saying(
            StatusCode::PAYLOAD_TOO_LARGE,
            "That is too long",
            "Nothing has changed. Go back and write less.",
        ),
        Unread::TooSlow => Page::saying(
            StatusCode::REQUEST_TIMEOUT,
            "That took too long to arrive",
            "Nothing has changed. Go back and try again.",
        ),
        Unread::Broken => Page::saying(
            StatusCode::BAD_REQUEST,
            "That did not arrive whole",
            "Nothing has changed. Go back and try again.",
        ),
    }
}

fn answer(page: Result<Page>) -> Response {
    let page = page.unwrap_or_else(|error| trouble(&error));
    let headers: HeaderMap = HEADERS
        .into_iter()
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect();
    match page.render() {
        Ok(html) => (page.status, headers, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "a page was not rendered");
            super::internal_error()
        }
    }
}

fn trouble(error: &Error) -> Page {
    if let Error::Conflict(_) = error {
        return Page::saying(
            StatusCode::CONFLICT,
            "That did not work",
            "Somebody changed the same thing at this moment, and nothing has changed here. Try again.",
        );
    }
    if let Error::RateLimited(_) = error {
        return Page::saying(
            StatusCode::TOO_MANY_REQUESTS,
            "That was tried very often",
            format!("{error} Nothing has changed."),
        );
    }
    tracing::error!(error = ?error, "a link in a mail was not served");
    let status = match error {
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Page::saying(
        status,
        "That did not work",
        "The fault is ours and nothing has changed. Try again in a few minutes.",
    )
}
