//! A database of the first release, with mails in it, becomes one of today's and loses nothing.

use jiff::Timestamp;
use jiff::civil::date;
use meridian::db::Db;
use meridian::entity::{
    AttemptOutcome, Day, EmailKind, EmailState, Moment, email, email_attempt, email_message,
    new_id, obligation, person,
};
use migration::Migrator;
use sea_orm::sea_query::{IntoIden, Query};
use sea_orm::{
    ActiveModelTrait, ConnectOptions, ConnectionTrait, Database, EntityTrait, IntoActiveModel,
    PaginatorTrait, Statement,
};
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

use crate::support::postgres::Cluster;
use crate::support::rows;

/// The migrations of the first release.
const FIRST_RELEASE: u32 = 7;

/// The indexes that senders and maintenance live on.
const INDEXES: [&str; 7] = [
    "email_at_rest",
    "email_attempt_email",
    "email_contact",
    "email_due",
    "email_in_flight",
    "email_recipient",
    "obligation_email",
];

#[tokio::test]
async fn an_outbox_of_the_first_release_keeps_its_mails_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("agency.db");
    grown_up(&format!("sqlite://{}?mode=rwc", file.display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outbox_of_the_first_release_keeps_its_mails_on_postgres() {
    let Some(cluster) = Cluster::get() else {
        return;
    };
    let url = cluster.create_database(None);
    grown_up(&url).await;
    cluster.drop_database(&url);
}

async fn grown_up(url: &str) {
    let mut alone = ConnectOptions::new(url);
    let alone = Database::connect(alone.max_connections(1).clone()).await;
    let alone = alone.unwrap();
    Migrator::up(&alone, Some(FIRST_RELEASE)).await.unwrap();
    alone.close().await.unwrap();
    let db = Db::connect(url).await.unwrap();
    let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    let dana = write(&db, rows::person("Dana", None, now).into_active_model()).await;
    let mail = mail_of(dana.id, now);
    write_as_then(&db, &mail).await;
    let discharged = write(&db, obligation_of(mail.id, dana.id).into_active_model()).await;
    let attempt = write(&db, attempt_of(mail.id, now).into_active_model()).await;

    db.migrate().await.unwrap();

    let conn = &db.read;
    let mails = email::Entity::find().all(conn).await.unwrap();
    assert_eq!(mails, std::slice::from_ref(&mail));
    let message = email_message::Model {
        email_id: mail.id,
        message: MESSAGE.to_vec(),
    };
    let messages = email_message::Entity::find().all(conn).await.unwrap();
    assert_eq!(messages, [message]);
    assert_eq!(
        obligation::Entity::find().all(conn).await.unwrap(),
        [discharged]
    );
    assert_eq!(
        email_attempt::Entity::find().all(conn).await.unwrap(),
        [attempt]
    );
    assert_eq!(person::Entity::find().count(conn).await.unwrap(), 1);
    assert_eq!(indexes(&db).await, INDEXES);
    nothing_refers_to_what_is_not_there(&db, now).await;
    a_mail_has_one_recipient_and_a_letter_a_contact(&db, &mail).await;
    db.close().await.unwrap();
}

async fn write<A>(db: &Db, row: A) -> <A::Entity as EntityTrait>::Model
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let tx = db.begin().await.unwrap();
    let row = row.reset_all().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}

/// What the mail says.
const MESSAGE: &[u8] = b"Subject: Week 48\r\n\r\nhello\r\n";

/// Writes a mail as the first release did, which knew no contacts and kept what it says beside the rest.
async fn write_as_then(db: &Db, mail: &email::Model) {
    let values = mail.clone().into_active_model().reset_all();
    let mut insert = Query::insert().into_table(email::Entity).to_owned();
    let columns: Vec<email::Column> = <email::Column as sea_orm::Iterable>::iter()
        .filter(|column| !matches!(column, email::Column::ContactId))
        .collect();
    let mut values: Vec<_> = columns
        .iter()
        .map(|column| values.get(*column).into_value().unwrap().into())
        .collect();
    values.push(MESSAGE.into());
    let columns = columns.into_iter().map(IntoIden::into_iden);
    let columns = columns.chain(["message".into_iden()]);
    insert.columns(columns).values(values).unwrap();
    let tx = db.begin().await.unwrap();
    tx.execute(&insert).await.unwrap();
    tx.commit().await.unwrap();
}

async fn indexes(db: &Db) -> Vec<String> {
    let sql = match db.backend() {
        sea_orm::DbBackend::Postgres => "SELECT indexname AS name FROM pg_indexes",
        _ => "SELECT name FROM sqlite_master WHERE type = 'index'",
    };
    let rows = db
        .read
        .query_all_raw(Statement::from_string(db.backend(), sql))
        .await
        .unwrap();
    let names = rows
        .iter()
        .map(|row| row.try_get::<String>("", "name").unwrap());
    let mut names: Vec<String> = names.filter(|name| INDEXES.contains(&&**name)).collect();
    names.sort();
    names
}

async fn nothing_refers_to_what_is_not_there(db: &Db, now: Timestamp) {
    for refused in [
        refused(
            db,
            obligation_of(Uuid::from_u128(1), Uuid::from_u128(2)).into_active_model(),
        )
        .await,
        refused(db, attempt_of(Uuid::from_u128(1), now).into_active_model()).await,
    ] {
        assert!(refused.to_lowercase().contains("foreign key"), "{refused}");
    }
}

async fn a_mail_has_one_recipient_and_a_letter_a_contact(db: &Db, mail: &email::Model) {
    let fresh = |kind, recipient_id| email::Model {
        id: Uuid::from_u128(9),
        kind,
        recipient_id,
        dedupe_key: "another".to_owned(),
        message_id: None,
        ..mail.clone()
    };
    for row in [
        fresh(EmailKind::ClientUpdate, None),
        fresh(EmailKind::ClientLetter, mail.recipient_id),
    ] {
        let refused = refused(db, row.into_active_model()).await;
        assert!(
            refused.to_lowercase().contains("check constraint"),
            "{refused}"
        );
    }
    write(
        db,
        fresh(EmailKind::SixMonthReview, mail.recipient_id).into_active_model(),
    )
    .await;
    let test = email::Model {
        id: Uuid::from_u128(10),
        dedupe_key: "a test".to_owned(),
        ..fresh(EmailKind::Test, mail.recipient_id)
    };
    write(db, test.into_active_model()).await;
}

/// Why the database does not take a row.
async fn refused<A>(db: &Db, row: A) -> String
where
    A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let tx = db.begin().await.unwrap();
    let written = row.reset_all().insert(&tx).await;
    tx.rollback().await.unwrap();
    written.err().unwrap().to_string()
}

