//! The people at a client.

use async_graphql::{
    Context, Description, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};

use super::client::Client;
use super::connection::{Connection, Paging};
use super::context::Asked;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split, split_or_current};
use crate::domain::contacts::{self, ContactEdit, NewContact};
use crate::entity::{Moment, client, client_contact};

/// A person at a client.
#[derive(Clone, Debug, Description)]
pub struct Contact(pub client_contact::Model);

#[Object(use_type_description)]
impl Contact {
    /// The contact's global id: `con_…`.
    pub async fn id(&self) -> ID {
        Kind::Contact.id(self.0.id)
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Their address; unique within the client.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What they do there; null when not set.
    async fn job_title(&self) -> Option<&str> {
        self.0.job_title.as_deref()
    }

    /// Whether letters go to them; one contact of a client at most.
    async fn is_primary(&self) -> bool {
        self.0.is_primary
    }

    /// Where they work.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
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

    /// When they were archived; null while they are on the lists.
    async fn archived_at(&self) -> Option<Moment> {
        self.0.archived_at
    }
}

/// What a new contact needs.
#[derive(Debug, InputObject)]
pub struct ContactCreateInput {
    /// Where they work.
    client_id: ID,
    /// Full name, 1 to 200 characters.
    name: String,
    /// Their address; unique within the client.
    email: String,
    /// What they do there.
    job_title: Option<String>,
    /// Whether letters go to them; takes over from whoever was primary.
    #[graphql(default = false)]
    is_primary: bool,
}

/// What to change about a contact. What is absent stays, null clears.
#[derive(Debug, InputObject)]
pub struct ContactUpdateInput {
    /// Which contact.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Full name, 1 to 200 characters.
    name: Option<String>,
    /// Their address; unique within the client.
    email: Option<String>,
    /// What they do there; null clears.
    job_title: MaybeUndefined<String>,
    /// Whether letters go to them; takes over from whoever was primary.
    is_primary: Option<bool>,
}

/// Which contact to archive.
#[derive(Debug, InputObject)]
pub struct ContactArchiveInput {
    /// Which contact.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a contact.
#[derive(Debug, SimpleObject)]
pub struct ContactPayload {
    /// The contact as it is now; null when nothing was changed, but for a stale version.
    contact: Option<Contact>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of contacts.
#[derive(Default)]
pub struct ContactMutations;

#[Object]
impl ContactMutations {
    /// Adds a contact to a client. Owners, and managers accountable for the client.
    async fn contact_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the contact needs.")] input: ContactCreateInput,
    ) -> Result<ContactPayload> {
        let created = async {
            let new = NewContact {
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                name: input.name,
                email: input.email,
                job_title: input.job_title,
                is_primary: input.is_primary,
            };
            contacts::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(ContactPayload {
            contact: row.map(Contact),
            user_errors,
        })
    }

    /// Changes a contact. Owners, and managers accountable for the client.
    async fn contact_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ContactUpdateInput,
    ) -> Result<ContactPayload> {
        let updated = async {
            let edit = ContactEdit {
                name: input.name,
                email: input.email,
                job_title: input.job_title.into(),
                is_primary: input.is_primary,
            };
            let id = Kind::Contact.parse("id", &input.id)?;
            contacts::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Takes a contact off the lists: nothing is sent to them any more. Owners, and managers accountable for the client.
    async fn contact_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact.")] input: ContactArchiveInput,
    ) -> Result<ContactPayload> {
        let archived = async {
            let id = Kind::Contact.parse("id", &input.id)?;
            contacts::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<client_contact::Model>,
) -> Result<ContactPayload> {
    let (row, user_errors) = split_or_current::<client_contact::Entity>(ctx, id, changed).await?;
    Ok(ContactPayload {
        contact: row.map(Contact),
        user_errors,
    })
}
