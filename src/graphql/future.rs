//! `?future=1`: the API as it will be when all that is deprecated is gone.
//!
//! Frontends ask for it in their tests, and read what they still use: fields, arguments, input fields and enum values, in the
//! document and in its variables.

mod schema;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, ServerError, Value, Variables, parser, value};
use async_graphql_value::Value as Literal;

use super::error::{Code, MAX_ERRORS, coded};
use super::guard;
use schema::{Member, Members, base};

/// What of a schema is deprecated.
#[derive(Debug)]
pub struct Deprecations(Members);

/// Something deprecated that a request uses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Use {
    /// What: `Client.headline`, `Query.clients(order)`, `ClientUpdateInput.headline`, `ProjectSize.XXL`.
    name: String,
    /// Where: the keys of the answer, or the variable, and what is below.
    path: Vec<String>,
    /// What to use instead.
    instead: String,
}

impl Deprecations {
    /// Reads the SDL that [`async_graphql::Schema::sdl`] prints.
    ///
    /// # Errors
    /// The parser's, when the text is no SDL.
    pub fn from_sdl(sdl: &str) -> Result<Self, parser::Error> {
        Members::from_sdl(sdl).map(Self)
    }

    /// Refuses a document that the guard has admitted when the operation that is asked for uses what is deprecated;
    /// `variables` are those with their defaults.
    ///
    /// # Errors
    /// `DEPRECATED`, with every use in `extensions.deprecated { name path instead }`, the first 50 of them.
    pub fn check(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<(), ServerError> {
        let Some(operation) = guard::asked_for(document, operation) else {
            return Ok(());
        };
        let mut reading = Reading {
            members: &self.0,
            document,
            spread: HashSet::new(),
            path: Vec::new(),
            uses: Vec::new(),
        };
        reading.operation(&operation.node, variables);
        refuse(reading.uses)
    }
}

fn refuse(mut uses: Vec<Use>) -> Result<(), ServerError> {
    let Some(first) = uses.first() else {
        return Ok(());
    };
    let more = match uses.len() - 1 {
        0 => String::new(),
        more => format!(" Beside it {more} more: see extensions.deprecated."),
    };
    let message = format!(
        "{} is deprecated, and used at {}: {}{}{more}",
        first.name,
        first.path.join("."),
        first.instead,
        if first.instead.ends_with('.') {
            ""
        } else {
            "."
        },
    );
    uses.truncate(MAX_ERRORS);
    let uses = uses
        .into_iter()
        .map(|one| value!({ "name": (one.name), "path": (one.path), "instead": (one.instead) }));
    let mut error = coded(Code::Deprecated, message, None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("deprecated", Value::List(uses.collect()));
    Err(error)
}

/// Reads one operation. Each fragment is read once, where it is spread first, so that the work is linear in the text.
struct Reading<'a> {
    members: &'a Members,
    document: &'a ExecutableDocument,
    spread: HashSet<&'a Name>,
    path: Vec<String>,
    uses: Vec<Use>,
}

impl<'a> Reading<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition, variables: &Variables) {
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            if let Some(value) = variables.get(name) {
                let of = base(&definition.node.var_type.node);
                self.below(format!("${name}"), |reading| reading.value(value, of));
            }
        }
        let root = self.members.root(operation.ty);
        self.set(&operation.selection_set.node, root);
    }

    fn set(&mut self, set: &'a SelectionSet, on: &'a str) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, on),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    self.set(&inline.node.selection_set.node, on);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    if let Some(fragment) = fragment.filter(|_| self.spread.insert(name)) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.set(&fragment.node.selection_set.node, on);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, on: &str) {
        let members = self.members;
        let name = &field.name.node;
        let Some(member) = members.member(on, name) else {
            return;
        };
        self.below(field.response_key().node.to_string(), |reading| {
            let shown = format!("{on}.{name}");
            reading.look(member, &shown);
            for (argument, literal) in &field.arguments {
                let Some(member) = member.arguments.get(argument.node.as_str()) else {
                    continue;
                };
                reading.below(argument.node.to_string(), |reading| {
                    reading.look(member, &format!("{shown}({})", argument.node));
                    reading.literal(&literal.node, &member.of);
                });
            }
            reading.set(&field.selection_set.node, &member.of);
        });
    }

    /// A value in the document; a variable in it was read where it is defined.
    fn literal(&mut self, literal: &Literal, of: &str) {
        match literal {
            Literal::Enum(value) => self.enum_value(value, of),
            Literal::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(index.to_string(), |reading| reading.literal(item, of));
                }
            }
            Literal::Object(fields) => {
                for (name, value) in fields {
                    self.input_field(name, of, |reading, of| reading.literal(value, of));
                }
            }
            _ => {}
        }
    }

    /// A value of a variable, in which an enum's value is a string.
    fn value(&mut self, value: &Value, of: &str) {
        match value {
            Value::Enum(value) => self.enum_value(value, of),
            Value::String(value) => self.enum_value(value, of),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(index.to_string(), |reading| reading.value(item, of));
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.input_field(name, of, |reading, of| reading.value(value, of));
                }
            }
            _ => {}
        }
    }

    fn input_field(&mut self, name: &Name, on: &str, read: impl FnOnce(&mut Self, &str)) {
        let members = self.members;
        let Some(member) = members.member(on, name) else {
            return;
        };
        self.below(name.to_string(), |reading| {
            reading.look(member, &format!("{on}.{name}"));
            read(reading, &member.of);
        });
    }

    fn enum_value(&mut self, value: &str, of: &str) {
        if let Some(instead) = self.members.instead_of_value(of, value) {
            self.note(format!("{of}.{value}"), instead.to_owned());
        }
    }

    fn look(&mut self, member: &Member, name: &str) {
        if let Some(instead) = &member.instead {
            self.note(name.to_owned(), instead.clone());
        }
    }

    fn note(&mut self, name: String, instead: String) {
        let path = self.path.clone();
        self.uses.push(Use {
            name,
            path,
            instead,
        });
    }

    fn below(&mut self, step: String, read: impl FnOnce(&mut Self)) {
        self.path.push(step);
        read(self);
        self.path.pop();
    }
}
