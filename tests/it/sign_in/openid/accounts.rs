//! With the provider that others wrote: who gets in, and whom an account there is bound to.

use meridian::entity::{change, openid_identity, session};
use meridian::graphql::id::Kind;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::provider::{Agency, Deed};
use super::{begin, told};
use crate::sign_in::browser::{Browser, SESSION, heading};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    somebody_signs_in_by_the_provider,
    tokens_of_every_kind_of_key_are_taken,
    the_account_decides_and_not_the_address,
    another_address_in_meridian_lets_an_account_be_bound_anew,
    whoever_calls_it_off_is_told_so_and_may_try_again,
    a_code_is_of_no_use_a_second_time,
    nothing_that_signs_in_is_kept,
);

const RS256: &str = "meridian-rs256";

fn account() -> String {
    Uuid::from_u128(rand::random()).simple().to_string()
}

fn verified(address: &str) -> Value {
    json!({ "email": address, "email_verified": true })
}

async fn somebody_signs_in_by_the_provider(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    let dana = app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let page = browser.get(&agency.app, "/sign-in").await;
    assert!(page.text.contains("Sign in with Halyard") && page.text.contains("Send me a link"));
    assert!(page.text.contains(r#"action="/sign-in/openid""#) && !page.text.contains("<script"));

    let name = account();
    // Case makes no difference, as with a mailed link.
    agency.account(&name, verified("Dana@Example.com")).await;
    let page = agency.sign_in(&browser, &name).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (200, "You are signed in as Dana")
    );
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(browser.who(&agency.app).await, "Dana");
    assert_eq!(browser.cookie("meridian_sign_in"), None);

    // History has both, by whom they are about.
    let changes = change::Entity::find()
        .filter(change::Column::ActorId.eq(dana.person.id))
        .order_by_asc(change::Column::Id)
        .all(&app.db.read)
        .await
        .unwrap();
    let kinds: Vec<&str> = changes.iter().map(|one| &*one.subject_kind).collect();
    assert_eq!(kinds, ["openid_identity", "session"]);
    agency.end().await;
}

async fn tokens_of_every_kind_of_key_are_taken(app: &TestApp) {
    app.manager("Dana").await;
    let name = account();
    for client in [RS256, "meridian-es256", "meridian-eddsa"] {
        let Some(agency) = Agency::with_client(app, client).await else {
            return;
        };
        agency.account(&name, verified("dana@example.com")).await;
        let browser = Browser::at("203.0.113.9");
        let page = agency.sign_in(&browser, &name).await;
        assert_eq!(heading(&page), "You are signed in as Dana", "{client}");
        agency.end().await;
    }
    let bound = openid_identity::Entity::find().count(&app.db.read).await;
    assert_eq!(bound.unwrap(), 1);
}

async fn the_account_decides_and_not_the_address(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    app.manager("Dana").await;
    app.manager("Sam").await;
    let (dana, sam) = (account(), account());
    let browser = Browser::at("203.0.113.9");
    agency.account(&dana, verified("dana@example.com")).await;
    agency.sign_in(&browser, &dana).await;
    assert_eq!(browser.who(&agency.app).await, "Dana");

    // Dana marries, and somebody else is given the old address there.
    agency
        .account(&dana, verified("dana.lind@example.com"))
        .await;
    agency.account(&sam, verified("dana@example.com")).await;
    let other = Browser::at("203.0.113.10");
    let page = agency.sign_in(&other, &sam).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (403, "Meridian does not know you")
    );
    assert_eq!(other.who(&agency.app).await, "UNAUTHENTICATED");
    agency.sign_in(&other, &dana).await;
    assert_eq!(other.who(&agency.app).await, "Dana", "whatever the address");

    // Not even Sam's address, nor one that is not verified, makes Dana's account Sam's.
    let of_sam = json!({ "email": "sam@example.com", "email_verified": false });
    agency.account(&dana, of_sam).await;
    let third = Browser::at("203.0.113.11");
    agency.sign_in(&third, &dana).await;
    assert_eq!(third.who(&agency.app).await, "Dana");
    agency.account(&sam, verified("sam@example.com")).await;
    agency.sign_in(&third, &sam).await;
    assert_eq!(third.who(&agency.app).await, "Sam");
    agency.end().await;
}

