//! The third gate: what executing a parsed document would cost at most.
//!
//! Every fragment is weighed once per operation, innermost first, and its weight
//! is used wherever it is spread, so that the work is linear in the text however
//! often fragments spread each other. Recursion follows the nesting of the text
//! only, which the scan has bounded. All sums saturate.

use std::collections::HashMap;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
    SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Literal;

use super::budget;
use super::fragments;
use super::{Cost, MAX_OPERATIONS, Prices, Refusal};

/// Fields below `__schema` that lead from one list of types or fields to the next.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// What a selection set amounts to, its fragments included.
#[derive(Clone, Debug, Default)]
pub(super) struct Weight<'a> {
    /// Fields, each times the items of the lists above it.
    pub(super) cost: u64,
    /// Names of the most expensive path, innermost first, leaves left out.
    pub(super) path: Vec<&'a str>,
    /// Longest path of fields outside introspection.
    pub(super) depth: u32,
    /// Longest path of fields within introspection.
    pub(super) introspection_depth: u32,
    /// Most [`INTROSPECTION_LISTS`] on one path.
    pub(super) introspection_lists: u32,
    /// Fields, inline fragments and spreads, however deep.
    pub(super) selections: u64,
    /// Longest path of selection sets.
    pub(super) levels: u32,
    /// Fields of this set itself.
    pub(super) fields: u64,
    /// Aliases, however deep.
    pub(super) aliases: u64,
    /// Directives, however deep.
    pub(super) directives: u64,
}

impl<'a> Weight<'a> {
    /// Adds a sibling. `cost_of_heaviest` is the most that one sibling cost so far.
    fn add(&mut self, other: Self, cost_of_heaviest: &mut u64) {
        if other.cost > *cost_of_heaviest {
            *cost_of_heaviest = other.cost;
            self.path = other.path;
        }
        self.cost = self.cost.saturating_add(other.cost);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.selections = self.selections.saturating_add(other.selections);
        self.levels = self.levels.max(other.levels);
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
    }
}

/// What a document within all limits amounts to.
#[derive(Default)]
pub(super) struct Weighed {
    /// The price of the operation asked for.
    pub(super) cost: Cost,
    /// Whether any operation introspects.
    pub(super) introspects: bool,
}

/// Weighs every operation of a document.
///
/// # Errors
/// A fragment that spreads itself; an operation beyond a limit.
pub(super) fn weigh(
    document: &ExecutableDocument,
    asked_for: Option<&Positioned<OperationDefinition>>,
    variables: &Variables,
    prices: &Prices,
) -> Result<Weighed, Refusal> {
    let count = document.operations.iter().len();
    if count > MAX_OPERATIONS {
        return Err(Refusal::too_complex(
            format!("The document has {count} operations; at most {MAX_OPERATIONS} are accepted."),
            None,
        ));
    }
    let order = fragments::innermost_first(document)?;
    let mut weighed = Weighed::default();
    for (_, definition) in document.operations.iter() {
        let mut scale = Scale {
            definitions: &definition.node.variable_definitions,
            variables,
            prices,
            fragments: HashMap::new(),
        };
        for (name, fragment) in &order {
            let weight = scale.fragment(&fragment.node);
            budget::check_levels(&weight, fragment.pos)?;
            scale.fragments.insert(name, weight);
        }
        let weight = scale.operation(&definition.node);
        budget::check(&weight, definition.pos)?;
        if definition.node.ty == OperationType::Subscription {
            budget::check_only_field(&weight, definition.pos)?;
        }
        if asked_for.is_some_and(|asked_for| std::ptr::eq(asked_for, definition)) {
            weighed.cost = Cost::of(weight.cost);
        }
        weighed.introspects = weighed.introspects || weight.introspection_depth > 0;
    }
    Ok(weighed)
}

/// Weighs the sets of one operation.
struct Scale<'a> {
    definitions: &'a [Positioned<VariableDefinition>],
    variables: &'a Variables,
    prices: &'a Prices,
    fragments: HashMap<&'a str, Weight<'a>>,
}

