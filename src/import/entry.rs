//! From rows of cells to rows in the database, the same way for every kind of sheet.

use std::collections::HashMap;

use super::Run;
use super::known::{Known, key};
use super::report::Counts;
use super::row::Row;
use super::sheet::Sheet;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::error::{Error, Result};

/// What a row of a sheet says.
pub(super) trait Entry: Sized {
    /// The columns that tell a row from others, as they are written; the last may be missing.
    const KEY: &'static [&'static str];

    /// Reads the cells. Whatever is wrong is reported by the row.
    fn read(row: &mut Row<'_>) -> Option<Self>;

    /// What tells it from others: two rows of a file must not have the same.
    fn key(&self) -> String;
}

/// An entry that is written on its own.
pub(super) trait Write: Entry {
    /// Writes what differs from what is known, by the rules of the domain. `known` changes only when it succeeds.
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done>;
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Created,
    Updated,
    Unchanged,
}

/// A sound row.
pub(super) struct Read<E> {
    pub(super) line: u64,
    /// As `Known` has it; none when a part of it is missing.
    name: Option<String>,
    pub(super) entry: E,
}

impl Run<'_> {
    /// Imports the rows of a sheet one after the other.
    pub(super) async fn each<E: Write>(&mut self, sheet: &Sheet) -> Result<Counts> {
        let mut counts = Counts::default();
        for Read { line, name, entry } in self.read_all::<E>(sheet) {
            // A row of its own savepoint leaves nothing behind when it fails, and PostgreSQL goes on.
            let savepoint = self.tx.begin().await?;
            match entry.write(&savepoint, self.caller, &mut self.known).await {
                Ok(done) => {
                    savepoint.commit().await?;
                    counts.add(done);
                }
                Err(error) => {
                    savepoint.rollback().await?;
                    self.refuse(sheet, line, error)?;
                    self.known.refuse(sheet.kind, name);
                }
            }
            self.bar.inc(1);
        }
        Ok(counts)
    }

    /// Reads every row; answers those that are sound and told once.
    pub(super) fn read_all<E: Entry>(&mut self, sheet: &Sheet) -> Vec<Read<E>> {
        let mut sound = Vec::new();
        let mut lines: HashMap<String, u64> = HashMap::new();
        for record in &sheet.records {
            let mut row = Row::new(sheet, record, &self.known, &mut self.findings);
            let name = name::<E>(&row);
            let mut entry = E::read(&mut row);
            if let Some(read) = &entry {
                match lines.get(&read.key()) {
                    Some(first) => {
                        let reason =
                            format!("Line {first} is about the same. Keep one of the two rows.");
                        row.fault(E::KEY.first().unwrap_or(&""), reason);
                        self.bar.inc(1);
                        continue;
                    }
                    None => lines.insert(read.key(), record.line),
                };
            }
            entry = entry.filter(|_| row.is_sound());
            match entry {
                Some(entry) => sound.push(Read {
                    line: record.line,
                    name,
                    entry,
                }),
                None => {
                    self.known.refuse(sheet.kind, name);
                    self.bar.inc(1);
                }
            }
        }
        sound
    }

    /// Reports why the domain refuses a row. What is no fault of the row ends the import.
    pub(super) fn refuse(&mut self, sheet: &Sheet, line: u64, error: Error) -> Result<()> {
        match error {
            Error::Invalid(problems) => self.findings.add_problems(sheet, line, problems),
            error @ (Error::NotFound(_) | Error::Conflict(_) | Error::Forbidden(_)) => {
                let reason = error.to_string();
                self.findings.add(&sheet.file, Some(line), None, reason);
            }
            error => return Err(error),
        }
        Ok(())
    }
}

impl Counts {
    /// Counts one row.
    pub(super) fn add(&mut self, done: Done) {
        match done {
            Done::Created => self.created += 1,
            Done::Updated => self.updated += 1,
            Done::Unchanged => self.unchanged += 1,
        }
    }
}

/// The natural key as it is written in the row.
fn name<E: Entry>(row: &Row<'_>) -> Option<String> {
    let parts: Option<Vec<&str>> = E::KEY.iter().map(|column| row.cell(column)).collect();
    Some(key(&parts?))
}
