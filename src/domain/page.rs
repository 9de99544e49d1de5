//! Pages of a list by keyset: the cursor names a row's place in the order,
//! so pages stay stable while rows come and go.

use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, EntityTrait, ModelTrait, Order,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The most rows of a page.
pub const LONGEST_PAGE: u64 = 100;

/// One term of an order. Only columns that are never null.
#[derive(Clone, Copy, Debug)]
pub struct Term<C> {
    /// The column.
    pub column: C,
    /// Largest first.
    pub descending: bool,
    /// Upper and lower case are the same: for names.
    pub folded: bool,
}

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// The most rows to answer, 1 to [`LONGEST_PAGE`].
    pub limit: u64,
    /// Only rows after this place.
    pub after: Option<Place>,
    /// Only rows before this place.
    pub before: Option<Place>,
    /// The last rows of what is left rather than the first.
    pub from_end: bool,
}

/// A row's place in an order: the values of the order's columns, the row's id last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place(pub Vec<PlaceValue>);

/// A value of a [`Place`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlaceValue {
    /// A number.
    #[serde(rename = "n")]
    Number(i64),
    /// An id.
    #[serde(rename = "i")]
    Id(uuid::Uuid),
    /// A day.
    #[serde(rename = "d")]
    Day(crate::entity::Day),
    /// An instant.
    #[serde(rename = "m")]
    Moment(crate::entity::Moment),
    /// A text.
    #[serde(rename = "t")]
    Text(String),
}

impl PlaceValue {
    /// Whether a column can hold it: a cursor may be made up.
    fn fits(&self, column: &impl ColumnTrait) -> bool {
        matches!(
            (self, column.def().get_column_type()),
            (
                Self::Number(_),
                ColumnType::Integer | ColumnType::BigInteger
            ) | (Self::Id(_), ColumnType::Uuid)
                | (Self::Day(_), ColumnType::Date)
                | (Self::Moment(_), ColumnType::TimestampWithTimeZone)
                | (Self::Text(_), ColumnType::String(_) | ColumnType::Text)
        )
    }
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<M> {
    /// The rows in the list's order, each with its place.
    pub rows: Vec<(Place, M)>,
    /// Whether the list goes on before the first row.
    pub has_previous: bool,
    /// Whether the list goes on after the last row.
    pub has_next: bool,
}

/// Reads one page of `select` in the order of `terms`, the column `id` breaking ties.
pub async fn page<E>(
    conn: &impl ConnectionTrait,
    select: Select<E>,
    terms: &[Term<E::Column>],
    id: E::Column,
    window: &Window,
) -> Result<Page<E::Model>>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let mut terms = terms.to_vec();
    terms.push(Term {
        column: id,
        descending: terms.last().is_some_and(|term| term.descending),
        folded: false,
    });
    let mut select = select;
    if let Some(place) = &window.after {
        select = select.filter(beyond(&terms, place, false)?);
    }
    if let Some(place) = &window.before {
        select = select.filter(beyond(&terms, place, true)?);
    }
    for term in &terms {
        let order = if term.descending == window.from_end {
            Order::Asc
        } else {
            Order::Desc
        };
        select = select.order_by(expression(term), order);
    }

    let mut models = select.limit(window.limit + 1).all(conn).await?;
    let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
    let more = models.len() > limit;
    models.truncate(limit);
    if window.from_end {
        models.reverse();
    }
    let rows = models
        .into_iter()
        .map(|model| (place_of(&terms, &model), model))
        .collect();
    Ok(Page::of(rows, window, more))
}

