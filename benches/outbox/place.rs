//! Where a measurement takes place: an application on a database of its own.

use clap::Parser;
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::{self, Config};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::support::postgres::Cluster;

/// For where nothing is sent: a port on which nobody listens.
pub(crate) const NOWHERE: &str = "smtp://127.0.0.1:9";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    config: Config,
}

/// A migrated database, and what its figures are printed under.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("meridian.db");
        Self {
            name: "SQLite",
            url: format!("sqlite://{}?mode=rwc", file.display()),
            _folder: Some(folder),
        }
    }

    /// None where no PostgreSQL is installed.
    pub(crate) async fn on_postgres() -> Option<Self> {
        let cluster = tokio::task::spawn_blocking(Cluster::get).await;
        let cluster = cluster.expect("the cluster starts")?;
        Some(Self {
            name: "PostgreSQL",
            url: cluster.create_database(None),
            _folder: None,
        })
    }

    /// The application on it, which sends through `mail` with so many senders.
    pub(crate) async fn app(&self, mail: &str, senders: usize) -> App {
        let line = [
            "meridian".to_owned(),
            format!("--database-url={}", self.url),
            format!("--mail={mail}"),
            format!("--senders={senders}"),
        ];
        let Ok(Line { config }) = config::parse(line) else {
            panic!("the settings are good");
        };
        let app = App::try_new(config, Clock::System).await;
        let app = app.expect("the database answers").prepare().await;
        app.expect("the database is migrated")
    }

    /// Lets PostgreSQL's planner know what is in the tables, as its autovacuum does; nobody tells SQLite's.
    pub(crate) async fn analyze(&self, app: &App) {
        if app.db.backend() != DbBackend::Postgres {
            return;
        }
        let tx = app.db.begin().await.expect("a transaction");
        tx.execute_unprepared("ANALYZE").await.expect("statistics");
        tx.commit().await.expect("a commit");
    }
}
