//! The order in which fragments can be weighed, and the refusal of those that have none.

use std::collections::HashMap;

use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, Selection, SelectionSet,
};

use super::super::error::Code;
use super::Refusal;

type Named<'a> = (&'a str, &'a Positioned<FragmentDefinition>);

enum Step<'a> {
    Enter(Named<'a>),
    Leave(Named<'a>),
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Open,
    Done,
}

/// The fragments of a document, each behind those it spreads. No recursion: a
/// chain of fragments is as long as its text.
///
/// # Errors
/// A fragment that spreads itself, by whatever detour.
pub(super) fn innermost_first(document: &ExecutableDocument) -> Result<Vec<Named<'_>>, Refusal> {
    let mut order = Vec::with_capacity(document.fragments.len());
    let mut marks: HashMap<&str, Mark> = HashMap::new();
    let mut steps: Vec<Step<'_>> = document
        .fragments
        .iter()
        .map(|(name, fragment)| Step::Enter((name.as_str(), fragment)))
        .collect();
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave((name, fragment)) => {
                marks.insert(name, Mark::Done);
                order.push((name, fragment));
            }
            Step::Enter((name, fragment)) => match marks.get(name) {
                Some(Mark::Done) => {}
                Some(Mark::Open) => return Err(cycle(name, fragment)),
                None => {
                    marks.insert(name, Mark::Open);
                    steps.push(Step::Leave((name, fragment)));
                    for spread in spreads(&fragment.node.selection_set.node) {
                        if let Some((name, fragment)) = document.fragments.get_key_value(spread) {
                            steps.push(Step::Enter((name.as_str(), fragment)));
                        }
                    }
                }
            },
        }
    }
    Ok(order)
}

fn spreads(set: &SelectionSet) -> Vec<&str> {
    let mut names = Vec::new();
    let mut waiting = vec![set];
    while let Some(set) = waiting.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => waiting.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => waiting.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    names.push(spread.node.fragment_name.node.as_str());
                }
            }
        }
    }
    names
}

fn cycle(name: &str, fragment: &Positioned<FragmentDefinition>) -> Refusal {
    Refusal::new(
        Code::ValidationFailed,
        format!("The fragment \"{name}\" spreads itself."),
        Some(fragment.pos),
    )
}
