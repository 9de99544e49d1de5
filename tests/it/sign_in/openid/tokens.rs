//! What a provider says, or somebody in its name, is believed only when it is as it should be.

use jiff::SignedDuration;
use meridian::entity::{openid_identity, session};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::liar::{Liar, Lie, Signature};
use super::{SECRET, begin, told};
use crate::sign_in::browser::{Browser, heading};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_token_that_is_not_as_it_should_be_signs_nobody_in,
    an_answer_without_a_good_token_signs_nobody_in,
    an_address_counts_once_the_provider_has_verified_it,
    whoever_may_not_sign_in_is_told_what_strangers_are,
    keys_that_were_replaced_are_read_again_but_not_often,
    an_answer_in_another_provider_s_name_is_refused,
    the_code_is_exchanged_with_all_that_proves_who_began,
);

async fn nobody_is_in(app: &TestApp) {
    let sessions = session::Entity::find().count(&app.db.read).await.unwrap();
    let bound = openid_identity::Entity::find().count(&app.db.read).await;
    assert_eq!((sessions, bound.unwrap()), (0, 0));
}

async fn a_token_that_is_not_as_it_should_be_signs_nobody_in(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    app.owner().await;
    let now = app.now().as_second();
    let with = |name: &'static str, value: Value| move |claims: &mut Value| claims[name] = value;
    let without = |name: &'static str| {
        move |claims: &mut Value| {
            claims.as_object_mut().unwrap().remove(name);
        }
    };
    let key = || Signature::Key(0);
    let shared = |bytes: &[u8]| Signature::Shared(bytes.to_vec());
    type Edit = Box<dyn FnOnce(&mut Value)>;
    let cases: Vec<(&str, Signature, Edit)> = vec![
        ("another nonce", key(), Box::new(with("nonce", "x".into()))),
        ("no nonce", key(), Box::new(without("nonce"))),
        (
            "another audience",
            key(),
            Box::new(with("aud", "others".into())),
        ),
        (
            "one audience more",
            key(),
            Box::new(with("aud", json!(["meridian", "others"]))),
        ),
        ("no audience", key(), Box::new(with("aud", json!([])))),
        (
            "another party",
            key(),
            Box::new(with("azp", "others".into())),
        ),
        (
            "another issuer",
            key(),
            Box::new(with("iss", "http://127.0.0.1:1".into())),
        ),
        ("no issuer", key(), Box::new(without("iss"))),
        ("expired", key(), Box::new(with("exp", now.into()))),
        ("no end", key(), Box::new(without("exp"))),
        ("no subject", key(), Box::new(without("sub"))),
        ("an empty subject", key(), Box::new(with("sub", "".into()))),
        (
            "a long subject",
            key(),
            Box::new(with("sub", "x".repeat(256).into())),
        ),
        ("no signature", Signature::Nothing, Box::new(|_| ())),
        (
            "our own secret",
            shared(SECRET.as_bytes()),
            Box::new(|_| ()),
        ),
        (
            "the public key",
            shared(&liar.public_key()),
            Box::new(|_| ()),
        ),
        ("another's claims", Signature::Broken, Box::new(|_| ())),
        ("an unknown key", Signature::Key(1), Box::new(|_| ())),
    ];
    let browser = Browser::at("203.0.113.9");
    for (what, signature, edit) in cases {
        let page = liar.sign_in(&browser, &agency, signature, edit).await;
        let told = (page.status.as_u16(), heading(&page).to_owned());
        // What cannot even be read is no answer.
        let unread = ["no subject", "no end", "no issuer"].contains(&what) && page.status == 503;
        let refused = told == (403, "You are not signed in".to_owned());
        assert!(refused || unread, "{what}: {told:?}");
        assert_eq!(browser.who(&agency).await, "UNAUTHENTICATED", "{what}");
        nobody_is_in(app).await;
    }
    let page = liar.sign_in(&browser, &agency, key(), |_| ()).await;
    assert_eq!(heading(&page), "You are signed in as Dana");
    agency.stop().await;
}

