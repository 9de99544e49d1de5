//! Touchpoints.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{Condition, EntityTrait, QueryFilter};

use super::client::Client;
use super::connection::{Connection, Paging, list};
use super::contact::Contact;
use super::context::Asked;
use super::enums::TouchpointKind;
use super::filter::{DateComparator, IdComparator, TouchpointKindComparator};
use super::id::Kind;
use super::loaders::{by_id, the};
use super::payload::{UserError, split};
use super::person::Person;
use super::project::Project;
use crate::domain::page::Term;
use crate::domain::touchpoints::{self, NewTouchpoint};
use crate::entity::{Day, Moment, client, client_contact, person, project, touchpoint};
use crate::error::Error;

/// A logged contact with a client.
#[derive(Clone, Debug, Description)]
pub struct Touchpoint(pub touchpoint::Model);

#[Object(use_type_description)]
impl Touchpoint {
    /// The touchpoint's global id: `tou_…`.
    pub async fn id(&self) -> ID {
        Kind::Touchpoint.id(self.0.id)
    }

    /// With whom.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// About which project; null when it was about none in particular.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        Ok(by_id::<project::Entity>(ctx, id).await?.map(Project))
    }

    /// Who of us; null when not noted.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.person_id else {
            return Ok(None);
        };
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// Who of the client; null when not noted.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        let Some(id) = self.0.contact_id else {
            return Ok(None);
        };
        Ok(by_id::<client_contact::Entity>(ctx, id).await?.map(Contact))
    }

    /// What sort of contact it was.
    async fn kind(&self) -> TouchpointKind {
        self.0.kind.into()
    }

    /// When it was.
    async fn occurred_at(&self) -> Moment {
        self.0.occurred_at
    }

    /// The day it was, where whoever had the contact lives.
    async fn occurred_on(&self) -> Day {
        self.0.occurred_on
    }

    /// What was said; empty when nothing was noted. For owners, managers and whoever had the contact: null, with an error,
    /// for others.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        if !touchpoints::may_read_note(ctx.caller(), &self.0) {
            let why = "Only owners, managers and whoever had the contact may read its note.";
            return Err(Error::Forbidden(why.into()).into());
        }
        Ok(Some(&self.0.note))
    }
}

/// Which touchpoints. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TouchpointFilter {
    /// By client.
    client_id: Option<IdComparator>,
    /// By project.
    project_id: Option<IdComparator>,
    /// By who of us had the contact.
    person_id: Option<IdComparator>,
    /// By kind.
    kind: Option<TouchpointKindComparator>,
    /// By the day they were.
    occurred_on: Option<DateComparator>,
}

impl TouchpointFilter {
    fn condition(&self) -> crate::error::Result<Condition> {
        use touchpoint::Column;
        let mut all = Condition::all()
            .add_option(self.kind.as_ref().map(|kind| kind.on(Column::Kind)))
            .add_option(
                self.occurred_on
                    .as_ref()
                    .map(|day| day.on(Column::OccurredOn)),
            );
        let ids = [
            (
                "filter.clientId",
                &self.client_id,
                Kind::Client,
                Column::ClientId,
            ),
            (
                "filter.projectId",
                &self.project_id,
                Kind::Project,
                Column::ProjectId,
            ),
            (
                "filter.personId",
                &self.person_id,
                Kind::Person,
                Column::PersonId,
            ),
        ];
        for (field, id, kind, column) in ids {
            if let Some(id) = id {
                all = all.add(id.on(field, kind, column)?);
            }
        }
        Ok(all)
    }
}

/// Queries about touchpoints.
#[derive(Default)]
pub struct TouchpointQueries;

#[Object]
impl TouchpointQueries {
    /// The contacts with clients, newest first.
    async fn touchpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only touchpoints for which this holds.")] filter: Option<
            TouchpointFilter,
        >,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Touchpoint>> {
        let filter = filter.unwrap_or_default();
        let select = touchpoint::Entity::find().filter(filter.condition()?);
        let newest_first = [Term {
            column: touchpoint::Column::OccurredAt,
            folded: false,
            descending: true,
        }];
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = touchpoint::Column::Id;
        let name = "touchpoints";
        list(ctx, name, select, &newest_first, id, &paging, Touchpoint).await
    }
}

/// A contact with a client, to be logged.
#[derive(Debug, InputObject)]
pub struct TouchpointLogInput {
    /// With whom; not archived.
    client_id: ID,
    /// What sort of contact.
    kind: TouchpointKind,
    /// When; now by default. Not before 1970, and at most five minutes ahead of the server's clock.
    occurred_at: Option<Moment>,
    /// About which of the client's projects.
    project_id: Option<ID>,
    /// Who of the client; not archived.
    contact_id: Option<ID>,
    /// Who of us; yourself by default. Only an owner logs the contact of somebody else.
    person_id: Option<ID>,
    /// What was said; at most 10,000 characters.
    #[graphql(default)]
    note: String,
}

/// What came of logging a contact.
#[derive(Debug, SimpleObject)]
pub struct TouchpointPayload {
    /// The touchpoint; null when nothing was logged.
    touchpoint: Option<Touchpoint>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of touchpoints.
#[derive(Default)]
pub struct TouchpointMutations;

#[Object]
impl TouchpointMutations {
    /// Logs a contact with a client. Owners, managers accountable for the client or one of its projects, and whoever stands
    /// in today for somebody accountable.
    async fn touchpoint_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the touchpoint needs.")] input: TouchpointLogInput,
    ) -> Result<TouchpointPayload> {
        let optional = |kind: Kind, field: &str, id: &Option<ID>| {
            id.as_ref().map(|id| kind.parse(field, id)).transpose()
        };
        let logged = async {
            let new = NewTouchpoint {
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                project_id: optional(Kind::Project, "projectId", &input.project_id)?,
                person_id: optional(Kind::Person, "personId", &input.person_id)?,
                contact_id: optional(Kind::Contact, "contactId", &input.contact_id)?,
                kind: input.kind.into(),
                occurred_at: input.occurred_at.map(|moment| moment.0),
                note: input.note,
            };
            touchpoints::log(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(logged.await)?;
        Ok(TouchpointPayload {
            touchpoint: row.map(Touchpoint),
            user_errors,
        })
    }
}
