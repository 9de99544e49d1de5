//! Signing in with an API token, and what is served to those who do not.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::{SignedDuration, ToSpan, civil::date};
use meridian::domain::access::Caller;
use meridian::domain::tokens;
use meridian::entity::{Access, Day, Moment, api_token, change, person};
use meridian::error::Error;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::json;

use crate::support::app::{Actor, Answer, TestApp, on_both_databases};

on_both_databases!(
    a_token_signs_in_until_it_expires_or_is_revoked,
    all_tokens_that_do_not_count_get_the_same_answer,
    only_a_hash_of_a_token_is_kept,
    the_last_use_is_kept_to_the_minute,
    tokens_are_made_by_owners_and_for_oneself,
    strangers_are_not_told_what_exists,
);

const HELLO: &str = "{ __typename }";

async fn ask(app: &TestApp, authorization: Option<&str>) -> Answer {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    let body = json!({ "query": HELLO }).to_string();
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn status(app: &TestApp, token: &str) -> StatusCode {
    ask(app, Some(&format!("Bearer {token}"))).await.status
}

fn caller(app: &TestApp, actor: &Actor) -> Caller {
    Caller {
        person_id: Some(actor.person.id),
        access: actor.person.access.unwrap(),
        ..Caller::system(&actor.person.name, app.now())
    }
}

async fn a_token_signs_in_until_it_expires_or_is_revoked(app: &TestApp) {
    let olga = app.owner().await;
    let in_an_hour = app.now() + SignedDuration::from_hours(1);
    let operator = app.operator();
    let made = tokens::create(&app.db, &operator, olga.person.id, "CI", Some(in_an_hour)).await;
    let short = made.unwrap();
    assert_eq!(status(app, &olga.token).await, StatusCode::OK);
    assert_eq!(status(app, &short.plain_text).await, StatusCode::OK);

    app.clock.set(in_an_hour - SignedDuration::from_micros(1));
    assert_eq!(status(app, &short.plain_text).await, StatusCode::OK);
    app.clock.set(in_an_hour);
    assert_eq!(
        status(app, &short.plain_text).await,
        StatusCode::UNAUTHORIZED
    );

    let listed = tokens::list(&app.db.read, &operator, None).await.unwrap();
    let other = listed.iter().find(|row| row.name == "a story").unwrap();
    let revoked = tokens::revoke(&app.db, &app.operator(), other.id)
        .await
        .unwrap();
    assert_eq!(revoked.revoked_at, Some(Moment(in_an_hour)));
    assert_eq!(status(app, &olga.token).await, StatusCode::UNAUTHORIZED);
    app.clock.set(in_an_hour + SignedDuration::from_hours(1));
    let again = tokens::revoke(&app.db, &app.operator(), other.id)
        .await
        .unwrap();
    assert_eq!(again, revoked, "revoking again changes nothing");
}

async fn all_tokens_that_do_not_count_get_the_same_answer(app: &TestApp) {
    let valid = app.owner().await;
    let revoked = app.manager("Dana").await;
    let listed = tokens::list(&app.db.read, &app.operator(), Some(revoked.person.id)).await;
    let id = listed.unwrap()[0].id;
    tokens::revoke(&app.db, &app.operator(), id).await.unwrap();
    let left = changed(app, app.manager("Lea").await, |row| {
        row.employed_until = Set(Some(Day(date(2026, 11, 22))));
    });
    let archived = changed(app, app.manager("Ari").await, |row| {
        row.archived_at = Set(Some(Moment(app.now())));
    });
    let barred = changed(app, app.member("Bo").await, |row| row.access = Set(None));
    let (left, archived, barred) = (left.await, archived.await, barred.await);

    let expected = ask(app, None).await;
    assert_eq!(expected.status, StatusCode::UNAUTHORIZED);
    assert_eq!(expected.header("www-authenticate"), Some("Bearer"));
    let expected = without_request_id(&expected);
    assert_eq!(
        expected["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
    let unknown = format!("Bearer mer_{}", "x".repeat(43));
    let basic = format!("Basic {}", valid.token);
    let signed_in =
        [&revoked, &left, &archived, &barred].map(|actor| format!("Bearer {}", actor.token));
    for value in signed_in.iter().chain([&unknown, &basic, &valid.token]) {
        let answer = ask(app, Some(value)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{value}");
        assert_eq!(without_request_id(&answer), expected, "{value}");
    }
    assert_eq!(status(app, &valid.token).await, StatusCode::OK);
    let any_case = format!("bEARER {}", valid.token);
    assert_eq!(ask(app, Some(&any_case)).await.status, StatusCode::OK);
}

/// On the last day itself a person is still in.
async fn changed(
    app: &TestApp,
    actor: Actor,
    edit: impl FnOnce(&mut person::ActiveModel),
) -> Actor {
    assert_eq!(status(app, &actor.token).await, StatusCode::OK);
    let mut row = actor.person.clone().into_active_model();
    edit(&mut row);
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    actor
}

fn without_request_id(answer: &Answer) -> serde_json::Value {
    let mut body = answer.json();
    let extensions = body["errors"][0]["extensions"].as_object_mut().unwrap();
    assert!(extensions.remove("requestId").is_some());
    body
}

async fn only_a_hash_of_a_token_is_kept(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let rows = api_token::Entity::find().all(&app.db.read).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].hash.len(), 64);
    assert!(dana.token.starts_with("mer_") && dana.token.len() == 47);
    assert!(dana.token.ends_with(&rows[0].hint) && rows[0].hint.len() == 4);
    let history = change::Entity::find().all(&app.db.read).await.unwrap();
    let history = serde_json::to_string(&history).unwrap();
    assert!(history.contains("a story"), "making it is in the history");
    for kept in [&history, &serde_json::to_string(&rows).unwrap()] {
        assert!(!kept.contains(&dana.token) && !kept.contains(&rows[0].hash));
    }
}

async fn the_last_use_is_kept_to_the_minute(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let start = app.now();
    for (seconds, noted) in [(0, 0), (59, 0), (60, 60), (61, 60), (300, 300)] {
        let now = start + SignedDuration::from_secs(seconds);
        let signed_in = tokens::authenticate(&app.db, &dana.token, now)
            .await
            .unwrap();
        assert_eq!(signed_in.caller.person_id, Some(dana.person.id));
        assert_eq!(signed_in.is_to_be_noted(), noted == seconds);
        tokens::note_use(&app.db, &signed_in).await.unwrap();
        let rows = api_token::Entity::find().all(&app.db.read).await.unwrap();
        let expected = start + SignedDuration::from_secs(noted);
        assert_eq!(
            rows[0].last_used_at,
            Some(Moment(expected)),
            "after {seconds} s"
        );
    }
}

async fn tokens_are_made_by_owners_and_for_oneself(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let guest = app.person("Gus", None).await;
    let make =
        async |by: &Actor, for_whom: uuid::Uuid, name: &str, ends: Option<jiff::Timestamp>| {
            let made = tokens::create(&app.db, &caller(app, by), for_whom, name, ends).await;
            match made {
                Ok(made) => made.row.name,
                Err(Error::Invalid(problems)) => problems[0].field.join("."),
                Err(error) => error.to_string(),
            }
        };
    assert_eq!(make(&olga, dana.person.id, " CI ", None).await, "CI");
    assert_eq!(make(&dana, dana.person.id, "script", None).await, "script");
    let refusal = make(&dana, olga.person.id, "x", None).await;
    assert_eq!(
        refusal,
        "Only an owner, or the person, may make their API tokens."
    );
    assert_eq!(make(&olga, guest.id, "x", None).await, "personId");
    assert_eq!(make(&olga, dana.person.id, "", None).await, "name");
    let yesterday = app.now() - 24.hours();
    assert_eq!(
        make(&olga, dana.person.id, "x", Some(yesterday)).await,
        "expiresAt"
    );

    let all = tokens::list(&app.db.read, &caller(app, &olga), None)
        .await
        .unwrap();
    assert_eq!(all.len(), 4);
    let by_dana = caller(app, &dana);
    assert!(tokens::list(&app.db.read, &by_dana, None).await.is_err());
    let own = tokens::list(&app.db.read, &by_dana, Some(dana.person.id))
        .await
        .unwrap();
    assert_eq!(own.len(), 3);
    let olgas = all
        .iter()
        .find(|row| row.person_id == olga.person.id)
        .unwrap();
    let not_hers = tokens::revoke(&app.db, &by_dana, olgas.id).await;
    assert!(matches!(not_hers, Err(Error::NotFound(_))));
    assert!(tokens::revoke(&app.db, &by_dana, own[0].id).await.is_ok());
}

async fn strangers_are_not_told_what_exists(app: &TestApp) {
    let mia = app.member("Mia").await;
    assert_eq!(mia.person.access, Some(Access::Member));
    let get = async |method: Method, path: &str, token: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    for (method, path, to_mia) in [
        (Method::GET, "/nowhere", 404),
        (Method::POST, "/", 404),
        (Method::GET, "/graphql", 400),
        (Method::PUT, "/graphql", 405),
    ] {
        let stranger = get(method.clone(), path, None).await;
        assert_eq!(stranger.status, 401, "{path}");
        let answer = get(method, path, Some(&mia.token)).await;
        assert_eq!(answer.status, to_mia, "{path}");
        assert!(answer.json()["errors"][0]["extensions"]["requestId"].is_string());
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    let health = get(Method::GET, "/healthz", None).await;
    assert_eq!((health.status.as_u16(), &*health.text), (200, "ok"));
    let answer = app.graphql(&mia, HELLO, json!({})).await;
    assert_eq!(answer["data"], json!({ "__typename": "Query" }));
}
