//! Someone who works at the agency.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Access, Day, Moment, Side};

/// A row of `person`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// Where mails go; unique whatever the case.
    pub email: String,
    /// IANA name, e.g. `Europe/London`.
    pub time_zone: String,
    /// What the person may do here; none: no sign-in.
    pub access: Option<Access>,
    /// The side the person would rather work on; private.
    pub preference: Option<Side>,
    /// Whose holidays apply.
    pub holiday_calendar_id: Option<Uuid>,
    /// Who stands in when time off names nobody.
    pub standing_delegate_id: Option<Uuid>,
    /// First working day.
    pub employed_from: Day,
    /// Last working day, once it is known.
    pub employed_until: Option<Day>,
    /// Grows with every change.
    pub version: i64,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When the person was taken off the lists.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
