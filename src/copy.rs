//! Everything of one database into another, empty one: how an agency moves from SQLite to PostgreSQL, or back.

mod rows;

use indicatif::ProgressBar;
use jiff::Timestamp;
use migration::Migrator;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter,
    Statement,
};
use sea_orm_migration::MigratorTrait;

use crate::db::Db;
use crate::entity::{
    EmailState, Moment, api_token, assignment, booking, change, client, client_contact,
    client_request, email, email_attempt, email_message, handover, handover_project, handover_step,
    holiday, holiday_calendar, idempotent_request, inventory_snapshot, letter, letter_approval,
    obligation, openid_identity, openid_sign_in, person, person_skill, plan, programme,
    programme_milestone, programme_review, project, project_skill, prompt_choice, relationship,
    responsibility, responsibility_exception, role, role_decision, schedule, session, setting,
    sign_in, skill, suppressed_address, time_off, touchpoint, used_link, webhook, webhook_attempt,
    webhook_delivery, work_schedule,
};
use crate::error::{Error, Result};
use rows::Copying;

/// What was copied of one table, and is the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: String,
    /// How many rows it has, in either database.
    pub rows: u64,
}

/// Copies everything of `from` into `to`, which gets this version's tables first and may have nothing of its own but the
/// catalogue they come with. `from` is read as it stands at one instant; `to` gets all of it or nothing. Every row is read
/// back and compared, and all tables are counted. Answers what each table came to.
///
/// # Errors
/// Invalid with `from` or `to` as the field: when `from` is of another version or its mails are being sent, and when `to` has
/// rows. Internal, with nothing written, when a row does not come back as it was written.
pub async fn copy(
    from: &Db,
    to: &Db,
    now: Timestamp,
    progress: &ProgressBar,
) -> Result<Vec<Copied>> {
    let source = from.snapshot().await?;
    must_be_of_this_version(&source).await?;
    must_be_at_rest(&source, now).await?;
    to.migrate().await?;
    let target = to.begin().await?;
    let mut copying = Copying::new(&source, &target, progress);
    copying.clear_catalogue().await?;
    people(&mut copying).await?;
    work(&mut copying).await?;
    split(&mut copying).await?;
    mail(&mut copying).await?;
    installation(&mut copying).await?;
    copying.refer_to_later_rows().await?;
    let copied = copying.counted().await?;
    target.commit().await?;
    Ok(copied)
}

async fn people(copying: &mut Copying<'_>) -> Result<()> {
    copying.table::<skill::Entity>().await?;
    copying.table::<holiday_calendar::Entity>().await?;
    copying.table::<holiday::Entity>().await?;
    copying
        .table_without::<person::Entity>(|row| row.standing_delegate_id = None)
        .await?;
    copying.table::<work_schedule::Entity>().await?;
    copying.table::<time_off::Entity>().await?;
    copying.table::<person_skill::Entity>().await
}

async fn work(copying: &mut Copying<'_>) -> Result<()> {
    copying
        .table_without::<client::Entity>(|row| row.decision_id = None)
        .await?;
    copying.table::<client_contact::Entity>().await?;
    copying
        .table_without::<project::Entity>(|row| row.decision_id = None)
        .await?;
    copying.table::<project_skill::Entity>().await?;
    copying.table::<role::Entity>().await?;
    copying.table::<responsibility::Entity>().await?;
    copying.table::<assignment::Entity>().await?;
    copying.table::<responsibility_exception::Entity>().await?;
    copying.table::<role_decision::Entity>().await?;
    copying.table::<relationship::Entity>().await?;
    copying.table::<booking::Entity>().await?;
    copying.table::<touchpoint::Entity>().await?;
    copying.table::<prompt_choice::Entity>().await?;
    copying.table::<client_request::Entity>().await
}

async fn split(copying: &mut Copying<'_>) -> Result<()> {
    copying.table::<plan::Entity>().await?;
    copying.table::<programme::Entity>().await?;
    copying.table::<programme_milestone::Entity>().await?;
    copying.table::<programme_review::Entity>().await?;
    copying.table::<handover::Entity>().await?;
    copying.table::<handover_project::Entity>().await?;
    copying.table::<handover_step::Entity>().await?;
    copying.table::<inventory_snapshot::Entity>().await
}

async fn mail(copying: &mut Copying<'_>) -> Result<()> {
    copying.table::<schedule::Entity>().await?;
    copying.table::<email::Entity>().await?;
    copying.table::<email_message::Entity>().await?;
    copying.table::<obligation::Entity>().await?;
    copying.table::<email_attempt::Entity>().await?;
    copying.table::<suppressed_address::Entity>().await?;
    copying.table::<used_link::Entity>().await?;
    copying.table::<letter::Entity>().await?;
    copying.table::<letter_approval::Entity>().await
}

async fn installation(copying: &mut Copying<'_>) -> Result<()> {
    copying.table::<api_token::Entity>().await?;
    copying.table::<session::Entity>().await?;
    copying.table::<sign_in::Entity>().await?;
    copying.table::<openid_identity::Entity>().await?;
    copying.table::<openid_sign_in::Entity>().await?;
    copying.table::<webhook::Entity>().await?;
    copying.table::<webhook_delivery::Entity>().await?;
    copying.table::<webhook_attempt::Entity>().await?;
    copying.table::<setting::Entity>().await?;
    copying.table::<idempotent_request::Entity>().await?;
    copying.table::<change::Entity>().await
}

async fn must_be_of_this_version(source: &DatabaseTransaction) -> Result<()> {
    // Asked without the migrator, which makes the table where there is none.
    let applied = count_rows(source, "seaql_migrations").await.map_err(|_| {
        Error::invalid(
            "from",
            "The database to copy from is none of Meridian's: it has no tables.",
        )
    })?;
    let known = Migrator::migrations().len() as u64;
    if applied == known {
        return Ok(());
    }
    Err(Error::invalid(
        "from",
        format!(
            "The database to copy from has {applied} migrations and this version {known}: copy with the version that it is of, or bring it to this one with `meridian migrate`."
        ),
    ))
}

/// Mails that are being sent would be sent from both databases.
async fn must_be_at_rest(source: &DatabaseTransaction, now: Timestamp) -> Result<()> {
    let in_flight = email::Entity::find()
        .filter(email::Column::State.is_in([EmailState::Claimed, EmailState::Data]))
        .filter(email::Column::LeaseUntil.gte(Moment(now)))
        .count(source)
        .await?;
    if in_flight == 0 {
        return Ok(());
    }
    Err(Error::invalid(
        "from",
        format!(
            "Mails are being sent from the database to copy from ({in_flight} at the moment): stop every `meridian serve` on it first."
        ),
    ))
}

/// How many rows a table has.
async fn count_rows(conn: &impl ConnectionTrait, table: &str) -> Result<u64> {
    let sql = format!("SELECT COUNT(*) AS counted FROM \"{table}\"");
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let answer = conn.query_one_raw(statement).await?;
    let rows: i64 = match answer {
        Some(answer) => answer.try_get("", "counted")?,
        None => 0,
    };
    Ok(u64::try_from(rows).unwrap_or_default())
}
