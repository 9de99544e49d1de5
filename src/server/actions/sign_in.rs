//! `/sign-in`, `/sign-in/{token}` and `/sign-out`: signing in by a mailed link, or the agency's OpenID provider. GET changes nothing; POST asks for a link,
//! confirms it, or signs out. What is answered to whoever asks does not depend on whose address it is.

mod confirming;
mod openid;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderValue, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use lettre::Address;
use tokio::time::Instant;
use uuid::Uuid;

use super::fields::Fields;
use super::page::{Field, Form, Input, Page, shown};
use super::{MOST_BYTES, answer, not_read, trouble};
use crate::app::App;
use crate::domain::sessions::{self, Begun, Visitor};
use crate::domain::sign_ins::{self, LIFE};
use crate::email::compose::compose_sign_in;
use crate::entity::person;
use crate::error::{Error, Result};
use crate::random;
use crate::server::authentication::session_cookie;
use crate::server::body;
use crate::server::cookies::{Cookie, is_from_elsewhere};
use crate::server::limits::Limits;
use crate::server::openid::{CALLBACK, Provider};
use crate::server::under_way::UnderWay;
use crate::server::visitor::{address, visitor};

/// What the paths of links that sign in start with; their token follows.
pub(in crate::server) const PATH: &str = "/sign-in/";

pub(in crate::server) fn routes(limits: Limits, provider: Option<Provider>) -> Router<App> {
    let mut routes = Router::new();
    if let Some(provider) = provider.clone() {
        let by_provider = Router::new()
            .route(openid::PATH, post(openid::leave))
            .route(CALLBACK, get(openid::come_back))
            .layer(Extension(provider));
        routes = routes.merge(by_provider);
    }
    routes
        .route("/sign-in", get(form).post(ask))
        .route(
            "/sign-in/{token}",
            get(confirming::show).post(confirming::press),
        )
        .route("/sign-out", get(leaving).post(leave))
        .layer(Extension(limits))
        .layer(Extension(provider))
}

/// A page, with the cookies it gives and takes.
pub(super) struct Reply {
    pub(super) page: Page,
    pub(super) cookies: Vec<HeaderValue>,
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self {
            page,
            cookies: Vec::new(),
        }
    }
}

async fn form(Extension(provider): Extension<Option<Provider>>) -> Response {
    reply(Ok(asking(provider.as_ref(), None).into()))
}

async fn ask(
    State(app): State<App>,
    Extension(limits): Extension<Limits>,
    Extension(provider): Extension<Option<Provider>>,
    request: Request,
) -> Response {
    reply(asked(&app, &limits, provider.as_ref(), request).await)
}

/// Does the same work for every address, up to where the mail is made: nobody waits for that.
async fn asked(
    app: &App,
    limits: &Limits,
    provider: Option<&Provider>,
    request: Request,
) -> Result<Reply> {
    let url = &app.config.public_url;
    if is_from_elsewhere(request.headers(), url) {
        return Ok(from_elsewhere().into());
    }
    let now = app.clock.now();
    let trusted = &app.config.trusted_proxies;
    let network = address(request.headers(), request.extensions(), trusted);
    let visitor = visitor(request.headers(), network);
    let under_way = UnderWay::of(&request);
    // A browser that asks twice keeps its secret, so that both mails work in it.
    let browser = match Cookie::Browser.read(request.headers(), url) {
        Some(secret) => secret.to_owned(),
        None => random::text()?,
    };
    let deadline = Instant::now() + app.config.request_timeout;
    let body = match body::read(request, MOST_BYTES, deadline).await {
        Ok(body) => body,
        Err(unread) => return Ok(not_read(unread).into()),
    };
    let fields = Fields::read(&body);
    let address = fields.value("email").to_lowercase();
    if address.parse::<Address>().is_err() {
        let wrong = "That is no mail address. Write it as in olga@example.com.";
        return Ok(asking(provider, Some(wrong)).refused().into());
    }
    limits.asked(network, &address, now)?;
    let person = sign_ins::who_has(&app.db.read, &address, now).await?;
    let cookie = Cookie::Browser.give(&browser, LIFE, url)?;
    if let Some(person) = person {
        let app = app.clone();
        under_way.begin(async move {
            if let Err(error) = mail_link(&app, &person, &browser, &visitor).await {
                tracing::error!(error = ?error, "a link to sign in was not mailed");
            }
        });
    }
    Ok(Reply {
        page: asked_for(),
        cookies: vec![cookie],
    })
}

async fn mail_link(
    app: &App,
    person: &person::Model,
    browser: &str,
    visitor: &Visitor,
) -> Result<()> {
    let asked = sign_ins::asked(person.id, browser, app.clock.now())?;
    let (mail, message) = compose_sign_in(app, person, &asked, visitor)?;
    sign_ins::keep(&app.db, asked, mail, message).await
}

