//! What whoever asks is told does not depend on whose address it is.

use jiff::civil::date;
use meridian::domain::suppressions;
use meridian::entity::{Day, Moment, email, person, sign_in};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, Set};

use super::browser::{Browser, form};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    all_addresses_get_the_same_answer,
    what_is_no_address_is_told_so,
    forms_that_are_none_are_refused,
);

async fn all_addresses_get_the_same_answer(app: &TestApp) {
    app.manager("Dana").await;
    app.person("Gus", None).await;
    let left = app.manager("Lea").await.person;
    changed(app, left, |row| {
        row.employed_until = Set(Some(Day(date(2026, 11, 22))))
    })
    .await;
    let archived = app.manager("Ari").await.person;
    changed(app, archived, |row| {
        row.archived_at = Set(Some(Moment(app.now())))
    })
    .await;
    app.manager("Sue").await;
    let tx = app.db.begin().await.unwrap();
    suppressions::suppress(&tx, "sue@example.com", "550 no such user", app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut answers = Vec::new();
    for name in ["nobody", "gus", "lea", "ari", "sue", "dana"] {
        let browser = Browser::at("203.0.113.9");
        let address = format!("{name}@example.com");
        let page = browser.post(app, "/sign-in", &form(&address)).await;
        let mut headers: Vec<String> = page
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id" && *name != "set-cookie")
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        let (_, cookie) = page.header("set-cookie").unwrap().split_once(';').unwrap();
        answers.push((page.status, headers, cookie.to_owned(), page.text));
    }
    assert!(answers[0].3.contains("If Meridian knows this address"));
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );

    // Dana was asked for last, and hers is the only mail.
    crate::support::replica::until("Dana's mail", async || !app.drain().await.is_empty()).await;
    let mails = email::Entity::find().all(&app.db.read).await.unwrap();
    let to: Vec<_> = mails
        .iter()
        .filter_map(|mail| mail.to_address.as_deref())
        .collect();
    assert_eq!(to, ["dana@example.com"]);
    assert_eq!(
        sign_in::Entity::find().count(&app.db.read).await.unwrap(),
        1
    );
}

async fn changed(app: &TestApp, row: person::Model, edit: impl FnOnce(&mut person::ActiveModel)) {
    let mut row = row.into_active_model();
    edit(&mut row);
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_is_no_address_is_told_so(app: &TestApp) {
    let browser = Browser::at("203.0.113.9");
    for typed in [
        "",
        "dana",
        "dana@",
        "@example.com",
        "a b@example.com",
        "dana@example.com\r\nBcc: x@example.com",
    ] {
        let page = browser
            .post(
                app,
                "/sign-in",
                &format!(
                    "email={}",
                    typed
                        .replace(' ', "%20")
                        .replace('\r', "%0D")
                        .replace('\n', "%0A")
                ),
            )
            .await;
        assert_eq!(page.status, 422, "{typed:?}");
        assert!(page.text.contains("That is no mail address."), "{typed:?}");
        assert!(page.text.contains(r#"aria-describedby="email-wrong""#));
    }
    assert_eq!(email::Entity::find().count(&app.db.read).await.unwrap(), 0);
}

async fn forms_that_are_none_are_refused(app: &TestApp) {
    let browser = Browser::at("203.0.113.9");
    let page = browser.post(app, "/sign-in", &"x".repeat(5_000)).await;
    assert_eq!(page.status, 413);
    for body in ["{\"email\":\"dana@example.com\"}", "=&=&", "\u{0}"] {
        assert_eq!(
            browser.post(app, "/sign-in", body).await.status,
            422,
            "{body:?}"
        );
    }
    let put = browser
        .send(app, axum::http::Method::PUT, "/sign-in", &[], String::new())
        .await;
    assert_eq!(put.status, 405);
}
