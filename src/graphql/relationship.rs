//! How well people know clients, and what is noted about it.

mod loaders;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_parent, the};
use super::payload::{UserError, UserErrorCode, split};
use super::person::Person;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::relationship_notes::{self, NoteEdit, must_read_of};
use crate::domain::relationships::{self, Strength};
use crate::entity::{Moment, client, person, relationship};

/// What a strength is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "relationships::Warmth")]
pub enum Warmth {
    /// Below 30.
    Cool,
    /// 30 to 59.
    Warm,
    /// 60 and more.
    Strong,
}

/// How well a person knows a client today: 50 points for the months held, 30 for the contacts of 90 days, 20 for how fresh
/// the last one is; or somebody's own judgement, which wins.
#[derive(Clone, Debug, Description)]
pub struct Relationship {
    client_id: Uuid,
    person_id: Uuid,
    strength: Strength,
}

#[Object(use_type_description)]
impl Relationship {
    /// Who of us.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.person_id).await?))
    }

    /// Whose client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.client_id).await?))
    }

    /// The strength, 0 to 100.
    async fn points(&self) -> i64 {
        self.strength.points
    }

    /// For the months held, 0 to 50: 24 months and more count in full. A change of role without a day between does not break
    /// them.
    async fn tenure_points(&self) -> i64 {
        self.strength.tenure_points
    }

    /// For the contacts in the last 90 days, 0 to 30: 12 and more count in full.
    async fn frequency_points(&self) -> i64 {
        self.strength.frequency_points
    }

    /// For how fresh the last contact is, 0 to 20: nothing after 90 days.
    async fn recency_points(&self) -> i64 {
        self.strength.recency_points
    }

    /// What the strength is called.
    async fn warmth(&self) -> Warmth {
        self.strength.warmth.into()
    }

    /// Whether `points` are somebody's own judgement, in the place of the three parts.
    async fn overridden(&self) -> bool {
        self.strength.overridden
    }

    /// Whether the two stay together, whatever a plan would gain.
    async fn pinned(&self) -> bool {
        self.strength.pinned
    }

    /// How the strength came to be, a sentence a part.
    async fn explain(&self) -> Vec<String> {
        self.strength.explain()
    }

    /// What was noted about the two; null when nothing ever was. Private: an error for members.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<RelationshipNote>> {
        ctx.caller()
            .must_read_all("read what is noted about a relationship")?;
        let note = note_of(ctx, self.client_id, self.person_id).await?;
        Ok(note.map(RelationshipNote))
    }

    /// Why it is overridden or pinned; null when it is neither. Private: an error for members.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        ctx.caller()
            .must_read_all("read what is noted about a relationship")?;
        if !self.strength.overridden && !self.strength.pinned {
            return Ok(None);
        }
        let note = note_of(ctx, self.client_id, self.person_id).await?;
        Ok(note.map(|note| note.reason))
    }
}

/// What somebody noted about a person and a client. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct RelationshipNote(pub relationship::Model);

#[Object(use_type_description)]
impl RelationshipNote {
    /// The note's global id: `rel_…`.
    pub async fn id(&self) -> ID {
        Kind::RelationshipNote.id(self.0.id)
    }

    /// Who of us.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Whose client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// Somebody's own judgement, 0 to 100, which wins over the reckoned strength; null when the reckoned one stands.
    async fn strength(&self) -> Option<i32> {
        self.0.override_points
    }

    /// Whether the two stay together, whatever a plan would gain.
    async fn pinned(&self) -> bool {
        self.0.pinned
    }

