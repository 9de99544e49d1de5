//! Browsers that go away, or take their time.

use std::sync::Arc;
use std::time::Duration;

use meridian::config::Config;
use meridian::entity::touchpoint;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait};

use super::agency::{LOG, Prompted};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::until_within;
use crate::support::tcp::{Served, post, say, trickle};

on_both_databases!(
    a_press_whose_browser_left_is_done,
    a_form_that_trickles_does_nothing,
);

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn touchpoints(app: &TestApp) -> u64 {
    let all = touchpoint::Entity::find().count(&app.db.read);
    all.await.unwrap()
}

/// A mail program that presses for its reader (RFC 8058) does not wait for a page.
async fn a_press_whose_browser_left_is_done(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let before = touchpoints(app).await;
    let served = Served::by(app).await;
    let lock = app.db.begin().await.unwrap();
    if app.db.backend() == DbBackend::Postgres {
        let table = "LOCK TABLE touchpoint IN EXCLUSIVE MODE";
        lock.execute_unprepared(table).await.unwrap();
    }
    let statements = app.db.statements();
    let press = post(&prompted.link(LOG), &[FORM], 0, "");
    let browser = say(served.address, &press).await;
    let longest = Duration::from_secs(15);
    assert!(until_within(longest, async || app.db.statements() > statements).await);
    // On the way to the lock, and after the going on the way to where an unguarded server would have noticed.
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(browser);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(touchpoints(app).await, before);
    lock.rollback().await.unwrap();
    let done = until_within(longest, async || touchpoints(app).await == before + 1);
    assert!(done.await, "the update was not logged");
    served.stop().await.unwrap();
}

async fn a_form_that_trickles_does_nothing(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let before = touchpoints(app).await;
    let hasty = Arc::new(Config {
        request_timeout: Duration::from_secs(1),
        ..(*app.config).clone()
    });
    let hasty = app.configured(hasty).await;
    let served = Served::by(&hasty).await;
    let half = post(&prompted.link(LOG), &[FORM], 1_000, "");
    let page = trickle(served.address, &half).await;
    assert!(page.starts_with("HTTP/1.1 408 "), "{page}");
    assert!(page.contains("That took too long to arrive"), "{page}");
    assert_eq!(touchpoints(app).await, before);
    served.stop().await.unwrap();
    hasty.stop().await;
}
