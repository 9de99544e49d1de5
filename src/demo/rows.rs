//! Rows on their way into the database.

use sea_orm::sea_query::CaseStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, InsertMany, IntoActiveModel, Iterable, QueryFilter,
};
use uuid::Uuid;

use crate::db::VALUES_AT_ONCE;
use crate::entity::{
    assignment, booking, client, client_contact, holiday, holiday_calendar, person, person_skill,
    project, schedule, skill, time_off, touchpoint, work_schedule,
};
use crate::error::Result;

/// Generated rows that are not written yet, by table.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) skills: Vec<skill::Model>,
    pub(super) calendars: Vec<holiday_calendar::Model>,
    pub(super) holidays: Vec<holiday::Model>,
    /// Without their standing delegates.
    pub(super) people: Vec<person::Model>,
    /// Who stands in for whom: a person and the delegate.
    pub(super) standing_delegates: Vec<(Uuid, Uuid)>,
    pub(super) work_schedules: Vec<work_schedule::Model>,
    pub(super) person_skills: Vec<person_skill::Model>,
    pub(super) time_off: Vec<time_off::Model>,
    pub(super) clients: Vec<client::Model>,
    pub(super) contacts: Vec<client_contact::Model>,
    pub(super) projects: Vec<project::Model>,
    pub(super) assignments: Vec<assignment::Model>,
    pub(super) bookings: Vec<booking::Model>,
    pub(super) touchpoints: Vec<touchpoint::Model>,
    pub(super) schedules: Vec<schedule::Model>,
}

impl Rows {
    /// Writes them, what is referred to before what refers to it.
    pub(super) async fn insert(self, conn: &impl ConnectionTrait) -> Result<()> {
        insert::<skill::Entity>(conn, self.skills).await?;
        insert::<holiday_calendar::Entity>(conn, self.calendars).await?;
        insert::<holiday::Entity>(conn, self.holidays).await?;
        insert::<person::Entity>(conn, self.people).await?;
        name_standing_delegates(conn, &self.standing_delegates).await?;
        insert::<work_schedule::Entity>(conn, self.work_schedules).await?;
        insert::<person_skill::Entity>(conn, self.person_skills).await?;
        insert::<time_off::Entity>(conn, self.time_off).await?;
        insert::<client::Entity>(conn, self.clients).await?;
        insert::<client_contact::Entity>(conn, self.contacts).await?;
        insert::<project::Entity>(conn, self.projects).await?;
        insert::<assignment::Entity>(conn, self.assignments).await?;
        insert::<booking::Entity>(conn, self.bookings).await?;
        insert::<touchpoint::Entity>(conn, self.touchpoints).await?;
        insert::<schedule::Entity>(conn, self.schedules).await
    }
}

/// Sets the delegates of people who are there already. Inserting a row that names a later one would do too, but then
/// SQLite searches every table that refers to people for each of the rows in between.
async fn name_standing_delegates(
    conn: &impl ConnectionTrait,
    delegates: &[(Uuid, Uuid)],
) -> Result<()> {
    let of_each = delegates
        .iter()
        .fold(CaseStatement::new(), |of_each, (person, delegate)| {
            of_each.case(person::Column::Id.eq(*person), *delegate)
        });
    person::Entity::update_many()
        .col_expr(person::Column::StandingDelegateId, of_each.into())
        .filter(person::Column::Id.is_in(delegates.iter().map(|(person, _)| *person)))
        .exec(conn)
        .await?;
    Ok(())
}

async fn insert<E>(conn: &impl ConnectionTrait, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let at_once = VALUES_AT_ONCE / E::Column::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        InsertMany::<E::ActiveModel>::many(rows.by_ref().take(at_once))
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}
