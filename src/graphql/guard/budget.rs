//! The limits of one operation, and how an excess is told.

use async_graphql::Pos;

use super::super::error::Code;
use super::weigh::Weight;
use super::{
    Cost, MAX_ALIASES, MAX_COST, MAX_DEPTH, MAX_DIRECTIVES, MAX_INTROSPECTION_DEPTH,
    MAX_INTROSPECTION_LISTS, MAX_LEVELS, MAX_ROOT_FIELDS, MAX_SELECTIONS, Refusal,
};

/// Checks all limits of an operation that starts at `position`.
///
/// # Errors
/// The first limit that is exceeded, with the price and, for cost, the most expensive path.
pub(super) fn check(weight: &Weight<'_>, position: Pos) -> Result<(), Refusal> {
    check_levels(weight, position)?;
    let counts = [
        (weight.fields, MAX_ROOT_FIELDS, "fields at its root"),
        (weight.aliases, MAX_ALIASES, "aliases"),
        (weight.directives, MAX_DIRECTIVES, "directives"),
        (weight.selections, MAX_SELECTIONS, "selections"),
    ];
    for (count, limit, what) in counts {
        if count > limit {
            let message =
                format!("The operation has {count} {what}; at most {limit} are accepted.");
            return Err(refusal(weight, message, position));
        }
    }
    let depths = [
        (weight.depth, MAX_DEPTH, "fields"),
        (
            weight.introspection_depth,
            MAX_INTROSPECTION_DEPTH,
            "introspection fields",
        ),
        (
            weight.introspection_lists,
            MAX_INTROSPECTION_LISTS,
            "lists of introspection",
        ),
    ];
    for (depth, limit, what) in depths {
        if depth > limit {
            let message =
                format!("The operation nests {depth} {what}; at most {limit} are accepted.");
            return Err(refusal(weight, message, position));
        }
    }
    if weight.cost > MAX_COST {
        return Err(refusal(weight, too_costly(weight), position));
    }
    Ok(())
}

/// Checks that a subscription has one field at its root, as the specification wants it: each event is an answer to one.
///
/// # Errors
/// `VALIDATION_FAILED`.
pub(super) fn check_only_field(weight: &Weight<'_>, position: Pos) -> Result<(), Refusal> {
    if weight.fields == 1 {
        return Ok(());
    }
    let message = format!(
        "A subscription has one field at its root, this one has {}. Send one operation for each.",
        weight.fields
    );
    Err(Refusal::new(
        Code::ValidationFailed,
        message,
        Some(position),
    ))
}

/// Checks the nesting of selection sets alone: what holds for unused fragments too.
///
/// # Errors
/// More than [`MAX_LEVELS`].
pub(super) fn check_levels(weight: &Weight<'_>, position: Pos) -> Result<(), Refusal> {
    if weight.levels > MAX_LEVELS {
        let message = format!(
            "Fields and fragments nest {} deep; at most {MAX_LEVELS} are accepted.",
            weight.levels
        );
        return Err(refusal(weight, message, position));
    }
    Ok(())
}

fn too_costly(weight: &Weight<'_>) -> String {
    let path: Vec<&str> = weight.path.iter().rev().copied().collect();
    let path = if path.is_empty() {
        "at the root".to_owned()
    } else {
        format!("along {}", path.join("."))
    };
    format!(
        "The operation costs {}; at most {MAX_COST} is accepted. Most of it arises {path}: ask for fewer items (`first`) or fewer fields there.",
        weight.cost
    )
}

fn refusal(weight: &Weight<'_>, message: String, position: Pos) -> Refusal {
    Refusal {
        cost: Cost::of(weight.cost),
        ..Refusal::too_complex(message, Some(position))
    }
}
