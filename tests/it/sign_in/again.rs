//! Who comes again with what has signed them in already is told so; nobody else is.

use jiff::SignedDuration;

use super::browser::{Browser, SESSION, heading};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_link_that_is_pressed_twice_says_that_it_has_worked,
    only_the_session_that_came_of_the_link_is_told_so,
);

const DANA: &str = "dana@example.com";

async fn a_link_that_is_pressed_twice_says_that_it_has_worked(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    assert_eq!(browser.post(app, &path, "").await.status, 200);
    for page in [
        browser.post(app, &path, "").await,
        browser.get(app, &path).await,
    ] {
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (200, "You are signed in already as Dana")
        );
        assert_eq!(page.header("set-cookie"), None);
        assert!(!page.text.contains("<form"), "there is nothing to press");
    }
    // Also with a link of another mail on its way, whose cookie the browser has then, and with a secret that was replaced.
    let other = browser.ask(app, DANA).await;
    assert_eq!(
        heading(&browser.get(app, &path).await),
        "You are signed in already as Dana"
    );
    app.clock.set(app.now() + SignedDuration::from_hours(1));
    assert_eq!(browser.who(app).await, "Dana");
    assert_eq!(
        heading(&browser.get(app, &path).await),
        "You are signed in already as Dana"
    );
    assert_eq!(browser.post(app, &other, "").await.status, 410);
}

async fn only_the_session_that_came_of_the_link_is_told_so(app: &TestApp) {
    app.manager("Dana").await;
    let (browser, other) = (Browser::at("203.0.113.9"), Browser::at("198.51.100.1"));
    let path = browser.ask(app, DANA).await;
    browser.post(app, &path, "").await;
    // Signed in as the same person, by another link.
    other.sign_in(app, DANA).await;
    let refused = "This link works in another browser";
    for page in [
        other.get(app, &path).await,
        other.post(app, &path, "").await,
    ] {
        assert_eq!((page.status.as_u16(), heading(&page)), (403, refused));
    }
    let secret = browser.cookie(SESSION).unwrap();
    browser.post(app, "/sign-out", "").await;
    assert_eq!(heading(&browser.get(app, &path).await), refused);
    browser.put(SESSION, &secret);
    let page = browser.post(app, &path, "").await;
    assert_eq!((page.status.as_u16(), heading(&page)), (403, refused));
}
