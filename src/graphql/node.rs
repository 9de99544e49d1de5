//! Whatever has an id, by its id.

use async_graphql::{Context, ID, Interface, Object, Result};
use futures_util::future::try_join_all;

use super::api_token::ApiToken;
use super::assignment::Assignment;
use super::booking::Booking;
use super::client::Client;
use super::client_request::ClientRequest;
use super::contact::Contact;
use super::context::Asked;
use super::email::{Email, EmailAttempt};
use super::handover::{Handover, HandoverStep};
use super::holiday::{Holiday, HolidayCalendar};
use super::id::{Kind, parse};
use super::inventory::InventorySnapshot;
use super::letter::Letter;
use super::loaders::{Shared, by_id, the};
use super::person::Person;
use super::plan::Plan;
use super::programme::Programme;
use super::programme_review::ProgrammeReview;
use super::project::Project;
use super::prompt_choice::PromptChoice;
use super::relationship::RelationshipNote;
use super::responsibility::Responsibility;
use super::responsibility_exception::ResponsibilityException;
use super::role::Role;
use super::role_decision::RoleDecision;
use super::schedule::Schedule;
use super::session::Session;
use super::skill::Skill;
use super::suppressed_address::SuppressedAddress;
use super::time_off::TimeOff;
use super::touchpoint::Touchpoint;
use super::webhook::{Webhook, WebhookAttempt, WebhookDelivery};
use super::work_schedule::WorkSchedule;
use crate::entity::{
    api_token, assignment, booking, client, client_contact, client_request, email, email_attempt,
    handover, handover_step, holiday, holiday_calendar, inventory_snapshot, letter, person, plan,
    programme, programme_review, project, prompt_choice, relationship, responsibility,
    responsibility_exception, role, role_decision, schedule, session, skill, suppressed_address,
    time_off, touchpoint, webhook, webhook_attempt, webhook_delivery, work_schedule,
};
use crate::error::Error;

/// Whether the caller sees a row, or the row that it belongs to.
macro_rules! seen {
    ($ctx:ident, $row:ident) => {
        $ctx.caller().sees(&$row)
    };
    ($ctx:ident, $row:ident, $parent:ident($column:ident)) => {{
        let parent = the::<$parent::Entity>($ctx, $row.$column).await?;
        $ctx.caller().sees(&parent)
    }};
}

/// Each line: a type, its entity, and where its row says nothing of who sees it, the row that does.
macro_rules! nodes {
    ($($name:ident($entity:ident) $(as $parent:ident($column:ident))?;)+) => {
        /// Something with a global id.
        #[derive(Clone, Debug, Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "The object's global id: three letters that say its kind, `_`, and 32 digits."))]
        pub enum Node {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                $name($name),
            )+
        }

        /// The object that a global id names; none when there is none, or none that the caller may see.
        async fn load(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Shared> {
            match parse(id) {
                $(
                    Some((Kind::$name, id)) => {
                        let Some(row) = by_id::<$entity::Entity>(ctx, id).await? else {
                            return Ok(None);
                        };
                        let is_seen = seen!(ctx, row $(, $parent($column))?);
                        Ok(is_seen.then_some(Node::$name($name(row))))
                    }
                )+
                _ => Ok(None),
            }
        }
    };
}

nodes! {
    Client(client);
    Contact(client_contact);
    Project(project);
    ClientRequest(client_request);
    Booking(booking);
    Touchpoint(touchpoint);
    Person(person);
    Plan(plan);
    WorkSchedule(work_schedule);
    HolidayCalendar(holiday_calendar);
    Holiday(holiday);
    TimeOff(time_off);
    Skill(skill);
    Role(role);
    RoleDecision(role_decision);
    Responsibility(responsibility);
    Assignment(assignment);
    ResponsibilityException(responsibility_exception);
    InventorySnapshot(inventory_snapshot);
    RelationshipNote(relationship);
    Email(email);
    EmailAttempt(email_attempt) as email(email_id);
    Letter(letter) as handover(handover_id);
    PromptChoice(prompt_choice);
    Schedule(schedule);
    Programme(programme);
    Handover(handover);
    HandoverStep(handover_step) as handover(handover_id);
    ProgrammeReview(programme_review);
    SuppressedAddress(suppressed_address);
    Session(session);
    ApiToken(api_token);
    Webhook(webhook);
    WebhookDelivery(webhook_delivery);
    WebhookAttempt(webhook_attempt);
}

/// Queries by global id.
#[derive(Default)]
pub struct NodeQueries;

#[Object]
impl NodeQueries {
    /// The object with this id; null when there is none, or none that you may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id of any kind.")] id: ID,
    ) -> Result<Option<Node>> {
        if parse(&id).is_none() {
            return Err(Error::NotFound("object").into());
        }
        Ok(load(ctx, &id).await?)
    }

    /// The objects with these ids, in the same order; null where there is none, or none that you may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Global ids of any kinds; at most 100.",
            validator(max_items = 100)
        )]
        ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        Ok(try_join_all(ids.iter().map(|id| load(ctx, id))).await?)
    }
}
