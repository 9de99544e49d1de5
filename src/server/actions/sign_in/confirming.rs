//! What a mailed link leads to: a page that asks whether to sign in and, when that is confirmed, a session.

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Reply, already_in, from_elsewhere, reply, welcome};
use crate::app::App;
use crate::domain::sign_ins::{self, Refused};
use crate::error::Result;
use crate::server::actions::page::{Form, Page, shown};
use crate::server::cookies::{Cookie, is_from_elsewhere};
use crate::server::limits::Limits;
use crate::server::under_way::UnderWay;
use crate::server::visitor::{address, visitor};

/// Asks. Changes nothing, because scanners of mail open every link (R10).
pub(super) async fn show(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    reply(question(&app, &token, &headers).await)
}

/// Signs in, once.
pub(super) async fn press(
    State(app): State<App>,
    Path(token): Path<String>,
    Extension(limits): Extension<Limits>,
    request: Request,
) -> Response {
    let under_way = UnderWay::of(&request);
    let (head, _) = request.into_parts();
    let deed = async move { confirmed(&app, &token, &limits, &head).await };
    reply(under_way.finish(deed).await.flatten())
}

async fn question(app: &App, token: &str, headers: &HeaderMap) -> Result<Reply> {
    let browser = Cookie::Browser.read(headers, &app.config.public_url);
    let found = sign_ins::look(&app.db.read, token, browser, app.clock.now()).await?;
    let page = match found {
        Ok((_, person, _)) => Page::asking(
            format!("Sign in as {}?", shown(&person.name)),
            vec!["You stay signed in in this browser until you sign out, or have not been here for a while.".to_owned()],
            vec![Form::button("Sign in")],
        ),
        Err(refused) => {
            let began = sign_ins::began(&app.db.read, token).await?;
            let page = already_in(app, headers, began).await?;
            page.unwrap_or_else(|| refusal(refused))
        }
    };
    Ok(page.into())
}

async fn confirmed(app: &App, token: &str, limits: &Limits, head: &Parts) -> Result<Reply> {
    let (headers, url) = (&head.headers, &app.config.public_url);
    if is_from_elsewhere(headers, url) {
        return Ok(from_elsewhere().into());
    }
    let now = app.clock.now();
    let network = address(headers, &head.extensions, &app.config.trusted_proxies);
    let browser = Cookie::Browser.read(headers, url);
    // Looked at first, so that whoever guesses does not keep others from writing.
    let found = sign_ins::look(&app.db.read, token, browser, now).await?;
    let confirmed = match found {
        Ok(_) => {
            let earlier = Cookie::Session.read(headers, url);
            let (visitor, lifetimes) = (visitor(headers, network), app.config.session_lifetimes());
            sign_ins::confirm(&app.db, token, browser, earlier, visitor, lifetimes, now).await?
        }
        Err(refused) => Err(refused),
    };
    let (begun, person) = match confirmed {
        Ok(done) => done,
        Err(refused) => {
            let began = sign_ins::began(&app.db.read, token).await?;
            if let Some(page) = already_in(app, headers, began).await? {
                return Ok(page.into());
            }
            limits.failed(network, now)?;
            return Ok(refusal(refused).into());
        }
    };
    welcome(app, &begun, &person, "You can close the mail.")
}

/// Why a link signs nobody in, and what to do.
fn refusal(refused: Refused) -> Page {
    let (status, title, text) = match refused {
        Refused::Unknown => (
            StatusCode::NOT_FOUND,
            "This link does not work",
            "Part of it may be missing. Copy the whole link, or ask for another one.",
        ),
        Refused::OtherBrowser => (
            StatusCode::FORBIDDEN,
            "This link works in another browser",
            "It signs in only where it was asked for. Open it in that browser, or ask for another link here.",
        ),
        Refused::Used => (
            StatusCode::GONE,
            "This link was used already",
            "Each link signs in once. If you are not signed in, ask for another one.",
        ),
        Refused::Expired => (
            StatusCode::GONE,
            "This link has expired",
            "Links to sign in work for 15 minutes. Ask for another one.",
        ),
    };
    Page::saying(status, title, text).leading_to("/sign-in", "Ask for another link")
}
