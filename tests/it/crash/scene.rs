//! An owner, her weekly summary, a mail server, and the program in processes of its own between them.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use meridian::clock::Clock;
use meridian::entity::{Access, Day, EmailKind, EmailState, Moment, email, email_message, new_id};
use meridian::graphql::id::Kind;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::app::{Actor, TestApp};
use crate::support::outbox;
use crate::support::replica::{Replica, until};
use crate::support::smtp_server::{Received, ServerOptions, SmtpServer};
use crate::support::smtp_temper::Temper;

/// Longer than a story: what is waited for so long does not come to pass in it.
pub(crate) const AN_HOUR: u32 = 3_600;

/// States in which something is still to happen to a mail.
pub(crate) const UNDER_WAY: [EmailState; 3] =
    [EmailState::Pending, EmailState::Claimed, EmailState::Data];

pub(crate) struct Scene<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) olga: Actor,
    pub(crate) server: SmtpServer,
    folder: TempDir,
}

/// How a process is started.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) lease_seconds: u32,
    pub(crate) grace_seconds: u32,
    pub(crate) senders: u32,
    /// For `FAILPOINTS`.
    pub(crate) fail_points: &'a str,
}

/// A lease that runs out while a story waits for it, and a grace that does not.
pub(crate) const SHORT_LEASE: Settings<'static> = Settings {
    lease_seconds: 1,
    grace_seconds: AN_HOUR,
    senders: 1,
    fail_points: "",
};

/// A lease and a grace that run out while a story waits for them. Half of the grace is more than a busy machine takes from the
/// fence to the message.
pub(crate) const SHORT_GRACE: Settings<'static> = Settings {
    grace_seconds: 6,
    ..SHORT_LEASE
};

/// Neither runs out in a story.
pub(crate) const LONG_LEASE: Settings<'static> = Settings {
    lease_seconds: AN_HOUR,
    ..SHORT_LEASE
};

impl<'a> Scene<'a> {
    /// At the machine's time, with an owner and a mail server of this temper.
    pub(crate) async fn set(app: &'a TestApp, temper: Temper) -> Self {
        app.clock.set(now() - SignedDuration::from_mins(2));
        let options = ServerOptions {
            temper,
            ..ServerOptions::default()
        };
        Self {
            olga: app.owner().await,
            server: SmtpServer::start(options).await,
            folder: TempDir::new().unwrap(),
            app,
        }
    }

    /// Olga wants her summary at a minute that has just passed. `zone` is one of London's time.
    pub(crate) async fn summary_falls_due(&self, zone: &str) {
        let due = self.app.now() + SignedDuration::from_mins(1);
        self.subscribe(self.olga.person.id, due, zone).await;
    }

    /// So many more owners want their summaries at the next so many minutes. Answers who they are.
    pub(crate) async fn summaries_fall_due(&self, count: usize, minutes: usize) -> Vec<Uuid> {
        let mut owners = Vec::with_capacity(count);
        for number in 0..count {
            let name = format!("Owner {number}");
            let owner = self.app.person(&name, Some(Access::Owner)).await.id;
            let due = now() + SignedDuration::from_mins(1 + (number % minutes) as i64);
            self.subscribe(owner, due, "UTC").await;
            owners.push(owner);
        }
        owners
    }

    /// Somebody wants the summary each week at the minute of an instant.
    async fn subscribe(&self, person: Uuid, due: Timestamp, zone: &str) {
        let local = due.to_zoned(TimeZone::get(zone).unwrap());
        let input = json!({
            "personId": Kind::Person.id(person),
            "kind": "CAPACITY_SUMMARY",
            "weekday": local.weekday().to_monday_one_offset(),
            "minuteOfDay": i32::from(local.hour()) * 60 + i32::from(local.minute()),
            "timeZone": zone,
        });
        let set = "schedule { nextDueAt }";
        self.app.done(&self.olga, "scheduleSet", input, set).await;
    }

