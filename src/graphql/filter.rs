//! Typed comparators, the leaves of every filter.

use async_graphql::{ID, InputObject};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, Value};

use super::enums;
use super::id::Kind;
use crate::entity::{self, Day};
use crate::error::Result;

/// Compares a text, upper and lower case alike. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TextComparator {
    /// Is exactly this.
    pub eq: Option<String>,
    /// Is one of these; at most 100.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<String>>,
    /// Has this anywhere in it.
    pub contains: Option<String>,
}

/// Compares an id. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IdComparator {
    /// Is this one.
    pub eq: Option<ID>,
    /// Is one of these; at most 100.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<ID>>,
}

/// Compares a day. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateComparator {
    /// Is exactly this day.
    pub eq: Option<Day>,
    /// Is this day or later.
    pub gte: Option<Day>,
    /// Is this day or earlier.
    pub lte: Option<Day>,
    /// Is not set (true), or is set (false).
    pub is_null: Option<bool>,
}

/// Compares a project's status. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProjectStatusComparator {
    /// Is this one.
    pub eq: Option<enums::ProjectStatus>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<enums::ProjectStatus>>,
}

/// Compares a project's lead mode. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LeadModeComparator {
    /// Is this one.
    pub eq: Option<enums::LeadMode>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<enums::LeadMode>>,
}

/// Compares a person's access. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AccessComparator {
    /// Is this one.
    pub eq: Option<enums::Access>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<enums::Access>>,
    /// Has none and cannot sign in (true), or has any (false).
    pub is_null: Option<bool>,
}

/// Compares a touchpoint's kind. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TouchpointKindComparator {
    /// Is this one.
    pub eq: Option<enums::TouchpointKind>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<enums::TouchpointKind>>,
}

/// Compares where a client's request stands. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RequestStateComparator {
    /// Is this one.
    pub eq: Option<enums::RequestState>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    pub is_in: Option<Vec<enums::RequestState>>,
}

impl TextComparator {
    /// The condition on a text column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        let folded = || Func::lower(Expr::col(column.as_column_ref()));
        let lower = |text: &str| Func::lower(Expr::val(text));
        let mut all = Condition::all();
        if let Some(text) = &self.eq {
            all = all.add(Expr::expr(folded()).eq(lower(text)));
        }
        if let Some(texts) = &self.is_in {
            all = all
                .add(Expr::expr(folded()).is_in(texts.iter().map(|text| Expr::expr(lower(text)))));
        }
        if let Some(text) = &self.contains {
            let like = |text: &str| {
                let pattern = LikeExpr::new(format!("%{}%", escaped(text))).escape('\\');
                Expr::expr(folded()).like(pattern)
            };
            // SQLite folds only ASCII, PostgreSQL what its locale knows.
            all = all.add(
                Condition::any()
                    .add(like(&text.to_lowercase()))
                    .add(like(&text.to_ascii_lowercase())),
            );
        }
        all
    }
}

impl IdComparator {
    /// The ids that satisfy it; none: every id does.
    pub fn ids(&self, field: &str, kind: Kind) -> Result<Option<Vec<uuid::Uuid>>> {
        let listed = self
            .is_in
            .as_ref()
            .map(|ids| {
                ids.iter()
                    .map(|id| kind.parse(field, id))
                    .collect::<Result<Vec<_>>>()
            })
            .transpose()?;
        let Some(eq) = &self.eq else {
            return Ok(listed);
        };
        let eq = kind.parse(field, eq)?;
        let excluded = listed.is_some_and(|listed| !listed.contains(&eq));
        Ok(Some(if excluded { Vec::new() } else { vec![eq] }))
    }

    /// The condition on an id column.
    pub fn on(&self, field: &str, kind: Kind, column: impl ColumnTrait) -> Result<Condition> {
        let all = Condition::all();
        Ok(match self.ids(field, kind)? {
            Some(ids) => all.add(column.is_in(ids)),
            None => all,
        })
    }
}

impl DateComparator {
    /// The condition on a day column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        Condition::all()
            .add_option(self.eq.map(|day| column.eq(day)))
            .add_option(self.gte.map(|day| column.gte(day)))
            .add_option(self.lte.map(|day| column.lte(day)))
            .add_option(self.is_null.map(|null| {
                if null {
                    column.is_null()
                } else {
                    column.is_not_null()
                }
            }))
    }
}

impl ProjectStatusComparator {
    /// Whether a status satisfies it.
    pub fn holds(&self, status: entity::ProjectStatus) -> bool {
        let status = enums::ProjectStatus::from(status);
        self.eq.is_none_or(|eq| eq == status)
            && self
                .is_in
                .as_ref()
                .is_none_or(|listed| listed.contains(&status))
    }

    /// The condition on a status column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        one_of(
            column,
            self.eq.map(entity::ProjectStatus::from),
            self.is_in.as_ref().map(|listed| {
                listed
                    .iter()
                    .copied()
                    .map(entity::ProjectStatus::from)
                    .collect()
            }),
        )
    }
}

impl TouchpointKindComparator {
    /// The condition on a kind column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        one_of(
            column,
            self.eq.map(entity::TouchpointKind::from),
            self.is_in.as_ref().map(|listed| {
                listed
                    .iter()
                    .copied()
                    .map(entity::TouchpointKind::from)
                    .collect()
            }),
        )
    }
}

impl RequestStateComparator {
    /// The condition on a state column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        one_of(
            column,
            self.eq.map(entity::RequestState::from),
            self.is_in.as_ref().map(|listed| {
                listed
                    .iter()
                    .copied()
                    .map(entity::RequestState::from)
                    .collect()
            }),
        )
    }
}

impl LeadModeComparator {
    /// The condition on a lead mode column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        one_of(
            column,
            self.eq.map(entity::LeadMode::from),
            self.is_in
                .as_ref()
                .map(|listed| listed.iter().copied().map(entity::LeadMode::from).collect()),
        )
    }
}

impl AccessComparator {
    /// The condition on an access column.
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        one_of(
            column,
            self.eq.map(entity::Access::from),
            self.is_in
                .as_ref()
                .map(|listed| listed.iter().copied().map(entity::Access::from).collect()),
        )
        .add_option(self.is_null.map(|null| {
            if null {
                column.is_null()
            } else {
                column.is_not_null()
            }
        }))
    }
}

fn one_of<V: Into<Value>>(
    column: impl ColumnTrait,
    eq: Option<V>,
    listed: Option<Vec<V>>,
) -> Condition {
    Condition::all()
        .add_option(eq.map(|value| column.eq(value)))
        .add_option(listed.map(|values| column.is_in(values)))
}

/// What LIKE would take for a pattern, made plain.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
