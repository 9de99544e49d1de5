//! What every part of the schema owes a frontend. Whoever adds one that does not keep it finds it here, with an exception to
//! argue for.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use meridian::graphql::sorted_sdl;

/// What begins something new is not told which version it changes.
const BEGINNINGS: [&str; 8] = [
    "Create", "Draft", "Log", "Raise", "Resend", "Start", "Take", "Test",
];

/// Mutations that change something and take no `expectedVersion`, and why.
const WITHOUT_VERSION: [(&str, &str); 16] = [
    (
        "apiTokenRevoke",
        "what was revoked stays so: there is nothing to lose",
    ),
    (
        "assignmentSet",
        "assignments are append-only: whoever sets a day sees in the answer what it closed",
    ),
    ("assignmentsSet", "as assignmentSet"),
    ("bookingsChange", "each item has one"),
    (
        "emailCancel",
        "senders move mails as well: the state they are in is the guard",
    ),
    ("emailRelease", "as emailCancel"),
    ("emailRetry", "as emailCancel"),
    ("responsibilityExceptionSet", "exceptions are append-only"),
    ("sessionRevoke", "as apiTokenRevoke"),
    ("sessionRevokeOthers", "as apiTokenRevoke"),
    ("timeOffsChange", "each item has one"),
    (
        "updatePromptDismiss",
        "choices are append-only; the latest holds",
    ),
    ("updatePromptHandOver", "as updatePromptDismiss"),
    ("updatePromptResume", "as updatePromptDismiss"),
    ("updatePromptSnooze", "as updatePromptDismiss"),
    (
        "webhookDeliveryReplay",
        "a delivery has none: it is refused unless it has ended",
    ),
];

/// Payloads whose object has its version one level below.
const VERSION_BELOW: [(&str, &str); 1] = [(
    "RelationshipPayload",
    "a relationship is reckoned; what can change of it is its note, which has a version",
)];

/// Objects without a history, and why.
const WITHOUT_HISTORY: [(&str, &str); 7] = [
    (
        "EmailAttempt",
        "a line of a mail's timeline, which never changes",
    ),
    ("PromptChoice", "append-only: the choices are the history"),
    (
        "Session",
        "begins by signing in and ends: what else changes of it is when it was last seen",
    ),
    ("Skill", "is named once and never changes"),
    ("Touchpoint", "is logged once and never changes"),
    ("WebhookAttempt", "as EmailAttempt"),
    ("WebhookDelivery", "its attempts are its history"),
];

/// Inputs that may name a client, and a project of it: no alternatives.
const CLIENT_AND_PROJECT: [&str; 9] = [
    "AssignmentFilter",
    "ClientRequestFilter",
    "ClientRequestRaiseInput",
    "TouchpointFilter",
    "TouchpointLogInput",
    "UpdatePromptDismissInput",
    "UpdatePromptHandOverInput",
    "UpdatePromptResumeInput",
    "UpdatePromptSnoozeInput",
];

/// A type's fields, or an input's, by name.
pub(super) struct Shape {
    is_one_of: bool,
    is_input: bool,
    is_node: bool,
    pub(super) fields: BTreeMap<String, Field>,
}

pub(super) struct Field {
    of: String,
    is_nullable: bool,
    arguments: Vec<String>,
}

