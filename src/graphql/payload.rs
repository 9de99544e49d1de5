//! What every mutation answers with beside its object.

use async_graphql::{Context, Enum, ID, SimpleObject};
use sea_orm::{EntityTrait, PrimaryKeyTrait};
use uuid::Uuid;

use super::context::Asked;
use super::loaders::by_ids;
use crate::error::{Error, Problem, ProblemCode};

/// Something in the input that the caller's user can mend. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// The path of the input field, e.g. `["startsOn"]`; empty when it is the input as a whole.
    field: Vec<String>,
    /// What kind of problem it is.
    pub(super) code: UserErrorCode,
    /// A sentence for the user.
    message: String,
}

/// The kinds of user errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ProblemCode")]
pub enum UserErrorCode {
    /// Outside the accepted range or form.
    Invalid,
    /// Another object has this value already.
    Taken,
    /// The id names nothing that the caller may see, or an object of another kind.
    NotFound,
    /// The object has changed since it was read; the payload carries it as it is now.
    StaleVersion,
    /// The object's present state, or what depends on it, does not allow this.
    NotAllowedNow,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        Self {
            field: problem.field,
            code: problem.code.into(),
            message: problem.message,
        }
    }
}

/// Splits a result into what goes into the payload and what goes into `errors`.
pub fn split<T>(result: Result<T, Error>) -> Result<(Option<T>, Vec<UserError>), Error> {
    match result {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(Error::Invalid(problems)) => {
            Ok((None, problems.into_iter().map(UserError::from).collect()))
        }
        Err(error) => Err(error),
    }
}

/// As [`split`], but a stale version brings the row as it is now.
pub async fn split_or_current<E>(
    ctx: &Context<'_>,
    id: &ID,
    result: Result<E::Model, Error>,
) -> Result<(Option<E::Model>, Vec<UserError>), Error>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let (row, errors) = split(result)?;
    let stale = errors
        .iter()
        .any(|error| error.code == UserErrorCode::StaleVersion);
    let current = match super::id::parse(id) {
        Some((_, id)) if stale => E::find_by_id(id).one(&ctx.db().read).await?,
        _ => None,
    };
    Ok((row.or(current), errors))
}

/// As [`split`], of a batch: something for each of `ids`, the ids that its items name, where none is something new. Where
/// it was done these are the rows, else the rows that have a stale version as they are now, and nothing for the others.
pub async fn split_batch<E>(
    ctx: &Context<'_>,
    ids: &[Option<ID>],
    result: Result<Vec<E::Model>, Error>,
) -> async_graphql::Result<(Vec<Option<E::Model>>, Vec<UserError>)>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let (rows, errors) = split(result)?;
    if let Some(rows) = rows {
        return Ok((rows.into_iter().map(Some).collect(), errors));
    }
    let stale = errors
        .iter()
        .filter(|error| error.code == UserErrorCode::StaleVersion)
        .filter_map(|error| error.field.get(1)?.parse::<usize>().ok())
        .filter_map(|index| Some((index, super::id::parse(ids.get(index)?.as_ref()?)?.1)))
        .collect::<Vec<(usize, Uuid)>>();
    let found = by_ids::<E>(ctx, stale.iter().map(|(_, id)| *id)).await?;
    let mut rows = vec![None; ids.len()];
    for (index, id) in stale {
        rows[index] = found.get(&id).cloned();
    }
    Ok((rows, errors))
}
