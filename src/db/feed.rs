//! What was changed, told to everybody in this process who listens, once it is committed: on PostgreSQL whichever
//! replica changed it (LISTEN and NOTIFY), on SQLite what this process has changed itself.

use std::str::FromStr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::{Mutex, broadcast, watch};
use uuid::Uuid;

use super::listener;

/// What one listener may be behind, in transactions, before it is told that it has missed some.
const BEHIND: usize = 256;

/// How long a first listener waits for PostgreSQL to be listened to.
const PATIENCE: Duration = Duration::from_secs(5);

/// The statement by which something is noted. Only a [`Transaction`](super::Transaction) knows it.
pub(super) const NOTE: &str = "NOTE";

/// A row was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The row's table.
    pub table: String,
    /// The row.
    pub id: Uuid,
    /// What happened to it: CREATED, UPDATED, ARCHIVED or DELETED; of a mail, its new state.
    pub action: String,
    /// The project that the row belongs to, where it belongs to one.
    pub project_id: Option<Uuid>,
    /// The person that the row belongs to, where it belongs to one.
    pub person_id: Option<Uuid>,
}

impl Note {
    /// The note as PostgreSQL carries it: five words.
    pub(super) fn to_text(&self) -> String {
        let word =
            |id: Option<Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.simple().to_string());
        format!(
            "{} {} {} {} {}",
            self.table,
            self.id.simple(),
            self.action,
            word(self.project_id),
            word(self.person_id)
        )
    }
}

impl FromStr for Note {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let mut word = || words.next().ok_or(());
        let id = |word: &str| Uuid::try_parse(word).map_err(|_| ());
        let or_none = |word: &str| (word != "-").then(|| id(word)).transpose();
        Ok(Self {
            table: word()?.to_owned(),
            id: id(word()?)?,
            action: word()?.to_owned(),
            project_id: or_none(word()?)?,
            person_id: or_none(word()?)?,
        })
    }
}

/// Notes a change in a transaction, to be told when that is committed.
///
/// # Errors
/// The database's, when `conn` is no [`Transaction`](super::Transaction).
pub async fn note(conn: &impl ConnectionTrait, note: &Note) -> Result<(), DbErr> {
    let values = [note.to_text().into()];
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), NOTE, values);
    conn.query_one_raw(statement).await?;
    Ok(())
}

/// What is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// What one transaction has changed.
    Changes(Arc<[Note]>),
    /// Anything may have changed that was not told: too much at once, or nobody heard.
    Missed,
}

/// The listeners of one process. Clones are of the same.
#[derive(Clone, Debug)]
pub(super) struct Feed(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    told: broadcast::Sender<Told>,
    /// Whether PostgreSQL is listened to; none before somebody asked for it.
    listening: Mutex<Option<watch::Receiver<bool>>>,
}

impl Default for Feed {
    fn default() -> Self {
        let (told, _) = broadcast::channel(BEHIND);
        let listening = Mutex::default();
        Self(Arc::new(Shared { told, listening }))
    }
}

impl Feed {
    /// Everything told from now on.
    pub(super) async fn listen(
        &self,
        database: &DatabaseConnection,
    ) -> Result<broadcast::Receiver<Told>, DbErr> {
        if database.get_database_backend() == DbBackend::Postgres {
            let mut listening = self.started(database).await;
            let heard = listening.wait_for(|listening| *listening);
            if tokio::time::timeout(PATIENCE, heard).await.is_err() {
                let message = "PostgreSQL could not be listened to".to_owned();
                return Err(DbErr::Conn(sea_orm::RuntimeErr::Internal(message)));
            }
        }
        Ok(self.0.told.subscribe())
    }

    async fn started(&self, database: &DatabaseConnection) -> watch::Receiver<bool> {
        let mut listening = self.0.listening.lock().await;
        let started = listening.get_or_insert_with(|| {
            let options = database.get_postgres_connection_pool().connect_options();
            let (listens, started) = watch::channel(false);
            tokio::spawn(listener::listen(options, self.downgrade(), listens));
            started
        });
        started.clone()
    }

    fn downgrade(&self) -> Weak<Shared> {
        Arc::downgrade(&self.0)
    }

    /// Tells what a transaction has changed.
    pub(super) fn tell(&self, notes: Vec<Note>) {
        self.0.tell(Told::Changes(notes.into()));
    }

    /// Tells that more was changed than can be told.
    pub(super) fn tell_of_too_much(&self) {
        self.0.tell(Told::Missed);
    }
}

impl Shared {
    pub(super) fn tell(&self, told: Told) {
        // Where nobody listens nobody needs to know.
        let _ = self.told.send(told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_comes_back_as_it_was_written() {
        let written = Note {
            table: "assignment".to_owned(),
            id: Uuid::from_u128(7),
            action: "UPDATED".to_owned(),
            project_id: None,
            person_id: Some(Uuid::from_u128(8)),
        };
        assert_eq!(written.to_text().parse(), Ok(written));
        assert_eq!("assignment 7".parse::<Note>(), Err(()));
    }
}
