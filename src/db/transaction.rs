//! A transaction that writes, and tells what it has changed when it is committed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait, Value,
};

use super::event::{self, EVENT, Event};
use super::feed::{Feed, NOTE, Note};
use super::listener::{CHANNEL, TOO_MUCH};

/// Changes of one transaction that are told one by one.
const MOST_NOTES: usize = 1_000;

/// Bytes of one NOTIFY: PostgreSQL takes less than 8000.
const LONGEST_PAYLOAD: usize = 7_900;

/// What a transaction has changed so far: for those who listen, and for webhooks.
#[derive(Debug, Default)]
struct Changed {
    notes: Vec<Note>,
    events: Vec<Event>,
}

type Notes = Arc<Mutex<Changed>>;

/// A transaction. Dropped before it is committed it has changed nothing, and tells nobody.
#[derive(Debug)]
pub struct Transaction {
    inner: DatabaseTransaction,
    feed: Feed,
    notes: Notes,
    /// The notes of the transaction that this is a part of.
    outer: Option<Notes>,
}

impl Transaction {
    pub(super) fn new(inner: DatabaseTransaction, feed: Feed) -> Self {
        Self {
            inner,
            feed,
            notes: Notes::default(),
            outer: None,
        }
    }

    /// Opens a part of this transaction, which can be given up alone.
    pub async fn begin(&self) -> Result<Self, DbErr> {
        Ok(Self {
            inner: self.inner.begin().await?,
            feed: self.feed.clone(),
            notes: Notes::default(),
            outer: Some(self.notes.clone()),
        })
    }

    /// Makes what was changed durable, and tells of it.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Changed { notes, events } = std::mem::take(&mut *lock(&self.notes));
        if let Some(outer) = self.outer {
            self.inner.commit().await?;
            let mut outer = lock(&outer);
            outer.notes.extend(notes);
            outer.events.extend(events);
            return Ok(());
        }
        if !events.is_empty() {
            event::write(&self.inner, events).await?;
        }
        if notes.is_empty() {
            self.inner.commit().await?;
        } else if self.inner.get_database_backend() == DbBackend::Postgres {
            self.inner.execute_raw(notify(&notes)).await?;
            self.inner.commit().await?;
        } else {
            self.inner.commit().await?;
            match notes.len() {
                0..=MOST_NOTES => self.feed.tell(notes),
                _ => self.feed.tell_of_too_much(),
            }
        }
        Ok(())
    }

    /// Gives up what was changed.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    /// Keeps what [`note`](super::note) and [`announce`](super::announce) say until the commit: so one NOTIFY serves a
    /// transaction, and SQLite, which has none, is told of in the same words.
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &*statement.sql {
            NOTE => lock(&self.notes).notes.push(noted(&statement)?),
            EVENT => lock(&self.notes).events.push(event::announced(&statement)?),
            _ => return self.inner.query_one_raw(statement).await,
        }
        Ok(None)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}

fn lock(notes: &Notes) -> MutexGuard<'_, Changed> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn noted(statement: &Statement) -> Result<Note, DbErr> {
    let values = statement.values.iter().flat_map(|values| &values.0);
    let mut texts = values.filter_map(|value| match value {
        Value::String(text) => text.as_deref(),
        _ => None,
    });
    let note = texts.next().and_then(|text| text.parse().ok());
    note.ok_or_else(|| DbErr::Custom("a note is not what notes are".to_owned()))
}

/// The one statement that hands `notes` to PostgreSQL, which tells them when the transaction is committed.
fn notify(notes: &[Note]) -> Statement {
    let payloads = payloads(notes);
    let calls: Vec<String> = (1..=payloads.len())
        .map(|place| format!("pg_notify('{CHANNEL}', ${place})"))
        .collect();
    let sql = format!("SELECT {}", calls.join(", "));
    let values = payloads.into_iter().map(Value::from);
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// The notes, a line each, in as few texts as PostgreSQL takes.
fn payloads(notes: &[Note]) -> Vec<String> {
    if notes.len() > MOST_NOTES {
        return vec![TOO_MUCH.to_owned()];
    }
    let mut payloads: Vec<String> = Vec::new();
    for note in notes {
        let line = note.to_text();
        match payloads.last_mut() {
            Some(last) if last.len() + 1 + line.len() <= LONGEST_PAYLOAD => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => payloads.push(line),
        }
    }
    payloads
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn notes(count: u128) -> Vec<Note> {
        let note = |id| Note {
            table: "email".to_owned(),
            id: Uuid::from_u128(id),
            action: "SENT".to_owned(),
            project_id: None,
            person_id: None,
        };
        (0..count).map(note).collect()
    }

    #[test]
    fn notes_are_told_in_as_few_payloads_as_postgresql_takes() {
        let some = payloads(&notes(1_000));
        assert!(some.iter().all(|payload| payload.len() <= LONGEST_PAYLOAD));
        let lines: Vec<&str> = some.iter().flat_map(|payload| payload.lines()).collect();
        assert_eq!(lines.len(), 1_000);
        assert_eq!(lines[999].parse(), Ok(notes(1_000)[999].clone()));
        assert_eq!(payloads(&notes(1_001)), [TOO_MUCH]);
    }
}
