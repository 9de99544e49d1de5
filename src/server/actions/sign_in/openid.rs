//! `/sign-in/openid` and what it comes back to: signing in by the agency's OpenID provider. POST sends a browser there, with a
//! page that leads on; the provider sends it back by GET, with a state that works once and in that browser only.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::{Reply, already_in, from_elsewhere, reply, welcome};
use crate::app::App;
use crate::domain::openid;
use crate::domain::sign_ins::{LIFE, Refused};
use crate::error::Result;
use crate::random;
use crate::server::actions::fields::Fields;
use crate::server::actions::page::Page;
use crate::server::cookies::{Cookie, is_from_elsewhere};
use crate::server::limits::Limits;
use crate::server::openid::{Failure, Provider, Secrets};
use crate::server::under_way::UnderWay;
use crate::server::visitor::{address, visitor};

/// Where a browser is sent on from.
pub(super) const PATH: &str = "/sign-in/openid";

/// Sends a browser to the provider.
pub(super) async fn leave(
    State(app): State<App>,
    Extension(limits): Extension<Limits>,
    Extension(provider): Extension<Provider>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    reply(sent(&app, &limits, &provider, &head).await)
}

/// Signs in whoever comes back.
pub(super) async fn come_back(
    State(app): State<App>,
    Extension(limits): Extension<Limits>,
    Extension(provider): Extension<Provider>,
    request: Request,
) -> Response {
    let under_way = UnderWay::of(&request);
    let (head, _) = request.into_parts();
    let deed = async move { come(&app, &limits, &provider, &head).await };
    reply(under_way.finish(deed).await.flatten())
}

async fn sent(app: &App, limits: &Limits, provider: &Provider, head: &Parts) -> Result<Reply> {
    let (headers, url) = (&head.headers, &app.config.public_url);
    if is_from_elsewhere(headers, url) {
        return Ok(from_elsewhere().into());
    }
    let now = app.clock.now();
    let network = address(headers, &head.extensions, &app.config.trusted_proxies);
    limits.sent(network, now)?;
    // One that waits for a mailed link keeps its secret, so that the link goes on to work in it.
    let browser = match Cookie::Browser.read(headers, url) {
        Some(secret) => secret.to_owned(),
        None => random::text()?,
    };
    if let Err(failure) = provider.must_answer(now).await {
        return Ok(failed(&failure, provider).into());
    }
    let state = openid::begin(&app.db, &browser, now).await?;
    let secrets = Secrets::of(&browser, &state)?;
    let page = match provider.page(state, secrets, now).await {
        Ok(page) => page,
        Err(failure) => return Ok(failed(&failure, provider).into()),
    };
    let title = format!("Going on to {}", provider.name());
    let text = "You sign in there, and come back.";
    Ok(Reply {
        page: Page::saying(StatusCode::OK, title, text).going_on_to(page),
        cookies: vec![Cookie::Browser.give(&browser, LIFE, url)?],
    })
}

