//! The rows of one table after the other.

use indicatif::ProgressBar;
use sea_orm::sea_query::{CaseStatement, IntoIden};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, InsertMany, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Copied, count_rows};
use crate::db::Transaction;
use crate::db::VALUES_AT_ONCE;
use crate::entity::{client, person, project, responsibility, role, setting};
use crate::error::{Error, Result};

/// Rows read and written at once: mails have some 20 KB each.
const ROWS_AT_ONCE: usize = 500;

/// A copy under way.
pub(super) struct Copying<'a> {
    source: &'a DatabaseTransaction,
    target: &'a Transaction,
    progress: &'a ProgressBar,
    copied: Vec<Copied>,
}

impl<'a> Copying<'a> {
    pub(super) fn new(
        source: &'a DatabaseTransaction,
        target: &'a Transaction,
        progress: &'a ProgressBar,
    ) -> Self {
        Self {
            source,
            target,
            progress,
            copied: Vec::new(),
        }
    }

    /// Makes way for what every new database comes with: the catalogue, and the secret that a server makes.
    pub(super) async fn clear_catalogue(&self) -> Result<()> {
        // In an agency's own database people hold these roles.
        must_be_empty::<person::Entity>(self.target).await?;
        responsibility::Entity::delete_many()
            .exec(self.target)
            .await?;
        role::Entity::delete_many().exec(self.target).await?;
        setting::Entity::delete_many().exec(self.target).await?;
        Ok(())
    }

    /// Copies a table whose rows refer to none that come later.
    pub(super) async fn table<E>(&mut self) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Clone + PartialEq,
    {
        self.table_without::<E>(|_| ()).await
    }

    /// Copies a table; `forget` takes out of a row what refers to a row that comes later.
    pub(super) async fn table_without<E>(&mut self, forget: impl Fn(&mut E::Model)) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel> + Clone + PartialEq,
    {
        let table = E::default().table_name().to_owned();
        must_be_empty::<E>(self.target).await?;
        let rows = count_rows(self.source, &table).await?;
        self.progress.inc_length(rows);
        let at_once = (VALUES_AT_ONCE / E::Column::iter().count().max(1)).min(ROWS_AT_ONCE);
        let mut done = 0;
        while done < rows {
            let mut page = self.page::<E>(done, at_once).await?;
            page.iter_mut().for_each(&forget);
            let written = InsertMany::<E::ActiveModel>::many(page.clone())
                .exec_with_returning(self.target)
                .await?;
            if !are_the_same(&page, &written) {
                return Err(Error::internal(format!(
                    "rows of {table} did not come back as they were written"
                )));
            }
            done += page.len() as u64;
            self.progress.inc(page.len() as u64);
        }
        self.copied.push(Copied { table, rows });
        Ok(())
    }

    async fn page<E: EntityTrait>(&self, done: u64, at_once: usize) -> Result<Vec<E::Model>> {
        let mut select = E::find().offset(done).limit(at_once as u64);
        for key in E::PrimaryKey::iter() {
            select = select.order_by_asc(key.into_column());
        }
        let page = select.all(self.source).await?;
        if page.is_empty() {
            return Err(Error::internal("a table has fewer rows than it counted"));
        }
        Ok(page)
    }

    /// Fills in what [`Self::table_without`] left out.
    pub(super) async fn refer_to_later_rows(&self) -> Result<()> {
        self.refer::<person::Entity>(person::Column::Id, person::Column::StandingDelegateId)
            .await?;
        self.refer::<client::Entity>(client::Column::Id, client::Column::DecisionId)
            .await?;
        self.refer::<project::Entity>(project::Column::Id, project::Column::DecisionId)
            .await
    }

    async fn refer<E: EntityTrait>(&self, id: E::Column, column: E::Column) -> Result<()> {
        let references: Vec<(Uuid, Uuid)> = E::find()
            .select_only()
            .column(id)
            .column(column)
            .filter(column.is_not_null())
            .order_by_asc(id)
            .into_tuple()
            .all(self.source)
            .await?;
        for some in references.chunks(ROWS_AT_ONCE) {
            let of_each = some
                .iter()
                .fold(CaseStatement::new(), |of_each, (row, other)| {
                    of_each.case(id.eq(*row), *other)
                });
            let written = E::update_many()
                .col_expr(column, of_each.into())
                .filter(id.is_in(some.iter().map(|(row, _)| *row)))
                .exec(self.target)
                .await?;
            if written.rows_affected != some.len() as u64 {
                let column = column.into_iden();
                return Err(Error::internal(format!("{column} was not written")));
            }
        }
        Ok(())
    }

    /// What was copied, once every table counts the same on both sides.
    pub(super) async fn counted(self) -> Result<Vec<Copied>> {
        for Copied { table, rows } in &self.copied {
            let there = count_rows(self.target, table).await?;
            if there != *rows {
                return Err(Error::internal(format!(
                    "{table} has {rows} rows and {there} were written"
                )));
            }
        }
        Ok(self.copied)
    }
}

async fn must_be_empty<E: EntityTrait>(target: &Transaction) -> Result<()> {
    let table = E::default().table_name().to_owned();
    if count_rows(target, &table).await? == 0 {
        return Ok(());
    }
    Err(Error::invalid(
        "to",
        format!(
            "The database to copy to has rows already (the table {table}): name an empty one. Nothing was written."
        ),
    ))
}

/// A database answers with the rows that it has written, in an order of its own.
fn are_the_same<M: PartialEq>(page: &[M], written: &[M]) -> bool {
    page == written || (page.len() == written.len() && page.iter().all(|row| written.contains(row)))
}
