//! The guard in front of the parser: one small query must never be able to end
//! the process or to keep a core busy.
//!
//! async-graphql's parser recurses without a bound over `[`, and its checks walk
//! every spread of a fragment anew. So a request passes three gates, each linear
//! in its text: `scan` looks at the characters, the parser then meets bounded
//! nesting only, and `weigh` prices the document with every fragment weighed
//! once. Only what passed is executed, without being parsed again.

mod budget;
mod fragments;
mod lists;
mod prices;
mod scan;
mod suggestions;
mod syntax;
mod variables;
mod weigh;

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection,
};
use async_graphql::{Pos, Positioned, ServerError, Value, Variables, value};
use jiff::Timestamp;

use super::error::{Code, coded};
use crate::entity::Moment;

pub use prices::Prices;
pub use suggestions::suggest;
pub use variables::{MAX_VARIABLE_LIST, MAX_VARIABLE_NESTING, check_variables};

/// Longest document in bytes.
pub const MAX_BYTES: usize = 100_000;
/// Most tokens of a document.
pub const MAX_TOKENS: usize = 5_000;
/// Deepest nesting of `{`, `[` and `(`, together.
pub const MAX_NESTING: usize = 64;
/// Most operations of a document.
pub const MAX_OPERATIONS: usize = 10;
/// Deepest path of fields, introspection apart.
pub const MAX_DEPTH: u32 = 15;
/// Deepest path of fields below `__schema` or `__type`. The standard query needs 15.
pub const MAX_INTROSPECTION_DEPTH: u32 = 20;
/// Most lists of types or fields inside each other below `__schema` or `__type`, as in graphql-js' `MaxIntrospectionDepthRule`.
pub const MAX_INTROSPECTION_LISTS: u32 = 2;
/// Deepest path of selection sets, counting fields and fragments alike; async-graphql has the same bound, without a code.
pub const MAX_LEVELS: u32 = 32;
/// Most aliases of an operation, its fragments' counted at every spread.
pub const MAX_ALIASES: u64 = 50;
/// Most fields at the root of an operation.
pub const MAX_ROOT_FIELDS: u64 = 20;
/// Most directives of an operation, its fragments' counted at every spread.
pub const MAX_DIRECTIVES: u64 = 50;
/// Most selections of an operation, its fragments' counted at every spread: what validation walks, whatever it costs to execute.
pub const MAX_SELECTIONS: u64 = 10_000;
/// Highest cost of an operation: every field 1, times the items of each list above it.
pub const MAX_COST: u64 = 10_000;
/// Items a page is priced at when the query does not say how many: the default of `first`.
pub const DEFAULT_ITEMS: u64 = 20;

/// The price of the operation that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What the operation costs; 0 when it was refused before it could be weighed.
    pub requested: u64,
    /// What an operation may cost.
    pub limit: u64,
    /// What its caller may still spend; none where nobody counts.
    pub budget: Option<Budget>,
}

/// What somebody may still spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// At once.
    pub remaining: u64,
    /// When it is as much as it can be again, if nothing is spent meanwhile.
    pub full_at: Timestamp,
}

impl Default for Cost {
    fn default() -> Self {
        Self::of(0)
    }
}

impl Cost {
    /// A price against the limit of every operation.
    pub fn of(requested: u64) -> Self {
        Self {
            requested,
            limit: MAX_COST,
            budget: None,
        }
    }

    /// The value of `extensions.cost` in an answer.
    pub fn to_value(self) -> Value {
        let Self {
            requested,
            limit,
            budget,
        } = self;
        let Some(Budget { remaining, full_at }) = budget else {
            return value!({ "requested": requested, "limit": limit });
        };
        let full_at = Moment(full_at).to_string();
        value!({ "requested": requested, "limit": limit, "remaining": remaining, "fullAt": full_at })
    }
}

/// A document that may be executed, and its price.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The parsed document, for [`async_graphql::Request::set_parsed_query`].
    pub document: ExecutableDocument,
    /// The variables, with the defaults of the operation that is asked for.
    pub variables: Variables,
    /// Whether the operation that is asked for is a query; where the executor will refuse to choose, whether all are.
    pub is_query: bool,
    /// Whether the operation that is asked for has one field at its root, and nothing else.
    pub is_single: bool,
    /// Whether it is a subscription.
    pub is_subscription: bool,
    /// Whether an operation of it reads `__schema` or `__type`.
    pub introspects: bool,
    /// The price of the operation that is asked for.
    pub cost: Cost,
}

/// Why a document may not be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `PARSE_FAILED`, `VALIDATION_FAILED`, `BAD_USER_INPUT` or `QUERY_TOO_COMPLEX`.
    pub code: Code,
    /// What is wrong and what is accepted.
    pub message: String,
    /// Where in the document, when one place is to blame.
    pub position: Option<Pos>,
    /// The price, when the document got as far as being weighed.
    pub cost: Cost,
}

impl Refusal {
    fn new(code: Code, message: impl Into<String>, position: Option<Pos>) -> Self {
        Self {
            code,
            message: message.into(),
            position,
            cost: Cost::default(),
        }
    }

    fn too_complex(message: impl Into<String>, position: Option<Pos>) -> Self {
        Self::new(Code::QueryTooComplex, message, position)
    }

    /// The refusal as an entry of `errors`.
    pub fn to_error(&self) -> ServerError {
        coded(self.code, self.message.clone(), self.position)
    }
}

/// Scans, parses and weighs a document.
///
/// `operation` is the request's `operationName`; `variables` are needed to price
/// `first: $n`. An unknown operation is left to the executor and costs 0.
///
/// # Errors
/// A [`Refusal`] that says what is too much or where the syntax breaks.
pub fn admit(
    text: &str,
    operation: Option<&str>,
    variables: Variables,
    prices: &Prices,
) -> Result<Admitted, Refusal> {
    scan::scan(text)?;
    let document =
        async_graphql::parser::parse_query(text).map_err(|error| syntax::refusal(&error))?;
    let asked_for = asked_for(&document, operation);
    let is_query = match asked_for {
        Some(asked_for) => asked_for.node.ty == OperationType::Query,
        None => {
            let mut operations = document.operations.iter();
            operations.all(|(_, operation)| operation.node.ty == OperationType::Query)
        }
    };
    let is_single = asked_for.is_some_and(|asked_for| {
        let roots = &asked_for.node.selection_set.node.items;
        matches!(&roots[..], [root] if matches!(root.node, Selection::Field(_)))
    });
    let is_subscription =
        asked_for.is_some_and(|asked_for| asked_for.node.ty == OperationType::Subscription);
    let weighed = weigh::weigh(&document, asked_for, &variables, prices)?;
    let variables = match asked_for {
        Some(asked_for) => variables::complete(variables, &asked_for.node.variable_definitions)?,
        None => variables,
    };
    Ok(Admitted {
        document,
        variables,
        is_query,
        is_single,
        is_subscription,
        introspects: weighed.introspects,
        cost: weighed.cost,
    })
}

/// The operation of that name, or the only one; `None` when the executor will refuse to choose.
pub(super) fn asked_for<'a>(
    document: &'a ExecutableDocument,
    operation: Option<&str>,
) -> Option<&'a Positioned<OperationDefinition>> {
    let mut operations = document.operations.iter();
    match operation {
        Some(asked_for) => operations.find(|(name, _)| name.is_some_and(|name| name == asked_for)),
        None => operations.next().filter(|_| operations.len() == 0),
    }
    .map(|(_, operation)| operation)
}

#[cfg(test)]
mod tests;
