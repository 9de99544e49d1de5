//! Coming back: once, in time, in the browser that was sent, and with nothing that anybody could have written into the address.

use axum::http::Method;
use jiff::SignedDuration;
use meridian::entity::{openid_sign_in, session};
use meridian::jobs::maintenance;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::liar::{Liar, Signature};
use super::{CALLBACK, begin, told};
use crate::sign_in::browser::{Browser, heading};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    a_state_works_in_the_browser_that_was_sent_and_in_no_other,
    a_state_works_once_on_all_replicas,
    a_state_works_for_ten_minutes,
    what_a_provider_writes_into_the_address_is_not_shown,
    a_page_of_another_site_sends_nobody_there,
    a_session_before_ends_and_a_mailed_link_goes_on_to_work_until_then,
    a_page_that_is_loaded_again_says_that_it_has_worked,
    without_a_provider_there_is_nothing_of_it,
);

const DANA: &str = "dana@example.com";

async fn a_state_works_in_the_browser_that_was_sent_and_in_no_other(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let (browser, other) = (Browser::at("203.0.113.9"), Browser::at("198.51.100.1"));
    let begun = begin(&browser, &agency).await;
    liar.says(liar.claims(&begun, app.now()), Signature::Key(0));
    let back = liar.back(&begun);
    // One without a cookie, and one that was sent there itself.
    for _ in 0..2 {
        let page = other.get(&agency, &back).await;
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (403, "This sign-in began in another browser")
        );
        assert_eq!(other.who(&agency).await, "UNAUTHENTICATED");
        begin(&other, &agency).await;
    }
    assert_eq!(liar.asked("/token"), 0);
    for path in [
        CALLBACK.to_owned(),
        format!("{CALLBACK}?state=x&code=y"),
        format!("{back}x"),
    ] {
        let known = path.starts_with(&back);
        let page = browser
            .get(&agency, &path.replace("&state=", "&state=x"))
            .await;
        assert_eq!(page.status, 404, "{path} {known}");
        assert_eq!(heading(&page), "This sign-in is not known");
    }
    let page = browser.get(&agency, &back).await;
    assert_eq!(
        heading(&page),
        "You are signed in as Dana",
        "and it still works"
    );
    agency.stop().await;
}

async fn a_state_works_once_on_all_replicas(app: &TestApp) {
    let liar = Liar::new().await;
    let (one, other) = (liar.agency(app).await, liar.agency(app).await);
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let begun = begin(&browser, &one).await;
    liar.says(liar.claims(&begun, app.now()), Signature::Key(0));
    let back = liar.back(&begun);
    let twin = Browser::at("203.0.113.9");
    let waiting = browser.cookie("meridian_sign_in").unwrap();
    twin.put("meridian_sign_in", &waiting);
    let (first, second) = tokio::join!(browser.get(&one, &back), twin.get(&other, &back));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    let sessions = session::Entity::find().count(&app.db.read).await;
    assert_eq!(sessions.unwrap(), 1);
    assert_eq!(liar.asked("/token"), 1, "and one code is exchanged once");
    let third = Browser::at("203.0.113.9");
    third.put("meridian_sign_in", &waiting);
    let page = third.get(&other, &back).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (410, "This sign-in is over already")
    );
    one.stop().await;
    other.stop().await;
}

async fn a_state_works_for_ten_minutes(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let (browser, start) = (Browser::at("203.0.113.9"), app.now());
    let (late, in_time) = (
        begin(&browser, &agency).await,
        begin(&browser, &agency).await,
    );
    let end = start + SignedDuration::from_mins(10);
    app.clock.set(end - SignedDuration::from_micros(1));
    let mut claims = liar.claims(&in_time, start);
    claims["exp"] = (end.as_second() + 60).into();
    liar.says(claims, Signature::Key(0));
    let waiting = browser.cookie("meridian_sign_in").unwrap();
    assert_eq!(browser.get(&agency, &liar.back(&in_time)).await.status, 200);
    app.clock.set(end);
    let other = Browser::at("203.0.113.9");
    other.put("meridian_sign_in", &waiting);
    let page = other.get(&agency, &liar.back(&late)).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (410, "That took too long")
    );
    let kept = async || {
        openid_sign_in::Entity::find()
            .count(&app.db.read)
            .await
            .unwrap()
    };
    app.clock.set(end + SignedDuration::from_hours(24));
    maintenance::run(app).await.unwrap();
    assert_eq!(kept().await, 2, "who comes late is told why");
    app.clock.set(end + SignedDuration::from_hours(25));
    maintenance::run(app).await.unwrap();
    assert_eq!(kept().await, 0);
    agency.stop().await;
}

