//! clients.csv: one row a client, told by its name.

use jiff::civil::Date;

use super::columns::Column;
use super::entry::{Done, Entry, Write};
use super::known::{Known, key};
use super::row::Row;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::domain::clients::{ClientEdit, NewClient, create_in, update_in};
use crate::entity::{Day, client};
use crate::error::Result;

/// The columns of clients.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("name", "text, unique", "Harbour Books"),
    Column::required("starts_on", "day", "2024-03-01"),
    Column::optional("communication", "1 to 5", "3", "4"),
    Column::optional("sensitivity", "1 to 5", "3", "2"),
    Column::optional("growth", "1 to 5", "3", "5"),
    Column::optional("cadence_days", "1 to 365", "7", "14"),
];

/// A row of clients.csv.
pub(super) struct ClientRow {
    name: String,
    starts_on: Date,
    communication: Option<i32>,
    sensitivity: Option<i32>,
    growth: Option<i32>,
    cadence_days: Option<i32>,
}

impl Entry for ClientRow {
    const KEY: &'static [&'static str] = &["name"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let name = row.filled_name("name", 200);
        let starts_on = row.filled_day("starts_on");
        let communication = row.whole("communication", 1, 5);
        let sensitivity = row.whole("sensitivity", 1, 5);
        let growth = row.whole("growth", 1, 5);
        let cadence_days = row.whole("cadence_days", 1, 365);
        Some(Self {
            name: name?,
            starts_on: starts_on?,
            communication,
            sensitivity,
            growth,
            cadence_days,
        })
    }

    fn key(&self) -> String {
        key(&[&self.name])
    }
}

impl Write for ClientRow {
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done> {
        let key = self.key();
        let Some(before) = known.clients.row(&key) else {
            let made = create_in(tx, caller, self.into_new()).await?;
            known.clients.put(key, made);
            return Ok(Done::Created);
        };
        if self.applied_to(before) == *before {
            return Ok(Done::Unchanged);
        }
        let after = update_in(tx, caller, before.id, None, self.into_edit()).await?;
        known.clients.put(key, after);
        Ok(Done::Updated)
    }
}

impl ClientRow {
    fn into_new(self) -> NewClient {
        NewClient {
            name: self.name,
            starts_on: self.starts_on,
            communication: self.communication.unwrap_or(3),
            sensitivity: self.sensitivity.unwrap_or(3),
            growth: self.growth.unwrap_or(3),
            cadence_days: self.cadence_days.unwrap_or(7),
        }
    }

    fn into_edit(self) -> ClientEdit {
        ClientEdit {
            name: None,
            starts_on: Some(self.starts_on),
            communication: self.communication,
            sensitivity: self.sensitivity,
            growth: self.growth,
            cadence_days: self.cadence_days,
        }
    }

    fn applied_to(&self, before: &client::Model) -> client::Model {
        client::Model {
            starts_on: Day(self.starts_on),
            communication: self.communication.unwrap_or(before.communication),
            sensitivity: self.sensitivity.unwrap_or(before.sensitivity),
            growth: self.growth.unwrap_or(before.growth),
            cadence_days: self.cadence_days.unwrap_or(before.cadence_days),
            ..before.clone()
        }
    }
}
