//! Several changes in one transaction: all of them, or none.

use uuid::Uuid;

use crate::db::{Db, Transaction};
use crate::error::{Error, Problem, ProblemCode, Result};

/// The most items of one batch.
pub const MOST_ITEMS: usize = 100;

/// One of several changes of rows of one kind.
#[derive(Clone, Debug)]
pub enum Change<New, Edit> {
    /// A new row.
    Create(New),
    /// Another row than before.
    Update {
        /// Which row.
        id: Uuid,
        /// The version that the caller has read.
        expected_version: Option<i64>,
        /// What to change.
        edit: Edit,
    },
    /// A row no more.
    Delete {
        /// Which row.
        id: Uuid,
        /// The version that the caller has read.
        expected_version: Option<i64>,
    },
}

impl<New, Edit> Change<New, Edit> {
    /// What inputs call it: where its problems are.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update { .. } => "update",
            Self::Delete { .. } => "delete",
        }
    }
}

/// A batch under way. Dropped before its end, it changes nothing.
///
/// Where items are refused for what their user can mend, the others are looked at none the less, and [`Batch::finish`] is
/// [`Error::Invalid`] with the problems of all, each below its item: `items.3.personId`. What the caller may not do ends it
/// at once, as does everything else.
#[derive(Debug)]
pub struct Batch<T> {
    tx: Transaction,
    done: Vec<T>,
    problems: Vec<Problem>,
    items: usize,
}

impl<T> Batch<T> {
    /// Begins a batch of so many items.
    ///
    /// # Errors
    /// Invalid, unless they are 1 to [`MOST_ITEMS`].
    pub async fn begin(db: &Db, items: usize) -> Result<Self> {
        if !(1..=MOST_ITEMS).contains(&items) {
            let message = format!("Give 1 to {MOST_ITEMS} items, not {items}.");
            return Err(Error::invalid("items", message));
        }
        Ok(Self {
            tx: db.begin().await?,
            done: Vec::new(),
            problems: Vec::new(),
            items: 0,
        })
    }

    /// Where the items are worked on, one after the other. Each is looked at before it writes anything, so that nothing is
    /// there of one that was refused when the next is looked at.
    pub fn tx(&self) -> &Transaction {
        &self.tx
    }

    /// Notes what became of the next item.
    pub fn note(&mut self, outcome: Result<T>) -> Result<()> {
        let index = self.items.to_string();
        let place = ["items", &index];
        self.items += 1;
        let refusal = match outcome {
            Ok(done) => {
                self.done.push(done);
                return Ok(());
            }
            Err(Error::NotFound(noun)) => {
                let message = format!("There is no such {noun}.");
                Error::problem("", ProblemCode::NotFound, message)
            }
            Err(Error::Forbidden(message)) => {
                return Err(Error::Forbidden(format!("items.{index}: {message}")));
            }
            Err(error) => error,
        };
        match refusal.below(&place) {
            Error::Invalid(problems) => self.problems.extend(problems),
            error => return Err(error),
        }
        Ok(())
    }

    /// Ends the batch: for good, or as if it had never been when it is a dry run. Answers what came of each item.
    pub async fn finish(self, dry_run: bool) -> Result<Vec<T>> {
        if !self.problems.is_empty() {
            return Err(Error::Invalid(self.problems));
        }
        if dry_run {
            self.tx.rollback().await?;
        } else {
            self.tx.commit().await?;
        }
        Ok(self.done)
    }
}
