//! Relay connections over keyset pages.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::{Context, Object, OutputType, SimpleObject, TypeName};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use sea_orm::{EntityTrait, Select};

use super::context::Asked;
use crate::domain::page::{LONGEST_PAGE, Page, Place, Term, Window, count, page, page_of};
use crate::error::{Error, Result};

/// How many nodes a page has when neither `first` nor `last` says.
const PAGE: i32 = 20;

type Counted = Pin<Box<dyn Future<Output = Result<u64>> + Send>>;
type Count = Arc<dyn Fn() -> Counted + Send + Sync>;

/// A page of a list.
pub struct Connection<N> {
    edges: Vec<Edge<N>>,
    page_info: PageInfo,
    count: Count,
}

/// A node and its place in the list.
#[derive(Clone, Debug)]
pub struct Edge<N> {
    cursor: String,
    node: N,
}

/// Where a page lies in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether nodes come before this page. Known when paging backwards, or forwards from a cursor.
    has_previous_page: bool,
    /// Whether nodes come after this page. Known when paging forwards, or backwards from a cursor.
    has_next_page: bool,
    /// The first node's cursor; null on an empty page.
    start_cursor: Option<String>,
    /// The last node's cursor; null on an empty page.
    end_cursor: Option<String>,
}

/// A page of a list.
#[Object(name_type)]
impl<N: OutputType + Clone> Connection<N> {
    /// The nodes with their cursors.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The nodes of the page, for clients that need no cursors.
    async fn nodes(&self) -> Vec<N> {
        self.edges.iter().map(|edge| edge.node.clone()).collect()
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many nodes the whole list has under the same filter. Counted only when asked for.
    async fn total_count(&self) -> async_graphql::Result<i32> {
        let count = (self.count)().await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

impl<N: OutputType> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

/// A node and its place in the list.
#[Object(name_type)]
impl<N: OutputType> Edge<N> {
    /// Give it as `after` or `before` to read on from here. Opaque.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The node.
    async fn node(&self) -> &N {
        &self.node
    }
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::type_name()).into()
    }
}

impl<N: OutputType> Connection<N> {
    /// Wraps a page. `list` names the list and its order, so that a cursor of another one is refused.
    pub fn new<M>(list: &str, page: Page<M>, wrap: impl Fn(M) -> N, count: Count) -> Self {
        let edges: Vec<Edge<N>> = page
            .rows
            .into_iter()
            .map(|(place, row)| Edge {
                cursor: cursor(list, &place),
                node: wrap(row),
            })
            .collect();
        let page_info = PageInfo {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Self {
            edges,
            page_info,
            count,
        }
    }
}

/// Answers one page of `select` as a connection.
pub async fn list<E, N>(
    ctx: &Context<'_>,
    name: &str,
    select: Select<E>,
    terms: &[Term<E::Column>],
    id: E::Column,
    paging: &Paging,
    wrap: impl Fn(E::Model) -> N,
) -> async_graphql::Result<Connection<N>>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    N: OutputType,
{
    let window = paging.window(name)?;
    let db = ctx.db().clone();
    let rows = page(&db.read, select.clone(), terms, id, &window).await?;
    let count: Count = Arc::new(move || {
        let (db, select) = (db.clone(), select.clone());
        Box::pin(async move { count(&db.read, select).await })
    });
    Ok(Connection::new(name, rows, wrap, count))
}

/// Answers one page of rows that a loader has brought, all of them, as a connection. `name` names the list, its parent
/// and its order; `place` gives a row's place, its id last; `descending`: the largest place comes first.
pub fn in_memory<M, N: OutputType>(
    name: &str,
    rows: Vec<M>,
    descending: bool,
    paging: &Paging,
    place: impl Fn(&M) -> Place,
    wrap: impl Fn(M) -> N,
) -> Result<Connection<N>> {
    let window = paging.window(name)?;
    let all = rows.len();
    let page = page_of(rows, place, descending, &window);
    Ok(counted(name, page, all, wrap))
}

/// Answers a page of a list of which is known that it has `all` rows.
pub fn counted<M, N: OutputType>(
    name: &str,
    page: Page<M>,
    all: usize,
    wrap: impl Fn(M) -> N,
) -> Connection<N> {
    let all = u64::try_from(all).unwrap_or(u64::MAX);
    let count: Count = Arc::new(move || Box::pin(std::future::ready(Ok(all))));
    Connection::new(name, page, wrap, count)
}

/// The four arguments of a connection as they were given.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// The first so many.
    pub first: Option<i32>,
    /// Only after this cursor.
    pub after: Option<String>,
    /// The last so many.
    pub last: Option<i32>,
    /// Only before this cursor.
    pub before: Option<String>,
}

impl Paging {
    /// Checks the arguments for the list named `list`.
    pub fn window(&self, list: &str) -> Result<Window> {
        if self.first.is_some() && self.last.is_some() {
            return Err(Error::invalid("last", "Give `first` or `last`, not both."));
        }
        let field = if self.last.is_some() { "last" } else { "first" };
        let asked = self.first.or(self.last).unwrap_or(PAGE);
        let limit = u64::try_from(asked)
            .ok()
            .filter(|limit| (1..=LONGEST_PAGE).contains(limit))
            .ok_or_else(|| {
                Error::invalid(
                    field,
                    format!("`{field}` is {asked}; a page has 1 to {LONGEST_PAGE} nodes."),
                )
            })?;
        let place = |field: &str, cursor: &Option<String>| {
            cursor
                .as_deref()
                .map(|cursor| place(list, field, cursor))
                .transpose()
        };
        Ok(Window {
            limit,
            after: place("after", &self.after)?,
            before: place("before", &self.before)?,
            from_end: self.last.is_some(),
        })
    }
}

fn cursor(list: &str, place: &Place) -> String {
    // A list of plain values always serialises.
    let json = serde_json::to_vec(&(list, place)).unwrap_or_default();
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

fn place(list: &str, field: &str, cursor: &str) -> Result<Place> {
    BASE64_URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|json| serde_json::from_slice::<(String, Place)>(&json).ok())
        .filter(|(of, _)| of == list)
        .map(|(_, place)| place)
        .ok_or_else(|| {
            Error::invalid(
                field,
                "This cursor does not belong to this list and order; start from the first page.",
            )
        })
}
