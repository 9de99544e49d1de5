//! Letters to clients: drafted for a handover, edited, approved by two people, and sent once.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::connection::{Connection, Paging, list};
use super::contact::Contact;
use super::context::Asked;
use super::email::Email;
use super::handover::Handover;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Shared, by_id, by_parent, the};
use super::payload::{UserError, split, split_or_current};
use super::person::Person;
use crate::domain::letters::{self, LetterEdit};
use crate::domain::page::Term;
use crate::email::client_letter::ClientLetter;
use crate::entity::{Moment, client_contact, email, handover, letter, letter_approval, person};

/// The letter that tells a client of a handover: one a handover, sent at most once.
#[derive(Clone, Debug, Description)]
pub struct Letter(pub letter::Model);

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "letters::LetterState")]
pub enum LetterState {
    /// It may change, and waits for approvals.
    Draft,
    /// It has its approvals: its mail is on its way.
    Approved,
    /// The mail server took it.
    Sent,
    /// Its mail ended without being sent: `email` says why. Change the letter to try again.
    Failed,
    /// Its mail may have reached the client, and is not sent again unless an owner releases it: `email` says why. Ask the
    /// client.
    InDoubt,
}

/// Somebody's word that a letter may go as it stands.
#[derive(Clone, Debug, Description)]
pub struct LetterApproval(letter_approval::Model);

#[Object(use_type_description)]
impl LetterApproval {
    /// Who approved it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// The version of the letter that was approved.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When.
    async fn approved_at(&self) -> Moment {
        self.0.approved_at
    }
}

/// What the client would see, rendered by the sender's own function.
#[derive(Debug, SimpleObject)]
pub struct LetterPreview {
    /// The HTML part, a whole document.
    html: String,
    /// The text part: the same words, at most 78 columns.
    text: String,
}

#[Object(use_type_description)]
impl Letter {
    /// The letter's global id: `ltr_…`.
    pub async fn id(&self) -> ID {
        Kind::Letter.id(self.0.id)
    }

    /// The handover that it is about.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Handover> {
        let id = self.0.handover_id;
        Ok(Handover(the::<handover::Entity>(ctx, id).await?))
    }

    /// Who it is for: a contact of the client whose accountability moves.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Contact> {
        let id = self.0.contact_id;
        Ok(Contact(the::<client_contact::Entity>(ctx, id).await?))
    }

    /// Who writes it: whoever hands over. Its mail carries their name, and answers go to their address.
    async fn from(&self, ctx: &Context<'_>) -> Result<Person> {
        let handover = the::<handover::Entity>(ctx, self.0.handover_id).await?;
        let id = handover.from_person_id;
        Ok(Person(the::<person::Entity>(ctx, id).await?))
    }

    /// Its subject, at most 200 characters.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Its text, at most 20,000 characters, paragraphs apart by an empty line.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// What the client would see.
    async fn preview(&self) -> Result<LetterPreview> {
        let words = ClientLetter::new(&self.0.subject, &self.0.body);
        Ok(LetterPreview {
            html: words.html()?,
            text: words.text()?,
        })
    }

    /// Who approved it as it stands, earliest first. Changing the letter voids them.
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<LetterApproval>> {
        let approvals = self.approved_by(ctx).await?;
        Ok(approvals.into_iter().map(LetterApproval).collect())
    }

    /// What it still needs before it is sent, in a sentence; null when it needs nothing more.
    async fn still_needed(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let approvals = self.approved_by(ctx).await?;
        let handover = the::<handover::Entity>(ctx, self.0.handover_id).await?;
        Ok(letters::still_needed(&approvals, &handover))
    }

    /// Where it stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<LetterState> {
        Ok(letters::state(self.mail(ctx).await?.as_ref()).into())
    }

    /// The mail that takes it to the contact, with every attempt to deliver it; null before it is approved, and for members.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<Email>> {
        let mail = self.mail(ctx).await?;
        Ok(mail.filter(|row| ctx.caller().sees(row)).map(Email))
    }

    /// What was changed, the newest first. For owners and managers.
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

    /// Grows with every change of its text or contact; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was drafted.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

impl Letter {
    async fn mail(&self, ctx: &Context<'_>) -> Result<Option<email::Model>> {
        match self.0.email_id {
            Some(id) => Ok(by_id::<email::Entity>(ctx, id).await?),
            None => Ok(None),
        }
    }

    async fn approved_by(&self, ctx: &Context<'_>) -> Result<Vec<letter_approval::Model>> {
        let column = letter_approval::Column::LetterId;
        let mut rows = by_parent::<letter_approval::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| (row.approved_at, row.person_id));
        Ok(rows)
    }

    /// Whether it is there for the caller: for whoever sees its handover.
    async fn is_seen(&self, ctx: &Context<'_>) -> Result<bool, Shared> {
        let handover = the::<handover::Entity>(ctx, self.0.handover_id).await?;
        Ok(ctx.caller().sees(&handover))
    }
}

