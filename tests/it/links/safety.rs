//! Links that are followed by machines, by strangers, twice, too late, or in the wrong way.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use jiff::SignedDuration;
use meridian::email::action_link::{Action, Links, PREVIEW};
use meridian::entity::{EmailKind, schedule, touchpoint, used_link};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::agency::{LOG, NOT_NOW, Prompted, foot, get, heading, path_of, post, press, send};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT};
use crate::support::letter::Letter;
use crate::support::rows;
use crate::support::tables::contents;

on_both_databases!(
    a_scanner_that_follows_every_link_of_a_week_changes_nothing,
    two_presses_at_the_same_time_do_it_once,
    a_link_expires_after_fourteen_days,
    a_forged_link_does_nothing,
    other_methods_and_long_forms_are_refused,
    a_link_that_is_pressed_all_the_time_is_held_up_for_a_minute,
    a_mail_program_s_one_click_needs_no_page,
    no_link_signs_anybody_in,
    links_of_a_preview_do_nothing,
    used_links_are_forgotten_once_they_have_expired,
);

fn links_in(text: &str) -> BTreeSet<String> {
    let public = "http://127.0.0.1:8080/a/";
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'))
        .filter(|word| word.starts_with(public))
        .map(path_of)
        .collect()
}

/// The links of a mail: those of its parts and of its headers.
fn links_of(mail: &Letter) -> BTreeSet<String> {
    let html = mail.html.replace("&#38;", "&");
    let mut links = links_in(&html);
    assert_eq!(links, links_in(&mail.text), "the same in both parts");
    links.extend(links_in(mail.header("List-Unsubscribe")));
    links
}

/// Where a page leads: its forms and its links.
fn links_on(page: &str) -> BTreeSet<String> {
    let leads = |attribute: &'static str| page.split(attribute).skip(1);
    leads(" action=\"")
        .chain(leads(" href=\""))
        .map(|rest| format!("/a/{}", rest.split_once('"').unwrap().0))
        .collect()
}

async fn a_scanner_that_follows_every_link_of_a_week_changes_nothing(app: &TestApp) {
    DemoAgency::fill(app, 1).await;
    let mut mails = Vec::new();
    for day in 23..28 {
        for hour in ["08", "13"] {
            let at = format!("2026-11-{day}T{hour}:00:00Z");
            mails.extend(app.mails_at(&at).await);
        }
    }
    let mut links: BTreeSet<String> = mails.iter().flat_map(links_of).collect();
    assert!(mails.len() > 5 && links.len() > 25, "{} links", links.len());
    let before = contents(app).await;
    let mut followed = BTreeSet::new();
    while let Some(path) = links.pop_first() {
        let page = get(app, &path).await;
        assert!(page.status == 200 || page.status == 409, "{}", page.text);
        let head = send(app, Method::HEAD, &path, "").await;
        assert_eq!(head.status, page.status);
        followed.insert(path);
        links.extend(links_on(&page.text).difference(&followed).cloned());
    }
    assert!(followed.len() > 60, "{} pages", followed.len());
    assert_eq!(contents(app).await, before);
}

async fn two_presses_at_the_same_time_do_it_once(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let before = touchpoint::Entity::find()
        .count(&app.db.read)
        .await
        .unwrap();
    let path = prompted.link(LOG);
    let pages = tokio::join!(
        press(app, &path),
        press(app, &path),
        press(app, &path),
        press(app, &path)
    );
    let mut headings = [pages.0, pages.1, pages.2, pages.3].map(|page| heading(&page).to_owned());
    headings.sort();
    assert_eq!(headings[0], "The update to Acme was logged");
    assert!(
        headings[1..]
            .iter()
            .all(|one| one == "This link was used already"),
        "{headings:?}"
    );
    let after = touchpoint::Entity::find()
        .count(&app.db.read)
        .await
        .unwrap();
    assert_eq!(after, before + 1);
}

async fn a_link_expires_after_fourteen_days(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let links = links_of(&prompted.mail);
    let life = SignedDuration::from_hours(14 * 24);
    app.clock
        .set(app.now() + life - SignedDuration::from_secs(1));
    assert_eq!(get(app, &prompted.link(LOG)).await.status, 200);
    app.clock.set(app.now() + SignedDuration::from_secs(1));
    let before = contents(app).await;
    for path in &links {
        for page in [
            get(app, path).await,
            post(app, path, "weeks=1&time=09%3A00").await,
        ] {
            assert_eq!(page.status, 410, "{path}");
            assert_eq!(heading(&page), "This link has expired");
        }
    }
    assert_eq!(contents(app).await, before);
}