async fn what_a_provider_writes_into_the_address_is_not_shown(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    for error in [
        "access_denied",
        "login_required",
        "server_error",
        "%3Cscript%3E",
    ] {
        let begun = begin(&browser, &agency).await;
        let state = told(&begun, "state");
        let path = format!(
            "{CALLBACK}?error={error}&error_description=%3Cscript%3Ealert(1)%3C/script%3E&error_uri=https://evil.example&state={state}"
        );
        let page = browser.get(&agency, &path).await;
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (403, "You are not signed in")
        );
        assert!(page.text.contains("It was called off"));
        for words in ["script", "alert", "evil", error] {
            assert!(!page.text.contains(words), "{words}");
        }
        assert!(page.text.contains(r#"href="/sign-in""#));
        // It is over: the same state brings nothing any more.
        liar.says(liar.claims(&begun, app.now()), Signature::Key(0));
        assert_eq!(browser.get(&agency, &liar.back(&begun)).await.status, 410);
    }
    assert_eq!(liar.asked("/token"), 0);
    agency.stop().await;
}

async fn a_page_of_another_site_sends_nobody_there(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    let browser = Browser::at("203.0.113.9");
    let before = contents(app).await;
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example")],
    ] {
        let page = browser
            .send(
                &agency,
                Method::POST,
                "/sign-in/openid",
                &headers,
                String::new(),
            )
            .await;
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (403, "This came from another site")
        );
        assert_eq!(page.header("set-cookie"), None);
    }
    let page = browser.get(&agency, "/sign-in/openid").await;
    assert_eq!(page.status, 405, "a link sends nobody there either");
    assert_eq!(contents(app).await, before);
    agency.stop().await;
}

async fn a_session_before_ends_and_a_mailed_link_goes_on_to_work_until_then(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    app.owner().await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(&agency, "olga@example.com").await;
    let begun = begin(&browser, &agency).await;
    assert_eq!(browser.post(&agency, &path, "").await.status, 200);
    assert_eq!(browser.who(&agency).await, "Olga");
    assert_eq!(browser.get(&agency, &liar.back(&begun)).await.status, 403);
    let page = liar
        .sign_in(&browser, &agency, Signature::Key(0), |_| ())
        .await;
    assert_eq!(heading(&page), "You are signed in as Dana");
    let ended = session::Entity::find().all(&app.db.read).await.unwrap();
    let ended = ended.iter().filter(|one| one.ended_at.is_some()).count();
    assert_eq!(ended, 1);
    // The other way round the link's page says the same as ever.
    browser.sign_in(&agency, DANA).await;
    assert_eq!(browser.who(&agency).await, "Dana");
    agency.stop().await;
}

async fn without_a_provider_there_is_nothing_of_it(app: &TestApp) {
    let browser = Browser::at("203.0.113.9");
    let page = browser.get(app, "/sign-in").await;
    assert!(!page.text.contains("openid") && !page.text.contains("Or by mail"));
    assert_eq!(browser.post(app, "/sign-in/openid", "").await.status, 404);
    assert_eq!(browser.get(app, CALLBACK).await.status, 401);
}

async fn a_page_that_is_loaded_again_says_that_it_has_worked(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let (browser, other) = (Browser::at("203.0.113.9"), Browser::at("198.51.100.1"));
    let begun = begin(&browser, &agency).await;
    liar.says(liar.claims(&begun, app.now()), Signature::Key(0));
    let back = liar.back(&begun);
    assert_eq!(browser.get(&agency, &back).await.status, 200);
    let page = browser.get(&agency, &back).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (200, "You are signed in already as Dana")
    );
    other.sign_in(&agency, DANA).await;
    assert_eq!(other.get(&agency, &back).await.status, 403);
    assert_eq!(liar.asked("/token"), 1);
    agency.stop().await;
}
