//! `meridian import`: the agency's spreadsheets as CSV, all of them or none.
//!
//! Every file is read whole (`sheet`), every row is looked at cell by cell (`row`), and what is sound goes through
//! the functions of [`crate::domain`], so that a spreadsheet obeys the rules that everybody obeys. What is wrong is
//! collected with file, line and column; one such finding, or a dry run, and the transaction is rolled back. A row is
//! told from others by its natural key, so that a corrected file can be imported again.
//!
//! The columns of each kind of sheet stand in the file of that kind; `docs/import/README.md` shows them.

mod assignments;
mod clients;
mod columns;
mod contacts;
mod entry;
mod files;
mod findings;
mod hours;
mod known;
mod people;
mod projects;
mod report;
mod row;
mod sheet;
mod touchpoints;

use std::path::PathBuf;

use indicatif::ProgressBar;

pub use columns::{Column, Kind};
pub use files::Files;
pub use findings::Finding;
pub use report::{Counts, Report, SheetReport};

use crate::db::Db;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::error::Result;
use findings::Findings;
use known::Known;
use sheet::Sheet;

/// One file to import.
#[derive(Clone, Debug)]
pub struct File {
    /// What its rows are.
    pub kind: Kind,
    /// Where it is.
    pub path: PathBuf,
}

/// An import under way: its transaction and what it has found so far.
struct Run<'a> {
    tx: &'a Transaction,
    caller: &'a Caller,
    known: Known,
    findings: Findings,
    bar: &'a ProgressBar,
}

/// Imports the files in one transaction: all rows, or none when anything is wrong with one of them. Owners only.
///
/// A dry run does the same and rolls it back, so that its report is the same. `bar` is moved by one for each row.
///
/// # Errors
/// Forbidden to others than owners; what the database cannot do. What is wrong with the files stands in the report.
pub async fn import(
    db: &Db,
    caller: &Caller,
    mut files: Vec<File>,
    dry_run: bool,
    bar: &ProgressBar,
) -> Result<Report> {
    caller.must_own("import spreadsheets")?;
    // What others refer to comes first.
    files.sort_by_key(|file| file.kind);
    let mut findings = Findings::default();
    let sheets: Vec<Sheet> = files
        .iter()
        .map(|file| Sheet::read(file, &mut findings))
        .collect();
    bar.set_length(sheets.iter().map(|sheet| sheet.records.len() as u64).sum());

    let tx = db.begin().await?;
    let known = Known::load(&tx, &sheets).await?;
    let mut run = Run {
        tx: &tx,
        caller,
        known,
        findings,
        bar,
    };
    let mut counted = Vec::new();
    for sheet in &sheets {
        counted.push(SheetReport {
            file: sheet.file.clone(),
            kind: sheet.kind,
            counts: run.import(sheet).await?,
        });
    }
    let findings = run.findings;
    if dry_run || findings.total() > 0 {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    bar.finish_and_clear();
    Ok(Report::new(counted, findings, dry_run))
}

impl Run<'_> {
    async fn import(&mut self, sheet: &Sheet) -> Result<Counts> {
        match sheet.kind {
            Kind::People => self.each::<people::PersonRow>(sheet).await,
            Kind::Clients => self.each::<clients::ClientRow>(sheet).await,
            Kind::Contacts => self.each::<contacts::ContactRow>(sheet).await,
            Kind::Projects => self.each::<projects::ProjectRow>(sheet).await,
            Kind::Assignments => self.each::<assignments::AssignmentRow>(sheet).await,
            Kind::Touchpoints => touchpoints::import(self, sheet).await,
        }
    }
}
