//! `/metrics` is what Prometheus reads, and its figures are right.

mod exposition;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use meridian::config::{Config, MetricsAccess};
use meridian::email::memory::Failure;
use meridian::email::outbox::{self, Claim};
use meridian::jobs::maintenance;
use serde_json::json;

use crate::smtp_session::mailer;
use crate::support::app::{Actor, Answer, TestApp, on_both_databases};
use crate::support::smtp_server::{ServerOptions, SmtpServer};
use exposition::Exposition;

on_both_databases!(
    the_figures_follow_a_mail,
    what_is_late_missed_or_in_doubt_is_counted,
    the_steps_of_smtp_are_timed,
    the_outboxes_are_counted_at_most_every_five_seconds_by_a_statement_each,
    the_figures_are_for_owners_and_managers_unless_the_configuration_says_otherwise,
);

async fn get(app: &TestApp, by: Option<&Actor>) -> Answer {
    let mut request = Request::get("/metrics");
    if let Some(by) = by {
        request = request.header("authorization", format!("Bearer {}", by.token));
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn figures(app: &TestApp, by: &Actor) -> Exposition {
    let answer = get(app, Some(by)).await;
    assert_eq!(answer.status, 200);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(answer.header("content-type"), Some(kind));
    Exposition::parse(&answer.text)
}

async fn the_figures_follow_a_mail(app: &TestApp) {
    let olga = app.owner().await;
    let before = figures(app, &olga).await;
    assert_eq!(
        before.value(
            "meridian_outbox_mails",
            &[("kind", "TEST"), ("state", "SENT")]
        ),
        0.0
    );
    assert!(
        before.value("meridian_last_tick_age_seconds", &[]) > 1e9,
        "there was none yet"
    );

    app.done(&olga, "emailTest", json!({}), "email { id }")
        .await;
    app.set_clock("2026-11-23T07:59:30Z");
    let waiting = figures(app, &olga).await;
    assert_eq!(waiting.value("meridian_outbox_pending", &[]), 1.0);
    assert_eq!(
        waiting.value("meridian_outbox_oldest_due_seconds", &[]),
        30.0
    );

    app.tick().await;
    app.drain().await;
    app.set_clock("2026-11-23T07:59:40Z");
    let sent = figures(app, &olga).await;
    assert_eq!(sent.value("meridian_outbox_pending", &[]), 0.0);
    assert_eq!(sent.value("meridian_outbox_oldest_due_seconds", &[]), 0.0);
    assert_eq!(
        sent.value(
            "meridian_outbox_mails",
            &[("kind", "TEST"), ("state", "SENT")]
        ),
        1.0
    );
    let accepted = [("kind", "TEST"), ("outcome", "ACCEPTED")];
    assert_eq!(sent.value("meridian_attempts_total", &accepted), 1.0);
    assert_eq!(
        sent.value("meridian_lateness_seconds_sum", &[("kind", "TEST")]),
        30.0
    );
    assert_eq!(sent.value("meridian_last_tick_age_seconds", &[]), 10.0);
    assert_eq!(sent.value("meridian_breaker_open", &[]), 0.0);
    assert!(sent.value("meridian_http_request_seconds_count", &[("status", "200")]) >= 3.0);
}

async fn what_is_late_missed_or_in_doubt_is_counted(app: &TestApp) {
    let olga = app.owner().await;
    for _ in 0..3 {
        app.done(&olga, "emailTest", json!({}), "email { id }")
            .await;
    }
    // One loses its reply, the sender of another vanishes before the fence, and that of a third after it.
    app.memory().fail_next(1, Failure::LostAfterAcceptance);
    let lease_until = app.now() + SignedDuration::from_secs(60);
    let tx = app.db.begin().await.unwrap();
    let claimed = outbox::claim(&tx, "dying", app.now(), lease_until, 2)
        .await
        .unwrap();
    let entered = outbox::enter_data(&tx, Claim::from(&claimed[0]), app.now(), lease_until).await;
    assert!(entered.unwrap());
    tx.commit().await.unwrap();
    app.drain().await;
    app.set_clock("2026-11-23T08:30:00Z");
    maintenance::run(app).await.unwrap();
    let figures_now = figures(app, &olga).await;
    assert_eq!(
        figures_now.value("meridian_mails_ambiguous_total", &[]),
        2.0,
        "each once"
    );
    let lost = [("kind", "TEST"), ("outcome", "AMBIGUOUS")];
    assert_eq!(figures_now.value("meridian_attempts_total", &lost), 1.0);
    assert_eq!(figures_now.value("meridian_lease_lost_total", &[]), 3.0);
    assert_eq!(figures_now.value("meridian_mails_missed_total", &[]), 0.0);

    app.set_clock("2026-11-23T09:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(
        figures(app, &olga)
            .await
            .value("meridian_mails_missed_total", &[]),
        3.0
    );
}

async fn the_steps_of_smtp_are_timed(app: &TestApp) {
    let olga = app.owner().await;
    app.done(&olga, "emailTest", json!({}), "email { id }")
        .await;
    let server = SmtpServer::start(ServerOptions::default()).await;
    let replica = app.sending_through(mailer(&server.url(""))).await;
    replica.drain().await;
    assert_eq!(server.received().len(), 1);
    let figures = figures(&replica, &olga).await;
    for phase in ["connect", "mail", "rcpt", "fence", "data", "body"] {
        let count = figures.value("meridian_send_seconds_count", &[("phase", phase)]);
        assert_eq!(count, 1.0, "{phase}");
    }
    replica.stop().await;
}

async fn the_outboxes_are_counted_at_most_every_five_seconds_by_a_statement_each(app: &TestApp) {
    let before = app.db.statements();
    app.watch.exposition(app).await;
    assert_eq!(app.db.statements() - before, 2);
    app.watch.exposition(app).await;
    app.set_clock("2026-11-23T07:59:04.9Z");
    app.watch.exposition(app).await;
    assert_eq!(app.db.statements() - before, 2);
    app.set_clock("2026-11-23T07:59:05Z");
    app.watch.exposition(app).await;
    assert_eq!(app.db.statements() - before, 4);
}

async fn the_figures_are_for_owners_and_managers_unless_the_configuration_says_otherwise(
    app: &TestApp,
) {
    let (dana, mia) = (app.manager("Dana").await, app.member("Mia").await);
    assert_eq!(get(app, None).await.status, 401);
    assert_eq!(get(app, Some(&mia)).await.status, 403);
    assert_eq!(get(app, Some(&dana)).await.status, 200);
    for (metrics, to_strangers, to_managers) in [
        (MetricsAccess::Open, 200, 200),
        (MetricsAccess::Off, 401, 404),
    ] {
        let config = Config {
            metrics,
            ..(*app.config).clone()
        };
        let replica = app.configured(Arc::new(config)).await;
        assert_eq!(get(&replica, None).await.status, to_strangers);
        assert_eq!(get(&replica, Some(&dana)).await.status, to_managers);
        replica.stop().await;
    }
}
