//! contacts.csv: one row a person at a client, told by client and address.

use super::columns::Column;
use super::entry::{Done, Entry, Write};
use super::known::{Known, key};
use super::row::Row;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::domain::contacts::{ContactEdit, NewContact, create_in, update_in};
use crate::entity::{client, client_contact};
use crate::error::{Error, Result};

/// The columns of contacts.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("client", "name of a client", "Harbour Books"),
    Column::required(
        "email",
        "address, unique within the client",
        "ines@harbourbooks.example",
    ),
    Column::required("name", "text", "Inês Duarte"),
    Column::optional("job_title", "text", "none", "Head of marketing"),
    Column::optional("primary", "yes or no; one yes a client", "no", "yes"),
];

/// A row of contacts.csv.
pub(super) struct ContactRow {
    client: client::Model,
    email: String,
    name: String,
    job_title: Option<Option<String>>,
    primary: Option<bool>,
}

impl Entry for ContactRow {
    const KEY: &'static [&'static str] = &["client", "email"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let client = row.client("client").cloned();
        let email = row.filled_email("email");
        let name = row.filled_name("name", 200);
        let job_title = row.clearable("job_title", |row| row.name("job_title", 200));
        let primary = row.yes("primary");
        Some(Self {
            client: client?,
            email: email?,
            name: name?,
            job_title,
            primary,
        })
    }

    fn key(&self) -> String {
        key(&[&self.client.name, &self.email])
    }
}

impl Write for ContactRow {
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done> {
        if self.primary == Some(true) && known.with_primary.contains(&self.client.id) {
            let reason = "A row above makes somebody else the primary contact of this client.";
            return Err(Error::invalid("isPrimary", reason));
        }
        let key = self.key();
        let named_primary = self.primary == Some(true);
        let before = known.contacts.row(&key).cloned();
        let (after, done) = match before {
            None => (create_in(tx, caller, self.into_new()).await?, Done::Created),
            Some(before) if self.applied_to(&before) == before => (before, Done::Unchanged),
            Some(before) => {
                let edit = self.into_edit();
                let after = update_in(tx, caller, before.id, None, edit).await?;
                (after, Done::Updated)
            }
        };
        if named_primary {
            known.take_primary(&after);
        }
        known.contacts.put(key, after);
        Ok(done)
    }
}

impl ContactRow {
    fn into_new(self) -> NewContact {
        NewContact {
            client_id: self.client.id,
            name: self.name,
            email: self.email,
            job_title: self.job_title.flatten(),
            is_primary: self.primary.unwrap_or(false),
        }
    }

    fn into_edit(self) -> ContactEdit {
        ContactEdit {
            name: Some(self.name),
            email: None,
            job_title: self.job_title,
            is_primary: self.primary,
        }
    }

    fn applied_to(&self, before: &client_contact::Model) -> client_contact::Model {
        client_contact::Model {
            name: self.name.clone(),
            job_title: self
                .job_title
                .clone()
                .unwrap_or_else(|| before.job_title.clone()),
            is_primary: self.primary.unwrap_or(before.is_primary),
            ..before.clone()
        }
    }
}

impl Known {
    /// Notes the contact that a row makes the primary one: it has taken over from whoever was.
    fn take_primary(&mut self, contact: &client_contact::Model) {
        self.with_primary.insert(contact.client_id);
        for other in self.contacts.rows_mut() {
            other.is_primary &= other.client_id != contact.client_id;
        }
    }
}
