//! Links that stop a mail.

use axum::body::Body;
use axum::http::{Method, Request};
use jiff::SignedDuration;
use meridian::domain::subscriptions::{self, ScheduleEdit};
use meridian::email::message::Outgoing;
use meridian::email::stop_link::stop_url;
use meridian::entity::{EmailKind, RoleSide, change, person, role, schedule};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::support::app::{Answer, TestApp, on_both_databases};
use crate::support::rows;

on_both_databases!(
    a_link_that_is_opened_changes_nothing,
    a_link_that_is_pressed_stops_the_mail_once,
    a_link_is_used_once_whatever_is_decided_later,
    a_mail_program_stops_the_mail_with_one_click,
    links_that_are_old_or_not_ours_stop_nothing,
    a_name_is_shown_as_it_is_written,
    the_mail_itself_carries_the_link,
);

/// The path of Dana's link for `kind`.
fn link(app: &TestApp, person: &person::Model, kind: EmailKind) -> String {
    let url = stop_url(app, person.id, kind, app.now()).unwrap();
    path_of(&url).to_owned()
}

fn path_of(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:8080").unwrap()
}

async fn request(app: &TestApp, method: Method, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path);
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn schedules(app: &TestApp) -> Vec<schedule::Model> {
    schedule::Entity::find().all(&app.db.read).await.unwrap()
}

async fn changes(app: &TestApp) -> u64 {
    change::Entity::find().count(&app.db.read).await.unwrap()
}

fn paused(schedules: &[schedule::Model]) -> Vec<EmailKind> {
    let paused = schedules.iter().filter(|row| row.paused);
    paused.map(|row| row.kind).collect()
}

/// The words of a page's heading.
fn heading(answer: &Answer) -> &str {
    let (_, rest) = answer.text.split_once("<h1>").unwrap();
    rest.split_once("</h1>").unwrap().0
}

async fn a_link_that_is_opened_changes_nothing(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let path = link(app, &dana, EmailKind::CapacitySummary);
    let before = (schedules(app).await, changes(app).await);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = request(app, method.clone(), &path).await;
        assert_eq!(page.status, 200);
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("set-cookie"), None);
        if method == Method::GET {
            assert_eq!(heading(&page), "Stop weekly capacity summaries for Dana?");
            assert!(page.text.contains(r#"<form method="post">"#));
            assert!(!page.text.contains("<script"));
        }
    }
    assert_eq!((schedules(app).await, changes(app).await), before);
}

async fn a_link_that_is_pressed_stops_the_mail_once(app: &TestApp) {
    let (dana, _sam) = (app.manager("Dana").await.person, app.manager("Sam").await);
    let path = link(app, &dana, EmailKind::CapacitySummary);
    let before = changes(app).await;

    let page = request(app, Method::POST, &path).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        heading(&page),
        "Done: no more weekly capacity summaries for Dana"
    );
    let after = schedules(app).await;
    assert_eq!(paused(&after), [EmailKind::CapacitySummary]);
    let row = after.iter().find(|row| row.paused).unwrap();
    assert_eq!((row.person_id, row.version), (dana.id, 2));
    let history = change::Entity::find()
        .filter(change::Column::SubjectId.eq(row.id))
        .one(&app.db.read);
    assert_eq!(history.await.unwrap().unwrap().actor, "a link in a mail");

    for method in [Method::POST, Method::GET] {
        let page = request(app, method, &path).await;
        assert_eq!(page.status, 200);
        assert_eq!(
            heading(&page),
            "Weekly capacity summaries for Dana were stopped already"
        );
        assert!(!page.text.contains("<form"));
    }
    assert_eq!(schedules(app).await, after);
    assert_eq!(changes(app).await, before + 1);
}

