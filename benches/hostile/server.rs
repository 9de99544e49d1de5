//! The program, started as an operator starts it, and what it takes of the machine.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clap::{Parser, ValueEnum};
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::{self, Config};
use meridian::demo;
use meridian::domain::access::Caller;
use meridian::domain::tokens;
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::postgres::Cluster;

/// Copies of the demo agency.
const COPIES: u32 = 3;
/// Few enough for an attacker to fill them, of an address of 450 files and more.
pub(crate) const CONNECTIONS: usize = 400;
const LIVE_CONNECTIONS: usize = 150;
/// Signs the links in mails. Nobody is to see it.
const SECRET: &str = "a-secret-of-the-hostile-hour-which-nobody-is-told";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// `meridian serve` on a database of its own; killed when this is dropped.
pub(crate) struct Server {
    process: Child,
    folder: TempDir,
    pub(crate) address: SocketAddr,
    /// The token of somebody who means well, and of one who does not.
    pub(crate) good: String,
    pub(crate) bad: String,
    database_url: String,
}

/// What a process has of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Level {
    /// Resident, in KiB.
    pub(crate) memory: u64,
    pub(crate) files: u64,
}

impl Level {
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            files: self.files.max(other.files),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB, {} files", self.memory / 1_024, self.files)
    }
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    config: Config,
}

impl Server {
    /// None where the database is not installed.
    pub(crate) async fn start(database: Database, program: Option<&Path>) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let database_url = match database {
            Database::Sqlite => format!(
                "sqlite://{}?mode=rwc",
                folder.path().join("agency.db").display()
            ),
            Database::Postgres => {
                let cluster = tokio::task::spawn_blocking(Cluster::get).await;
                cluster.expect("the cluster starts")?.create_database(None)
            }
        };
        let [good, bad] = fill(&database_url).await;
        let program = program.unwrap_or_else(|| Path::new(env!("CARGO_BIN_EXE_meridian")));
        let log = File::create(folder.path().join("log")).expect("a file");
        let mut process = Command::new(program)
            .args(["serve", "--listen=127.0.0.1:0", "--mail=file:mail"])
            .arg(format!("--connections={CONNECTIONS}"))
            .arg(format!("--live-connections={LIVE_CONNECTIONS}"))
            .env("MERIDIAN_DATABASE_URL", &database_url)
            .env("MERIDIAN_SECRET", SECRET)
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = said.next().expect("where it listens").expect("a line");
        let (_, address) = line.split_once("http://").expect("an address");
        Some(Self {
            address: address.parse().expect("an address"),
            process,
            folder,
            good,
            bad,
            database_url,
        })
    }

    /// # Panics
    /// When it has ended.
    pub(crate) fn levels(&self) -> Level {
        let id = self.process.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it lives");
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let files = std::fs::read_dir(format!("/proc/{id}/fd")).expect("it lives");
        Level {
            memory: memory.and_then(|kib| kib.parse().ok()).expect("a figure"),
            files: files.count() as u64,
        }
    }

    /// All it has logged so far.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// What no answer may have in it.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let folder = self.folder.path().display().to_string();
        [&self.good, &self.bad, &self.database_url, &folder]
            .into_iter()
            .cloned()
            .chain([SECRET.to_owned()])
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where the run went badly.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Writes the agency, and makes a token for each of its two managers.
async fn fill(database_url: &str) -> [String; 2] {
    let line = [
        "meridian".to_owned(),
        format!("--database-url={database_url}"),
    ];
    let Ok(Line { config }) = config::parse(line) else {
        panic!("the settings are good");
    };
    let app = App::try_new(config, Clock::System).await;
    let app = app.expect("the database answers").prepare().await;
    let app = app.expect("the database is migrated");
    let filled = demo::fill(&app.db, COPIES, &|_, _| {})
        .await
        .expect("an agency");
    let tokens = [
        token(&app, filled.dana_id).await,
        token(&app, filled.sam_id).await,
    ];
    app.db.close().await.expect("it is written");
    tokens
}

async fn token(app: &App, person_id: Uuid) -> String {
    let caller = Caller::system("the bench", app.clock.now());
    let made = tokens::create(&app.db, &caller, person_id, "hostile", None).await;
    made.expect("a token").plain_text
}
