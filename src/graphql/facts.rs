//! What filters ask that no column holds: who is accountable today, which updates are overdue, and which decisions are to
//! be made again.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::context::Asked;
use super::filter::IdComparator;
use super::id::Kind;
use crate::domain::books::Books;
use crate::domain::cadence::DueState;
use crate::domain::responsibilities::Scope;
use crate::domain::role_decisions::projects_to_re_decide;
use crate::domain::settings::Settings;
use crate::domain::updates::standings;
use crate::entity::{Side, client, project};
use crate::error::Result;

/// The whole agency as it stands today; empty when no filter asks.
#[derive(Debug, Default)]
pub(super) struct Facts {
    speakers: HashMap<Uuid, Uuid>,
    holders: HashMap<Uuid, Vec<Uuid>>,
    overdue: HashSet<Uuid>,
    re_decide: Vec<Uuid>,
}

impl Facts {
    /// Reads the agency when `needed`: ten statements, whatever its size.
    pub(super) async fn load(ctx: &Context<'_>, needed: bool) -> Result<Self> {
        if !needed {
            return Ok(Self::default());
        }
        let today = ctx.caller().today();
        let conn = &ctx.db().read;
        let books = Books::load(conn, &Scope::All, today, today).await?;
        let mut facts = Self::default();
        facts.take_standings(conn, &books, today).await?;
        for project in &books.projects {
            let held = [Side::Client, Side::Project]
                .into_iter()
                .filter_map(|side| books.accountability.accountable(side, project, today))
                .map(|held| held.person_id())
                .collect();
            facts.holders.insert(project.id, held);
        }
        Ok(facts)
    }

    /// Adds which decisions are to be made again, when `needed`: four statements.
    pub(super) async fn with_re_decide(mut self, ctx: &Context<'_>, needed: bool) -> Result<Self> {
        if needed {
            let constants = &ctx.loaders().loader().settings().await?.decisions;
            let today = ctx.caller().today();
            self.re_decide = projects_to_re_decide(&ctx.db().read, constants, today).await?;
        }
        Ok(self)
    }

    async fn take_standings(
        &mut self,
        conn: &impl ConnectionTrait,
        books: &Books,
        today: jiff::civil::Date,
    ) -> Result<()> {
        let settings = Settings::load(conn).await?;
        let (standings, _) = standings(conn, books, &settings, today).await?;
        for standing in standings {
            let due = standing.update.map(|due| due.state(today));
            if due == Some(DueState::Overdue) {
                self.overdue.insert(standing.client.id);
            }
        }
        for client in books.clients.keys() {
            if let Some(held) = books.speaker(*client, today) {
                self.speakers.insert(*client, held.person_id());
            }
        }
        Ok(())
    }

    /// The clients whose account manager today is one of those compared with.
    pub(super) fn clients_of(&self, manager: &IdComparator) -> Result<Option<SimpleExpr>> {
        let wanted = manager.ids("filter.manager", Kind::Person)?;
        Ok(wanted.map(|wanted| {
            let of = self
                .speakers
                .iter()
                .filter(|(_, person)| wanted.contains(person));
            client::Column::Id.is_in(of.map(|(client, _)| *client))
        }))
    }

    /// The ACTIVE and BACK_BURNER projects of which one of those compared with holds a side today.
    pub(super) fn projects_of(&self, manager: &IdComparator) -> Result<Option<SimpleExpr>> {
        let wanted = manager.ids("filter.manager", Kind::Person)?;
        Ok(wanted.map(|wanted| {
            let holds = |held: &&Uuid| wanted.contains(held);
            let of = self
                .holders
                .iter()
                .filter(|(_, held)| held.iter().any(|one| holds(&one)));
            project::Column::Id.is_in(of.map(|(project, _)| *project))
        }))
    }

    /// The clients whose update is overdue today, or is not.
    pub(super) fn clients_overdue(&self, overdue: bool) -> SimpleExpr {
        let clients = self.overdue.iter().copied();
        if overdue {
            client::Column::Id.is_in(clients)
        } else {
            client::Column::Id.is_not_in(clients)
        }
    }

    /// The projects of clients whose update is overdue today, or is not.
    pub(super) fn projects_overdue(&self, overdue: bool) -> SimpleExpr {
        let clients = self.overdue.iter().copied();
        if overdue {
            project::Column::ClientId.is_in(clients)
        } else {
            project::Column::ClientId.is_not_in(clients)
        }
    }

    /// The projects whose decision is to be made again, or is not.
    pub(super) fn projects_to_re_decide(&self, to_re_decide: bool) -> SimpleExpr {
        let projects = self.re_decide.iter().copied();
        if to_re_decide {
            project::Column::Id.is_in(projects)
        } else {
            project::Column::Id.is_not_in(projects)
        }
    }
}
