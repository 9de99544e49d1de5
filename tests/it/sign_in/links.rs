//! A link is asked for, mailed, opened and confirmed: once, in time, and in the browser that asked.

use axum::http::Method;
use jiff::SignedDuration;
use meridian::entity::{session, sign_in};
use meridian::jobs::maintenance;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::browser::{Browser, SESSION, form, heading, path_of};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::tcp::Served;

on_both_databases!(
    a_mailed_link_signs_in_the_browser_that_asked,
    a_scanner_that_opens_the_link_changes_nothing,
    a_link_works_once,
    a_link_works_in_no_other_browser,
    a_link_works_for_a_quarter_of_an_hour,
    who_asks_twice_may_use_either_mail,
    a_page_of_another_site_signs_nobody_in_or_out,
    a_link_to_an_address_that_was_changed_does_not_work,
    only_hashes_of_what_signs_in_are_kept,
    two_replicas_know_of_each_other_s_links_and_sessions,
    a_browser_signs_in_over_the_wire,
);

const DANA: &str = "dana@example.com";

async fn a_mailed_link_signs_in_the_browser_that_asked(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let page = browser.get(app, "/sign-in").await;
    assert_eq!(page.status, 200);
    assert_eq!(heading(&page), "Sign in");
    assert!(page.text.contains(r#"type="email""#) && !page.text.contains("<script"));
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );

    let mail = browser.ask_for_mail(app, " Dana@Example.com ").await;
    assert_eq!(
        (&*mail.to, &*mail.subject),
        (DANA, "Your link to sign in to Meridian")
    );
    for words in [
        "Hello Dana,",
        "On Monday 07:59 (Europe/London) somebody asked for this link, with Firefox on Linux from the network 203.0.113.x.",
        "It works once, until 08:14.",
        "without that browser the link signs nobody in.",
    ] {
        assert!(mail.words().contains(words), "{words}: {}", mail.words());
    }
    let path = path_of(&mail);
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
    let page = browser.get(app, &path).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (200, "Sign in as Dana?")
    );
    assert_eq!(
        browser.who(app).await,
        "UNAUTHENTICATED",
        "opening it changes nothing"
    );
    let page = browser.post(app, &path, "").await;
    assert_eq!(heading(&page), "You are signed in as Dana");
    assert_eq!(browser.who(app).await, "Dana");
    let cookie = page.headers.get_all("set-cookie").iter().next().unwrap();
    let cookie = cookie.to_str().unwrap();
    assert!(
        cookie.ends_with("; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );

    let page = browser.get(app, "/sign-out").await;
    assert_eq!(heading(&page), "Sign out?");
    assert_eq!(browser.who(app).await, "Dana", "opening it changes nothing");
    let secret = browser.cookie(SESSION).unwrap();
    let page = browser.post(app, "/sign-out", "").await;
    assert_eq!(heading(&page), "You are signed out");
    assert_eq!(browser.cookie(SESSION), None);
    browser.put(SESSION, &secret);
    assert_eq!(
        browser.who(app).await,
        "UNAUTHENTICATED",
        "the secret is of no use any more"
    );
}

async fn a_scanner_that_opens_the_link_changes_nothing(app: &TestApp) {
    app.manager("Dana").await;
    let (browser, scanner) = (Browser::at("203.0.113.9"), Browser::at("198.51.100.1"));
    let path = browser.ask(app, DANA).await;
    let before = contents(app).await;
    for method in [Method::GET, Method::HEAD, Method::GET] {
        for follower in [&scanner, &browser] {
            let page = follower
                .send(app, method.clone(), &path, &[], String::new())
                .await;
            assert_eq!(page.header("set-cookie"), None);
        }
    }
    assert_eq!(contents(app).await, before);
    // One that presses buttons as well has not asked for it.
    let page = scanner.post(app, &path, "").await;
    assert_eq!(page.status, 403);
    assert_eq!(contents(app).await, before);
    assert_eq!(browser.post(app, &path, "").await.status, 200);
}

async fn a_link_works_once(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    let waiting = browser.cookie("meridian_sign_in").unwrap();
    let twin = Browser::at("203.0.113.9");
    twin.put("meridian_sign_in", &waiting);
    // At the same time, from two tabs.
    let (one, other) = tokio::join!(browser.post(app, &path, ""), twin.post(app, &path, ""));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    assert_eq!(
        session::Entity::find().count(&app.db.read).await.unwrap(),
        1
    );
    let third = Browser::at("203.0.113.9");
    third.put("meridian_sign_in", &waiting);
    for page in [
        third.post(app, &path, "").await,
        third.get(app, &path).await,
    ] {
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (410, "This link was used already")
        );
    }
}

async fn a_link_works_in_no_other_browser(app: &TestApp) {
    app.manager("Dana").await;
    let (browser, other) = (Browser::at("203.0.113.9"), Browser::at("198.51.100.1"));
    let path = browser.ask(app, DANA).await;
    let of_mallory = other
        .post(app, "/sign-in", &form("nobody@example.com"))
        .await;
    assert_eq!(
        of_mallory.status, 200,
        "the other browser has a cookie of its own"
    );
    for page in [
        other.get(app, &path).await,
        other.post(app, &path, "").await,
    ] {
        assert_eq!(page.status, 403);
        assert_eq!(heading(&page), "This link works in another browser");
        assert!(
            page.text.contains("ask for another link here"),
            "{}",
            page.text
        );
        assert!(page.text.contains(r#"href="/sign-in""#));
        assert!(
            !page.text.contains("Dana"),
            "strangers are not told whose it is"
        );
    }
    assert_eq!(other.who(app).await, "UNAUTHENTICATED");
    assert_eq!(
        browser.post(app, &path, "").await.status,
        200,
        "and it still works"
    );

    for path in ["/sign-in/x", "/sign-in/%F0%9F%90%8C", &*format!("{path}x")] {
        for page in [
            browser.get(app, path).await,
            browser.post(app, path, "").await,
        ] {
            assert_eq!(
                (page.status.as_u16(), heading(&page)),
                (404, "This link does not work")
            );
        }
    }
}

async fn a_link_works_for_a_quarter_of_an_hour(app: &TestApp) {
    app.manager("Dana").await;
    let (browser, start) = (Browser::at("203.0.113.9"), app.now());
    let path = browser.ask(app, DANA).await;
    app.clock
        .set(start + SignedDuration::from_secs(15 * 60) - SignedDuration::from_micros(1));
    assert_eq!(heading(&browser.get(app, &path).await), "Sign in as Dana?");
    app.clock.set(start + SignedDuration::from_mins(15));
    for page in [
        browser.get(app, &path).await,
        browser.post(app, &path, "").await,
    ] {
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (410, "This link has expired")
        );
    }
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
    app.clock.set(start + SignedDuration::from_hours(24));
    let links = async || sign_in::Entity::find().count(&app.db.read).await.unwrap();
    maintenance::run(app).await.unwrap();
    assert_eq!(links().await, 1, "who comes late is told why");
    app.clock.set(start + SignedDuration::from_hours(25));
    maintenance::run(app).await.unwrap();
    assert_eq!(links().await, 0);
}

async fn who_asks_twice_may_use_either_mail(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let first = browser.ask(app, DANA).await;
    let second = browser.ask(app, DANA).await;
    assert_ne!(first, second);
    assert_eq!(
        heading(&browser.get(app, &second).await),
        "Sign in as Dana?"
    );
    assert_eq!(browser.post(app, &first, "").await.status, 200);
}

async fn a_page_of_another_site_signs_nobody_in_or_out(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    let elsewhere = [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
    ];
    let post = async |path: &str, headers: &[(&str, &str)]| {
        browser
            .send(app, Method::POST, path, headers, form(DANA))
            .await
    };
    for headers in &elsewhere {
        for path in ["/sign-in", &*path, "/sign-out"] {
            let page = post(path, headers).await;
            assert_eq!(
                (page.status.as_u16(), heading(&page)),
                (403, "This came from another site")
            );
            assert_eq!(page.header("set-cookie"), None);
        }
    }
    let ours = [("origin", "http://127.0.0.1:8080")];
    assert_eq!(post(&path, &ours).await.status, 200);
    for headers in &elsewhere {
        assert_eq!(post("/sign-out", headers).await.status, 403);
        let query = "{ viewer { name } }";
        let answer = browser.graphql_from(app, headers, query, json!({})).await;
        assert_eq!(answer.status, 403);
        assert_eq!(
            answer.json()["errors"][0]["extensions"]["code"],
            "FORBIDDEN"
        );
        let url = "/graphql?query=%7Bviewer%7Bname%7D%7D";
        let answer = browser
            .send(app, Method::GET, url, headers, String::new())
            .await;
        assert_eq!(answer.status, 403, "a link that is followed");
    }
    assert_eq!(browser.who(app).await, "Dana");
    // What a page of ours may: queries by GET, and nothing else by it.
    let get = async |url: &str| browser.get(app, url).await;
    assert_eq!(
        get("/graphql?query=%7Bviewer%7Bname%7D%7D").await.status,
        200
    );
    assert_eq!(
        get("/graphql?query=mutation%7BsessionRevokeOthers(input%3A%7B%7D)%7Brevoked%7D%7D")
            .await
            .status,
        405
    );
}

async fn a_link_to_an_address_that_was_changed_does_not_work(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    let id = meridian::graphql::id::Kind::Person.id(dana.person.id);
    let input = json!({ "id": id, "email": "dana.lind@example.com" });
    app.done(&olga, "personUpdate", input, "person { id }")
        .await;
    assert_eq!(browser.post(app, &path, "").await.status, 404);
    browser.sign_in(app, "dana.lind@example.com").await;
    assert_eq!(browser.who(app).await, "Dana");
}

async fn only_hashes_of_what_signs_in_are_kept(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    let waiting = browser.cookie("meridian_sign_in").unwrap();
    browser.post(app, &path, "").await;
    maintenance::take_back(app).await.unwrap();
    let token = path.strip_prefix("/sign-in/").unwrap();
    let secret = browser.cookie(SESSION).unwrap();
    let kept = format!("{:?}", contents(app).await);
    let in_bytes: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    for secret in [
        token,
        &waiting,
        &secret,
        &in_bytes,
        &in_bytes.to_uppercase(),
    ] {
        assert!(!kept.contains(secret));
    }
    assert!(kept.contains("203.0.113.x") && !kept.contains("203.0.113.9"));
}

async fn two_replicas_know_of_each_other_s_links_and_sessions(app: &TestApp) {
    app.manager("Dana").await;
    let replica = app.started_again().await;
    let browser = Browser::at("203.0.113.9");
    let path = browser.ask(app, DANA).await;
    assert_eq!(browser.post(&replica, &path, "").await.status, 200);
    assert_eq!(browser.who(app).await, "Dana");
    assert_eq!(browser.who(&replica).await, "Dana");
    let page = browser.post(app, &path, "").await;
    assert_eq!(heading(&page), "You are signed in already as Dana");
    let secret = browser.cookie(SESSION).unwrap();
    assert_eq!(browser.post(app, "/sign-out", "").await.status, 200);
    browser.put(SESSION, &secret);
    assert_eq!(browser.who(&replica).await, "UNAUTHENTICATED");
    replica.stop().await;
}

async fn a_browser_signs_in_over_the_wire(app: &TestApp) {
    app.manager("Dana").await;
    let served = Served::by(app).await;
    let browser = reqwest::Client::builder()
        .cookie_store(true)
        .build()
        .unwrap();
    let page = browser
        .post(served.url("/sign-in"))
        .body(form(DANA))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    crate::support::replica::until("the mail", async || !app.drain().await.is_empty()).await;
    let mail = crate::support::letter::Letter::read(&app.memory().sent()[0]);
    assert!(
        mail.words().contains("from the network 127.0.0.x"),
        "{}",
        mail.words()
    );
    let page = browser
        .post(served.url(&path_of(&mail)))
        .send()
        .await
        .unwrap();
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("You are signed in as Dana")
    );
    let ask = json!({ "query": "{ viewer { name } }" });
    let answer = browser
        .post(served.url("/graphql"))
        .json(&ask)
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["viewer"]["name"], "Dana");
    let plain = reqwest::Client::new();
    let answer = plain
        .post(served.url("/graphql"))
        .json(&ask)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    drop((browser, plain));
    served.stop().await.unwrap();
}