/// Queries about letters to clients.
#[derive(Default)]
pub struct LetterQueries;

#[Object]
impl LetterQueries {
    /// The letter with this id; null when there is none, or none that you may see. For owners, managers and the two people
    /// of its handover.
    async fn letter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A letter's global id: `ltr_…`.")] id: ID,
    ) -> Result<Option<Letter>> {
        let id = Kind::Letter.named(&id)?;
        let row = by_id::<letter::Entity>(ctx, id).await?.map(Letter);
        Ok(match row {
            Some(letter) if letter.is_seen(ctx).await? => Some(letter),
            _ => None,
        })
    }

    /// The letters to clients that you may see, the newest first.
    async fn letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that were not approved yet, or only those that were.")]
        approved: Option<bool>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Letter>> {
        let mut select = letter::Entity::find();
        let caller = ctx.caller();
        if !caller.reads_all() {
            let seen = handover::Entity::find()
                .select_only()
                .column(handover::Column::Id)
                .filter(caller.seen_handovers());
            select = select.filter(letter::Column::HandoverId.in_subquery(seen.into_query()));
        }
        if let Some(approved) = approved {
            let column = letter::Column::EmailId;
            select = select.filter(match approved {
                true => column.is_not_null(),
                false => column.is_null(),
            });
        }
        let newest_first = Term {
            column: letter::Column::CreatedAt,
            descending: true,
            folded: false,
        };
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = letter::Column::Id;
        list(ctx, "letters", select, &[newest_first], id, &paging, Letter).await
    }
}

/// For which handover to draft a letter.
#[derive(Debug, InputObject)]
pub struct LetterDraftInput {
    /// Which handover.
    handover_id: ID,
}

/// What to change about a letter. What is absent stays. Its approvals are void afterwards.
#[derive(Debug, InputObject)]
pub struct LetterUpdateInput {
    /// Which letter.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Its subject: one line, 1 to 200 characters.
    subject: Option<String>,
    /// Its text: 1 to 20,000 characters, paragraphs apart by an empty line.
    body: Option<String>,
    /// Another contact of the same client, not archived.
    contact_id: Option<ID>,
}

/// Which letter to approve.
#[derive(Debug, InputObject)]
pub struct LetterApproveInput {
    /// Which letter.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: i64,
}

/// What came of a change of a letter.
#[derive(Debug, SimpleObject)]
pub struct LetterPayload {
    /// The letter as it is now; null when nothing was changed, but for a stale version.
    letter: Option<Letter>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of letters to clients.
#[derive(Default)]
pub struct LetterMutations;

#[Object]
impl LetterMutations {
    /// Drafts a handover's letter to the client's primary contact, from the programme's three texts and the client's facts.
    /// Owners, the manager who hands over, the one who takes over, and managers accountable for the client.
    async fn letter_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which handover.")] input: LetterDraftInput,
    ) -> Result<LetterPayload> {
        let drafted = async {
            let handover_id = Kind::Handover.parse("handoverId", &input.handover_id)?;
            letters::draft(ctx.db(), ctx.caller(), handover_id).await
        };
        let (row, user_errors) = split(drafted.await)?;
        Ok(LetterPayload {
            letter: row.map(Letter),
            user_errors,
        })
    }

    /// Changes a letter and voids its approvals. Whoever may draft it; refused once it is approved, unless its mail failed.
    async fn letter_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: LetterUpdateInput,
    ) -> Result<LetterPayload> {
        let updated = async {
            let id = Kind::Letter.parse("id", &input.id)?;
            let contact_id = input.contact_id.as_ref();
            let edit = LetterEdit {
                subject: input.subject,
                body: input.body,
                contact_id: contact_id
                    .map(|id| Kind::Contact.parse("contactId", id))
                    .transpose()?,
            };
            letters::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Approves a letter as you have read it. It is sent once two people have, one of them the manager who hands over or
    /// the one who takes over. Owners and managers.
    async fn letter_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which letter.")] input: LetterApproveInput,
    ) -> Result<LetterPayload> {
        let approved = async {
            let id = Kind::Letter.parse("id", &input.id)?;
            let expected = Some(input.expected_version);
            letters::approve(ctx.db(), ctx.caller(), id, expected).await
        };
        payload(ctx, &input.id, approved.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<letter::Model>,
) -> Result<LetterPayload> {
    let (row, user_errors) = split_or_current::<letter::Entity>(ctx, id, changed).await?;
    Ok(LetterPayload {
        letter: row.map(Letter),
        user_errors,
    })
}
