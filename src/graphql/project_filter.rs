//! Which projects, in which order.

use async_graphql::{Enum, InputObject};
use sea_orm::{ColumnTrait, Condition};

use super::enums::OrderDirection;
use super::facts::Facts;
use super::filter::{
    DateComparator, IdComparator, LeadModeComparator, ProjectStatusComparator, TextComparator,
};
use super::id::Kind;
use crate::domain::page::Term;
use crate::entity::project;

/// Which projects. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProjectFilter {
    /// By name.
    name: Option<TextComparator>,
    /// By id.
    id: Option<IdComparator>,
    /// By client.
    client_id: Option<IdComparator>,
    /// By where they stand.
    status: Option<ProjectStatusComparator>,
    /// By which side leads.
    lead_mode: Option<LeadModeComparator>,
    /// By the day they are to go live.
    launch_on: Option<DateComparator>,
    /// By the day their kick-off is planned for.
    kick_off_planned_on: Option<DateComparator>,
    /// Whose role decision is to be made again (true), or is not (false).
    re_decide: Option<bool>,
    /// Of which this person is accountable for a side today; ACTIVE and BACK_BURNER projects.
    manager: Option<IdComparator>,
    /// Whose client's update is overdue today (true), or is not (false).
    update_overdue: Option<bool>,
    /// Archived ones (true) or those on the lists (false, the default of the list as a whole).
    pub(super) archived: Option<bool>,
    /// All of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    and: Option<Vec<ProjectFilter>>,
    /// One of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    or: Option<Vec<ProjectFilter>>,
    /// This must not hold.
    not: Option<Box<ProjectFilter>>,
}

/// What projects can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProjectOrderField {
    /// By name, upper and lower case alike.
    Name,
    /// By when they were created here.
    CreatedAt,
    /// By when they last changed.
    UpdatedAt,
}

/// One term of an order of projects.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ProjectOrder {
    /// By what.
    pub(super) field: ProjectOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub(super) direction: OrderDirection,
}

impl ProjectFilter {
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

    /// Whether it, or a filter within it, asks which decisions are to be made again.
    pub(super) fn asks_re_decide(&self) -> bool {
        let mut within = self
            .and
            .iter()
            .chain(&self.or)
            .flatten()
            .chain(self.not.as_deref());
        self.re_decide.is_some() || within.any(Self::asks_re_decide)
    }

    /// Whether it, or a filter within it, asks what else no column holds.
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

    /// The condition on `project`: each field of the filter, then the filters within it.
    pub(super) fn condition(&self, facts: &Facts) -> crate::error::Result<Condition> {
        use project::Column;
        let mut all = Condition::all()
            .add_option(self.name.as_ref().map(|name| name.on(Column::Name)))
            .add_option(self.status.as_ref().map(|status| status.on(Column::Status)))
            .add_option(
                self.lead_mode
                    .as_ref()
                    .map(|mode| mode.on(Column::LeadMode)),
            )
            .add_option(self.launch_on.as_ref().map(|day| day.on(Column::LaunchOn)))
            .add_option(
                self.kick_off_planned_on
                    .as_ref()
                    .map(|day| day.on(Column::KickOffPlannedOn)),
            )
            .add_option(
                self.re_decide
                    .map(|wanted| facts.projects_to_re_decide(wanted)),
            )
            .add_option(self.archived.map(archived));
        if let Some(id) = &self.id {
            all = all.add(id.on("filter.id", Kind::Project, Column::Id)?);
        }
        if let Some(id) = &self.client_id {
            all = all.add(id.on("filter.clientId", Kind::Client, Column::ClientId)?);
        }
        if let Some(manager) = &self.manager {
            all = all.add_option(facts.projects_of(manager)?);
        }
        all = all.add_option(
            self.update_overdue
                .map(|overdue| facts.projects_overdue(overdue)),
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

fn archived(archived: bool) -> sea_orm::sea_query::SimpleExpr {
    let column = project::Column::ArchivedAt;
    if archived {
        column.is_not_null()
    } else {
        column.is_null()
    }
}

impl ProjectOrder {
    /// The term of the page's order.
    pub(super) fn term(&self) -> Term<project::Column> {
        let (column, folded) = match self.field {
            ProjectOrderField::Name => (project::Column::Name, true),
            ProjectOrderField::CreatedAt => (project::Column::CreatedAt, false),
            ProjectOrderField::UpdatedAt => (project::Column::UpdatedAt, false),
        };
        Term {
            column,
            folded,
            descending: self.direction == OrderDirection::Desc,
        }
    }
}
