//! An agency with one recipient and an outbox of mails that are rendered already.

use std::sync::Arc;

use clap::Parser;
use jiff::{SignedDuration, Timestamp, civil::date};
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::{self, Config};
use meridian::db::Db;
use meridian::domain::mail_messages;
use meridian::email::mailer::Mailer;
use meridian::email::memory::Memory;
use meridian::entity::{
    AttemptOutcome, Day, EmailKind, EmailState, Moment, email, email_attempt, new_id, person,
    schedule,
};
use meridian::jobs::sender::Sender;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QueryOrder, Set};
use uuid::Uuid;

use crate::support::postgres::Cluster;

/// Monday 08:00 in Berlin.
pub(crate) const MONDAY: &str = "2026-11-23T07:00:00Z";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    config: Config,
}

/// Where a stage's tables are; they go with it.
enum Place {
    Sqlite { _folder: tempfile::TempDir },
    Postgres(&'static Cluster, String),
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Postgres(cluster, url) = self {
            cluster.drop_database(url);
        }
    }
}

pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) memory: Memory,
    pub(crate) recipient_id: Uuid,
    /// Where the database is, for another connection or a program of its own.
    pub(crate) url: String,
    _place: Place,
}

impl Stage {
    pub(crate) async fn on_sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("db").display());
        Db::connect(&url).await.unwrap().migrate().await.unwrap();
        Some(Self::at(&url, Place::Sqlite { _folder: folder }).await)
    }

    /// None where no PostgreSQL is installed.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let cluster = Cluster::get()?;
        let template = cluster.template("outbox_story", |url| async move {
            let db = Db::connect(&url).await.unwrap();
            db.migrate().await.unwrap();
            db.close().await.unwrap();
        });
        let url = cluster.create_database(Some(template));
        Some(Self::at(&url, Place::Postgres(cluster, url.clone())).await)
    }

    async fn at(url: &str, place: Place) -> Self {
        let Line { config } = config::parse(["meridian"]).unwrap();
        let memory = Memory::default();
        let app = App {
            db: Db::connect(url).await.unwrap(),
            clock: Clock::manual(MONDAY.parse().unwrap()),
            config: Arc::new(config),
            mailer: Mailer::Memory(memory.clone()),
            plans: meridian::domain::plans::Running::default(),
            watch: meridian::watch::Watch::default(),
        };
        let recipient_id = dana(&app).await;
        Self {
            app,
            memory,
            recipient_id,
            url: url.to_owned(),
            _place: place,
        }
    }

    /// A mail to `address`, due now and worth sending for 36 hours.
    pub(crate) async fn mail_to(&self, address: &str) -> Uuid {
        self.mail(address, SignedDuration::from_hours(36)).await
    }

    pub(crate) async fn unrendered_mail(&self) -> Uuid {
        let id = new_id(self.now());
        let row = email::Model {
            to_address: None,
            subject: None,
            message_id: None,
            rendered_at: None,
            ..self.due_mail(id, "", SignedDuration::from_hours(36))
        };
        self.write(row).await;
        id
    }

    /// A mail that an owner is to decide on.
    pub(crate) async fn held_mail(&self) -> Uuid {
        let id = new_id(self.now());
        let row = email::Model {
            state: EmailState::Held,
            ..self.due_mail(id, "zoe@client.example", SignedDuration::from_hours(36))
        };
        self.write(row).await;
        id
    }

    pub(crate) async fn mail(&self, address: &str, worth_sending: SignedDuration) -> Uuid {
        let id = new_id(self.now());
        let row = self.due_mail(id, address, worth_sending);
        self.write(row).await;
        id
    }

    fn due_mail(&self, id: Uuid, address: &str, worth_sending: SignedDuration) -> email::Model {
        let now = self.now();
        email::Model {
            id,
            // However long one waits, its words stay.
            kind: EmailKind::Test,
            dedupe_key: format!("test/{id}"),
            recipient_id: Some(self.recipient_id),
            contact_id: None,
            period: "2026-W48".to_owned(),
            local_on: Day(date(2026, 11, 23)),
            state: EmailState::Pending,
            reason: None,
            due_at: Moment(now),
            expires_at: Moment(now.checked_add(worth_sending).unwrap()),
            next_attempt_at: Moment(now),
            attempts: 0,
            claimed_by: None,
            lease_until: None,
            fence: 0,
            to_address: Some(address.to_owned()),
            subject: Some("Week 48".to_owned()),
            message_id: Some(format!("<{id}@meridian.example>")),
            rendered_at: Some(Moment(now)),
            sent_at: None,
            created_at: Moment(now),
        }
    }

    pub(crate) async fn mails(&self, count: usize) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.mail_to(&format!("p{number}@agency.example")).await);
        }
        ids
    }

    /// Dana's weekly summary, Mondays at eight, reckoned with the zone rules of `zone_data`.
    pub(crate) async fn subscription(
        &self,
        next_due_at: Timestamp,
        zone_data: &str,
    ) -> schedule::Model {
        let row = schedule::Model {
            id: new_id(self.now()),
            person_id: self.recipient_id,
            kind: EmailKind::CapacitySummary,
            weekday: Some(1),
            minute_of_day: 8 * 60,
            time_zone: None,
            next_due_at: Moment(next_due_at),
            time_zone_data: zone_data.to_owned(),
            paused: false,
            paused_until: None,
            version: 1,
        };
        let tx = self.app.db.begin().await.unwrap();
        let row = row.into_active_model().insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        row
    }

    pub(crate) async fn schedule(&self, id: Uuid) -> schedule::Model {
        let row = schedule::Entity::find_by_id(id);
        let row = row.one(&self.app.db.read).await.unwrap();
        row.expect("the subscription is there")
    }

    async fn write(&self, row: email::Model) {
        let tx = self.app.db.begin().await.unwrap();
        let (id, rendered_at) = (row.id, row.rendered_at);
        row.into_active_model().insert(&tx).await.unwrap();
        if rendered_at.is_some() {
            let message = format!("Message-ID: <{id}@meridian.example>\r\n\r\nhello\r\n");
            mail_messages::keep(&tx, id, message.into()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// What is kept of what a mail says.
    pub(crate) async fn message(&self, id: Uuid) -> Option<Vec<u8>> {
        let messages = mail_messages::of(&self.app.db.read, [id]).await;
        messages.unwrap().remove(&id)
    }

    /// Takes a mail out of the outbox that nobody has claimed, as an owner does.
    pub(crate) async fn cancel(&self, id: Uuid) {
        let row = email::ActiveModel {
            id: Set(id),
            state: Set(EmailState::Cancelled),
            ..Default::default()
        };
        let tx = self.app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn row(&self, id: Uuid) -> email::Model {
        let row = email::Entity::find_by_id(id).one(&self.app.db.read).await;
        row.unwrap().expect("the mail is there")
    }

    pub(crate) async fn rows(&self) -> Vec<email::Model> {
        email::Entity::find().all(&self.app.db.read).await.unwrap()
    }

    /// How many mails are in each state, as `"SENT 3, PENDING 1"` in the order of the states.
    pub(crate) async fn states(&self) -> String {
        let rows = self.rows().await;
        let count = |word| rows.iter().filter(|row| row.state.word() == word).count();
        let counts = EmailState::WORDS.iter().map(|word| (word, count(*word)));
        let told = counts.filter(|(_, count)| *count > 0);
        told.map(|(word, count)| format!("{word} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The timeline of all mails: outcome, code and words.
    pub(crate) async fn attempts(&self) -> Vec<(AttemptOutcome, Option<i32>, String)> {
        let rows = email_attempt::Entity::find()
            .order_by_asc(email_attempt::Column::FinishedAt)
            .all(&self.app.db.read)
            .await
            .unwrap();
        rows.into_iter()
            .map(|row| {
                (
                    row.outcome,
                    row.server_code,
                    row.server_text.unwrap_or_default(),
                )
            })
            .collect()
    }

    pub(crate) fn sender(&self) -> Sender {
        Sender::new(self.app.clone(), "replica").with_seed(1)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    pub(crate) fn pass(&self, seconds: i64) {
        let later = self.now() + SignedDuration::from_secs(seconds);
        self.app.clock.set(later);
    }
}

async fn dana(app: &App) -> Uuid {
    let now = Moment(app.clock.now());
    let person = person::Model {
        id: new_id(now.0),
        name: "Dana".to_owned(),
        email: "dana@agency.example".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        access: None,
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: Day(date(2020, 1, 1)),
        employed_until: None,
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let tx = app.db.begin().await.unwrap();
    let person = person.into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    person.id
}
