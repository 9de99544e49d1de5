//! An agency moves to another database: `meridian copy`.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;
use meridian::entity::{EmailState, Moment, email};
use meridian::graphql::id::Kind;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder};
use serde_json::json;
use tempfile::TempDir;

use crate::commands::{command, failed, succeeded};
use crate::support::app::{Database, Store, TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT};
use crate::support::tables::contents;

on_both_databases!(
    everything_goes_over_to_the_other_database_and_back,
    a_row_that_is_kept_otherwise_ends_it_and_nothing_is_written,
    what_is_not_empty_is_left_as_it_is,
    a_database_whose_mails_are_being_sent_is_not_copied,
);

/// One agency on a Monday morning: decided, looked over, mailed.
async fn a_monday(app: &TestApp) -> DemoAgency {
    let demo = DemoAgency::fill(app, 1).await;
    assert!(!app.mails_at(EIGHT).await.is_empty());
    let project = "{ projects(first: 1) { nodes { id client { id } } } }";
    let project = app.ask(&demo.eleanor, project, json!({})).await;
    let project = &project["projects"]["nodes"][0];
    let decided = json!({ "id": project["id"], "leadMode": "JOINT" });
    app.done(&demo.eleanor, "projectLeadDecide", decided, "")
        .await;
    let delegate = json!({ "id": Kind::Person.text(demo.dana.person.id),
        "standingDelegateId": Kind::Person.text(demo.sam.person.id) });
    app.done(&demo.eleanor, "personUpdate", delegate, "").await;
    let snapshot = json!({ "name": "Before the split" });
    app.done(&demo.eleanor, "inventorySnapshotTake", snapshot, "")
        .await;
    let webhook = json!({ "url": "https://hooks.example.com/", "events": ["EMAIL_SENT"] });
    let selection = "webhook { id }";
    let webhook = app
        .done(&demo.eleanor, "webhookCreate", webhook, selection)
        .await;
    let webhook = json!({ "id": webhook["webhook"]["id"] });
    app.done(&demo.eleanor, "webhookTest", webhook, "").await;
    demo
}

fn copy(folder: &Path, from: &str, to: &str) -> std::process::Output {
    let arguments = ["copy", "--from", from, "--to", to];
    command(folder, &arguments).output().unwrap()
}

async fn everything_goes_over_to_the_other_database_and_back(app: &TestApp) {
    a_monday(app).await;
    let folder = TempDir::new().unwrap();
    let (here, there) = match app.db.backend() {
        sea_orm::DbBackend::Postgres => (Store::Postgres, Store::Sqlite),
        _ => (Store::Sqlite, Store::Postgres),
    };
    let Some(there) = Database::empty(there) else {
        return;
    };
    let back = Database::empty(here).unwrap();
    let over = succeeded(&copy(folder.path(), app.database_url(), &there.url));
    succeeded(&copy(folder.path(), &there.url, &back.url));

    let (before, moved) = (contents(app).await, app.beside(&back.url).await);
    let after = contents(&moved).await;
    moved.stop().await;
    assert_eq!(names(&before), names(&after));
    for (table, rows) in &before {
        if table != "seaql_migrations" {
            assert_eq!(*rows, after[table], "{table}");
        }
    }
    for table in [
        "touchpoint",
        "email",
        "role_decision",
        "change",
        "webhook_delivery",
    ] {
        let line = format!("{:>10}  {table}\n", before[table].len());
        assert!(over.contains(&line), "{over}");
        assert!(!before[table].is_empty(), "{table}");
    }
    let rows: usize =
        before.values().map(Vec::len).sum::<usize>() - before["seaql_migrations"].len();
    assert!(over.contains(&format!("Copied {rows} rows")), "{over}");
    assert!(!over.contains('@'), "a password is shown: {over}");
}

fn names(contents: &BTreeMap<String, Vec<String>>) -> Vec<&String> {
    contents.keys().collect()
}

/// A database that changes what it is given, one table before the last.
const MEDDLE: &str = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.value = to_jsonb(''other''::text); RETURN NEW; END';
    CREATE TRIGGER meddle BEFORE INSERT ON setting FOR EACH ROW EXECUTE FUNCTION meddle();";

async fn a_row_that_is_kept_otherwise_ends_it_and_nothing_is_written(app: &TestApp) {
    a_monday(app).await;
    let folder = TempDir::new().unwrap();
    let Some(there) = Database::create(Store::Postgres) else {
        return;
    };
    let target = app.beside(&there.url).await;
    let tx = target.db.begin().await.unwrap();
    tx.execute_unprepared(MEDDLE).await.unwrap();
    tx.commit().await.unwrap();
    let before = contents(&target).await;
    let output = copy(folder.path(), app.database_url(), &there.url);
    assert_eq!(
        failed(&output, 1),
        "Something went wrong: rows of setting did not come back as they were written."
    );
    assert_eq!(contents(&target).await, before);
    target.stop().await;
}

async fn what_is_not_empty_is_left_as_it_is(app: &TestApp) {
    DemoAgency::fill(app, 1).await;
    let folder = TempDir::new().unwrap();
    let nothing = Database::empty(Store::Sqlite).unwrap();
    let before = contents(app).await;
    let output = copy(folder.path(), &nothing.url, app.database_url());
    assert_eq!(
        failed(&output, 1),
        "The database to copy from is none of Meridian's: it has no tables."
    );
    succeeded(
        &command(folder.path(), &["migrate"])
            .env("MERIDIAN_DATABASE_URL", &nothing.url)
            .output()
            .unwrap(),
    );
    let output = copy(folder.path(), &nothing.url, app.database_url());
    assert_eq!(
        failed(&output, 1),
        "The database to copy to has rows already (the table person): name an empty one. Nothing was written."
    );
    assert_eq!(contents(app).await, before);
}

async fn a_database_whose_mails_are_being_sent_is_not_copied(app: &TestApp) {
    a_monday(app).await;
    let folder = TempDir::new().unwrap();
    let sent = email::Entity::find().order_by_asc(email::Column::Id);
    let sent = sent.one(&app.db.read).await.unwrap().unwrap();
    let now = meridian::clock::Clock::System.now();
    let claimed = email::Model {
        id: meridian::entity::new_id(now),
        dedupe_key: "being sent".to_owned(),
        state: EmailState::Data,
        lease_until: Some(Moment(now + SignedDuration::from_mins(10))),
        message_id: None,
        ..sent
    };
    let tx = app.db.begin().await.unwrap();
    let row = email::Entity::insert(claimed.into_active_model());
    row.exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let there = Database::empty(Store::Sqlite).unwrap();
    let output = copy(folder.path(), app.database_url(), &there.url);
    assert_eq!(
        failed(&output, 1),
        "Mails are being sent from the database to copy from (1 at the moment): stop every `meridian serve` on it first."
    );
    let tx = app.db.begin().await.unwrap();
    let mut over = claimed_row(&tx).await.into_active_model();
    over.lease_until = sea_orm::Set(Some(Moment(now - SignedDuration::from_mins(10))));
    sea_orm::ActiveModelTrait::update(over, &tx).await.unwrap();
    tx.commit().await.unwrap();
    succeeded(&copy(folder.path(), app.database_url(), &there.url));
}

async fn claimed_row(conn: &impl sea_orm::ConnectionTrait) -> email::Model {
    use sea_orm::{ColumnTrait, QueryFilter};
    let row = email::Entity::find().filter(email::Column::State.eq(EmailState::Data));
    row.one(conn).await.unwrap().unwrap()
}