async fn a_link_is_used_once_whatever_is_decided_later(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let kind = EmailKind::CapacitySummary;
    let used = link(app, &dana, kind);
    request(app, Method::POST, &used).await;
    app.set_clock("2026-11-23T09:00:00Z");
    let edit = ScheduleEdit {
        paused: Some(false),
        ..ScheduleEdit::default()
    };
    subscriptions::set(&app.db, &app.operator(), dana.id, kind, None, edit)
        .await
        .unwrap();

    for method in [Method::GET, Method::POST] {
        let page = request(app, method, &used).await;
        assert_eq!(page.status, 410);
        assert_eq!(heading(&page), "This link was used already");
    }
    assert!(paused(&schedules(app).await).is_empty());
    request(app, Method::POST, &link(app, &dana, kind)).await;
    assert_eq!(
        paused(&schedules(app).await),
        [kind],
        "a new mail's link works"
    );
}

async fn a_mail_program_stops_the_mail_with_one_click(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let path = link(app, &dana, EmailKind::ClientUpdate);
    let one_click = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("List-Unsubscribe=One-Click"));
    let answer = app.send(one_click.unwrap()).await;
    assert_eq!(answer.status, 200);
    for forbidden in ["location", "set-cookie"] {
        assert_eq!(answer.header(forbidden), None);
    }
    assert_eq!(paused(&schedules(app).await), [EmailKind::ClientUpdate]);
}

async fn links_that_are_old_or_not_ours_stop_nothing(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let path = link(app, &dana, EmailKind::CapacitySummary);
    let strangers = rows::person("Nobody", None, app.now());
    let of_nobody = link(app, &strangers, EmailKind::CapacitySummary);
    let cut = path[..path.len() - 1].to_owned();
    for path in [&cut, &of_nobody, "/a/x", "/a/%F0%9F%90%8C"] {
        for method in [Method::GET, Method::POST] {
            let page = request(app, method, path).await;
            assert_eq!(page.status, 404, "{path}");
            assert_eq!(heading(&page), "This link does not work");
        }
    }
    app.clock
        .set(app.now() + SignedDuration::from_hours(14 * 24));
    for method in [Method::GET, Method::POST] {
        let page = request(app, method, &path).await;
        assert_eq!(page.status, 410);
        assert_eq!(heading(&page), "This link has expired");
    }
    assert_eq!(paused(&schedules(app).await), []);
}

async fn a_name_is_shown_as_it_is_written(app: &TestApp) {
    let person = app.person("<b>Ann & Co", None).await;
    let page = request(
        app,
        Method::GET,
        &link(app, &person, EmailKind::ClientUpdate),
    )
    .await;
    assert_eq!(
        heading(&page),
        "Stop client-update prompts for &#60;b&#62;Ann &#38; Co?"
    );
}

async fn the_mail_itself_carries_the_link(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    app.insert(rows::project(acme.id, "Web", app.now())).await;
    let unsplit = role::Entity::find().filter(role::Column::Side.eq(RoleSide::Both));
    let unsplit = unsplit.one(&app.db.read).await.unwrap().unwrap();
    app.insert(rows::assignment(unsplit.id, acme.id, dana.id, app.now()))
        .await;

    app.set_clock("2026-11-23T08:00:00Z");
    app.tick().await;
    let mails = app.drain().await;
    let url = unsubscribe_url(mails.iter().find(|mail| is_summary(mail)).unwrap());
    let page = request(app, Method::POST, path_of(&url)).await;
    assert_eq!(
        heading(&page),
        "Done: no more weekly capacity summaries for Dana"
    );

    app.set_clock("2026-11-30T08:00:00Z");
    app.tick().await;
    let mails = app.drain().await;
    let summaries = mails.iter().filter(|mail| is_summary(mail)).count();
    assert_eq!(summaries, 1, "no other one in the week after");
}

fn is_summary(mail: &Outgoing) -> bool {
    text(mail).contains("\r\nList-Id: <capacity-summary.")
}

fn text(mail: &Outgoing) -> String {
    String::from_utf8(mail.raw.clone()).unwrap()
}

/// The https address of `List-Unsubscribe`, whose value may be folded.
fn unsubscribe_url(mail: &Outgoing) -> String {
    let unfolded = text(mail).replace("\r\n ", " ");
    let mut lines = unfolded.lines();
    let line = lines
        .find(|line| line.starts_with("List-Unsubscribe:"))
        .unwrap();
    let start = line.find("<http").unwrap() + 1;
    let end = start + line[start..].find('>').unwrap();
    line[start..end].to_owned()
}