async fn an_answer_without_a_good_token_signs_nobody_in(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let access = json!({ "access_token": "an-access-token", "token_type": "Bearer" });
    let mut garbled = access.clone();
    garbled["id_token"] = "a.b.c".into();
    for (status, answer, expected) in [
        (200, access, 403),
        (200, garbled, 503),
        (400, json!({ "error": "invalid_grant" }), 403),
        (
            401,
            json!({ "error": "invalid_client", "error_description": "<b>" }),
            503,
        ),
        (500, json!({}), 503),
        (200, json!([]), 503),
    ] {
        liar.lies("/token", Lie::Json(status, answer.clone()));
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), |_| ())
            .await;
        assert_eq!(page.status, expected, "{answer}");
        assert!(!page.text.contains("<b>") && !page.text.contains("invalid"));
        nobody_is_in(app).await;
    }
    agency.stop().await;
}

async fn an_address_counts_once_the_provider_has_verified_it(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let not_verified = "Your address is not verified";
    for more in [
        json!({ "email_verified": false }),
        json!({ "email_verified": null }),
        json!({ "email_verified": false, "xms_edov": true }),
        json!({ "email_verified": null, "xms_edov": false }),
        json!({ "email_verified": null, "xms_edov": "0" }),
    ] {
        let edit = |claims: &mut Value| put(claims, &more);
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), edit)
            .await;
        assert_eq!(
            (page.status.as_u16(), heading(&page)),
            (403, not_verified),
            "{more}"
        );
        nobody_is_in(app).await;
    }
    // Where the token has no address the provider is asked, about this very subject.
    let no_address = |claims: &mut Value| put(claims, &json!({ "email": null }));
    for (told, expected) in [
        (json!({ "sub": "dana" }), not_verified),
        (
            json!({ "sub": "dana", "email": "dana@example.com" }),
            not_verified,
        ),
        (
            json!({ "sub": "olga", "email": "dana@example.com", "email_verified": true }),
            "You are not signed in",
        ),
    ] {
        liar.lies("/me", Lie::Json(200, told.clone()));
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), no_address)
            .await;
        assert_eq!(heading(&page), expected, "{told}");
        nobody_is_in(app).await;
    }
    // Microsoft Entra's word for the same.
    for word in [json!(true), json!(1), json!("1")] {
        let more = json!({ "email_verified": null, "xms_edov": word, "sub": "dana of Entra" });
        let edit = |claims: &mut Value| put(claims, &more);
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), edit)
            .await;
        assert_eq!(heading(&page), "You are signed in as Dana", "{word}");
    }
    agency.stop().await;
}

/// Puts claims in; null takes one out.
fn put(claims: &mut Value, more: &Value) {
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => claims.remove(name),
            value => claims.insert(name.clone(), value.clone()),
        };
    }
}

async fn whoever_may_not_sign_in_is_told_what_strangers_are(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.person("Gus", None).await;
    let changed = async |name: &str, edit: fn(&mut meridian::entity::person::Model)| {
        use sea_orm::{ActiveModelTrait, IntoActiveModel};
        let mut row = app.manager(name).await.person;
        edit(&mut row);
        let tx = app.db.begin().await.unwrap();
        row.into_active_model()
            .reset_all()
            .update(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    changed("Lea", |row| {
        row.employed_until = Some(meridian::entity::Day(jiff::civil::date(2026, 11, 22)));
    })
    .await;
    changed("Ari", |row| row.archived_at = Some(row.created_at)).await;
    let browser = Browser::at("203.0.113.9");
    let mut pages = Vec::new();
    for name in ["nobody", "gus", "lea", "ari"] {
        let more = json!({ "sub": name, "email": format!("{name}@example.com") });
        let edit = |claims: &mut Value| put(claims, &more);
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), edit)
            .await;
        assert_eq!(browser.who(&agency).await, "UNAUTHENTICATED", "{name}");
        pages.push((page.status, page.text));
        nobody_is_in(app).await;
    }
    assert!(pages[0].1.contains("Meridian does not know you"));
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");

    // Nor does anybody get in who could once.
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let in_ = liar
        .sign_in(&browser, &agency, Signature::Key(0), |_| ())
        .await;
    assert_eq!(in_.status, 200);
    let id = meridian::graphql::id::Kind::Person.id(dana.person.id);
    let input = json!({ "id": id, "access": null });
    app.done(&olga, "personUpdate", input, "person { id }")
        .await;
    let page = liar
        .sign_in(&browser, &agency, Signature::Key(0), |_| ())
        .await;
    assert_eq!((page.status, page.text), pages[0]);
    agency.stop().await;
}