pub(super) fn shapes() -> BTreeMap<String, Shape> {
    let document = parse_schema(sorted_sdl()).unwrap();
    let types = document
        .definitions
        .into_iter()
        .filter_map(|one| match one {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
    types
        .filter_map(|definition| {
            let directives = definition.directives.iter();
            let is_one_of = directives.clone().any(|one| one.node.name.node == "oneOf");
            let (is_input, is_node, fields) = match definition.kind {
                TypeKind::Object(object) => {
                    let mut implements = object.implements.iter();
                    let is_node = implements.any(|one| one.node == "Node");
                    let fields = object.fields.iter().map(|field| {
                        let arguments = field.node.arguments.iter().map(name).collect();
                        (
                            field.node.name.node.to_string(),
                            self::field(&field.node.ty.node, arguments),
                        )
                    });
                    (false, is_node, fields.collect())
                }
                TypeKind::InputObject(input) => {
                    let fields = input
                        .fields
                        .iter()
                        .map(|value| (name(value), field(&value.node.ty.node, Vec::new())));
                    (true, false, fields.collect())
                }
                _ => return None,
            };
            let shape = Shape {
                is_one_of,
                is_input,
                is_node,
                fields,
            };
            Some((definition.name.node.to_string(), shape))
        })
        .collect()
}

fn name(value: &async_graphql::Positioned<InputValueDefinition>) -> String {
    value.node.name.node.to_string()
}

fn field(ty: &Type, arguments: Vec<String>) -> Field {
    let is_nullable = ty.nullable;
    let mut ty = ty;
    let of = loop {
        match &ty.base {
            BaseType::Named(name) => break name.to_string(),
            BaseType::List(item) => ty = item,
        }
    };
    Field {
        of,
        is_nullable,
        arguments,
    }
}

/// Each mutation with its input and its payload.
pub(super) fn mutations(shapes: &BTreeMap<String, Shape>) -> Vec<(String, String, String)> {
    let fields = shapes["Mutation"].fields.iter();
    fields
        .map(|(name, field)| {
            assert_eq!(field.arguments, ["input"], "{name} takes one `input`");
            assert!(
                !field.is_nullable,
                "{name}: what failed as a whole leaves no data"
            );
            let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
            (name.clone(), input, field.of.clone())
        })
        .collect()
}

/// What the schema lacks must be what the exceptions say, no more and no less.
fn assert_lacking(lacking: Vec<String>, exceptions: impl IntoIterator<Item = &'static str>) {
    let mut exceptions: Vec<&str> = exceptions.into_iter().collect();
    exceptions.sort_unstable();
    assert_eq!(lacking, exceptions);
}

#[test]
fn what_changes_something_takes_the_version_that_was_read() {
    let shapes = shapes();
    let all = mutations(&shapes);
    assert!(all.len() > 70, "{}", all.len());
    let lacking = all
        .iter()
        .filter(|(name, input, _)| {
            let begins = BEGINNINGS.iter().any(|word| name.ends_with(word));
            !begins && !shapes[input].fields.contains_key("expectedVersion")
        })
        .map(|(name, ..)| name.clone());
    assert_lacking(lacking.collect(), WITHOUT_VERSION.map(|(name, _)| name));
}

#[test]
fn what_takes_a_version_answers_with_the_object_as_it_is_and_its_version() {
    let shapes = shapes();
    let all = mutations(&shapes);
    let takes_version = |input: &str| shapes[input].fields.contains_key("expectedVersion");
    let mut lacking: Vec<String> = all
        .iter()
        .filter(|(_, input, _)| takes_version(input))
        .filter(|(_, _, payload)| {
            let mut fields = shapes[payload].fields.values();
            !fields.any(|field| {
                let object = shapes.get(&field.of);
                field.is_nullable
                    && object.is_some_and(|object| object.fields.contains_key("version"))
            })
        })
        .map(|(_, _, payload)| payload.clone())
        .collect();
    lacking.dedup();
    assert_lacking(lacking, VERSION_BELOW.map(|(name, _)| name));
}

#[test]
fn what_can_change_has_a_history() {
    let shapes = shapes();
    let paging = ["first", "after", "last", "before"];
    let lacking = shapes
        .iter()
        .filter(|(_, shape)| shape.is_node)
        .filter(|(_, shape)| {
            !shape.fields.get("history").is_some_and(|history| {
                let pages = paging
                    .iter()
                    .all(|argument| history.arguments.iter().any(|one| one == argument));
                history.of == "ChangeConnection" && pages
            })
        })
        .map(|(name, _)| name.clone());
    assert_lacking(lacking.collect(), WITHOUT_HISTORY.map(|(name, _)| name));
}

#[test]
fn what_is_one_of_several_is_one_of() {
    let shapes = shapes();
    let lacking = shapes
        .iter()
        .filter(|(_, shape)| shape.is_input && !shape.is_one_of)
        .filter(|(_, shape)| {
            let named = ["clientId", "projectId"].map(|name| shape.fields.get(name));
            matches!(named, [Some(_), Some(project)] if project.is_nullable)
        })
        .map(|(name, _)| name.clone());
    assert_lacking(lacking.collect(), CLIENT_AND_PROJECT);
    let one_of = shapes.values().filter(|shape| shape.is_one_of);
    for shape in one_of.clone() {
        assert!(shape.fields.values().all(|field| field.is_nullable));
    }
    assert!(one_of.count() > 5);
}

#[test]
fn what_takes_several_items_can_be_tried_before() {
    let shapes = shapes();
    for (name, input, payload) in mutations(&shapes) {
        let fields = &shapes[&input].fields;
        if fields.contains_key("items") {
            assert!(fields.contains_key("dryRun"), "{name}");
            assert!(shapes[&payload].fields.contains_key("results"), "{name}");
        }
    }
}