async fn a_forged_link_does_nothing(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let stranger = rows::person("Nobody", None, app.now());
    let of_stranger = Links {
        app,
        person_id: stranger.id,
        now: Some(app.now()),
    };
    let of_stranger = of_stranger.url(Action::Pause(EmailKind::ClientUpdate));
    let log = prompted.link(LOG);
    let other = if log.ends_with('A') { "E" } else { "A" };
    let middle = log.len() / 2;
    let forged = [
        path_of(&of_stranger.unwrap()),
        format!("{}{other}", &log[..log.len() - 1]),
        format!(
            "{}{}{}",
            &log[..middle],
            if &log[middle..=middle] == "x" {
                "y"
            } else {
                "x"
            },
            &log[middle + 1..]
        ),
        log[..log.len() - 4].to_owned(),
        format!("{log}AAAA"),
        format!("/a/{}", "A".repeat(5_000)),
        "/a/%00".to_owned(),
    ];
    let before = contents(app).await;
    for path in &forged {
        for page in [get(app, path).await, press(app, path).await] {
            assert_eq!(page.status, 404, "{path}");
            assert_eq!(heading(&page), "This link does not work");
        }
    }
    assert_eq!(contents(app).await, before);
}

async fn other_methods_and_long_forms_are_refused(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let not_needed = prompted.choice(app, "It is not needed").await;
    let before = contents(app).await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let page = send(app, method.clone(), &prompted.link(LOG), "").await;
        assert_eq!(page.status, 405, "{method}");
    }
    let long = format!("reason={}", "x".repeat(4 * 1024));
    let page = post(app, &not_needed, &long).await;
    assert_eq!(page.status, 413);
    assert_eq!(heading(&page), "That is too long");
    assert_eq!(contents(app).await, before);
    // As many letters as the page takes, each of them four bytes.
    let reason = format!("reason={}", "%F0%9F%90%8C".repeat(300));
    assert_eq!(post(app, &not_needed, &reason).await.status, 200);
}

async fn a_link_that_is_pressed_all_the_time_is_held_up_for_a_minute(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let not_needed = prompted.choice(app, "It is not needed").await;
    for _ in 0..60 {
        assert_eq!(press(app, &not_needed).await.status, 422);
    }
    let page = press(app, &not_needed).await;
    assert_eq!(page.status, 429);
    assert_eq!(heading(&page), "That was pressed very often");
    app.set_clock("2026-11-23T08:01:00Z");
    assert_eq!(post(app, &not_needed, "reason=closed").await.status, 200);
}

async fn a_mail_program_s_one_click_needs_no_page(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let header = prompted.mail.header("List-Unsubscribe");
    let path = links_in(header).pop_first().unwrap();
    assert_eq!(path, foot(&prompted.mail, "Stop this mail"));
    let boundary = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let request = Request::post(&path)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(boundary));
    let answer = app.send(request.unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("set-cookie"), None);
    let rows = schedule::Entity::find().all(&app.db.read).await.unwrap();
    let paused: Vec<EmailKind> = rows
        .iter()
        .filter(|row| row.paused)
        .map(|row| row.kind)
        .collect();
    assert_eq!(paused, [EmailKind::ClientUpdate]);
}

async fn no_link_signs_anybody_in(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let page = get(app, &prompted.link(NOT_NOW)).await;
    let links = links_of(&prompted.mail);
    for path in links.union(&links_on(&page.text)) {
        let token = path.strip_prefix("/a/").unwrap();
        for token in [token.to_owned(), format!("mer_{token}")] {
            let request = Request::post("/graphql")
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(Body::from(r#"{"query":"{ __typename }"}"#));
            assert_eq!(app.send(request.unwrap()).await.status, 401);
        }
        let page = get(app, path).await;
        assert_eq!(page.header("set-cookie"), None);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!page.text.contains("<script"));
    }
}

async fn links_of_a_preview_do_nothing(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let document = "query ($id: ID!, $at: DateTime) { emailPreview(kind: CLIENT_UPDATE, personId: $id, at: $at) { text } }";
    let variables = json!({ "id": Kind::Person.text(demo.dana.person.id), "at": EIGHT });
    let data = app.ask(&demo.eleanor, document, variables).await;
    let text = data["emailPreview"]["text"].as_str().unwrap();
    let preview = format!("/a/{PREVIEW}");
    let of_actions = text.matches(&preview).count();
    assert!(of_actions > 6, "{text}");
    let before = contents(app).await;
    for page in [get(app, &preview).await, press(app, &preview).await] {
        assert_eq!(page.status, 200);
        assert_eq!(heading(&page), "This is a link of a preview");
    }
    assert_eq!(contents(app).await, before);
}

async fn used_links_are_forgotten_once_they_have_expired(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    press(app, &prompted.link(LOG)).await;
    let used = async || used_link::Entity::find().count(&app.db.read).await.unwrap();
    app.set_clock("2026-12-07T08:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(used().await, 1);
    app.set_clock("2026-12-07T08:00:01Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(used().await, 0);
    let page = get(app, &prompted.link(LOG)).await;
    assert_eq!(heading(&page), "This link has expired");
}