async fn keys_that_were_replaced_are_read_again_but_not_often(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let sign_in = async |number| {
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(number), |_| ())
            .await;
        page.status.as_u16()
    };
    assert_eq!(sign_in(0).await, 200);
    assert_eq!(liar.asked("/jwks"), 1);
    // Those of a minute are new enough, however many tokens somebody makes up.
    for _ in 0..5 {
        assert_eq!(sign_in(1).await, 403);
    }
    assert_eq!(liar.asked("/jwks"), 1);
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    assert_eq!(sign_in(1).await, 403);
    assert_eq!(sign_in(1).await, 403);
    assert_eq!(liar.asked("/jwks"), 2);
    liar.publishes(2);
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    assert_eq!(sign_in(1).await, 200);
    assert_eq!((sign_in(1).await, sign_in(0).await), (200, 200));
    assert_eq!(liar.asked("/jwks"), 3);
    // A key that it takes back counts for an hour at most.
    liar.publishes(0);
    let path = "/.well-known/openid-configuration";
    assert_eq!(liar.asked(path), 1);
    app.clock.set(app.now() + SignedDuration::from_hours(1));
    assert_eq!(sign_in(0).await, 403);
    assert_eq!(liar.asked(path), 2);
    agency.stop().await;
}

async fn an_answer_in_another_provider_s_name_is_refused(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let back = async |agency: &TestApp, issuer: Option<&str>| {
        let begun = begin(&browser, agency).await;
        liar.says(liar.claims(&begun, agency.now()), Signature::Key(0));
        let path = liar.back(&begun);
        let (path, _) = path.split_once("&iss=").unwrap();
        let issuer = issuer.map_or_else(String::new, |issuer| format!("&iss={issuer}"));
        browser
            .get(agency, &format!("{path}{issuer}"))
            .await
            .status
            .as_u16()
    };
    assert_eq!(back(&agency, Some("https://other.example")).await, 403);
    assert_eq!(liar.asked("/token"), 0, "no code goes to the wrong one");
    nobody_is_in(app).await;
    assert_eq!(
        back(&agency, None).await,
        200,
        "it never said that it names itself"
    );
    agency.stop().await;

    let mut itself = liar.itself();
    itself["authorization_response_iss_parameter_supported"] = true.into();
    liar.lies("/.well-known/openid-configuration", Lie::Json(200, itself));
    let agency = liar.agency(app).await;
    assert_eq!(back(&agency, None).await, 403);
    assert_eq!(back(&agency, Some(&liar.issuer)).await, 200);
    agency.stop().await;
}

async fn the_code_is_exchanged_with_all_that_proves_who_began(app: &TestApp) {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use sha2::{Digest, Sha256};

    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let begun = begin(&browser, &agency).await;
    let again = begin(&browser, &agency).await;
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(told(&begun, name), told(&again, name), "{name}");
        assert_eq!(told(&begun, name).len(), 43, "{name}");
    }
    assert_eq!(told(&begun, "code_challenge_method"), "S256");
    assert_eq!(told(&begun, "response_type"), "code");
    assert_eq!(told(&begun, "scope"), "openid email");
    assert_eq!(told(&begun, "client_id"), "meridian");
    let redirect = "http://127.0.0.1:8080/sign-in/openid/callback";
    assert_eq!(told(&begun, "redirect_uri"), redirect);
    liar.says(liar.claims(&begun, app.now()), Signature::Key(0));
    assert_eq!(browser.get(&agency, &liar.back(&begun)).await.status, 200);
    let exchanged = liar.exchanged();
    let (shown, form) = exchanged[0].rsplit_once(' ').unwrap();
    let shown = STANDARD
        .decode(shown.strip_prefix("Basic ").unwrap())
        .unwrap();
    assert!(shown.starts_with(b"meridian:a+secret"));
    let form = url::Url::parse(&format!("http://x?{form}")).unwrap();
    assert_eq!(told(&form, "code"), "a-code");
    assert_eq!(told(&form, "redirect_uri"), redirect);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(told(&form, "code_verifier")));
    assert_eq!(told(&begun, "code_challenge"), challenge);

    // A provider that wants the secret in the form gets it there.
    let mut itself = liar.itself();
    itself["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    liar.lies("/.well-known/openid-configuration", Lie::Json(200, itself));
    let other = liar.agency(app).await;
    liar.sign_in(&browser, &other, Signature::Key(0), |_| ())
        .await;
    let exchanged = liar.exchanged();
    assert!(exchanged[1].starts_with(' ') && exchanged[1].contains("client_secret=a+secret"));
    agency.stop().await;
    other.stop().await;
}
