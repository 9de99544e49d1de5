//! The GraphQL API: thin. Check the viewer, call the domain, wrap.

pub mod accountable;
pub mod api_token;
pub mod assignment;
pub mod book;
pub mod booking;
pub mod capacity;
pub mod client;
pub mod client_filter;
pub mod client_or_project;
pub mod client_request;
pub mod connection;
pub mod contact;
pub mod contact_card;
pub mod context;
pub mod decision;
pub mod email;
pub mod enums;
pub mod error;
mod facts;
pub mod field_errors;
pub mod filter;
pub mod future;
pub mod guard;
pub mod handover;
pub mod history;
pub mod holiday;
pub mod id;
pub mod inventory;
pub mod letter;
pub mod loaders;
pub mod node;
pub mod occasion;
pub mod payload;
pub mod person;
pub mod plan;
pub mod programme;
pub mod programme_review;
pub mod project;
pub mod project_filter;
pub mod prompt_choice;
pub mod relationship;
pub mod responsibility;
pub mod responsibility_exception;
pub mod role;
pub mod role_decision;
mod scalars;
pub mod schedule;
pub mod session;
pub mod simulation;
pub mod skill;
pub mod split_figures;
pub mod suppressed_address;
pub mod team;
pub mod time_off;
pub mod touchpoint;
pub mod webhook;
pub mod work_schedule;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema};

/// What can be read.
#[derive(Default, MergedObject)]
pub struct Query(
    client::ClientQueries,
    client_request::ClientRequestQueries,
    simulation::SimulationQueries,
    simulation::AcceptanceQueries,
    role::RoleQueries,
    responsibility::ResponsibilityQueries,
    assignment::AssignmentQueries,
    project::ProjectQueries,
    role_decision::RoleDecisionQueries,
    touchpoint::TouchpointQueries,
    node::NodeQueries,
    team::TeamQueries,
    email::EmailQueries,
    email::ForecastQueries,
    suppressed_address::SuppressedAddressQueries,
    person::PersonQueries,
    plan::PlanQueries,
    holiday::HolidayQueries,
    skill::SkillQueries,
    inventory::InventoryQueries,
    letter::LetterQueries,
    handover::HandoverQueries,
    programme::ProgrammeQueries,
    session::SessionQueries,
    api_token::ApiTokenQueries,
    webhook::WebhookQueries,
);

/// What can be changed. Every mutation takes one `input` and answers with the object and `userErrors`.
#[derive(Default, MergedObject)]
pub struct Mutation(
    client::ClientMutations,
    client_request::ClientRequestMutations,
    contact::ContactMutations,
    role::RoleMutations,
    responsibility::ResponsibilityMutations,
    assignment::AssignmentMutations,
    assignment::AssignmentBatchMutations,
    project::ProjectMutations,
    role_decision::RoleDecisionMutations,
    booking::BookingMutations,
    booking::BookingBatchMutations,
    touchpoint::TouchpointMutations,
    schedule::ScheduleMutations,
    prompt_choice::UpdatePromptMutations,
    email::EmailMutations,
    person::PersonMutations,
    plan::PlanMutations,
    work_schedule::WorkScheduleMutations,
    holiday::HolidayMutations,
    time_off::TimeOffMutations,
    time_off::TimeOffBatchMutations,
    skill::SkillMutations,
    suppressed_address::SuppressedAddressMutations,
    letter::LetterMutations,
    handover::HandoverMutations,
    programme::ProgrammeMutations,
    programme_review::ReviewMutations,
    relationship::RelationshipMutations,
    inventory::InventoryMutations,
    responsibility_exception::ResponsibilityExceptionMutations,
    session::SessionMutations,
    api_token::ApiTokenMutations,
    webhook::WebhookMutations,
);

/// What can be watched, over a WebSocket or as server-sent events. Each operation has one field, and permission is asked for
/// again with each event.
#[derive(Default, MergedSubscription)]
pub struct Subscription(
    project::ProjectSubscriptions,
    capacity::CapacitySubscriptions,
    email::EmailSubscriptions,
);

/// Meridian's schema.
pub type MeridianSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema. Needs no database: what a request works with is put on the request.
pub fn schema() -> MeridianSchema {
    Schema::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .extension(field_errors::FieldErrors)
    // It compares a name with all others as often as the document pleases; the guard does it for those that are told.
    .disable_suggestions()
    .finish()
}

/// The schema as `schema.graphql` keeps it: everything sorted, so that its history reads well.
pub fn sorted_sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    schema().sdl_with_options(options)
}
