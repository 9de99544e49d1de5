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
use super::email::{Email, EmailAttempt, may_read as may_read_email};
use super::handover::{Handover, HandoverStep};
use super::holiday::{Holiday, HolidayCalendar};
use super::id::{Kind, parse};
use super::inventory::InventorySnapshot;
use super::letter::Letter;
use super::loaders::{Shared, by_id};
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
use super::work_schedule::WorkSchedule;
use crate::domain::access::Caller;
use crate::domain::{booking_changes, handovers, plans};
use crate::entity::{
    api_token, assignment, booking, client, client_contact, client_request, email, email_attempt,
    handover, handover_step, holiday, holiday_calendar, inventory_snapshot, letter, person, plan,
    programme, programme_review, project, prompt_choice, relationship, responsibility,
    responsibility_exception, role, role_decision, schedule, session, skill, suppressed_address,
    time_off, touchpoint, work_schedule,
};
use crate::error::Error;

/// Each line: a type, its entity, and which of its rows the caller may see: the same rule as at the root.
macro_rules! nodes {
    ($($name:ident($entity:ident) if $visible:expr;)+) => {
        /// Something with a global id.
        #[derive(Clone, Debug, Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "The object's global id: three letters that say its kind, `_`, and 32 digits."))]
        pub enum Node {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                $name($name),
            )+
        }

        /// The object that a global id names; none when there is none, or none that the caller may see by what is in its row.
        async fn named(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Shared> {
            match parse(id) {
                $(
                    Some((Kind::$name, id)) => {
                        let visible: fn(&Caller, &$entity::Model) -> bool = $visible;
                        let row = by_id::<$entity::Entity>(ctx, id).await?;
                        let row = row.filter(|row| visible(ctx.caller(), row));
                        Ok(row.map(|row| Node::$name($name(row))))
                    }
                )+
                _ => Ok(None),
            }
        }
    };
}

nodes! {
    Client(client) if |_, _| true;
    Contact(client_contact) if |_, _| true;
    Project(project) if |_, _| true;
    ClientRequest(client_request) if |caller, _| caller.reads_all();
    Booking(booking) if booking_changes::may_read;
    Touchpoint(touchpoint) if |_, _| true;
    Person(person) if |_, _| true;
    Plan(plan) if |caller, _| plans::may_read(caller);
    WorkSchedule(work_schedule) if |caller, row| caller.reads_work_of(row.person_id);
    HolidayCalendar(holiday_calendar) if |_, _| true;
    Holiday(holiday) if |_, _| true;
    TimeOff(time_off) if |caller, row| caller.reads_work_of(row.person_id);
    Skill(skill) if |_, _| true;
    Role(role) if |_, _| true;
    RoleDecision(role_decision) if |_, _| true;
    Responsibility(responsibility) if |_, _| true;
    Assignment(assignment) if |_, _| true;
    ResponsibilityException(responsibility_exception) if |_, _| true;
    InventorySnapshot(inventory_snapshot) if |caller, _| caller.reads_all();
    RelationshipNote(relationship) if |caller, _| caller.reads_all();
    Email(email) if may_read_email;
    EmailAttempt(email_attempt) if |caller, _| caller.reads_all();
    // Whoever sees its handover: `load` asks.
    Letter(letter) if |_, _| true;
    PromptChoice(prompt_choice) if |caller, _| caller.reads_all();
    Schedule(schedule) if |caller, row| caller.reads_work_of(row.person_id);
    Programme(programme) if |caller, _| caller.reads_all();
    Handover(handover) if handovers::may_read;
    HandoverStep(handover_step) if |caller, row| caller.reads_work_of(row.owner_id);
    ProgrammeReview(programme_review) if |caller, _| caller.reads_all();
    SuppressedAddress(suppressed_address) if |caller, _| caller.reads_all();
    Session(session) if |caller, row| caller.reads_private_of(row.person_id);
    ApiToken(api_token) if |caller, row| caller.reads_private_of(row.person_id);
}

/// The object that a global id names; none when there is none, or none that the caller may see.
async fn load(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Shared> {
    match named(ctx, id).await? {
        Some(Node::Letter(letter)) if !letter.is_visible(ctx).await? => Ok(None),
        node => Ok(node),
    }
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