impl<M> Page<M> {
    /// The page with something else in each row's place, without the rows that nothing is put in place of.
    pub fn filter_map<N>(self, mut other: impl FnMut(M) -> Option<N>) -> Page<N> {
        let rows = self.rows.into_iter();
        Page {
            rows: rows
                .filter_map(|(place, row)| Some((place, other(row)?)))
                .collect(),
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }

    /// `more`: whether the list goes on in the direction it was read in.
    fn of(rows: Vec<(Place, M)>, window: &Window, more: bool) -> Self {
        let (has_previous, has_next) = if window.from_end {
            (more, window.before.is_some())
        } else {
            (window.after.is_some(), more)
        };
        Self {
            rows,
            has_previous,
            has_next,
        }
    }
}

/// Cuts one page out of rows that are all at hand, by their places; `descending`: the largest place first.
pub fn page_of<M>(
    rows: Vec<M>,
    place: impl Fn(&M) -> Place,
    descending: bool,
    window: &Window,
) -> Page<M> {
    let mut rows: Vec<(Place, M)> = rows.into_iter().map(|row| (place(&row), row)).collect();
    rows.sort_by(|(a, _), (b, _)| if descending { b.cmp(a) } else { a.cmp(b) });
    let beyond = |place: &Place, of: &Place| if descending { place < of } else { place > of };
    if let Some(after) = &window.after {
        rows.retain(|(place, _)| beyond(place, after));
    }
    if let Some(before) = &window.before {
        rows.retain(|(place, _)| beyond(before, place));
    }
    let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    if window.from_end {
        rows.drain(..rows.len().saturating_sub(limit));
    } else {
        rows.truncate(limit);
    }
    Page::of(rows, window, more)
}

/// How many rows `select` has in all.
pub async fn count<E>(conn: &impl ConnectionTrait, select: Select<E>) -> Result<u64>
where
    E: EntityTrait,
    E::Model: Send + Sync + Sized,
{
    Ok(select.count(conn).await?)
}

fn expression<C: ColumnTrait>(term: &Term<C>) -> SimpleExpr {
    let column = Expr::col(term.column.as_column_ref());
    if term.folded {
        Func::lower(column).into()
    } else {
        column
    }
}

/// `(a, b, id) > (x, y, z)` written out term by term, since each has its own direction.
fn beyond<C: ColumnTrait>(terms: &[Term<C>], place: &Place, before: bool) -> Result<Condition> {
    let fits = |(term, value): (&Term<C>, &PlaceValue)| value.fits(&term.column);
    if place.0.len() != terms.len() || !terms.iter().zip(&place.0).all(fits) {
        return Err(Error::invalid(
            if before { "before" } else { "after" },
            "This cursor belongs to another list or order.",
        ));
    }
    let mut any = Condition::any();
    for (index, term) in terms.iter().enumerate() {
        let mut all = Condition::all();
        for (earlier, value) in terms.iter().zip(&place.0).take(index) {
            all = all.add(expression(earlier).eq(bound(earlier, value)));
        }
        let value = bound(term, &place.0[index]);
        let larger = term.descending == before;
        all = all.add(if larger {
            expression(term).gt(value)
        } else {
            expression(term).lt(value)
        });
        any = any.add(all);
    }
    Ok(any)
}

fn bound<C: ColumnTrait>(term: &Term<C>, value: &PlaceValue) -> SimpleExpr {
    let value: Value = match value.clone() {
        PlaceValue::Number(number) => number.into(),
        PlaceValue::Id(id) => id.into(),
        PlaceValue::Day(day) => day.into(),
        PlaceValue::Moment(moment) => moment.into(),
        PlaceValue::Text(text) => text.into(),
    };
    if term.folded {
        Func::lower(Expr::val(value)).into()
    } else {
        Expr::val(value)
    }
}

fn place_of<M: ModelTrait>(terms: &[Term<<M::Entity as EntityTrait>::Column>], model: &M) -> Place {
    Place(
        terms
            .iter()
            .map(|term| place_value(model.get(term.column)))
            .collect(),
    )
}

fn place_value(value: Value) -> PlaceValue {
    match value {
        Value::Int(Some(number)) => PlaceValue::Number(number.into()),
        Value::BigInt(Some(number)) => PlaceValue::Number(number),
        Value::Uuid(Some(id)) => PlaceValue::Id(id),
        Value::String(Some(text)) => PlaceValue::Text(text),
        other => <crate::entity::Day as sea_orm::sea_query::ValueType>::try_from(other.clone())
            .map(PlaceValue::Day)
            .or_else(|_| {
                <crate::entity::Moment as sea_orm::sea_query::ValueType>::try_from(other)
                    .map(PlaceValue::Moment)
            })
            .unwrap_or(PlaceValue::Number(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[i64], descending: bool, window: &Window) -> (Vec<i64>, bool, bool) {
        let place = |number: &i64| Place(vec![PlaceValue::Number(*number)]);
        let page = page_of(numbers.to_vec(), place, descending, window);
        let rows = page.rows.into_iter().map(|(_, number)| number).collect();
        (rows, page.has_previous, page.has_next)
    }

    #[test]
    fn a_page_in_memory_is_cut_as_the_database_cuts_it() {
        let place = |number| Some(Place(vec![PlaceValue::Number(number)]));
        let first = Window {
            limit: 2,
            ..Window::default()
        };
        let rows = [3, 1, 5, 4, 2];
        assert_eq!(of(&rows, false, &first), (vec![1, 2], false, true));
        assert_eq!(of(&rows, true, &first), (vec![5, 4], false, true));

        // The row of the cursor may be gone meanwhile.
        let after = Window {
            after: place(2),
            ..first.clone()
        };
        assert_eq!(of(&[1, 3, 4, 5], false, &after), (vec![3, 4], true, true));
        assert_eq!(of(&rows, true, &after), (vec![1], true, false));

        let last = Window {
            from_end: true,
            before: place(4),
            ..first
        };
        assert_eq!(of(&rows, false, &last), (vec![2, 3], true, true));
        assert_eq!(of(&rows, true, &last), (vec![5], false, true));
    }
}
