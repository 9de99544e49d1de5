//! Mails that ended without leaving: what they were to do is still to be done.

use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::entity::email::{Column, Entity};
use crate::entity::{AttemptOutcome, EmailState, email_attempt};

/// The row has ended without leaving. One that was called off in doubt is not meant: whoever did that was told that it may
/// have arrived, and had asked.
pub fn never_left() -> Condition {
    let doubt = email_attempt::Entity::find()
        .select_only()
        .column(email_attempt::Column::Id)
        .filter(
            Expr::col((email_attempt::Entity, email_attempt::Column::EmailId))
                .equals((Entity, Column::Id)),
        )
        .filter(email_attempt::Column::Outcome.eq(AttemptOutcome::Ambiguous))
        .into_query();
    let called_off = Condition::all()
        .add(Column::State.eq(EmailState::Cancelled))
        .add(Expr::exists(doubt).not());
    Condition::any()
        .add(Column::State.is_in([
            EmailState::Failed,
            EmailState::Expired,
            EmailState::SkippedEmpty,
            EmailState::SkippedAbsent,
        ]))
        .add(called_off)
}
