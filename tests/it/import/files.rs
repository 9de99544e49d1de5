//! An empty agency, and files to import into it.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use meridian::db::Db;
use meridian::domain::access::Caller;
use meridian::entity::{
    assignment, change, client, client_contact, person, project, schedule, touchpoint,
    work_schedule,
};
use meridian::import::{File, Files, Kind, Report, import};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tempfile::TempDir;

use crate::support::postgres::Cluster;

/// Monday 2026-11-23, 09:00 UTC.
const NOW: &str = "2026-11-23T09:00:00Z";

/// A migrated database without people or clients.
pub(super) struct Agency {
    pub(super) db: Db,
    pub(super) caller: Caller,
    folder: TempDir,
}

/// Tells a story on SQLite and on PostgreSQL.
pub(super) async fn on_both(story: impl AsyncFn(&Agency)) {
    let agency = Agency::on_sqlite().await;
    story(&agency).await;
    agency.db.close().await.unwrap();
    if let Some(cluster) = Cluster::get() {
        let url = cluster.create_database(None);
        let agency = Agency::new(&url, TempDir::new().unwrap()).await;
        story(&agency).await;
        agency.db.close().await.unwrap();
        cluster.drop_database(&url);
    }
}

impl Agency {
    pub(super) async fn on_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("agency.db");
        Self::new(&format!("sqlite://{}?mode=rwc", file.display()), folder).await
    }

    async fn new(url: &str, folder: TempDir) -> Self {
        let db = Db::connect(url).await.unwrap();
        db.migrate().await.unwrap();
        Self {
            db,
            caller: Caller::system("meridian import", NOW.parse().unwrap()),
            folder,
        }
    }

    pub(super) async fn import(&self, files: Vec<File>, dry_run: bool) -> Report {
        let bar = ProgressBar::hidden();
        import(&self.db, &self.caller, files, dry_run, &bar)
            .await
            .unwrap()
    }

    /// Imports texts as if they stood in files of their usual names.
    pub(super) async fn import_texts(&self, texts: &[(Kind, &str)], dry_run: bool) -> Report {
        let bytes: Vec<_> = texts
            .iter()
            .map(|(kind, text)| (*kind, text.as_bytes()))
            .collect();
        self.import_bytes(&bytes, dry_run).await
    }

    pub(super) async fn import_bytes(&self, texts: &[(Kind, &[u8])], dry_run: bool) -> Report {
        let files = texts.iter().map(|(kind, bytes)| {
            let path = self.path(*kind);
            std::fs::write(&path, bytes).unwrap();
            File { kind: *kind, path }
        });
        self.import(files.collect(), dry_run).await
    }

    /// Where the file of a kind is.
    pub(super) fn path(&self, kind: Kind) -> PathBuf {
        self.folder.path().join(format!("{}.csv", kind.word()))
    }

    /// What was found, without the folder's name.
    pub(super) fn found(&self, report: &Report) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        let findings = report.findings.iter();
        findings
            .map(|finding| finding.to_string().replace(&folder, ""))
            .collect()
    }

    pub(super) async fn person(&self, email: &str) -> person::Model {
        person::Entity::find()
            .filter(person::Column::Email.eq(email))
            .one(&self.db.read)
            .await
            .unwrap()
            .unwrap()
    }
}

/// The files of docs/import.
pub(super) fn samples() -> Vec<File> {
    let files = Files {
        folder: Some(samples_folder()),
        ..Files::default()
    };
    files.named().unwrap()
}

/// docs/import.
pub(super) fn samples_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import")
}

/// How many rows there are of everything an import writes.
pub(super) async fn counts(agency: &Agency) -> Vec<u64> {
    let db = &agency.db.read;
    vec![
        person::Entity::find().count(db).await.unwrap(),
        work_schedule::Entity::find().count(db).await.unwrap(),
        client::Entity::find().count(db).await.unwrap(),
        client_contact::Entity::find().count(db).await.unwrap(),
        project::Entity::find().count(db).await.unwrap(),
        assignment::Entity::find().count(db).await.unwrap(),
        touchpoint::Entity::find().count(db).await.unwrap(),
        schedule::Entity::find().count(db).await.unwrap(),
        change::Entity::find().count(db).await.unwrap(),
    ]
}