async fn come(app: &App, limits: &Limits, provider: &Provider, head: &Parts) -> Result<Reply> {
    let (headers, url) = (&head.headers, &app.config.public_url);
    let now = app.clock.now();
    let network = address(headers, &head.extensions, &app.config.trusted_proxies);
    let told = Fields::read(head.uri.query().unwrap_or_default().as_bytes());
    let state = told.value("state");
    let browser = Cookie::Browser.read(headers, url);
    // From here on nobody comes with this state again, whatever becomes of it.
    let taken = openid::take(&app.db, state, browser, now).await?;
    let (row, browser) = match (taken, browser) {
        (Ok(row), Some(browser)) => (row, browser),
        (refused, _) => {
            let began = openid::began(&app.db.read, state).await?;
            if let Some(page) = already_in(app, headers, began).await? {
                return Ok(page.into());
            }
            limits.failed(network, now)?;
            return Ok(refusal(refused.err().unwrap_or(Refused::OtherBrowser)).into());
        }
    };
    if !told.value("error").is_empty() {
        return Ok(called_off(provider).into());
    }
    let secrets = Secrets::of(browser, state)?;
    let (code, issuer) = (told.value("code"), told.value("iss"));
    let proof = match provider.proof(code, issuer, secrets, now).await {
        Ok(proof) => proof,
        Err(failure) => return Ok(failed(&failure, provider).into()),
    };
    let email = match openid::is_bound(&app.db.read, &proof.identity).await? {
        true => None,
        false => match provider.verified_email(&proof, now).await {
            Ok(Some(email)) => Some(email),
            Ok(None) => return Ok(without_address(provider).into()),
            Err(failure) => return Ok(failed(&failure, provider).into()),
        },
    };
    let who = (&proof.identity, email.as_deref());
    let (visitor, lifetimes) = (visitor(headers, network), app.config.session_lifetimes());
    let earlier = Cookie::Session.read(headers, url);
    let signed_in = openid::sign_in(&app.db, row, who, earlier, visitor, lifetimes, now).await?;
    let Some((begun, person)) = signed_in else {
        return Ok(unknown(provider).into());
    };
    let text =
        "You stay signed in in this browser until you sign out, or have not been here for a while.";
    welcome(app, &begun, &person, text)
}

/// Why somebody who comes back is not listened to.
fn refusal(refused: Refused) -> Page {
    let (status, title, text) = match refused {
        Refused::Unknown => (
            StatusCode::NOT_FOUND,
            "This sign-in is not known",
            "It did not begin here, or is long over. Begin anew.",
        ),
        Refused::OtherBrowser => (
            StatusCode::FORBIDDEN,
            "This sign-in began in another browser",
            "It ends only where it began. Begin anew here.",
        ),
        Refused::Used => (
            StatusCode::GONE,
            "This sign-in is over already",
            "Each works once. If you are not signed in, begin anew.",
        ),
        Refused::Expired => (
            StatusCode::GONE,
            "That took too long",
            "There are 10 minutes to sign in. Begin anew.",
        ),
    };
    Page::saying(status, title, text).leading_to("/sign-in", "Sign in")
}

/// What the provider says of it is left out: it is anybody's text.
fn called_off(provider: &Provider) -> Page {
    let text = format!(
        "It was called off, or you may not use Meridian with {}. Try again, or have a link mailed to you.",
        provider.name()
    );
    Page::saying(StatusCode::FORBIDDEN, "You are not signed in", text)
        .leading_to("/sign-in", "Sign in")
}

/// Nobody has the address, or who has it may not sign in, or it is another one's there: strangers are told no more.
fn unknown(provider: &Provider) -> Page {
    let text = format!(
        "You signed in with {}, and nobody who may use Meridian is known by that account. Ask an owner which address Meridian has of you.",
        provider.name()
    );
    Page::saying(StatusCode::FORBIDDEN, "Meridian does not know you", text)
        .leading_to("/sign-in", "Sign in otherwise")
}

fn without_address(provider: &Provider) -> Page {
    let text = format!(
        "You signed in with {}, and that has no mail address of yours which it has verified. Have a link mailed to you, or ask whoever looks after these accounts.",
        provider.name()
    );
    Page::saying(StatusCode::FORBIDDEN, "Your address is not verified", text)
        .leading_to("/sign-in", "Sign in otherwise")
}

fn failed(failure: &Failure, provider: &Provider) -> Page {
    let name = provider.name();
    match failure {
        Failure::Unavailable(why) => {
            tracing::error!(why = ?why, "the OpenID provider cannot be worked with");
            let text = format!(
                "Signing in with {name} does not work at the moment. Try again in a few minutes, or have a link mailed to you."
            );
            Page::saying(StatusCode::SERVICE_UNAVAILABLE, "That did not work", text)
        }
        Failure::Refused(why) => {
            tracing::warn!(why = ?why, "what came from the OpenID provider was not accepted");
            let text = format!(
                "What came back from {name} is not as it should be. Begin anew, or have a link mailed to you."
            );
            Page::saying(StatusCode::FORBIDDEN, "You are not signed in", text)
        }
    }
    .leading_to("/sign-in", "Sign in")
}
