//! W6: the database is gone when the mail server has said yes, and comes back.

use meridian::entity::{EmailState, email};
use sea_orm::{DatabaseTransaction, DbBackend, EntityTrait};

use super::scene::{LONG_LEASE, Scene};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::postgres::Cluster;
use crate::support::replica::until;
use crate::support::smtp_temper::{Gate, Temper};

on_both_databases!(w6_without_a_database_after_the_yes_the_mark_is_tried_again);

/// More than the story itself has open.
const MORE_THAN_CONNECTIONS: u32 = 20;

/// A database that lets nobody in, until this is dropped.
enum Outage<'a> {
    /// Somebody else writes, for longer than anybody waits.
    Sqlite { _writer: DatabaseTransaction },
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
    replica.says("could not be marked").await;
    drop(outage);

    let mut answers = 0;
    until("the mark", async || {
        // The story's own connections were ended, too, and each of them fails once.
        let row = email::Entity::find_by_id(mail).one(&app.db.read).await;
        let sent = row.is_ok_and(|row| row.is_some_and(|row| row.state == EmailState::Sent));
        answers = if sent { answers + 1 } else { 0 };
        answers == MORE_THAN_CONNECTIONS
    })
    .await;
    assert_eq!(scene.copies().len(), 1);
    assert_eq!(scene.row(mail).await.fence, 1, "nobody else has claimed it");
}
