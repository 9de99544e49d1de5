//! History: who changed what, before and after.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `change`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The changed row's table.
    pub subject_kind: String,
    /// The changed row.
    pub subject_id: Uuid,
    /// CREATED, UPDATED, ARCHIVED …
    pub action: String,
    /// Who did it, when it was a person.
    pub actor_id: Option<Uuid>,
    /// Who or what did it, in words.
    pub actor: String,
    /// When.
    pub changed_at: Moment,
    /// The row before.
    pub before_change: Option<Json>,
    /// The row after.
    pub after_change: Option<Json>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl ActiveModel {
    /// The id that the row has in `column`; none where it has none, or another one than before: what has moved from one to
    /// another belongs to neither alone.
    pub fn named(&self, column: &str) -> Option<Uuid> {
        let rows = [self.before_change.as_ref(), self.after_change.as_ref()];
        let mut ids = rows
            .into_iter()
            .flatten()
            .map(|row| Uuid::try_parse(row.get(column)?.as_str()?).ok());
        let first = ids.next()??;
        ids.all(|id| id == Some(first)).then_some(first)
    }
}
