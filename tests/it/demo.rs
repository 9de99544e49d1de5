//! The demo agency stands as `domain.md §7` tells it, on both databases.

mod contacts;
mod figures;
mod rows;

use meridian::db::Db;
use meridian::demo::{Filled, MONDAY, fill};
use meridian::domain::calendar::Week;
use meridian::domain::capacity::{Agenda, People};
use meridian::entity::person;
use sea_orm::{EntityTrait, QueryOrder};

use crate::support::postgres::Cluster;

/// Tells a story on an empty, migrated database of each kind.
async fn on_both(story: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    tell(&format!("sqlite://{}?mode=rwc", file.display()), &story).await;
    if let Some(cluster) = Cluster::get() {
        let url = cluster.create_database(None);
        tell(&url, &story).await;
        cluster.drop_database(&url);
    }
}

async fn tell(url: &str, story: &impl AsyncFn(&Db)) {
    let db = Db::connect(url).await.unwrap();
    db.migrate().await.unwrap();
    story(&db).await;
    db.close().await.unwrap();
}

async fn filled(db: &Db, scale: u32) -> Filled {
    fill(db, scale, &|_, _| {}).await.unwrap()
}

async fn agenda(db: &Db) -> (Agenda, Vec<person::Model>) {
    let people = person::Entity::find()
        .order_by_asc(person::Column::Id)
        .all(&db.read)
        .await
        .unwrap();
    let ids = people.iter().map(|person| person.id).collect();
    let week = Week::of(MONDAY);
    let agenda = Agenda::load(&db.read, People::WithAllBooks(ids), week, 5, MONDAY)
        .await
        .unwrap();
    (agenda, people)
}
