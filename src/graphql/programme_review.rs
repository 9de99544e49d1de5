//! Looking back at a programme.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::ReviewVerdict;
use super::handover::Handover;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Loaders, Shared, the};
use super::payload::{UserError, split_or_current};
use super::person::Person;
use super::programme::Programme;
use super::split_figures::{self, SplitFigures};
use crate::domain::reviews::{self, NewVerdict};
use crate::domain::split_figures::SplitFigures as Figures;
use crate::entity::{self, Day, Moment, handover, person, programme, programme_review};

/// A look back at a programme: is the split better than one person doing both? Due half a year after its start, and
/// again as the owner decides. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct ProgrammeReview(pub programme_review::Model);

/// A handover that would undo one that has moved. Nobody is moved by it until an owner makes it.
#[derive(Clone, Debug, Description)]
pub struct HandoverBack(handover::Model);

#[Object(use_type_description)]
impl ProgrammeReview {
    /// The review's global id: `rev_…`.
    pub async fn id(&self) -> ID {
        Kind::ProgrammeReview.id(self.0.id)
    }

    /// At which programme it looks back.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Programme> {
        let row = the::<programme::Entity>(ctx, self.0.programme_id).await?;
        Ok(Programme(row))
    }

    /// The first look back at its programme, the second …: from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// The day it is due: a working day of the owner who is asked.
    async fn due_on(&self) -> Day {
        self.0.due_on
    }

    /// The figures frozen when the programme was started.
    async fn before(&self, ctx: &Context<'_>) -> Result<SplitFigures> {
        Ok(SplitFigures(self.baseline(ctx).await?))
    }

    /// The figures frozen when it was decided; those of today until then.
    async fn after(&self, ctx: &Context<'_>) -> Result<SplitFigures> {
        Ok(SplitFigures(self.outcome(ctx).await?))
    }

    /// How many of the strong relationships of `before` are still strong in `after`, and still with whoever holds the
    /// client side.
    async fn strong_relationships_kept(&self, ctx: &Context<'_>) -> Result<usize> {
        let outcome = self.outcome(ctx).await?;
        Ok(self.baseline(ctx).await?.strong_kept_in(&outcome))
    }

    /// What the owner made of it; null until then.
    async fn verdict(&self) -> Option<ReviewVerdict> {
        self.0.verdict.map(ReviewVerdict::from)
    }

    /// Why, in the owner's words; null until it is decided.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Which owner decided; null until then, or when it was not a person.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.decided_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// When it was decided; null until then.
    async fn decided_at(&self) -> Option<Moment> {
        self.0.decided_at
    }

    /// After REVERT: the handovers back that would undo what has moved and is still so, in the order in which it was
    /// handed over. Empty after any other verdict.
    async fn handovers_back(&self, ctx: &Context<'_>) -> Result<Vec<HandoverBack>> {
        if self.0.verdict != Some(entity::ReviewVerdict::Revert) {
            return Ok(Vec::new());
        }
        let loaded = ctx.loaders().load_one(MovedBy(self.0.programme_id)).await?;
        let moved = loaded.unwrap_or_default();
        Ok(moved.into_iter().map(HandoverBack).collect())
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
}

impl ProgrammeReview {
    async fn baseline(&self, ctx: &Context<'_>) -> Result<Arc<Figures>> {
        let row = the::<programme::Entity>(ctx, self.0.programme_id).await?;
        Ok(Arc::new(Figures::frozen(&row.baseline)?))
    }

    async fn outcome(&self, ctx: &Context<'_>) -> Result<Arc<Figures>> {
        Ok(match &self.0.figures {
            Some(frozen) => Arc::new(Figures::frozen(frozen)?),
            None => split_figures::of_today(ctx).await?,
        })
    }
}

#[Object(use_type_description)]
impl HandoverBack {
    /// The handover that it would undo: the same client, side and projects.
    async fn undoes(&self) -> Handover {
        Handover(self.0.clone())
    }

    /// Who would hand back: whoever took over.
    #[graphql(name = "fromPerson")]
    async fn outgoing(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.to_person_id).await?;
        Ok(Person(person))
    }

    /// Who would have it again.
    async fn to_person(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.from_person_id).await?;
        Ok(Person(person))
    }
}

/// What the handovers of a programme have moved and nothing has moved since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct MovedBy(Uuid);

impl Loader<MovedBy> for Loaders {
    type Value = Vec<handover::Model>;
    type Error = Shared;

    async fn load(&self, keys: &[MovedBy]) -> Result<HashMap<MovedBy, Self::Value>, Shared> {
        let programmes: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let today = self.caller.today();
        let moved = reviews::to_hand_back(&self.app.db.read, &programmes, today).await?;
        let mut loaded: HashMap<MovedBy, Self::Value> = HashMap::new();
        for row in moved {
            if let Some(programme_id) = row.programme_id {
                loaded.entry(MovedBy(programme_id)).or_default().push(row);
            }
        }
        Ok(loaded)
    }
}

/// What an owner makes of a review.
#[derive(Debug, InputObject)]
pub struct ReviewDecideInput {
    /// Which review.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Whether the split stays. REVERT moves nobody: the answer's `handoversBack` says what would.
    verdict: ReviewVerdict,
    /// Why, 1 to 5,000 characters.
    note: String,
    /// When to look back again, a day after today; half a year from today by default. Moved forward to a working day of the
    /// owner who is asked.
    next_on: Option<Day>,
}

/// What came of a decision on a review.
#[derive(Debug, SimpleObject)]
pub struct ReviewPayload {
    /// The review as it is now; null when nothing was changed, but for a stale version.
    review: Option<ProgrammeReview>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of reviews.
#[derive(Default)]
pub struct ReviewMutations;

#[Object]
impl ReviewMutations {
    /// Stores what an owner makes of a review with the figures of today, and plans the next one. Owners only.
    async fn review_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the owner makes of it.")] input: ReviewDecideInput,
    ) -> Result<ReviewPayload> {
        let decided = async {
            let id = Kind::ProgrammeReview.parse("id", &input.id)?;
            let new = NewVerdict {
                verdict: input.verdict.into(),
                note: input.note,
                next_on: input.next_on.map(|day| day.0),
            };
            reviews::decide(ctx.db(), ctx.caller(), id, input.expected_version, new).await
        };
        let decided = decided.await;
        let id = &input.id;
        let (row, user_errors) =
            split_or_current::<programme_review::Entity>(ctx, id, decided).await?;
        Ok(ReviewPayload {
            review: row.map(ProgrammeReview),
            user_errors,
        })
    }
}
