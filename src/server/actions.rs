//! `/a/{token}`: what links in mails lead to. GET shows a page that names the action and changes nothing, because
//! scanners of mail open every link (R10); POST does it, from the page's button or from a mail program (RFC 8058).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use sea_orm::EntityTrait;

use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::subscriptions;
use crate::email::stop_link::{self, Refused, StopClaim};
use crate::entity::{EmailKind, person};
use crate::error::{Error, Result};

/// What the paths of links in mails start with; their token follows.
pub(super) const PATH: &str = "/a/";

/// The token stays out of caches and out of other sites' logs, and the page in nobody's frame.
const HEADERS: [(HeaderName, &str); 3] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
];

/// What the page says.
#[derive(Template)]
#[template(path = "action.html")]
struct Page {
    status: StatusCode,
    title: String,
    text: String,
    /// The words on the button; none: there is nothing to press.
    button: Option<&'static str>,
}

/// Names the action. Changes nothing.
pub(super) async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    answer(question(&app, &token).await)
}

/// Does it. Pressed again, says that it was done already.
pub(super) async fn press(State(app): State<App>, Path(token): Path<String>) -> Response {
    answer(stop(&app, &token).await)
}

async fn question(app: &App, token: &str) -> Result<Page> {
    let (claim, name) = match named(app, token).await? {
        Ok(named) => named,
        Err(page) => return Ok(page),
    };
    let subscription = subscriptions::of_kind(&app.db.read, claim.person_id, claim.kind).await?;
    if subscription.is_none_or(|row| row.paused) {
        return Ok(stopped_already(claim.kind, &name));
    }
    let mails = mails(claim.kind);
    Ok(Page {
        status: StatusCode::OK,
        title: format!("Stop {mails} for {name}?"),
        text: format!(
            "They still come: nothing has changed yet. The button stops them for {name} only."
        ),
        button: Some("Stop this mail"),
    })
}

async fn stop(app: &App, token: &str) -> Result<Page> {
    let (claim, name) = match named(app, token).await? {
        Ok(named) => named,
        Err(page) => return Ok(page),
    };
    let caller = Caller::system("a link in a mail", app.clock.now());
    let was_coming = subscriptions::pause(&app.db, &caller, claim.person_id, claim.kind).await?;
    if !was_coming {
        return Ok(stopped_already(claim.kind, &name));
    }
    Ok(Page {
        status: StatusCode::OK,
        title: format!("Done: no more {} for {name}", mails(claim.kind)),
        text: format!("{name}, or an owner, can start them again at any time."),
        button: None,
    })
}

/// What the token allows and whom it names, else the page that says why it allows nothing.
async fn named(app: &App, token: &str) -> Result<Result<(StopClaim, String), Page>> {
    let claim = match stop_link::read(app, token, app.clock.now())? {
        Ok(claim) => claim,
        Err(refused) => return Ok(Err(refusal(refused))),
    };
    if is_overtaken(app, token, claim).await? {
        return Ok(Err(refusal(Refused::Overtaken)));
    }
    let person = person::Entity::find_by_id(claim.person_id)
        .one(&app.db.read)
        .await?;
    Ok(match person {
        Some(person) => Ok((claim, person.name)),
        None => Err(refusal(Refused::Invalid)),
    })
}

/// Whether the mail comes again although it was stopped after the link was made: a link is used once.
async fn is_overtaken(app: &App, token: &str, claim: StopClaim) -> Result<bool> {
    let conn = &app.db.read;
    let row = subscriptions::of_kind(conn, claim.person_id, claim.kind).await?;
    let (Some(row), Some(made_at)) = (row, stop_link::made_at(app, token)?) else {
        return Ok(false);
    };
    Ok(!row.paused && subscriptions::was_paused_since(conn, row.id, made_at).await?)
}

fn stopped_already(kind: EmailKind, name: &str) -> Page {
    let mut mails = mails(kind).to_owned();
    mails[..1].make_ascii_uppercase();
    Page {
        status: StatusCode::OK,
        title: format!("{mails} for {name} were stopped already"),
        text: format!(
            "There is nothing left to do. {name}, or an owner, can start them again at any time."
        ),
        button: None,
    }
}

fn refusal(refused: Refused) -> Page {
    let (status, title, text) = match refused {
        Refused::Expired => (
            StatusCode::GONE,
            "This link has expired",
            "Links in mails work for 14 days. Use the one in the latest mail.",
        ),
        Refused::Overtaken => (
            StatusCode::GONE,
            "This link was used already",
            "The mails were stopped and started again since. To stop them, use the link in the latest mail.",
        ),
        Refused::Invalid => (
            StatusCode::NOT_FOUND,
            "This link does not work",
            "Part of it may be missing. Copy the whole link, or use the one in another mail.",
        ),
    };
    Page {
        status,
        title: title.to_owned(),
        text: text.to_owned(),
        button: None,
    }
}

fn mails(kind: EmailKind) -> &'static str {
    match kind {
        EmailKind::CapacitySummary => "weekly capacity summaries",
        EmailKind::ClientUpdate => "client-update prompts",
        EmailKind::ClientLetter => "letters to clients",
        EmailKind::SixMonthReview => "six-month reviews",
        EmailKind::Test => "test mails",
    }
}

fn answer(page: Result<Page>) -> Response {
    let page = page.unwrap_or_else(|error| {
        tracing::error!(error = ?error, "a link in a mail was not served");
        Page {
            status: match error {
                Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
            title: "That did not work".to_owned(),
            text: "The fault is ours and nothing has changed. Try again in a few minutes."
                .to_owned(),
            button: None,
        }
    });
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
