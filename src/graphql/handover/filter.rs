//! Which handovers.

use async_graphql::InputObject;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::domain::handovers::OPEN_STAGES;
use crate::entity::{self, Day, handover, handover_step};
use crate::error::Result;
use crate::graphql::enums;
use crate::graphql::filter::IdComparator;
use crate::graphql::id::Kind;

/// Which handovers. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HandoverFilter {
    /// By how far they are.
    stage: Option<HandoverStageComparator>,
    /// By who hands over or takes over.
    person_id: Option<IdComparator>,
    /// By the client whose accountability moves.
    client_id: Option<IdComparator>,
    /// By the programme they belong to.
    programme_id: Option<IdComparator>,
    /// Only open ones whose next step is due on this day or before it.
    due_by: Option<Day>,
}

/// Compares a handover's stage. Several comparators: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HandoverStageComparator {
    /// Is this one.
    eq: Option<enums::HandoverStage>,
    /// Is one of these.
    #[graphql(name = "in", validator(max_items = 100))]
    is_in: Option<Vec<enums::HandoverStage>>,
}

impl HandoverFilter {
    pub(super) fn condition(&self) -> Result<Condition> {
        use handover::Column;
        let mut all = Condition::all();
        if let Some(stage) = &self.stage {
            all = all.add(stage.condition());
        }
        if let Some(person) = &self.person_id {
            let either = Condition::any()
                .add(person.on("filter.personId", Kind::Person, Column::FromPersonId)?)
                .add(person.on("filter.personId", Kind::Person, Column::ToPersonId)?);
            all = all.add(either);
        }
        if let Some(client) = &self.client_id {
            all = all.add(client.on("filter.clientId", Kind::Client, Column::ClientId)?);
        }
        if let Some(programme) = &self.programme_id {
            let field = "filter.programmeId";
            all = all.add(programme.on(field, Kind::Programme, Column::ProgrammeId)?);
        }
        Ok(all.add_option(self.due_by.map(due_by)))
    }
}

/// The days of steps are in the order of their stages: the next step is the first that is not reached.
fn due_by(day: Day) -> Condition {
    let due = handover_step::Entity::find()
        .select_only()
        .column(handover_step::Column::HandoverId)
        .filter(handover_step::Column::ReachedOn.is_null())
        .filter(handover_step::Column::DueOn.lte(day));
    Condition::all()
        .add(handover::Column::Stage.is_in(OPEN_STAGES))
        .add(handover::Column::Id.in_subquery(due.into_query()))
}

impl HandoverStageComparator {
    fn condition(&self) -> Condition {
        let column = handover::Column::Stage;
        let stage = entity::HandoverStage::from;
        let listed = self.is_in.as_ref();
        Condition::all()
            .add_option(self.eq.map(|one| column.eq(stage(one))))
            .add_option(listed.map(|some| column.is_in(some.iter().copied().map(stage))))
    }
}