impl<'a> Scale<'a> {
    fn operation(&self, operation: &'a OperationDefinition) -> Weight<'a> {
        let root = self.prices.root(operation.ty);
        let mut weight = self.set(&operation.selection_set.node, root);
        let of_variables: usize = operation
            .variable_definitions
            .iter()
            .map(|definition| definition.node.directives.len())
            .sum();
        weight.directives = weight
            .directives
            .saturating_add((of_variables + operation.directives.len()) as u64);
        weight
    }

    fn fragment(&self, fragment: &'a FragmentDefinition) -> Weight<'a> {
        let mut weight = self.set(
            &fragment.selection_set.node,
            fragment.type_condition.node.on.node.as_str(),
        );
        weight.directives = weight
            .directives
            .saturating_add(fragment.directives.len() as u64);
        weight
    }

    fn set(&self, set: &'a SelectionSet, on: &'a str) -> Weight<'a> {
        let mut total = Weight::default();
        let mut cost_of_heaviest = 0;
        for selection in &set.items {
            let mut weight = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    self.set(&inline.node.selection_set.node, on)
                }
                // A fragment that does not exist is left to validation, which walks the way to it all the same.
                Selection::FragmentSpread(spread) => self
                    .fragments
                    .get(spread.node.fragment_name.node.as_str())
                    .cloned()
                    .unwrap_or_default(),
            };
            let directives = selection.node.directives().len() as u64;
            weight.directives = weight.directives.saturating_add(directives);
            weight.selections = weight.selections.saturating_add(1);
            total.add(weight, &mut cost_of_heaviest);
        }
        total.levels = total.levels.saturating_add(1);
        total
    }

    fn field(&self, field: &'a Field, on: &'a str) -> Weight<'a> {
        let name = field.name.node.as_str();
        let is_leaf = field.selection_set.node.items.is_empty();
        let shape = self.prices.shape(on, name);
        let introspects = on.starts_with("__") || name == "__schema" || name == "__type";
        let below = match shape {
            Some(shape) => shape.of.as_str(),
            None if introspects => "__Type",
            None => "",
        };
        let mut weight = if is_leaf {
            Weight::default()
        } else {
            self.set(&field.selection_set.node, below)
        };
        let times = self.items(field, shape.and_then(|shape| shape.items));
        weight.cost = weight.cost.saturating_mul(times).saturating_add(1);
        if !is_leaf {
            weight.path.push(name);
        }
        if introspects {
            weight.introspection_depth = weight.introspection_depth.saturating_add(1);
            let is_list = INTROSPECTION_LISTS.contains(&name);
            weight.introspection_lists = weight
                .introspection_lists
                .saturating_add(u32::from(is_list));
        } else {
            weight.depth = weight.depth.saturating_add(1);
        }
        // What tells of no event does not make a subscription one of something.
        let is_event =
            on != self.prices.root(OperationType::Subscription) || !name.starts_with("__");
        weight.fields = u64::from(is_event);
        weight.aliases = weight
            .aliases
            .saturating_add(u64::from(field.alias.is_some()));
        weight
    }

    /// How many items the field's selection is resolved for, at least 1.
    fn items(&self, field: &Field, usual: Option<u64>) -> u64 {
        let many = usual.is_some();
        // What says how many weeks there are multiplies the list of weeks, and nothing that is one.
        let sizes = ["first", "last", "weeks"];
        let asked = sizes
            .into_iter()
            .filter(|name| many || *name != "weeks")
            .filter_map(|name| field.get_argument(name))
            .filter_map(|value| self.whole_number(&value.node))
            .max();
        let named = field
            .get_argument("ids")
            .filter(|_| many)
            .and_then(|value| self.length(&value.node));
        asked.or(named).or(usual).unwrap_or(1).max(1)
    }

    fn whole_number(&self, value: &Literal) -> Option<u64> {
        match value {
            Literal::Variable(name) => match self.variable(name)? {
                Value::Number(number) => number.as_u64(),
                _ => None,
            },
            Literal::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    fn length(&self, value: &Literal) -> Option<u64> {
        match value {
            Literal::Variable(name) => match self.variable(name)? {
                Value::List(items) => Some(items.len() as u64),
                _ => None,
            },
            Literal::List(items) => Some(items.len() as u64),
            _ => None,
        }
    }

    fn variable(&self, name: &Name) -> Option<&Value> {
        self.variables.get(name).or_else(|| {
            let definition = self
                .definitions
                .iter()
                .find(|definition| definition.node.name.node == *name)?;
            definition
                .node
                .default_value
                .as_ref()
                .map(|value| &value.node)
        })
    }
}