    pub(crate) fn start(&self, settings: Settings<'_>) -> Replica {
        let variables = [
            ("MERIDIAN_DATABASE_URL", self.app.database_url().to_owned()),
            ("MERIDIAN_MAIL", self.server.url("")),
            ("MERIDIAN_LEASE_SECONDS", settings.lease_seconds.to_string()),
            ("MERIDIAN_GRACE_SECONDS", settings.grace_seconds.to_string()),
            ("MERIDIAN_SENDERS", settings.senders.to_string()),
            ("FAILPOINTS", settings.fail_points.to_owned()),
        ];
        Replica::start(self.folder.path(), &variables)
    }

    /// Starts a process that is killed as soon as it gets to `point`.
    pub(crate) async fn killed_at(&self, point: &str) {
        let fail_points = &format!("{point}=return");
        let mut replica = self.start(Settings {
            fail_points,
            ..SHORT_LEASE
        });
        replica.stops_at(point).await;
        replica.kill();
    }

    /// Freezes a process between two of its writes: on SQLite, nobody else could write in the middle of one.
    pub(crate) async fn freeze(&self, replica: &Replica) {
        let our_turn_to_write = self.app.db.begin().await.unwrap();
        replica.freeze().await;
        our_turn_to_write.rollback().await.unwrap();
    }

    /// Waits until the leases of all mails that somebody has claimed ran out so many seconds ago.
    pub(crate) async fn leases_ran_out(&self, seconds_ago: i64) {
        until("the end of the leases", async || {
            let rows = self.rows().await;
            let mut leases = rows.iter().filter_map(|row| row.lease_until);
            leases.all(|lease| lease.0 + SignedDuration::from_secs(seconds_ago) < now())
        })
        .await;
    }

    /// Waits until whoever is started with [`SHORT_GRACE`] may take over what is in DATA.
    pub(crate) async fn short_grace_ran_out(&self) {
        self.leases_ran_out(SHORT_GRACE.grace_seconds.into()).await;
    }

    /// Waits until nothing more is to happen to any mail.
    pub(crate) async fn at_rest(&self) {
        until("the rest of the outbox", async || {
            self.planned().await > 0 && self.under_way().await == 0
        })
        .await;
    }

    async fn planned(&self) -> u64 {
        let planned = email::Entity::find().count(&self.app.db.read).await;
        planned.unwrap()
    }

    /// How many mails something is still to happen to.
    pub(crate) async fn under_way(&self) -> u64 {
        let rows = email::Entity::find().filter(email::Column::State.is_in(UNDER_WAY));
        rows.count(&self.app.db.read).await.unwrap()
    }

    /// The Message-IDs of the mails that the process of this name was handing over.
    pub(crate) async fn on_their_way(&self, process: Option<String>) -> Vec<String> {
        let rows = email::Entity::find()
            .filter(email::Column::State.eq(EmailState::Data))
            .filter(email::Column::ClaimedBy.eq(process));
        let rows = rows.all(&self.app.db.read).await.unwrap();
        rows.into_iter().filter_map(|row| row.message_id).collect()
    }

    /// Waits until this mail is SENT.
    pub(crate) async fn is_sent(&self, id: Uuid) {
        until("the mail's being sent", async || {
            self.row(id).await.state == EmailState::Sent
        })
        .await;
    }

    /// Olga's summary as the API shows it.
    pub(crate) async fn summary(&self) -> Value {
        let mut summaries = outbox::summaries(self.app, &self.olga).await;
        summaries.retain(|summary| summary["toAddress"] != BAIT);
        assert_eq!(summaries.len(), 1, "{summaries:#?}");
        summaries.remove(0)
    }

    /// The copies of Olga's summary that the mail server has.
    pub(crate) fn copies(&self) -> Vec<Received> {
        let mut received = self.server.received();
        received.retain(|mail| mail.to == [self.olga.person.email.clone()]);
        received
    }

    /// The one copy of Olga's summary, once the mail server has it.
    pub(crate) async fn only_copy(&self) -> Received {
        until("the mail server's having it", async || {
            !self.copies().is_empty()
        })
        .await;
        let mut copies = self.copies();
        assert_eq!(copies.len(), 1);
        copies.remove(0)
    }

