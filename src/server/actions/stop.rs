//! The link that stops a mail for good, and what a mail program does with it in one click (RFC 8058).

use axum::http::StatusCode;
use sea_orm::EntityTrait;

use super::mails::mails;
use super::page::{Form, Page, capital, shown};
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::subscriptions;
use crate::email::stop_link::{self, Refused, StopClaim};
use crate::entity::{EmailKind, person};
use crate::error::Result;

pub(super) async fn question(app: &App, token: &str) -> Result<Page> {
    let (claim, name) = match named(app, token).await? {
        Ok(named) => named,
        Err(page) => return Ok(page),
    };
    let subscription = subscriptions::of_kind(&app.db.read, claim.person_id, claim.kind).await?;
    if subscription.is_none_or(|row| row.paused) {
        return Ok(stopped_already(claim.kind, &name));
    }
    let text =
        format!("They still come: nothing has changed yet. The button stops them for {name} only.");
    Ok(Page::asking(
        format!("Stop {} for {name}?", mails(claim.kind)),
        vec![text],
        vec![Form::button("Stop this mail")],
    ))
}

pub(super) async fn press(app: &App, token: &str) -> Result<Page> {
    let (claim, name) = match named(app, token).await? {
        Ok(named) => named,
        Err(page) => return Ok(page),
    };
    let caller = Caller::system("a link in a mail", app.clock.now());
    let was_coming = subscriptions::pause(&app.db, &caller, claim.person_id, claim.kind).await?;
    if !was_coming {
        return Ok(stopped_already(claim.kind, &name));
    }
    Ok(Page::saying(
        StatusCode::OK,
        format!("Done: no more {} for {name}", mails(claim.kind)),
        format!("{name}, or an owner, can start them again at any time."),
    ))
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
        Some(person) => Ok((claim, shown(&person.name))),
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
    Page::saying(
        StatusCode::OK,
        format!("{} for {name} were stopped already", capital(mails(kind))),
        format!(
            "There is nothing left to do. {name}, or an owner, can start them again at any time."
        ),
    )
}

/// Why a token allows nothing.
pub(super) fn refusal(refused: Refused) -> Page {
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
    Page::saying(status, title, text)
}