async fn another_address_in_meridian_lets_an_account_be_bound_anew(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let (first, second) = (account(), account());
    let browser = Browser::at("203.0.113.9");
    agency.account(&first, verified("dana@example.com")).await;
    agency.sign_in(&browser, &first).await;
    assert_eq!(browser.who(&agency.app).await, "Dana");
    let id = Kind::Person.id(dana.person.id);
    let input = json!({ "id": id, "email": "dana.lind@example.com" });
    agency
        .app
        .done(&olga, "personUpdate", input, "person { id }")
        .await;
    assert_eq!(browser.who(&agency.app).await, "UNAUTHENTICATED");
    let page = agency.sign_in(&browser, &first).await;
    assert_eq!(heading(&page), "Meridian does not know you");
    agency
        .account(&second, verified("dana.lind@example.com"))
        .await;
    agency.sign_in(&browser, &second).await;
    assert_eq!(browser.who(&agency.app).await, "Dana");

    // So does access that is taken and given back.
    for access in [Value::Null, "MANAGER".into()] {
        let input = json!({ "id": id, "access": access });
        agency
            .app
            .done(&olga, "personUpdate", input, "person { id }")
            .await;
    }
    let bound = openid_identity::Entity::find().count(&app.db.read).await;
    assert_eq!(bound.unwrap(), 0);
    agency.end().await;
}

async fn whoever_calls_it_off_is_told_so_and_may_try_again(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let back = agency.back(&browser, "", Deed::CallOff).await;
    assert!(back.contains("error=access_denied"), "{back}");
    let page = browser.get(&agency.app, &back).await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (403, "You are not signed in")
    );
    assert!(page.text.contains(r#"href="/sign-in""#));
    let name = account();
    agency.account(&name, verified("dana@example.com")).await;
    agency.sign_in(&browser, &name).await;
    assert_eq!(browser.who(&agency.app).await, "Dana");
    agency.end().await;
}

async fn a_code_is_of_no_use_a_second_time(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    app.manager("Dana").await;
    let name = account();
    agency.account(&name, verified("dana@example.com")).await;
    let browser = Browser::at("203.0.113.9");
    let back = agency.back(&browser, &name, Deed::SignIn).await;
    // Whoever has the code alone, in a sign-in of their own: it belongs to another verifier and another nonce.
    let thief = Browser::at("198.51.100.1");
    let begun = begin(&thief, &agency.app).await;
    let code = told(
        &url::Url::parse("http://x").unwrap().join(&back).unwrap(),
        "code",
    );
    let iss = told(
        &url::Url::parse("http://x").unwrap().join(&back).unwrap(),
        "iss",
    );
    let state = told(&begun, "state");
    let stolen = format!("{}?code={code}&state={state}&iss={iss}", super::CALLBACK);
    let page = thief.get(&agency.app, &stolen).await;
    assert_eq!(page.status, 403);
    assert_eq!(thief.who(&agency.app).await, "UNAUTHENTICATED");
    let sessions = session::Entity::find().count(&app.db.read).await;
    assert_eq!(sessions.unwrap(), 0);
    agency.end().await;
}

async fn nothing_that_signs_in_is_kept(app: &TestApp) {
    let Some(agency) = Agency::with_client(app, RS256).await else {
        return;
    };
    app.manager("Dana").await;
    let name = account();
    agency.account(&name, verified("dana@example.com")).await;
    let browser = Browser::at("203.0.113.9");
    let begun = begin(&browser, &agency.app).await;
    let waiting = browser.cookie("meridian_sign_in").unwrap();
    let mut secrets = vec![
        told(&begun, "state"),
        told(&begun, "nonce"),
        told(&begun, "code_challenge"),
        super::SECRET.to_owned(),
        waiting,
    ];
    let back = agency.back(&browser, &name, Deed::SignIn).await;
    let back = url::Url::parse("http://x").unwrap().join(&back).unwrap();
    secrets.extend([told(&back, "state"), told(&back, "code")]);
    let path = back[url::Position::BeforePath..].to_owned();
    browser.get(&agency.app, &path).await;
    assert_eq!(browser.who(&agency.app).await, "Dana");
    secrets.push(browser.cookie(SESSION).unwrap());
    let kept = format!("{:?}", contents(app).await);
    for secret in secrets {
        assert!(!kept.contains(&secret));
    }
    assert!(kept.contains(&name), "but whom it is");
    assert!(!format!("{:?}", agency.app.config).contains(super::SECRET));
    agency.end().await;
}
