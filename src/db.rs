//! The database: connections, the guarded migration, and transactions that write.

mod event;
mod feed;
mod listener;
mod transaction;

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migration::Migrator;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::broadcast;

use feed::Feed;

pub use event::{Event, announce, expiry};
pub use feed::{Note, Told, note};
pub use transaction::Transaction;

/// Any number that all replicas agree on: the PostgreSQL advisory lock around migrations.
const MIGRATION_LOCK: i64 = 0x4d45_5249_4449_414e;

/// Readers of one SQLite file. They do not wait for the writer (WAL).
const SQLITE_READERS: u32 = 4;

/// Pages that SQLite's writer keeps, in KiB after the minus: an outbox of 20,000 mails without their texts. A reader's 2 MiB,
/// which are void after each commit, are enough for it.
const SQLITE_WRITER_CACHE: &str = "-16384";
const SQLITE_READER_CACHE: &str = "-2048";

/// Values bound in one statement: SQLite takes 32,766, PostgreSQL 65,535.
pub const VALUES_AT_ONCE: usize = 30_000;

/// Connections of one replica to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;

/// The database of one agency.
///
/// SQLite allows one writer at a time, so writes have a pool of one
/// connection and wait there in order instead of failing as busy. On
/// PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    /// For statements that only read.
    pub read: DatabaseConnection,
    write: DatabaseConnection,
    statements: Arc<AtomicU64>,
    feed: Feed,
}

impl Db {
    /// Connects to `url` (`sqlite://…` or `postgres://…`). Creates a SQLite file when the URL says `mode=rwc`.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let sqlite = url.starts_with("sqlite:");
        let writers = if sqlite { 1 } else { POSTGRES_CONNECTIONS };
        let write = open(url, writers, SQLITE_WRITER_CACHE, &statements).await?;
        let read = if sqlite {
            open(url, SQLITE_READERS, SQLITE_READER_CACHE, &statements).await?
        } else {
            write.clone()
        };
        Ok(Self {
            read,
            write,
            statements,
            feed: Feed::default(),
        })
    }

    /// Opens a transaction that will write. On SQLite it takes the write lock at once, so that it never
    /// fails half-way for having read before another wrote.
    pub async fn begin(&self) -> Result<Transaction, DbErr> {
        let begun = self.begin_to_write().await?;
        Ok(Transaction::new(begun, self.feed.clone()))
    }

    async fn begin_to_write(&self) -> Result<DatabaseTransaction, DbErr> {
        self.write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await
    }

    /// Hears what is [noted](note) and committed from now on: on PostgreSQL in any process, on SQLite in this one.
    ///
    /// # Errors
    /// Unavailable, when PostgreSQL cannot be listened to.
    pub async fn listen(&self) -> Result<broadcast::Receiver<Told>, DbErr> {
        self.feed.listen(&self.read).await
    }

    /// Opens a transaction that reads everything as it stands at one instant, and writes nothing.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        match self.backend() {
            DbBackend::Postgres => {
                let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
                self.read
                    .begin_with_config(Some(isolation), Some(access))
                    .await
            }
            // A transaction of SQLite sees the state of its first statement.
            _ => self.read.begin().await,
        }
    }

    /// Applies what is missing of the schema. Safe to call from several processes at once.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        let guarded = self.begin_to_write().await?;
        if self.backend() == DbBackend::Postgres {
            // The lock belongs to the transaction: it goes with it, whatever happens.
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            guarded.execute_unprepared(&lock).await?;
        }
        Migrator::up(&guarded, None).await?;
        guarded.commit().await
    }

    /// How many statements were sent since the connection was opened: what the tests count.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Which of the two databases this is.
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// Closes all connections.
    pub async fn close(self) -> Result<(), DbErr> {
        self.read.close().await?;
        self.write.close().await
    }
}

async fn open(
    url: &str,
    connections: u32,
    sqlite_cache: &'static str,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(8))
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("cache_size", sqlite_cache)
                // What a statement may have to undo of a group of marks is more than SQLite keeps in memory by itself.
                .pragma("temp_store", "MEMORY")
        });
    let mut connection = Database::connect(options).await?;
    let counter = Arc::clone(statements);
    connection.set_metric_callback(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    Ok(connection)
}

/// The address of the database as it may be shown: without user and password.
pub fn without_credentials(url: &str) -> String {
    let Ok(mut url) = url::Url::from_str(url) else {
        return "(not an address)".to_owned();
    };
    // Both fail only for addresses that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if !url.scheme().starts_with("sqlite") {
        // PostgreSQL's addresses may carry the password there as well.
        url.set_query(None);
    }
    url.to_string()
}
