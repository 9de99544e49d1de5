//! What a mail discharges, each at most once in its period: a client's update of a week, a person's summary of a week.
//! The keys name the obligation, not the recipient, so that a change of manager on Tuesday does not prompt twice.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::foreseen::Foreseen;
use crate::app::App;
use crate::db::Db;
use crate::domain::calendar::Week;
use crate::domain::notices::{Matter, Notice};
use crate::email::action_link::Links;
use crate::email::outbox;
use crate::entity::{email, obligation};
use crate::error::Result;

/// What to do about obligations.
#[derive(Clone, Copy, Debug)]
pub(super) enum Obligations<'a> {
    /// Take them, and leave out what another mail has taken.
    Claimed,
    /// A preview: leave them alone and act as if they were free.
    Assumed,
    /// A forecast: leave them alone, and leave out what another mail has taken or will have taken by then.
    Foreseen(&'a Foreseen),
}

/// A person's summary of a week.
pub(super) fn summary(person_id: Uuid, week: Week) -> String {
    format!("capacity_summary/{person_id}/{week}")
}

/// A client's update of a week, after the contact that it is due from: a new contact makes a new obligation.
pub(super) fn update(client_id: Uuid, week: Week, since: Option<Date>) -> String {
    let since = since.map_or_else(|| "start".to_owned(), |day| day.to_string());
    format!("client_update/{client_id}/{week}/{since}")
}

/// A reach-out to a client in a week.
pub(super) fn outreach(client_id: Uuid, week: Week) -> String {
    format!("client_outreach/{client_id}/{week}")
}

/// The facts of a project for its client's update of a week.
pub(super) fn facts(project_id: Uuid, week: Week) -> String {
    format!("facts_needed/{project_id}/{week}")
}

/// What was put off or handed over, and comes again since `since`.
pub(super) fn again(key: &str, since: Date) -> String {
    format!("{key}/again/{since}")
}

/// What was handed to somebody.
pub(super) fn handed_to(key: &str, person_id: Uuid) -> String {
    format!("{key}/to/{person_id}")
}

/// The copy that somebody gets of a prompt.
pub(super) fn copy(key: &str, person_id: Uuid) -> String {
    format!("{key}/copy/{person_id}")
}

/// What a person is told: of news and of an overdue update once, of what is still to be done once a week.
pub(super) fn notice(notice: &Notice, week: Week) -> String {
    let person = notice.person_id;
    match &notice.matter {
        Matter::KickOff { project, .. } => format!("kick_off/{}/{person}/{week}", project.id),
        Matter::Step { due, .. } => format!("handover_step/{}/{person}/{week}", due.step.id),
        Matter::Review(due) => format!("review/{}/{person}/{week}", due.review.id),
        Matter::Milestone(reached) => {
            let (programme, percent) = (reached.programme.id, reached.milestone.percent);
            format!("milestone/{programme}/{percent}/{person}")
        }
        Matter::Overdue(overdue) => {
            let since = overdue.last_update_on;
            let since = since.map_or_else(|| "start".to_owned(), |day| day.to_string());
            format!("overdue/{}/{since}/{person}", overdue.client_id)
        }
        Matter::Unreachable(one) => format!("unreachable/{}/{person}/{week}", one.suppressed.id),
        Matter::Unroutable(one) => format!("unroutable/{}/{person}", one.mail.id),
    }
}

/// A review of a programme, whoever is told.
pub fn review(review_id: Uuid) -> String {
    format!("six_month_review/{review_id}")
}

impl Obligations<'_> {
    /// Whether what they come to is written down.
    pub(super) fn are_written(self) -> bool {
        matches!(self, Self::Claimed)
    }

    /// What makes the links of a person's mail. Those of a preview do nothing: others than the person may see it.
    pub(super) fn links(self, app: &App, person_id: Uuid, now: Timestamp) -> Links<'_> {
        Links {
            app,
            person_id,
            now: self.are_written().then_some(now),
        }
    }

    /// Which mails of `wanted`, each of which wants one thing, may discharge it: by mail.
    pub(super) async fn take_each(
        self,
        db: &Db,
        wanted: Vec<obligation::Model>,
    ) -> Result<HashSet<Uuid>> {
        let mut mails = HashSet::new();
        // Two of them may want the same: then it is the first one's.
        for one in wanted {
            let email_id = one.email_id;
            if !self.take(db, vec![one]).await?.is_empty() {
                mails.insert(email_id);
            }
        }
        Ok(mails)
    }

    /// Which of `wanted` their mails may discharge: by key.
    pub(super) async fn take(
        self,
        db: &Db,
        mut wanted: Vec<obligation::Model>,
    ) -> Result<HashSet<String>> {
        // Every sender takes them in the same order, so that none waits for one that waits for it.
        wanted.sort_by(|a, b| a.obligation_key.cmp(&b.obligation_key));
        match self {
            Self::Claimed => {}
            Self::Assumed => return Ok(wanted.into_iter().map(|one| one.obligation_key).collect()),
            Self::Foreseen(foreseen) => return foreseen.take(&db.read, wanted).await,
        }
        let mut taken = HashSet::with_capacity(wanted.len());
        for wanted in wanted.chunks(5_000) {
            let tx = db.begin().await?;
            give_back(&tx, wanted).await?;
            let rows = wanted
                .iter()
                .cloned()
                .map(|row| row.into_active_model().reset_all());
            obligation::Entity::insert_many(rows)
                .on_conflict(
                    OnConflict::column(obligation::Column::ObligationKey)
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&tx)
                .await?;
            let keys = wanted.iter().map(|one| one.obligation_key.as_str());
            let held = obligation::Entity::find()
                .filter(obligation::Column::ObligationKey.is_in(keys))
                .all(&tx)
                .await?;
            tx.commit().await?;
            let ours: HashSet<(&str, Uuid)> = wanted
                .iter()
                .map(|one| (one.obligation_key.as_str(), one.email_id))
                .collect();
            taken.extend(
                held.into_iter()
                    .filter(|one| ours.contains(&(one.obligation_key.as_str(), one.email_id)))
                    .map(|one| one.obligation_key),
            );
        }
        Ok(taken)
    }
}

/// Frees what was taken by mails that will never leave: what they did not discharge is still to be done.
async fn give_back(conn: &impl ConnectionTrait, wanted: &[obligation::Model]) -> Result<()> {
    let keys = wanted.iter().map(|one| one.obligation_key.as_str());
    obligation::Entity::delete_many()
        .filter(obligation::Column::ObligationKey.is_in(keys))
        .filter(obligation::Column::EmailId.in_subquery(never_left().into_query()))
        .exec(conn)
        .await?;
    Ok(())
}

/// The ids of mails that ended without leaving.
pub(super) fn never_left() -> Select<email::Entity> {
    email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(outbox::never_left())
}
