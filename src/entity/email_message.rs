//! What a mail says, once it is rendered. Apart from its row, which is written anew with every mark.

use sea_orm::entity::prelude::*;

/// A row of `email_message`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_message")]
pub struct Model {
    /// The mail.
    #[sea_orm(primary_key, auto_increment = false)]
    pub email_id: Uuid,
    /// The whole message; the same bytes for every attempt, unless a delay has made them wrong.
    #[sea_orm(column_type = "VarBinary(StringLen::None)")]
    pub message: Vec<u8>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
