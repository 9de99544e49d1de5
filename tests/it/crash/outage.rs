//! W6: the database is gone when the mail server has said yes, and comes back.

use meridian::db::Transaction;
use meridian::entity::{EmailState, email};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait};
use uuid::Uuid;

use super::scene::{LONG_LEASE, Scene, Settings};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::postgres::Cluster;
use crate::support::replica::until;
use crate::support::smtp_temper::{Gate, Temper};

on_both_databases!(
    w6_without_a_database_after_the_yes_the_mark_is_tried_again,
    w6_however_long_the_database_is_gone_the_mark_is_made,
);

/// More than the story itself has open.
const MORE_THAN_CONNECTIONS: u32 = 20;

/// What a process says each time.
const UNMARKED: &str = "could not be marked";

/// A database that lets nobody in, until this is dropped.
enum Outage<'a> {
    /// Somebody else writes, for longer than anybody waits.
    Sqlite { _writer: Transaction },
    /// Everybody was thrown out.
    Postgres(&'static Cluster, &'a str),
}

impl<'a> Outage<'a> {
    async fn begin(app: &'a TestApp) -> Self {
        match app.db.backend() {
            DbBackend::Postgres => {
                let cluster = Cluster::get().unwrap();
                cluster.shut_out(app.database_url());
                Self::Postgres(cluster, app.database_url())
            }
            _ => Self::Sqlite {
                _writer: app.db.begin().await.unwrap(),
            },
        }
    }
}

impl Drop for Outage<'_> {
    fn drop(&mut self) {
        if let Self::Postgres(cluster, url) = self {
            cluster.let_in(url);
        }
    }
}

/// The guard: whoever knows that a mail was sent tries to write it down until it stands, and does not leave the mail to
/// the grace, which would send it again.
async fn w6_without_a_database_after_the_yes_the_mark_is_tried_again(app: &TestApp) {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, None)).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let mut replica = scene.start(LONG_LEASE);
    scene.only_copy().await;
    assert_eq!(scene.row(mail).await.state, EmailState::Data);

    let outage = Outage::begin(app).await;
    gate.open();
    replica.says(UNMARKED).await;
    drop(outage);
    is_marked(&scene, mail).await;
}

/// The guard: it never stops trying. The pauses between two tries are taken away, so that the story need not wait for them.
async fn w6_however_long_the_database_is_gone_the_mark_is_made(app: &TestApp) {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, None)).await;
    let mail = scene.mail_to(&scene.olga.person.email).await;
    let replica = scene.start(Settings {
        fail_points: "without-pauses=return",
        ..LONG_LEASE
    });
    scene.only_copy().await;

    // A writer would make each try on SQLite last for half a minute.
    let outage = match app.db.backend() {
        DbBackend::Sqlite => {
            write(app, "CREATE TRIGGER outage BEFORE INSERT ON email_attempt BEGIN SELECT RAISE(ABORT, 'gone'); END").await;
            None
        }
        _ => Some(Outage::begin(app).await),
    };
    gate.open();
    until("the twentieth try", async || {
        replica.said().matches(UNMARKED).count() >= 20
    })
    .await;
    match outage {
        Some(outage) => drop(outage),
        None => write(app, "DROP TRIGGER outage").await,
    }
    is_marked(&scene, mail).await;
}

async fn write(app: &TestApp, statement: &str) {
    let tx = app.db.begin().await.unwrap();
    tx.execute_unprepared(statement).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waits until the mail is SENT, by its first and only claim, and there is one copy.
async fn is_marked(scene: &Scene<'_>, mail: Uuid) {
    let mut answers = 0;
    until("the mark", async || {
        // The story's own connections were ended, too, and each of them fails once.
        let row = email::Entity::find_by_id(mail)
            .one(&scene.app.db.read)
            .await;
        let sent = row.is_ok_and(|row| row.is_some_and(|row| row.state == EmailState::Sent));
        answers = if sent { answers + 1 } else { 0 };
        answers == MORE_THAN_CONNECTIONS
    })
    .await;
    assert_eq!(scene.copies().len(), 1);
    assert_eq!(scene.row(mail).await.fence, 1, "nobody else has claimed it");
}
