//! A subscription: which mail a person gets when.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, EmailKind, Moment};

/// A row of `schedule`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who gets it.
    pub person_id: Uuid,
    /// Which mail.
    pub kind: EmailKind,
    /// ISO weekday, 1 = Monday; none: every day something is due.
    pub weekday: Option<i32>,
    /// Local time, minutes after midnight.
    pub minute_of_day: i32,
    /// IANA name; none: the person's own.
    pub time_zone: Option<String>,
    /// The next occurrence.
    pub next_due_at: Moment,
    /// The version of the zone rules `next_due_at` was computed with.
    pub time_zone_data: String,
    /// No mails while true.
    pub paused: bool,
    /// No mails before this local day, on which they come again by themselves.
    pub paused_until: Option<Day>,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
