//! What was last said to clients.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::email::client_update::Contact;
use crate::email::format;
use crate::email::line::Line;
use crate::entity::{TouchpointKind, person, touchpoint};
use crate::error::Result;

/// How many of a client's touchpoints a mail looks back over.
const LATEST: i32 = 20;

/// The latest touchpoints of some clients, and who had them.
pub(super) struct Touchpoints {
    by_client: HashMap<Uuid, Vec<touchpoint::Model>>,
    names: HashMap<Uuid, String>,
}

impl Touchpoints {
    /// Reads the latest touchpoints of `clients`: two statements.
    pub(super) async fn load(conn: &impl ConnectionTrait, clients: &[Uuid]) -> Result<Self> {
        let mut by_client: HashMap<Uuid, Vec<touchpoint::Model>> = HashMap::new();
        for clients in clients.chunks(10_000) {
            let rows = touchpoint::Entity::find()
                .filter(touchpoint::Column::Id.in_subquery(latest_of_each(clients)))
                .order_by_desc(touchpoint::Column::OccurredAt)
                .order_by_desc(touchpoint::Column::Id)
                .all(conn)
                .await?;
            for row in rows {
                by_client.entry(row.client_id).or_default().push(row);
            }
        }
        let mut people: Vec<Uuid> = by_client
            .values()
            .flatten()
            .filter_map(|row| row.person_id)
            .collect();
        people.sort_unstable();
        people.dedup();
        let names = person::Entity::find()
            .filter(person::Column::Id.is_in(people))
            .all(conn)
            .await?
            .into_iter()
            .map(|person| (person.id, person.name))
            .collect();
        Ok(Self { by_client, names })
    }

    /// The last contact that counts as an update.
    pub(super) fn last_update(&self, client_id: Uuid) -> Option<Contact> {
        let row = self.of(client_id).find(|row| row.kind.counts_as_update())?;
        Some(self.contact(row))
    }

    /// The last contact of any kind.
    pub(super) fn last(&self, client_id: Uuid) -> Option<Contact> {
        self.of(client_id).next().map(|row| self.contact(row))
    }

    /// What there was since the last update that does not count as one: short lines, latest first. Notes are for
    /// those who may read them.
    pub(super) fn since_last_update(&self, client_id: Uuid, with_notes: bool) -> Vec<Line> {
        self.of(client_id)
            .take_while(|row| !row.kind.counts_as_update())
            .map(|row| {
                let what = match row.kind {
                    TouchpointKind::Email => "email",
                    _ => "reach-out",
                };
                let contact = self.contact(row);
                let note = if row.note.is_empty() || !with_notes {
                    String::new()
                } else {
                    format!(": {}", row.note)
                };
                format!(
                    "{}: {what} by {}{note}",
                    format::day(contact.on),
                    contact.by
                )
                .into()
            })
            .collect()
    }

    fn of(&self, client_id: Uuid) -> impl Iterator<Item = &touchpoint::Model> {
        self.by_client.get(&client_id).into_iter().flatten()
    }

    fn contact(&self, row: &touchpoint::Model) -> Contact {
        let name = row.person_id.and_then(|person| self.names.get(&person));
        Contact {
            kind: row.kind,
            on: day(row),
            by: name.map_or("somebody", String::as_str).into(),
        }
    }
}

fn day(row: &touchpoint::Model) -> Date {
    row.occurred_on.0
}

/// The ids of each client's latest touchpoints.
fn latest_of_each(clients: &[Uuid]) -> sea_orm::sea_query::SelectStatement {
    let ranked = Query::select()
        .column(touchpoint::Column::Id)
        .expr_as(
            Expr::cust(
                "ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY occurred_at DESC, id DESC)",
            ),
            "place",
        )
        .from(touchpoint::Entity)
        .and_where(touchpoint::Column::ClientId.is_in(clients.iter().copied()))
        .to_owned();
    Query::select()
        .column("id")
        .from_subquery(ranked, Alias::new("ranked"))
        .and_where(Expr::col("place").lte(LATEST))
        .to_owned()
}
