//! A manager, their client, and the links of their mail.

use axum::body::Body;
use axum::http::{Method, Request};
use meridian::entity::{RoleSide, client};

use crate::support::app::{Actor, Answer, TestApp};
use crate::support::letter::{Letter, the};
use crate::support::work::due_client_of;

pub(super) const MONDAY: &str = "2026-11-23T08:00:00Z";
pub(super) const TUESDAY: &str = "2026-11-24T08:00:00Z";
pub(super) const WEDNESDAY: &str = "2026-11-25T08:00:00Z";
pub(super) const NEXT_MONDAY: &str = "2026-11-30T08:00:00Z";

pub(super) const LOG: &str = "Log that the update was sent";
pub(super) const NOT_NOW: &str = "Not now";

/// Dana, who speaks for Acme, and the prompt she got on Monday: an update is due.
pub(super) struct Prompted {
    pub(super) dana: Actor,
    pub(super) acme: client::Model,
    pub(super) mail: Letter,
}

impl Prompted {
    pub(super) async fn on_monday(app: &TestApp) -> Self {
        let dana = app.manager("Dana").await;
        let acme = due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
        let letters = app.mails_at(MONDAY).await;
        let mail = the(&letters, "dana", false).clone();
        Self { dana, acme, mail }
    }

    /// The path of a link under Acme.
    pub(super) fn link(&self, label: &str) -> String {
        link(&self.mail, "Acme", label)
    }

    /// The path of what a button on the page of "Not now" does.
    pub(super) async fn choice(&self, app: &TestApp, button: &str) -> String {
        let page = get(app, &self.link(NOT_NOW)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        form(&page, button)
    }
}

/// The path of a link under a client's name in the text of a mail.
pub(super) fn link(mail: &Letter, client: &str, label: &str) -> String {
    let (_, of_client) = mail
        .text
        .split_once(&format!("\n{client}\n"))
        .unwrap_or_else(|| panic!("nothing of {client}: {}", mail.text));
    under(of_client, label)
}

/// The path of a link of a mail's foot.
pub(super) fn foot(mail: &Letter, label: &str) -> String {
    let (_, foot) = mail.text.split_once("\n--\n").unwrap();
    under(foot, label)
}

fn under(text: &str, label: &str) -> String {
    let (_, rest) = text
        .split_once(&format!("{label}:\n"))
        .unwrap_or_else(|| panic!("no {label}: {text}"));
    path_of(rest.lines().next().unwrap())
}

pub(super) fn path_of(url: &str) -> String {
    url.strip_prefix("http://127.0.0.1:8080")
        .unwrap()
        .to_owned()
}

/// The path to which a button of a page posts.
pub(super) fn form(page: &Answer, button: &str) -> String {
    let (before, _) = page
        .text
        .split_once(&format!(">{button}</button>"))
        .unwrap_or_else(|| panic!("no {button}: {}", page.text));
    let (_, action) = before
        .rsplit_once("<form method=\"post\" action=\"")
        .unwrap();
    format!("/a/{}", action.split_once('"').unwrap().0)
}

pub(super) async fn get(app: &TestApp, path: &str) -> Answer {
    send(app, Method::GET, path, "").await
}

/// Presses a button without anything to fill in.
pub(super) async fn press(app: &TestApp, path: &str) -> Answer {
    send(app, Method::POST, path, "").await
}

pub(super) async fn send(app: &TestApp, method: Method, path: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()));
    app.send(request.unwrap()).await
}

/// Fills in and presses.
pub(super) async fn post(app: &TestApp, path: &str, body: &str) -> Answer {
    send(app, Method::POST, path, body).await
}

/// The words of a page's heading.
pub(super) fn heading(page: &Answer) -> &str {
    let (_, rest) = page.text.split_once("<h1>").unwrap();
    rest.split_once("</h1>").unwrap().0
}
