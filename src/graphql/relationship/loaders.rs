//! Strengths for a whole page at once.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use uuid::Uuid;

use crate::domain::relationships::Strength;
use crate::domain::strengths::{Strengths, clients_known_to};
use crate::graphql::context::Asked;
use crate::graphql::loaders::{Loaders, Shared, shared};

/// Asks who knows a client today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct OfClient(Uuid);

/// Asks which clients a person knows today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct OfPerson(Uuid);

/// Who knows a client today; everybody who asks is answered together.
pub(super) async fn strengths(
    ctx: &Context<'_>,
    client_id: Uuid,
) -> Result<Arc<Strengths>, Shared> {
    let loaded = ctx.loaders().load_one(OfClient(client_id)).await?;
    Ok(loaded.unwrap_or_default())
}

/// The clients that a person knows today, with how well.
pub(super) async fn known_to(
    ctx: &Context<'_>,
    person_id: Uuid,
) -> Result<Vec<(Uuid, Strength)>, Shared> {
    let loaded = ctx.loaders().load_one(OfPerson(person_id)).await?;
    Ok(loaded.unwrap_or_default())
}

impl Loaders {
    async fn strengths_of(&self, clients: &[Uuid]) -> Result<Strengths, Shared> {
        let limits = &self.settings().await.map_err(shared)?.relationships;
        Strengths::load(&self.app.db.read, limits, clients, self.caller.today())
            .await
            .map_err(shared)
    }
}

impl Loader<OfClient> for Loaders {
    type Value = Arc<Strengths>;
    type Error = Shared;

    async fn load(&self, keys: &[OfClient]) -> Result<HashMap<OfClient, Arc<Strengths>>, Shared> {
        let clients: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let strengths = Arc::new(self.strengths_of(&clients).await?);
        let keyed = |key: &OfClient| (*key, Arc::clone(&strengths));
        Ok(keys.iter().map(keyed).collect())
    }
}

impl Loader<OfPerson> for Loaders {
    type Value = Vec<(Uuid, Strength)>;
    type Error = Shared;

    async fn load(&self, keys: &[OfPerson]) -> Result<HashMap<OfPerson, Self::Value>, Shared> {
        let people: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let clients = clients_known_to(&self.app.db.read, &people, self.caller.today())
            .await
            .map_err(shared)?;
        let strengths = self.strengths_of(&clients).await?;
        let mut loaded: HashMap<OfPerson, Self::Value> =
            keys.iter().map(|key| (*key, Vec::new())).collect();
        for (client_id, person_id, strength) in strengths.all() {
            if let Some(known) = loaded.get_mut(&OfPerson(person_id)) {
                known.push((client_id, strength));
            }
        }
        Ok(loaded)
    }
}
