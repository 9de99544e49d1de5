//! Which clients, in which order.

use async_graphql::{Enum, InputObject};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::enums::OrderDirection;
use super::facts::Facts;
use super::filter::{IdComparator, LeadModeComparator, ProjectStatusComparator, TextComparator};
use super::id::Kind;
use crate::domain::page::Term;
use crate::entity::{client, project};

/// Which clients. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ClientFilter {
    /// By name.
    name: Option<TextComparator>,
    /// By id.
    id: Option<IdComparator>,
    /// Whose account manager today is this person.
    manager: Option<IdComparator>,
    /// Whose update is overdue today (true), or is not (false).
    update_overdue: Option<bool>,
    /// With a project of such a status; archived projects left out.
    project_status: Option<ProjectStatusComparator>,
    /// With a project led so; archived projects left out.
    project_lead_mode: Option<LeadModeComparator>,
    /// Archived ones (true) or those on the lists (false, the default of the list as a whole).
    pub(super) archived: Option<bool>,
    /// All of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    and: Option<Vec<ClientFilter>>,
    /// One of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    or: Option<Vec<ClientFilter>>,
    /// This must not hold.
    not: Option<Box<ClientFilter>>,
}

/// What clients can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ClientOrderField {
    /// By name, upper and lower case alike.
    Name,
    /// By the day they became clients.
    StartsOn,
    /// By when they were created here.
    CreatedAt,
}

/// One term of an order of clients.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ClientOrder {
    /// By what.
    pub(super) field: ClientOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub(super) direction: OrderDirection,
}

impl ClientFilter {
    /// Whether it, or a filter within it, asks which updates are overdue: for owners and managers only.
    pub(super) fn asks_overdue(&self) -> bool {
        let mut within = self
            .and
            .iter()
            .chain(&self.or)
            .flatten()
            .chain(self.not.as_deref());
        self.update_overdue.is_some() || within.any(Self::asks_overdue)
    }

    /// Whether it, or a filter within it, asks what no column holds.
    pub(super) fn needs_facts(&self) -> bool {
        let within = self
            .and
            .iter()
            .chain(&self.or)
            .flatten()
            .chain(self.not.as_deref());
        self.manager.is_some()
            || self.update_overdue.is_some()
            || within.into_iter().any(Self::needs_facts)
    }

    /// The condition on `client`.
    pub(super) fn condition(&self, facts: &Facts) -> crate::error::Result<Condition> {
        let mut all = Condition::all();
        if let Some(name) = &self.name {
            all = all.add(name.on(client::Column::Name));
        }
        if let Some(id) = &self.id {
            all = all.add(id.on("filter.id", Kind::Client, client::Column::Id)?);
        }
        if let Some(archived) = self.archived {
            let column = client::Column::ArchivedAt;
            all = all.add(if archived {
                column.is_not_null()
            } else {
                column.is_null()
            });
        }
        if let Some(status) = &self.project_status {
            all = all.add(has_project(status.on(project::Column::Status)));
        }
        if let Some(mode) = &self.project_lead_mode {
            all = all.add(has_project(mode.on(project::Column::LeadMode)));
        }
        if let Some(manager) = &self.manager {
            all = all.add_option(facts.clients_of(manager)?);
        }
        all = all.add_option(
            self.update_overdue
                .map(|overdue| facts.clients_overdue(overdue)),
        );
        for filter in self.and.iter().flatten() {
            all = all.add(filter.condition(facts)?);
        }
        if let Some(filters) = &self.or {
            let mut any = Condition::any();
            for filter in filters {
                any = any.add(filter.condition(facts)?);
            }
            all = all.add(any);
        }
        if let Some(filter) = &self.not {
            all = all.add(filter.condition(facts)?.not());
        }
        Ok(all)
    }
}

/// Clients with a project on the lists for which a condition holds.
fn has_project(condition: Condition) -> SimpleExpr {
    let clients = project::Entity::find()
        .select_only()
        .column(project::Column::ClientId)
        .filter(project::Column::ArchivedAt.is_null())
        .filter(condition)
        .into_query();
    client::Column::Id.in_subquery(clients)
}

impl ClientOrder {
    /// The term of the page's order.
    pub(super) fn term(&self) -> Term<client::Column> {
        let (column, folded) = match self.field {
            ClientOrderField::Name => (client::Column::Name, true),
            ClientOrderField::StartsOn => (client::Column::StartsOn, false),
            ClientOrderField::CreatedAt => (client::Column::CreatedAt, false),
        };
        Term {
            column,
            folded,
            descending: self.direction == OrderDirection::Desc,
        }
    }
}
