//! What an import did, or would have done.

use std::fmt;

use super::columns::Kind;
use super::findings::{Finding, Findings};

/// What became of the rows of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New rows.
    pub created: u64,
    /// Rows that differed from what there was.
    pub updated: u64,
    /// Rows that were so already.
    pub unchanged: u64,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetReport {
    /// The file as it was given.
    pub file: String,
    /// What its rows are.
    pub kind: Kind,
    /// What became of them.
    pub counts: Counts,
}

/// What an import did, or would have done.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each file, in the order of import.
    pub sheets: Vec<SheetReport>,
    /// What is wrong, in the order of the files and their lines; at most 1,000.
    pub findings: Vec<Finding>,
    /// How many more things are wrong.
    pub more: usize,
    /// Whether this was a dry run.
    pub dry_run: bool,
}

impl Report {
    pub(super) fn new(sheets: Vec<SheetReport>, findings: Findings, dry_run: bool) -> Self {
        let files: Vec<&str> = sheets.iter().map(|sheet| sheet.file.as_str()).collect();
        let (findings, more) = findings.into_parts(&files);
        Self {
            sheets,
            findings,
            more,
            dry_run,
        }
    }

    /// Whether nothing is wrong with the files.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether the rows are in the database now.
    pub fn is_written(&self) -> bool {
        self.is_sound() && !self.dry_run
    }
}

impl fmt::Display for Report {
    /// A line for each file, a line for each finding, and one that says whether anything was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for SheetReport { file, counts, .. } in &self.sheets {
            let Counts {
                created,
                updated,
                unchanged,
            } = counts;
            writeln!(
                f,
                "{file}: {created} created, {updated} updated, {unchanged} unchanged"
            )?;
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        if self.more > 0 {
            writeln!(f, "and {} more", self.more)?;
        }
        let ending = match (self.is_sound(), self.dry_run) {
            (true, false) => "All of it was written.",
            (true, true) => "Nothing was written: this was a dry run.",
            (false, true) => "Nothing was written: this was a dry run. Mend what is named above.",
            (false, false) => {
                "Nothing was written. Mend what is named above and run the same command again."
            }
        };
        writeln!(f, "{ending}")
    }
}
