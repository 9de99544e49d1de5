//! Which people, and in which order.

use async_graphql::{Enum, InputObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::domain::page::Term;
use crate::entity::{person, person_skill};
use crate::error::Result;
use crate::graphql::enums::OrderDirection;
use crate::graphql::filter::{AccessComparator, IdComparator, TextComparator};
use crate::graphql::id::Kind;

/// Which people. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PersonFilter {
    /// By name.
    name: Option<TextComparator>,
    /// By address.
    email: Option<TextComparator>,
    /// By what they may do here.
    access: Option<AccessComparator>,
    /// By id.
    id: Option<IdComparator>,
    /// By the id of a skill they have, at any level.
    skill_id: Option<IdComparator>,
    /// Archived ones (true) or those on the lists (false, the default of the list as a whole).
    pub(super) archived: Option<bool>,
    /// All of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    and: Option<Vec<PersonFilter>>,
    /// One of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    or: Option<Vec<PersonFilter>>,
    /// This must not hold.
    not: Option<Box<PersonFilter>>,
}

/// What people can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PersonOrderField {
    /// By name, upper and lower case alike.
    Name,
    /// By their first working day.
    EmployedFrom,
    /// By when their entry was created.
    CreatedAt,
}

/// One term of an order of people.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PersonOrder {
    /// By what.
    pub(super) field: PersonOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub(super) direction: OrderDirection,
}

impl PersonFilter {
    pub(super) fn condition(&self) -> Result<Condition> {
        let mut all = self.own_condition()?;
        for filter in self.and.iter().flatten() {
            all = all.add(filter.condition()?);
        }
        if let Some(filters) = &self.or {
            let mut any = Condition::any();
            for filter in filters {
                any = any.add(filter.condition()?);
            }
            all = all.add(any);
        }
        if let Some(filter) = &self.not {
            all = all.add(filter.condition()?.not());
        }
        Ok(all)
    }

    /// Without `and`, `or` and `not`.
    fn own_condition(&self) -> Result<Condition> {
        let mut all = Condition::all();
        if let Some(name) = &self.name {
            all = all.add(name.on(person::Column::Name));
        }
        if let Some(email) = &self.email {
            all = all.add(email.on(person::Column::Email));
        }
        if let Some(access) = &self.access {
            all = all.add(access.on(person::Column::Access));
        }
        if let Some(id) = &self.id {
            all = all.add(id.on("filter.id", Kind::Person, person::Column::Id)?);
        }
        if let Some(skill) = &self.skill_id {
            let skilled = person_skill::Entity::find()
                .select_only()
                .column(person_skill::Column::PersonId)
                .filter(skill.on("filter.skillId", Kind::Skill, person_skill::Column::SkillId)?);
            all = all.add(person::Column::Id.in_subquery(skilled.into_query()));
        }
        if let Some(archived) = self.archived {
            let column = person::Column::ArchivedAt;
            all = all.add(if archived {
                column.is_not_null()
            } else {
                column.is_null()
            });
        }
        Ok(all)
    }
}

impl PersonOrder {
    pub(super) fn term(&self) -> Term<person::Column> {
        let (column, folded) = match self.field {
            PersonOrderField::Name => (person::Column::Name, true),
            PersonOrderField::EmployedFrom => (person::Column::EmployedFrom, false),
            PersonOrderField::CreatedAt => (person::Column::CreatedAt, false),
        };
        Term {
            column,
            folded,
            descending: self.direction == OrderDirection::Desc,
        }
    }
}