    /// A mail that waits for a sender, due now.
    pub(crate) async fn mail_to(&self, address: &str) -> Uuid {
        let row = self.pending(address);
        let id = row.id;
        self.write(row).await;
        id
    }

    /// Mails to these addresses, each due after so long.
    pub(crate) async fn mails(&self, mails: impl IntoIterator<Item = (String, SignedDuration)>) {
        let rows = mails.into_iter().map(|(address, due_in)| email::Model {
            next_attempt_at: Moment(now() + due_in),
            ..self.pending(&address)
        });
        let rows: Vec<_> = rows.collect();
        let tx = self.app.db.begin().await.unwrap();
        for rows in rows.chunks(500) {
            write(&tx, rows).await;
        }
        tx.commit().await.unwrap();
    }

    /// A claim whose lease has run out: the mail leaves only once maintenance has taken it back, and so shows that a
    /// process has looked at the leases of all.
    pub(crate) async fn bait(&self) -> Uuid {
        let row = email::Model {
            state: EmailState::Claimed,
            claimed_by: Some("somebody gone".to_owned()),
            lease_until: Some(Moment(now() - SignedDuration::from_hours(2))),
            fence: 1,
            ..self.pending(BAIT)
        };
        let id = row.id;
        self.write(row).await;
        id
    }

    fn pending(&self, address: &str) -> email::Model {
        let id = new_id(now());
        let expires_at = now() + SignedDuration::from_hours(36);
        let recipient_id = self.olga.person.id;
        let day = now().to_zoned(TimeZone::UTC).date();
        let kind = EmailKind::CapacitySummary;
        let row =
            meridian::email::outbox::pending(kind, recipient_id, "", day, now(), expires_at, now());
        email::Model {
            id,
            dedupe_key: format!("a story's/{id}"),
            period: day.to_string(),
            local_on: Day(day),
            to_address: Some(address.to_owned()),
            subject: Some("A story".to_owned()),
            message_id: Some(format!("{id}@meridian.example")),
            rendered_at: Some(Moment(now())),
            ..row
        }
    }

    async fn write(&self, row: email::Model) {
        let tx = self.app.db.begin().await.unwrap();
        write(&tx, &[row]).await;
        tx.commit().await.unwrap();
    }

    pub(crate) async fn rows(&self) -> Vec<email::Model> {
        let rows = email::Entity::find().all(&self.app.db.read).await;
        rows.unwrap()
    }

    pub(crate) async fn row(&self, id: Uuid) -> email::Model {
        let row = email::Entity::find_by_id(id).one(&self.app.db.read).await;
        row.unwrap().unwrap()
    }
}

/// Writes mails, and what each says.
async fn write(conn: &impl ConnectionTrait, rows: &[email::Model]) {
    let messages = rows.iter().map(|row| {
        let message = format!(
            "Message-ID: <{}@meridian.example>\r\n\r\nA story\r\n",
            row.id
        );
        let kept = email_message::Model {
            email_id: row.id,
            message: message.into_bytes(),
        };
        kept.into_active_model()
    });
    let messages = email_message::Entity::insert_many(messages);
    let rows = rows
        .iter()
        .map(|row| row.clone().into_active_model().reset_all());
    let rows = email::Entity::insert_many(rows);
    rows.exec_without_returning(conn).await.unwrap();
    messages.exec_without_returning(conn).await.unwrap();
}

/// To whom a bait goes.
const BAIT: &str = "bait@agency.example";

/// The machine's time, by which the processes go.
pub(crate) fn now() -> Timestamp {
    Clock::System.now()
}

/// The outcomes in a mail's timeline, in their order.
pub(crate) fn outcomes(mail: &Value) -> Vec<&str> {
    let attempts = mail["attempts"].as_array().unwrap().iter();
    attempts
        .map(|attempt| attempt["outcome"].as_str().unwrap())
        .collect()
}
