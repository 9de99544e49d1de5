//! How well the split stands on a day.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, Object, Result};
use jiff::civil::Date;

use super::client::Client;
use super::context::Asked;
use super::loaders::{Loaders, Shared, the};
use super::person::Person;
use crate::domain::split_figures;
use crate::entity::{Day, client, person};
use crate::error::Error;

/// How well the split stands on a day: frozen when a programme starts and when it is reviewed.
#[derive(Clone, Debug, Description)]
pub struct SplitFigures(pub Arc<split_figures::SplitFigures>);

/// What one manager carries in a usual week: coordination against the schedule in force, without holidays, time off
/// and bookings.
#[derive(Clone, Debug, Description)]
pub struct ManagerFigures(split_figures::ManagerFigures);

/// A strong relationship between a client and whoever holds its client side, or that of one of its projects.
#[derive(Clone, Debug, Description)]
pub struct StrongRelationship(split_figures::StrongRelationship);

#[Object(use_type_description)]
impl SplitFigures {
    /// The day they are of.
    async fn on(&self) -> Day {
        self.0.on
    }

    /// Everybody who is accountable for something, by name.
    async fn managers(&self) -> Vec<ManagerFigures> {
        self.0
            .managers
            .iter()
            .cloned()
            .map(ManagerFigures)
            .collect()
    }

    /// The highest utilisation of a manager in a usual week, basis points; null when nobody's is known.
    async fn peak_utilisation_bp(&self) -> Option<i64> {
        self.0.peak_utilisation_bp
    }

    /// How evenly the work is shared, basis points: 10000 less the distance from the lowest utilisation of a manager to the
    /// highest, 0 at least. Null when nobody's is known.
    async fn evenness_bp(&self) -> Option<i64> {
        self.0.evenness_bp
    }

    /// How far two hats are worn by one person, basis points: 0 one clean role each, 10000 two in each person. The
    /// managers' role mixes weighed by their minutes; null without load.
    async fn role_mix_bp(&self) -> Option<i64> {
        self.0.role_mix_bp
    }

    /// The share of clients with an ACTIVE project whose update is not overdue, basis points; null without such clients.
    async fn updates_on_time_bp(&self) -> Option<i64> {
        self.0.updates_on_time_bp
    }

    /// The strong relationships, by client and person.
    async fn strong_relationships(&self) -> Vec<StrongRelationship> {
        let strong = self.0.strong_relationships.iter();
        strong.cloned().map(StrongRelationship).collect()
    }
}

#[Object(use_type_description)]
impl ManagerFigures {
    /// Who, as they are now.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// What they were called that day.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Client-side work, minutes a week.
    async fn client_side_minutes(&self) -> i64 {
        self.0.client_minutes
    }

    /// Project-side work, minutes a week.
    async fn project_side_minutes(&self) -> i64 {
        self.0.project_minutes
    }

    /// What is free for client work in a usual week, minutes.
    async fn availability_minutes(&self) -> i64 {
        self.0.availability_minutes
    }

    /// Both sides ÷ what is free, basis points, floored; null when nothing is free.
    async fn utilisation_bp(&self) -> Option<i64> {
        self.0.utilisation_bp
    }

    /// How far the person wears two hats, basis points; null without load.
    async fn role_mix_bp(&self) -> Option<i64> {
        self.0.role_mix_bp
    }

    /// ACTIVE projects, each once.
    async fn active_projects(&self) -> i64 {
        self.0.active
    }

    /// BACK_BURNER projects, each once.
    async fn back_burner_projects(&self) -> i64 {
        self.0.back_burner
    }
}

#[Object(use_type_description)]
impl StrongRelationship {
    /// The client, as it is now.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// What the client was called that day.
    async fn client_name(&self) -> &str {
        &self.0.client_name
    }

    /// Who, as they are now.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// What they were called that day.
    async fn person_name(&self) -> &str {
        &self.0.person_name
    }

    /// The strength that day, 0 to 100 points.
    async fn points(&self) -> i64 {
        self.0.points
    }
}

/// The figures of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FiguresKey(Date);

impl Loader<FiguresKey> for Loaders {
    type Value = Arc<split_figures::SplitFigures>;
    type Error = Shared;

    async fn load(&self, keys: &[FiguresKey]) -> Result<HashMap<FiguresKey, Self::Value>, Shared> {
        let mut loaded = HashMap::new();
        for key in keys {
            let figures = split_figures::SplitFigures::load(&self.app.db.read, key.0).await?;
            loaded.insert(*key, Arc::new(figures));
        }
        Ok(loaded)
    }
}

/// The figures of today, reckoned once a request.
pub(super) async fn of_today(
    ctx: &Context<'_>,
) -> Result<Arc<split_figures::SplitFigures>, Shared> {
    let key = FiguresKey(ctx.caller().today());
    let loaded = ctx.loaders().load_one(key).await?;
    loaded.ok_or_else(|| Arc::new(Error::internal("the figures of today are missing")))
}
