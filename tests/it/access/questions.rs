//! What the root of the schema is asked with; `@name` stands for the id of a thing of the person it is asked about.

use super::world::World;

/// Arguments of the fields of the root that need some, or that show more with some.
pub(super) const ARGUMENTS: &[(&str, &str)] = &[
    ("apiTokens", r#"(personId: "@person", first: 60)"#),
    ("assignments", "(first: 60)"),
    (
        "canAccept",
        r#"(from: "2026-11-23", project: { client: { id: "@client" } })"#,
    ),
    ("client", r#"(id: "@client")"#),
    ("clientRequest", r#"(id: "@request")"#),
    ("clientRequests", "(first: 60)"),
    ("clients", "(first: 60)"),
    ("emailForecast", r#"(personId: "@person", days: 1)"#),
    (
        "emailPreview",
        r#"(kind: CLIENT_UPDATE, personId: "@person")"#,
    ),
    ("emails", "(first: 60)"),
    ("handover", r#"(id: "@handover")"#),
    ("handovers", "(first: 60)"),
    ("inventory", "(first: 60)"),
    ("inventoryDifference", r#"(fromId: "@snapshot")"#),
    ("inventoryExport", "(format: CSV)"),
    ("inventorySnapshot", r#"(id: "@snapshot")"#),
    ("inventorySnapshots", "(first: 60)"),
    ("kickOffsToDecide", "(first: 60)"),
    ("letter", r#"(id: "@letter")"#),
    ("letters", "(first: 60)"),
    ("people", "(first: 60)"),
    ("person", r#"(id: "@person")"#),
    ("plan", r#"(id: "@plan")"#),
    ("plans", "(first: 60)"),
    ("programme", r#"(id: "@programme")"#),
    ("programmes", "(first: 60)"),
    ("project", r#"(id: "@project")"#),
    ("projects", "(first: 60)"),
    ("role", r#"(id: "@role")"#),
    ("sessions", r#"(personId: "@person", first: 60)"#),
    (
        "simulate",
        r#"(operations: [{ loseClient: { clientId: "@client" } }], weeks: 1)"#,
    ),
    ("suppressedAddresses", "(first: 60)"),
    ("touchpoints", "(first: 60)"),
    ("unstaffed", "(first: 60)"),
    ("updatesDue", "(first: 60)"),
    ("webhookDeliveries", "(first: 60)"),
    ("webhooks", "(first: 60)"),
];

/// Each field of each filter: the list it is of, and a value that finds something.
pub(super) const FILTERS: &[(&str, &str, &str)] = &[
    (
        "AssignmentFilter.clientId",
        "assignments",
        r#"{ eq: "@client" }"#,
    ),
    (
        "AssignmentFilter.personId",
        "assignments",
        r#"{ eq: "@person" }"#,
    ),
    (
        "AssignmentFilter.projectId",
        "assignments",
        r#"{ eq: "@project" }"#,
    ),
    (
        "AssignmentFilter.roleId",
        "assignments",
        r#"{ eq: "@accountManager" }"#,
    ),
    ("ClientFilter.archived", "clients", "false"),
    ("ClientFilter.id", "clients", r#"{ eq: "@client" }"#),
    ("ClientFilter.manager", "clients", r#"{ eq: "@person" }"#),
    ("ClientFilter.name", "clients", r#"{ contains: "s" }"#),
    ("ClientFilter.projectLeadMode", "clients", "{ eq: JOINT }"),
    ("ClientFilter.projectStatus", "clients", "{ eq: ACTIVE }"),
    ("ClientFilter.updateOverdue", "clients", "true"),
    (
        "ClientRequestFilter.clientId",
        "clientRequests",
        r#"{ eq: "@client" }"#,
    ),
    (
        "ClientRequestFilter.projectId",
        "clientRequests",
        r#"{ eq: "@project" }"#,
    ),
    (
        "ClientRequestFilter.raisedBy",
        "clientRequests",
        r#"{ eq: "@person" }"#,
    ),
    (
        "ClientRequestFilter.state",
        "clientRequests",
        "{ eq: RAISED }",
    ),
    ("ClientRequestFilter.waiting", "clientRequests", "true"),
    (
        "ClientRequestFilter.wantedBy",
        "clientRequests",
        r#"{ lte: "2027-01-01" }"#,
    ),
    ("EmailFilter.bounced", "emails", "false"),
    ("EmailFilter.kind", "emails", "TEST"),
    ("EmailFilter.period", "emails", r#""2026-11-23""#),
    ("EmailFilter.recipientId", "emails", r#"{ eq: "@person" }"#),
    ("EmailFilter.states", "emails", "[SENT]"),
    ("EmailFilter.unroutable", "emails", "false"),
    (
        "HandoverFilter.clientId",
        "handovers",
        r#"{ eq: "@client" }"#,
    ),
    ("HandoverFilter.dueBy", "handovers", r#""2027-01-01""#),
    (
        "HandoverFilter.personId",
        "handovers",
        r#"{ eq: "@person" }"#,
    ),
    (
        "HandoverFilter.programmeId",
        "handovers",
        r#"{ eq: "@programme" }"#,
    ),
    ("HandoverFilter.stage", "handovers", "{ eq: PLANNED }"),
    ("PersonFilter.access", "people", "{ eq: MANAGER }"),
    ("PersonFilter.archived", "people", "false"),
    ("PersonFilter.email", "people", r#"{ contains: "example" }"#),
    ("PersonFilter.id", "people", r#"{ eq: "@person" }"#),
    ("PersonFilter.name", "people", r#"{ contains: "a" }"#),
    ("PersonFilter.skillId", "people", r#"{ eq: "@skill" }"#),
    ("ProjectFilter.archived", "projects", "false"),
    ("ProjectFilter.clientId", "projects", r#"{ eq: "@client" }"#),
    ("ProjectFilter.id", "projects", r#"{ eq: "@project" }"#),
    (
        "ProjectFilter.kickOffPlannedOn",
        "projects",
        "{ isNull: true }",
    ),
    ("ProjectFilter.launchOn", "projects", "{ isNull: true }"),
    ("ProjectFilter.leadMode", "projects", "{ eq: JOINT }"),
    ("ProjectFilter.manager", "projects", r#"{ eq: "@person" }"#),
    ("ProjectFilter.name", "projects", r#"{ contains: "s" }"#),
    ("ProjectFilter.reDecide", "projects", "false"),
    ("ProjectFilter.status", "projects", "{ eq: ACTIVE }"),
    ("ProjectFilter.updateOverdue", "projects", "true"),
    (
        "SuppressedAddressFilter.address",
        "suppressedAddresses",
        r#"{ contains: "gone" }"#,
    ),
    (
        "SuppressedAddressFilter.lifted",
        "suppressedAddresses",
        "false",
    ),
    (
        "TouchpointFilter.clientId",
        "touchpoints",
        r#"{ eq: "@client" }"#,
    ),
    ("TouchpointFilter.kind", "touchpoints", "{ eq: CALL }"),
    (
        "TouchpointFilter.occurredOn",
        "touchpoints",
        r#"{ lte: "2027-01-01" }"#,
    ),
    (
        "TouchpointFilter.personId",
        "touchpoints",
        r#"{ eq: "@person" }"#,
    ),
    (
        "TouchpointFilter.projectId",
        "touchpoints",
        r#"{ eq: "@project" }"#,
    ),
    (
        "WebhookDeliveryFilter.events",
        "webhookDeliveries",
        "[EMAIL_SENT]",
    ),
    (
        "WebhookDeliveryFilter.states",
        "webhookDeliveries",
        "[DELIVERED]",
    ),
    (
        "WebhookDeliveryFilter.webhookId",
        "webhookDeliveries",
        r#"{ eq: "@webhook" }"#,
    ),
];

/// The text for `name` with its ids; empty where there is none.
pub(super) fn argument(texts: &[(&str, &str)], world: &World, of: &str, name: &str) -> String {
    let Some((_, text)) = texts.iter().find(|(known, _)| *known == name) else {
        return String::new();
    };
    let mut parts = text.split('@');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('"').unwrap();
        filled.push_str(&format!("{}\"{rest}", world.id(of, name)));
    }
    filled
}
