//! The application as stories get it: a database of their own, a clock that moves when told to, mail that stays in
//! memory, and requests through the real router.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use clap::Parser;
use jiff::Timestamp;
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::Config;
use meridian::db::Db;
use meridian::domain::access::Caller;
use meridian::domain::{subscriptions, tokens};
use meridian::email::mailer::Mailer;
use meridian::email::memory::Memory;
use meridian::email::message::Outgoing;
use meridian::entity::{Access, EmailState, Moment, email, person};
use meridian::jobs::{planner, sender::Sender};
use meridian::server;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::letter::Letter;
use super::postgres::{Cluster, refusals_are_rolled_back};
use super::{rows, run_to_end};

/// What the clock shows at first: a minute before the weekly summary of a person in London.
pub(crate) const START: &str = "2026-11-23T07:59:00Z";

/// Makes each story a test on SQLite and one on PostgreSQL: `story::sqlite` and `story::postgres`.
macro_rules! on_both_databases {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                crate::support::app::tell(crate::support::app::Store::Sqlite, super::$story);
            }

            #[test]
            fn postgres() {
                crate::support::app::tell(crate::support::app::Store::Postgres, super::$story);
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Which database a story runs on.
#[derive(Clone, Copy)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

/// Tells a story to an application of its own, which must be left with no mail that is due and was not worked on.
pub(crate) fn tell(store: Store, story: impl AsyncFnOnce(&TestApp)) {
    let Some(database) = Database::create(store) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = TestApp::on(&database.url).await;
        story(&app).await;
        app.end().await;
    });
}

/// The application.
pub(crate) struct TestApp {
    app: App,
    url: String,
    memory: Memory,
    router: Router,
}

/// A person who can sign in.
pub(crate) struct Actor {
    pub(crate) person: person::Model,
    pub(crate) token: String,
}