fn mail_of(recipient_id: Uuid, now: Timestamp) -> email::Model {
    email::Model {
        id: new_id(now),
        kind: EmailKind::CapacitySummary,
        dedupe_key: format!("capacity_summary/{recipient_id}/2026-W48"),
        recipient_id: Some(recipient_id),
        contact_id: None,
        period: "2026-W48".to_owned(),
        local_on: Day(date(2026, 11, 23)),
        state: EmailState::Sent,
        reason: None,
        due_at: Moment(now),
        expires_at: Moment(now),
        next_attempt_at: Moment(now),
        attempts: 1,
        claimed_by: Some("a replica".to_owned()),
        lease_until: Some(Moment(now)),
        fence: 3,
        to_address: Some("dana@example.com".to_owned()),
        subject: Some("Week 48".to_owned()),
        message_id: Some("one@meridian.example".to_owned()),
        rendered_at: Some(Moment(now)),
        sent_at: Some(Moment(now)),
        created_at: Moment(now),
    }
}

fn obligation_of(email_id: Uuid, person_id: Uuid) -> obligation::Model {
    obligation::Model {
        obligation_key: format!("capacity_summary/{person_id}/2026-W48"),
        email_id,
        person_id: Some(person_id),
        client_id: None,
    }
}

fn attempt_of(email_id: Uuid, now: Timestamp) -> email_attempt::Model {
    email_attempt::Model {
        id: new_id(now),
        email_id,
        replica: "a replica".to_owned(),
        fence: 3,
        started_at: Moment(now),
        finished_at: Moment(now),
        outcome: AttemptOutcome::Accepted,
        phase: Some("MESSAGE".to_owned()),
        server_code: Some(250),
        server_text: Some("queued".to_owned()),
    }
}