async fn leaving(State(app): State<App>, headers: HeaderMap) -> Response {
    let is_in = Cookie::Session.read(&headers, &app.config.public_url);
    let page = match is_in {
        Some(_) => Page::asking(
            "Sign out?",
            vec!["You are still signed in in this browser.".to_owned()],
            vec![Form::button("Sign out")],
        ),
        None => signed_out(),
    };
    reply(Ok(page.into()))
}

async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    reply(left(&app, &headers).await)
}

async fn left(app: &App, headers: &HeaderMap) -> Result<Reply> {
    let url = &app.config.public_url;
    if is_from_elsewhere(headers, url) {
        return Ok(from_elsewhere().into());
    }
    if let Some(secret) = Cookie::Session.read(headers, url) {
        let tx = app.db.begin().await?;
        sessions::end_by_secret(&tx, secret, "Its browser signed out.", app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(Reply {
        page: signed_out(),
        cookies: vec![Cookie::Session.take_away(url)?],
    })
}

/// With a provider its button comes first: those who have an account there need no mail.
fn asking(provider: Option<&Provider>, wrong: Option<&str>) -> Page {
    let field = Field {
        name: "email",
        label: "Your mail address",
        input: Input::Email,
        wrong: wrong.map(str::to_owned),
    };
    let by_mail = Form {
        fields: vec![field],
        button: Some("Send me a link".to_owned()),
        ..Form::default()
    };
    let text = vec!["You get a link by mail that signs you in.".to_owned()];
    let Some(provider) = provider else {
        return Page::asking("Sign in", text, vec![by_mail]);
    };
    let by_provider = Form {
        token: Some(openid::PATH.to_owned()),
        ..Form::button(format!("Sign in with {}", provider.name()))
    };
    let otherwise = Form {
        heading: Some("Or by mail".to_owned()),
        text,
        is_quiet: true,
        ..by_mail
    };
    Page::asking("Sign in", Vec::new(), vec![by_provider, otherwise])
}

/// What a browser is answered in which somebody has just signed in.
pub(super) fn welcome(
    app: &App,
    begun: &Begun,
    person: &person::Model,
    text: &str,
) -> Result<Reply> {
    let title = format!("You are signed in as {}", shown(&person.name));
    Ok(Reply {
        page: Page::saying(StatusCode::OK, title, text).leading_to("/", "Go on to Meridian"),
        cookies: vec![
            session_cookie(app, begun, app.clock.now())?,
            Cookie::Browser.take_away(&app.config.public_url)?,
        ],
    })
}

/// The page for whoever comes again with what has signed them in already: theirs is the session `began` that came of it. Others
/// are not told so.
pub(super) async fn already_in(
    app: &App,
    headers: &HeaderMap,
    began: Option<Uuid>,
) -> Result<Option<Page>> {
    let secret = Cookie::Session.read(headers, &app.config.public_url);
    let (Some(began), Some(secret)) = (began, secret) else {
        return Ok(None);
    };
    let lifetimes = app.config.session_lifetimes();
    let now = app.clock.now();
    match sessions::authenticate(&app.db, secret, lifetimes, now).await {
        Ok(signed_in) if signed_in.session.id == began => {
            let title = format!(
                "You are signed in already as {}",
                shown(&signed_in.caller.name)
            );
            let text = "It has worked, and nothing more is to be done.";
            let page = Page::saying(StatusCode::OK, title, text);
            Ok(Some(page.leading_to("/", "Go on to Meridian")))
        }
        Ok(_) | Err(Error::Unauthenticated) => Ok(None),
        Err(error) => Err(error),
    }
}

fn asked_for() -> Page {
    let text = [
        "If Meridian knows this address, a mail with a link is on its way to it. Open the link in this browser: it works once, for 15 minutes.",
        "No mail? Look into the spam folder, and whether the address is the one that your agency writes to. Then ask again.",
    ];
    Page {
        text: text.map(str::to_owned).to_vec(),
        ..Page::saying(StatusCode::OK, "Look into your mailbox", "")
    }
}

fn signed_out() -> Page {
    let text = "Nobody is signed in in this browser any more.";
    Page::saying(StatusCode::OK, "You are signed out", text).leading_to("/sign-in", "Sign in again")
}

/// A page of another site wants to sign somebody in or out.
pub(super) fn from_elsewhere() -> Page {
    Page::saying(
        StatusCode::FORBIDDEN,
        "This came from another site",
        "Nothing has changed. Open Meridian's own page and try again there.",
    )
    .leading_to("/sign-in", "Sign in")
}

/// The answer to a failure or with a page. Its address may go to ourselves, so that a browser says whose page posts the form.
pub(super) fn reply(reply: Result<Reply>) -> Response {
    let wait = match &reply {
        Err(error @ Error::RateLimited(_)) => error.retry_after(),
        _ => None,
    };
    let Reply { page, cookies } = reply.unwrap_or_else(|error| trouble(&error).into());
    let mut response = answer(Ok(page));
    let headers = response.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    if let Some(seconds) = wait {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