    /// Why; when the note was taken back, why that.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What was changed, the newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

/// Everybody who has to do with a client today, the strongest first. Members see themselves only.
pub async fn of_client(
    ctx: &Context<'_>,
    client_id: Uuid,
    paging: &Paging,
) -> Result<Connection<Relationship>> {
    let strengths = loaders::strengths(ctx, client_id).await?;
    let caller = ctx.caller();
    let known = strengths
        .of_client(client_id)
        .iter()
        .filter(|(person, _)| caller.reads_work_of(*person))
        .map(|(person_id, strength)| Relationship {
            client_id,
            person_id: *person_id,
            strength: *strength,
        })
        .collect();
    page(&format!("relationships of {client_id}"), known, paging)
}

/// The clients that a person has to do with today, the strongest first.
pub async fn of_person(
    ctx: &Context<'_>,
    person_id: Uuid,
    paging: &Paging,
) -> Result<Connection<Relationship>> {
    must_read_of(ctx.caller(), person_id)?;
    let known = loaders::known_to(ctx, person_id).await?;
    let known = known
        .iter()
        .map(|(client_id, strength)| Relationship {
            client_id: *client_id,
            person_id,
            strength: *strength,
        })
        .collect();
    page(&format!("relationships of {person_id}"), known, paging)
}

fn page(name: &str, known: Vec<Relationship>, paging: &Paging) -> Result<Connection<Relationship>> {
    let place = |one: &Relationship| {
        Place(vec![
            PlaceValue::Number(one.strength.points),
            PlaceValue::Id(one.person_id),
            PlaceValue::Id(one.client_id),
        ])
    };
    Ok(in_memory(name, known, true, paging, place, |one| one)?)
}

async fn note_of(
    ctx: &Context<'_>,
    client_id: Uuid,
    person_id: Uuid,
) -> Result<Option<relationship::Model>> {
    let column = relationship::Column::ClientId;
    let notes = by_parent::<relationship::Entity>(ctx, column, client_id).await?;
    Ok(notes.into_iter().find(|note| note.person_id == person_id))
}

/// What to note about a person and a client. What is absent stays, null clears.
#[derive(Debug, InputObject)]
pub struct RelationshipSetInput {
    /// Who of us.
    person_id: ID,
    /// Whose client; not archived.
    client_id: ID,
    /// Your own judgement, 0 to 100, which wins over the reckoned strength; null: the reckoned one stands again.
    strength: MaybeUndefined<i32>,
    /// Whether the two stay together, whatever a plan would gain.
    pinned: Option<bool>,
    /// Why, 1 to 2,000 characters. Private: for owners and managers.
    reason: String,
    /// The version of the note you read, 0 when there was none; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a note.
#[derive(Debug, SimpleObject)]
pub struct RelationshipPayload {
    /// The relationship as it is now; null when nothing was changed, but for a stale version, and when the two have nothing to
    /// do with each other any more.
    relationship: Option<Relationship>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of relationships.
#[derive(Default)]
pub struct RelationshipMutations;

#[Object]
impl RelationshipMutations {
    /// Notes how well a person knows a client by your own judgement, or that the two stay together; or takes it back. Owners,
    /// and managers accountable for the client.
    async fn relationship_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to note.")] input: RelationshipSetInput,
    ) -> Result<RelationshipPayload> {
        let set = async {
            let edit = NoteEdit {
                person_id: Kind::Person.parse("personId", &input.person_id)?,
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                override_points: input.strength.into(),
                pinned: input.pinned,
                reason: input.reason,
            };
            relationship_notes::set(ctx.db(), ctx.caller(), input.expected_version, edit).await
        };
        let (row, user_errors) = split(set.await)?;
        let stale = |error: &UserError| error.code == UserErrorCode::StaleVersion;
        let pair = match row {
            Some(row) => Some((row.client_id, row.person_id)),
            None if user_errors.iter().any(stale) => Kind::Client
                .named(&input.client_id)
                .ok()
                .zip(Kind::Person.named(&input.person_id).ok()),
            None => None,
        };
        let relationship = match pair {
            Some((client_id, person_id)) => between(ctx, client_id, person_id).await?,
            None => None,
        };
        Ok(RelationshipPayload {
            relationship,
            user_errors,
        })
    }
}

async fn between(
    ctx: &Context<'_>,
    client_id: Uuid,
    person_id: Uuid,
) -> Result<Option<Relationship>> {
    let strengths = loaders::strengths(ctx, client_id).await?;
    let strength = strengths.of(client_id, person_id);
    Ok(strength.map(|strength| Relationship {
        client_id,
        person_id,
        strength,
    }))
}
