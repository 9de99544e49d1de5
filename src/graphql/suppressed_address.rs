//! Addresses that nothing is sent to, and how an owner lifts that.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::contact::Contact;
use super::context::Asked;
use super::filter::TextComparator;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Loaders, Shared, by_id, shared};
use super::payload::{UserError, split_or_current};
use super::person::Person;
use crate::domain::page::Term;
use crate::domain::suppressions::{self, Whose};
use crate::entity::{Moment, person, suppressed_address};

/// An address that nothing is sent to, because a mail server said that it is of no use. It holds for the address: whoever
/// gets another one is written to there. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct SuppressedAddress(pub suppressed_address::Model);

#[Object(use_type_description)]
impl SuppressedAddress {
    /// The suppression's global id: `sup_…`.
    pub async fn id(&self) -> ID {
        Kind::SuppressedAddress.id(self.0.id)
    }

    /// The address, in lower case.
    async fn address(&self) -> &str {
        &self.0.address
    }

    /// What happened, with the mail server's words.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Since when nothing is sent to it.
    async fn suppressed_at(&self) -> Moment {
        self.0.suppressed_at
    }

    /// Who of the agency has this address today; nobody when they have got another.
    async fn people(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let people = self.whose(ctx).await?.into_iter();
        Ok(people
            .filter_map(|whose| match whose {
                Whose::Person(person) => Some(Person(person)),
                Whose::Contact(..) => None,
            })
            .collect())
    }

    /// The contacts of clients that have this address today.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        let contacts = self.whose(ctx).await?.into_iter();
        Ok(contacts
            .filter_map(|whose| match whose {
                Whose::Contact(contact, _) => Some(Contact(contact)),
                Whose::Person(_) => None,
            })
            .collect())
    }

    /// When the suppression was lifted; null while it is in force.
    async fn lifted_at(&self) -> Option<Moment> {
        self.0.lifted_at
    }

    /// Who lifted it; null while it is in force, and when it was somebody at the command line.
    async fn lifted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.lifted_by_id else {
            return Ok(None);
        };
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// Why it was lifted; null while it is in force.
    async fn lifted_reason(&self) -> Option<&str> {
        self.0.lifted_reason.as_deref()
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What was changed about it, the newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Change>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        history::of(ctx, self.0.id, &paging).await
    }
}

impl SuppressedAddress {
    async fn whose(&self, ctx: &Context<'_>) -> Result<Vec<Whose>, Shared> {
        let key = HoldersOf(self.0.address.clone());
        Ok(ctx.loaders().load_one(key).await?.unwrap_or_default())
    }
}

/// Who has an address today, by the address.
#[derive(Clone, PartialEq, Eq, Hash)]
struct HoldersOf(String);

impl Loader<HoldersOf> for Loaders {
    type Value = Vec<Whose>;
    type Error = Shared;

    async fn load(&self, keys: &[HoldersOf]) -> Result<HashMap<HoldersOf, Vec<Whose>>, Shared> {
        let addresses = keys.iter().map(|key| key.0.as_str());
        let holders = suppressions::holders(&self.app.db.read, addresses, self.caller.now)
            .await
            .map_err(shared)?;
        let keyed = holders
            .into_iter()
            .map(|(address, whose)| (HoldersOf(address), whose));
        Ok(keyed.collect())
    }
}

/// Which suppressed addresses. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SuppressedAddressFilter {
    /// By address.
    address: Option<TextComparator>,
    /// Whose suppression was lifted (true), or is in force (false, also when left out).
    #[graphql(default = false)]
    lifted: bool,
}

impl SuppressedAddressFilter {
    fn condition(&self) -> Condition {
        use suppressed_address::Column;
        let lifted = match self.lifted {
            true => Column::LiftedAt.is_not_null(),
            false => Column::LiftedAt.is_null(),
        };
        let address = self.address.as_ref();
        Condition::all()
            .add(lifted)
            .add_option(address.map(|address| address.on(Column::Address)))
    }
}

/// Queries about suppressed addresses.
#[derive(Default)]
pub struct SuppressedAddressQueries;

#[Object]
impl SuppressedAddressQueries {
    /// The addresses that nothing is sent to, the latest suppressed first. Owners and managers.
    async fn suppressed_addresses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only suppressions for which this holds; those in force by default.")]
        filter: Option<SuppressedAddressFilter>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SuppressedAddress>> {
        ctx.caller()
            .must_read_all("read which addresses are suppressed")?;
        let filter = filter.unwrap_or_default().condition();
        let select = suppressed_address::Entity::find().filter(filter);
        let latest_first = Term {
            column: suppressed_address::Column::SuppressedAt,
            folded: false,
            descending: true,
        };
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        list(
            ctx,
            "suppressedAddresses",
            select,
            &[latest_first],
            suppressed_address::Column::Id,
            &paging,
            SuppressedAddress,
        )
        .await
    }
}

/// Whose suppression is lifted, and why.
#[derive(Debug, InputObject)]
pub struct SuppressedAddressLiftInput {
    /// Which suppression: one in force.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Why mails will arrive there again; 1 to 2,000 characters, kept in the history.
    reason: String,
}

/// What came of lifting a suppression.
#[derive(Debug, SimpleObject)]
pub struct SuppressedAddressPayload {
    /// The suppression as it is now; null when nothing was changed, but for a stale version.
    suppressed_address: Option<SuppressedAddress>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of suppressed addresses.
#[derive(Default)]
pub struct SuppressedAddressMutations;

#[Object]
impl SuppressedAddressMutations {
    /// Lets mails go to an address again: those to come, not those that failed. Should the next one be refused as well, the
    /// address is suppressed anew. Owners only.
    async fn suppressed_address_lift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which suppression, and why.")] input: SuppressedAddressLiftInput,
    ) -> Result<SuppressedAddressPayload> {
        let lifted = async {
            let id = Kind::SuppressedAddress.parse("id", &input.id)?;
            let (db, caller, expected) = (ctx.db(), ctx.caller(), input.expected_version);
            suppressions::lift(db, caller, id, expected, &input.reason).await
        };
        let (row, user_errors) =
            split_or_current::<suppressed_address::Entity>(ctx, &input.id, lifted.await).await?;
        Ok(SuppressedAddressPayload {
            suppressed_address: row.map(SuppressedAddress),
            user_errors,
        })
    }
}
