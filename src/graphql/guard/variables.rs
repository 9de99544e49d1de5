//! Bounds of the variables, which no scan of the document sees.

use async_graphql::Variables;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::VariableDefinition;
use serde_json::Value;

use super::super::error::Code;
use super::Refusal;

/// Deepest nesting of lists and objects in one variable.
pub const MAX_VARIABLE_NESTING: usize = 32;
/// Longest list in the variables.
pub const MAX_VARIABLE_LIST: usize = 1_000;

/// Checks the `variables` of a request before they are turned into GraphQL values.
///
/// # Errors
/// A [`Refusal`] that names the variable which nests deeper than
/// [`MAX_VARIABLE_NESTING`] or holds a list longer than [`MAX_VARIABLE_LIST`].
pub fn check_variables(variables: &serde_json::Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in variables {
        check_variable(name, value)?;
    }
    Ok(())
}

/// Gives the variables of an operation their defaults and checks that none is
/// missing. The executor would find out field by field, when others have run
/// already; and it checks the type of a list or an object only when all variables
/// in it have a value.
///
/// # Errors
/// A [`Refusal`] that names the first variable that may not be null and is.
pub(super) fn complete(
    mut variables: Variables,
    definitions: &[Positioned<VariableDefinition>],
) -> Result<Variables, Refusal> {
    for definition in definitions {
        let VariableDefinition {
            name,
            var_type,
            default_value,
            ..
        } = &definition.node;
        if let Some(default) = default_value {
            variables
                .entry(name.node.clone())
                .or_insert_with(|| default.node.clone());
        }
        let is_missing = variables
            .get(&name.node)
            .is_none_or(|value| *value == async_graphql::Value::Null);
        if is_missing && !var_type.node.nullable {
            return Err(Refusal::new(
                Code::BadUserInput,
                format!(
                    "The variable \"${}\" of type {} must have a value.",
                    name.node, var_type.node
                ),
                Some(definition.pos),
            ));
        }
    }
    Ok(variables)
}

fn check_variable(name: &str, value: &Value) -> Result<(), Refusal> {
    let mut waiting = vec![(value, 1)];
    while let Some((value, level)) = waiting.pop() {
        let is_container = value.is_array() || value.is_object();
        if is_container && level > MAX_VARIABLE_NESTING {
            return Err(Refusal::too_complex(
                format!("The variable \"{name}\" nests more than {MAX_VARIABLE_NESTING} deep."),
                None,
            ));
        }
        match value {
            Value::Array(items) if items.len() > MAX_VARIABLE_LIST => {
                return Err(Refusal::too_complex(
                    format!(
                        "The variable \"{name}\" holds a list of {} items; at most {MAX_VARIABLE_LIST} are accepted.",
                        items.len()
                    ),
                    None,
                ));
            }
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, level + 1))),
            Value::Object(fields) => waiting.extend(fields.values().map(|item| (item, level + 1))),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> serde_json::Map<String, Value> {
        let value = (0..levels).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        serde_json::Map::from_iter([("tree".to_owned(), value)])
    }

    #[test]
    fn nesting_is_bounded_and_the_variable_named() {
        assert_eq!(check_variables(&nested(32)), Ok(()));
        let refusal = check_variables(&nested(33)).unwrap_err();
        assert_eq!(
            refusal.message,
            "The variable \"tree\" nests more than 32 deep."
        );
    }

    #[test]
    fn lists_are_bounded_at_any_level() {
        let list = |length| {
            let items = vec![Value::Null; length];
            serde_json::Map::from_iter([("input".to_owned(), serde_json::json!({ "ids": items }))])
        };
        assert_eq!(check_variables(&list(1_000)), Ok(()));
        let refusal = check_variables(&list(1_001)).unwrap_err();
        assert!(refusal.message.contains("a list of 1001 items"));
    }
}
