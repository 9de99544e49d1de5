//! What lists without pages are priced at.
//!
//! A connection is priced by its page, and `nodes(ids:)` and lists of weeks by what their arguments say. Every other list
//! with fields below it stands here, with as many items as it can have or, where nothing bounds them, as it usually has.

use super::DEFAULT_ITEMS;

const LISTS: [(&str, &str, u64); 59] = [
    ("Acceptance", "carriers", 2),
    ("Acceptance", "constraints", 2),
    ("Acceptance", "moves", 2),
    ("AcceptanceConstraint", "forcedBy", 20),
    ("AssignmentsPayload", "results", 100),
    ("Book", "idleClients", 20),
    ("Book", "projects", 20),
    ("BookingsPayload", "results", 100),
    ("Capacity", "explain", 20),
    ("CapacityAgainst", "people", 20),
    ("CapacityChanged", "weeks", 13),
    ("Change", "fields", 20),
    ("ChangedInventoryLine", "fields", 20),
    ("Client", "accountable", 2),
    ("Client", "contacts", 20),
    ("Client", "responsibilities", 20),
    ("ClientStanding", "activeProjects", 20),
    ("ContactCard", "people", 20),
    ("Email", "attempts", 20),
    ("Email", "timeline", 20),
    ("Handover", "steps", 5),
    ("HolidayCalendar", "holidays", 20),
    ("Letter", "approvals", 2),
    ("Person", "schedules", 20),
    ("Person", "skills", 20),
    ("Person", "timeOff", 20),
    ("Person", "workSchedules", 20),
    ("PersonCapacityAgainst", "weeks", 8),
    ("PersonSimulation", "weeks", 20),
    ("PlanOutcome", "broken", 20),
    ("PlanOutcome", "frontier", 16),
    ("PlanOutcome", "people", 20),
    ("PlanPoint", "broken", 20),
    ("PlanTerms", "clients", 20),
    ("PlanTerms", "guardOverrides", 20),
    ("PlanTerms", "pins", 20),
    ("PlanTerms", "projects", 20),
    ("PlanTerms", "receivers", 20),
    ("PlanTerms", "splitBetween", 2),
    ("Programme", "milestones", 4),
    ("ProgrammeProgress", "explain", 20),
    ("ProgrammeProgress", "stages", 20),
    ("ProgrammeReview", "handoversBack", 20),
    ("Project", "accountable", 2),
    ("Project", "responsibilities", 20),
    ("Project", "skills", 20),
    ("Query", "holidayCalendars", 20),
    ("Query", "responsibilities", 20),
    ("Query", "roles", 20),
    ("Query", "skills", 20),
    ("Recommendation", "factors", 6),
    ("Simulation", "becomesOver", 20),
    ("Simulation", "team", 20),
    ("SplitFigures", "managers", 20),
    ("SplitFigures", "strongRelationships", 20),
    ("SuppressedAddress", "contacts", 20),
    ("SuppressedAddress", "people", 20),
    ("TimeOffsPayload", "results", 100),
    ("WebhookDelivery", "attempts", 20),
];

/// How many items of the type `of` a list is priced at; `None` for one that nobody has priced.
pub(super) fn items(on: &str, field: &str, of: &str) -> Option<u64> {
    // Every payload has them.
    if of == "UserError" {
        return Some(DEFAULT_ITEMS);
    }
    LISTS
        .iter()
        .find(|(list_on, list_field, _)| (*list_on, *list_field) == (on, field))
        .map(|(_, _, items)| *items)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{
        BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
    };

    use super::*;

    /// What says how many items a list has.
    const SIZES: [&str; 4] = ["first", "last", "ids", "weeks"];

    fn named(ty: &Type) -> (&str, bool) {
        match &ty.base {
            BaseType::Named(name) => (name.as_str(), false),
            BaseType::List(item) => (named(item).0, true),
        }
    }

    /// Each list without pages that has fields below it, and the type of its items.
    fn lists(sdl: &str) -> BTreeSet<(String, String, String)> {
        let mut fields: Vec<(String, FieldDefinition)> = Vec::new();
        let mut with_fields = BTreeSet::new();
        for definition in parse_schema(sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            let of_type = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Union(_) => Vec::new(),
                _ => continue,
            };
            with_fields.insert(name.clone());
            fields.extend(of_type.into_iter().map(|field| (name.clone(), field.node)));
        }
        fields
            .into_iter()
            .filter(|(on, _)| !on.ends_with("Connection"))
            .filter_map(|(on, field)| {
                let (of, is_list) = named(&field.ty.node);
                let is_sized = field
                    .arguments
                    .iter()
                    .any(|argument| SIZES.contains(&argument.node.name.node.as_str()));
                let has_fields = with_fields.contains(of);
                let is_many = is_list || of.ends_with("Connection");
                (is_many && has_fields && !is_sized)
                    .then(|| (on, field.name.node.to_string(), of.to_owned()))
            })
            .collect()
    }

    fn unpriced(sdl: &str) -> Vec<String> {
        lists(sdl)
            .into_iter()
            .filter(|(on, field, of)| items(on, field, of).is_none())
            .map(|(on, field, _)| format!("{on}.{field}"))
            .collect()
    }

    #[test]
    fn every_list_of_the_schema_has_a_price() {
        let sdl = crate::graphql::schema().sdl();
        assert_eq!(
            unpriced(&sdl),
            Vec::<String>::new(),
            "give these pages, or say in src/graphql/guard/lists.rs how many items they have"
        );
        let there = lists(&sdl);
        let is_there = |on: &str, field: &str| {
            let same = |list: &&(String, String, String)| list.0 == on && list.1 == field;
            there.iter().any(|list| same(&list))
        };
        for (on, field, _) in LISTS {
            assert!(is_there(on, field), "{on}.{field} is no such list any more");
        }
    }

    #[test]
    fn a_new_list_without_a_price_is_found() {
        let sdl = "
            type Query { toys: [Toy!]! names: [String!]! paged(first: Int): ToyConnection! unpaged: ToyConnection! some: [Any!] }
            union Any = Toy
            type Toy { name: String! parts(weeks: Int!): [Toy!] userErrors: [UserError!]! }
            type ToyConnection { nodes: [Toy!]! }
            type UserError { code: String! }";
        assert_eq!(unpriced(sdl), ["Query.some", "Query.toys", "Query.unpaged"]);
    }
}
