//! A throwaway PostgreSQL cluster for this test process: started on first
//! use from the installed programs, gone when the process ends in any way.

use std::collections::HashSet;
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use meridian::db::Db;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::watchdog::Watchdog;

/// Set it to make a missing PostgreSQL an error.
const REQUIRE: &str = "MERIDIAN_TEST_REQUIRE_POSTGRES";
const OLDEST_MAJOR: u32 = 15;

/// The running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    bin: PathBuf,
    password: String,
    watchdog: Watchdog,
    databases: AtomicU32,
    /// Templates made so far. The lock also keeps copies of one template apart: PostgreSQL refuses to copy a database in use.
    templates: Mutex<HashSet<String>>,
}

impl Cluster {
    /// The cluster of this process, started if need be.
    ///
    /// `None` where no PostgreSQL is installed: then standard error says so and names the calling test, past the
    /// capture of the test runner.
    ///
    /// # Panics
    /// When PostgreSQL is installed and does not start, or is missing and `MERIDIAN_TEST_REQUIRE_POSTGRES=1`.
    pub(crate) fn get() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Result<Cluster, String>>> = OnceLock::new();
        match CLUSTER.get_or_init(|| installed_programs().map(|bin| Self::start(&bin))) {
            Some(Ok(cluster)) => Some(cluster),
            Some(Err(why)) => panic!("PostgreSQL is installed but cannot be used: {why}"),
            None => {
                assert!(
                    !std::env::var(REQUIRE).is_ok_and(|value| value == "1"),
                    "{REQUIRE}=1, but no PostgreSQL {OLDEST_MAJOR} or newer is installed"
                );
                report_not_run();
                None
            }
        }
    }

    /// Makes a database, empty or as a copy of `template`, and returns its URL.
    pub(crate) fn create_database(&self, template: Option<&str>) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let template = template.unwrap_or("template0");
        let _one_copy_at_a_time = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.run(&[&format!("CREATE DATABASE {name} TEMPLATE {template}")]);
        self.url(&name)
    }

    /// Ends the connections to the database of `url` and removes it: each takes some 8 MB of disk.
    pub(crate) fn drop_database(&self, url: &str) {
        if let Some((_, name)) = url.rsplit_once('/') {
            self.run(&[&format!("DROP DATABASE {name} WITH (FORCE)")]);
        }
    }

    /// Ends every connection to the database of `url`, and lets nobody in until [`Self::let_in`].
    pub(crate) fn shut_out(&self, url: &str) {
        if let Some((_, name)) = url.rsplit_once('/') {
            self.run(&[
                &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"),
                &end_connections(name),
            ]);
        }
    }

    /// Ends what [`Self::shut_out`] began.
    pub(crate) fn let_in(&self, url: &str) {
        if let Some((_, name)) = url.rsplit_once('/') {
            self.run(&[&format!(
                "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"
            )]);
        }
    }

    /// Makes the template `name` on the first call, by giving the URL of an empty database to `initialise`; later
    /// calls only return the name, which [`Self::create_database`] takes.
    pub(crate) fn template<'name, F, Fut>(&self, name: &'name str, initialise: F) -> &'name str
    where
        F: FnOnce(String) -> Fut,
        Fut: Future<Output = ()> + Send,
    {
        let mut templates = self
            .templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !templates.contains(name) {
            self.run(&[&format!("CREATE DATABASE {name} TEMPLATE template0")]);
            super::run_to_end(initialise(self.url(name)));
            self.run(&[
                &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"),
                &end_connections(name),
            ]);
            templates.insert(name.to_owned());
        }
        name
    }

    fn start(bin: &Path) -> Result<Self, String> {
        let password = uuid::Uuid::from_u128(rand::random()).simple().to_string();
        Ok(Self {
            bin: bin.to_owned(),
            watchdog: Watchdog::start(bin, &password)?,
            password,
            databases: AtomicU32::new(0),
            templates: Mutex::default(),
        })
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://meridian:{}@127.0.0.1:{}/{database}",
            self.password, self.watchdog.port
        )
    }

    /// Runs each statement in a transaction of its own, as CREATE DATABASE demands.
    fn run(&self, statements: &[&str]) {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
        ])
        .arg(self.url("postgres"));
        for statement in statements {
            psql.args(["--command", statement]);
        }
        let output = psql.output().expect("psql starts");
        assert!(
            output.status.success(),
            "{statements:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn end_connections(database: &str) -> String {
    format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'"
    )
}

/// Where the newest PostgreSQL that is new enough keeps its programs.
fn installed_programs() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            candidates()
                .into_iter()
                .filter(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
                .filter_map(|bin| Some((major_version(&bin)?, bin)))
                .filter(|(major, _)| *major >= OLDEST_MAJOR)
                .max_by_key(|(major, _)| *major)
                .map(|(_, bin)| bin)
        })
        .clone()
}

fn candidates() -> Vec<PathBuf> {
    let mut bins: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        bins.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    bins.extend(versions.map(|version| version.path().join("bin")));
    bins
}

/// The 15 of `postgres (PostgreSQL) 15.19 (Debian …)`.
fn major_version(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("postgres"))
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?;
    version
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// Writes past the test runner's capture, which would swallow `eprintln!` of a test that passes; the caller's own
/// output gets the line too.
fn report_not_run() {
    static WHY: OnceLock<()> = OnceLock::new();
    WHY.get_or_init(|| {
        let _ = writeln!(
            std::io::stderr(),
            "WARNING: no PostgreSQL {OLDEST_MAJOR} or newer is installed (looked in PATH, pg_config --bindir and \
             /usr/lib/postgresql). The tests named below did NOT run on it; on Debian: apt-get install postgresql"
        );
    });
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "NOT RUN on PostgreSQL: {test}");
    eprintln!("NOT RUN on PostgreSQL: {test}");
}

/// Waits for the transactions of requests that were refused. PostgreSQL hears of their end a moment after the answer, and until
/// then a claim passes by the rows that they locked.
pub(crate) async fn refusals_are_rolled_back(db: &Db) {
    const OPEN: &str = "SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    if db.backend() != DbBackend::Postgres {
        return;
    }
    for _ in 0..100 {
        let open = Statement::from_string(DbBackend::Postgres, OPEN);
        let open = db.read.query_one_raw(open).await;
        if open.expect("PostgreSQL answers").is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