/// What the router answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// The application on a database that is migrated already.
    async fn on(url: &str) -> Self {
        let memory = Memory::default();
        let app = App {
            db: Db::connect(url).await.unwrap(),
            clock: Clock::manual(START.parse().unwrap()),
            // The clock stands still, so what a story asks for all counts in one minute.
            config: Arc::new(
                Settings::parse_from(["meridian", "--cost-per-minute=1000000000"]).config,
            ),
            mailer: Mailer::Memory(memory.clone()),
            plans: meridian::domain::plans::Running::default(),
            watch: meridian::watch::Watch::default(),
        };
        Self::of(app, url, memory).await
    }

    /// Another start of the same application: on the same database, by the same clock, into the same mailbox. It is a
    /// replica while this one goes on, and a restart where this one is not used any more.
    pub(crate) async fn started_again(&self) -> Self {
        self.sending_through(Mailer::Memory(self.memory.clone()))
            .await
    }

    /// As [`Self::started_again`], with another way out for mail.
    pub(crate) async fn sending_through(&self, mailer: Mailer) -> Self {
        let app = App {
            mailer,
            ..self.again().await
        };
        Self::of(app, &self.url, self.memory.clone()).await
    }

    /// The same application on another database.
    pub(crate) async fn beside(&self, url: &str) -> Self {
        let app = App {
            db: Db::connect(url).await.unwrap(),
            watch: meridian::watch::Watch::default(),
            ..self.app.clone()
        };
        Self::of(app, url, self.memory.clone()).await
    }

    /// As [`Self::started_again`], by another clock.
    pub(crate) async fn ticking_by(&self, clock: Clock) -> Self {
        let app = App {
            clock,
            ..self.again().await
        };
        Self::of(app, &self.url, self.memory.clone()).await
    }

    /// As [`Self::started_again`], with another configuration.
    pub(crate) async fn configured(&self, config: Arc<Config>) -> Self {
        let app = App {
            config,
            ..self.again().await
        };
        Self::of(app, &self.url, self.memory.clone()).await
    }

    async fn again(&self) -> App {
        App {
            db: Db::connect(&self.url).await.unwrap(),
            watch: meridian::watch::Watch::default(),
            ..self.app.clone()
        }
    }

    async fn of(app: App, url: &str, memory: Memory) -> Self {
        let app = app.prepare().await.unwrap();
        Self {
            router: server::router(&app).unwrap(),
            app,
            url: url.to_owned(),
            memory,
        }
    }

    /// Ends what [`Self::started_again`] began.
    pub(crate) async fn stop(self) {
        self.app.db.close().await.unwrap();
    }

    /// Where the database is, for a program of its own.
    pub(crate) fn database_url(&self) -> &str {
        &self.url
    }

    /// Moves the clock.
    pub(crate) fn set_clock(&self, to: &str) {
        self.clock.set(to.parse().unwrap());
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The one at the command line.
    pub(crate) fn operator(&self) -> Caller {
        Caller::system("the command line", self.now())
    }

    /// Olga, who owns the agency.
    pub(crate) async fn owner(&self) -> Actor {
        self.actor("Olga", Access::Owner).await
    }

    /// A manager.
    pub(crate) async fn manager(&self, name: &str) -> Actor {
        self.actor(name, Access::Manager).await
    }

    /// A member.
    pub(crate) async fn member(&self, name: &str) -> Actor {
        self.actor(name, Access::Member).await
    }

    async fn actor(&self, name: &str, access: Access) -> Actor {
        let person = self.person(name, Some(access)).await;
        self.sign_in(person).await
    }

    /// Gives somebody a token.
    pub(crate) async fn sign_in(&self, person: person::Model) -> Actor {
        let made = tokens::create(&self.db, &self.operator(), person.id, "a story", None).await;
        Actor {
            person,
            token: made.unwrap().plain_text,
        }
    }

    /// Somebody in London who works five days of 7.5 hours at 80 % and gets both mails.
    pub(crate) async fn person(&self, name: &str, access: Option<Access>) -> person::Model {
        let person = self.insert(rows::person(name, access, self.now())).await;
        self.insert(rows::work_schedule(person.id, self.now()))
            .await;
        let tx = self.db.begin().await.unwrap();
        subscriptions::ensure(&tx, &person, self.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// Writes a row as it stands, past all rules.
    pub(crate) async fn insert<M, A>(&self, row: M) -> M
    where
        M: ModelTrait + IntoActiveModel<A>,
        M::Entity: EntityTrait<Model = M>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
    {
        let tx = self.db.begin().await.unwrap();
        let row = row.into_active_model().reset_all().insert(&tx).await;
        tx.commit().await.unwrap();
        row.unwrap()
    }

    /// Asks the API, as a client does; the whole answer.
    pub(crate) async fn graphql(&self, by: &Actor, document: &str, variables: Value) -> Value {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header("authorization", format!("Bearer {}", by.token))
            .header("content-type", "application/json")
            .body(Body::from(body));
        self.send(request.unwrap()).await.json()
    }

    /// The data of a question that has an answer.
    pub(crate) async fn ask(&self, by: &Actor, document: &str, variables: Value) -> Value {
        let mut answer = self.graphql(by, document, variables).await;
        assert_eq!(answer.get("errors"), None, "{document}: {answer:#}");
        answer["data"].take()
    }

    /// The payload of a mutation that is let in, whether it did anything or not.
    pub(crate) async fn change(
        &self,
        by: &Actor,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ field code message }} }} }}"
        );
        let mut data = self.ask(by, &document, json!({ "input": input })).await;
        data[mutation].take()
    }

    /// The payload of a mutation that must succeed.
    pub(crate) async fn done(
        &self,
        by: &Actor,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let payload = self.change(by, mutation, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload:#}");
        payload
    }

    /// Where mails stay, which fails when told to.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        // On a task of its own, as a server has it: a debug build needs most of a thread's stack for a query.
        let answering = tokio::spawn(self.router.clone().oneshot(request));
        let (head, body) = answering.await.unwrap().unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(bytes.into()).unwrap(),
        }
    }

    /// Plans what is due.
    pub(crate) async fn tick(&self) {
        planner::tick(&self.app).await.unwrap();
    }

    /// Moves the clock, plans what is due and sends it. Answers the mails that this brought.
    pub(crate) async fn mails_at(&self, instant: &str) -> Vec<Letter> {
        let before = self.memory.sent().len();
        self.set_clock(instant);
        self.tick().await;
        self.drain().await[before..]
            .iter()
            .map(Letter::read)
            .collect()
    }

    /// Sends what is due. Answers every mail sent since the story began.
    pub(crate) async fn drain(&self) -> Vec<Outgoing> {
        refusals_are_rolled_back(&self.db).await;
        let mut sender = Sender::new(self.app.clone(), "a story").with_seed(7);
        while sender.step().await.unwrap() > 0 {}
        sender.close().await;
        self.memory.sent()
    }

    /// # Panics
    /// When mails are due that nobody has worked on: what a story plans it also drains.
    async fn end(self) {
        let unworked = email::Entity::find()
            .filter(email::Column::State.eq(EmailState::Pending))
            .filter(email::Column::NextAttemptAt.lte(Moment(self.now())))
            .all(&self.db.read)
            .await
            .unwrap();
        let keys: Vec<&str> = unworked.iter().map(|mail| &*mail.dedupe_key).collect();
        assert!(
            keys.is_empty(),
            "mails are due and nobody worked on them: {keys:?}"
        );
        self.app.db.close().await.unwrap();
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The configuration as the command line has it.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

/// A database for one story; gone with it.
pub(crate) struct Database {
    pub(crate) url: String,
    store: Store,
    /// SQLite's; removed when dropped.
    _folder: Option<TempDir>,
}

impl Database {
    /// Without a table. None where no PostgreSQL is installed.
    pub(crate) fn empty(store: Store) -> Option<Self> {
        let (url, folder) = match store {
            Store::Sqlite => {
                let folder = TempDir::new().unwrap();
                (sqlite_url(&folder.path().join("agency.db")), Some(folder))
            }
            Store::Postgres => (Cluster::get()?.create_database(None), None),
        };
        Some(Self {
            url,
            store,
            _folder: folder,
        })
    }

    /// A migrated one. None where no PostgreSQL is installed.
    pub(crate) fn create(store: Store) -> Option<Self> {
        let (url, folder) = match store {
            Store::Sqlite => {
                let folder = TempDir::new().unwrap();
                let file = folder.path().join("agency.db");
                std::fs::write(&file, sqlite_template()).unwrap();
                (sqlite_url(&file), Some(folder))
            }
            Store::Postgres => {
                let cluster = Cluster::get()?;
                let template =
                    cluster.template("meridian", |url| async move { migrate(&url).await });
                (cluster.create_database(Some(template)), None)
            }
        };
        Some(Self {
            url,
            store,
            _folder: folder,
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Store::Postgres, Some(cluster)) = (self.store, Cluster::get()) {
            cluster.drop_database(&self.url);
        }
    }
}

/// The bytes of a migrated SQLite file.
fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("template.db");
        run_to_end(migrate(&sqlite_url(&file)));
        std::fs::read(&file).unwrap()
    })
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.display())
}

async fn migrate(url: &str) {
    let db = Db::connect(url).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await.unwrap();
}
