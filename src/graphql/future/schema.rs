//! What of a schema is deprecated, read from its SDL.

use std::collections::HashMap;

use async_graphql::Value;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, OperationType,
    SchemaDefinition, ServiceDocument, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{self, Positioned};

/// What the SDL says of something deprecated that gives no reason (its default in the specification).
const NO_REASON: &str = "No longer supported";

/// A field, an argument or an input field.
#[derive(Debug)]
pub(super) struct Member {
    /// Name of its type, without list and non-null marks.
    pub(super) of: String,
    /// What to use instead, when it is deprecated.
    pub(super) instead: Option<String>,
    /// Its arguments; none but of fields.
    pub(super) arguments: HashMap<String, Member>,
}

/// The members of every type, by the type's name.
#[derive(Debug)]
pub(super) struct Members {
    types: HashMap<String, HashMap<String, Member>>,
    /// Of each enum its deprecated values, each with what to use instead.
    values: HashMap<String, HashMap<String, String>>,
    roots: [String; 3],
}

impl Members {
    pub(super) fn from_sdl(sdl: &str) -> Result<Self, parser::Error> {
        let ServiceDocument { definitions } = parser::parse_schema(sdl)?;
        let mut members = Self {
            types: HashMap::new(),
            values: HashMap::new(),
            roots: ["Query", "Mutation", "Subscription"].map(str::to_owned),
        };
        for definition in definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => members.name_roots(&schema.node),
                TypeSystemDefinition::Type(definition) => members.add(definition.node),
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(members)
    }

    /// The type that an operation starts at.
    pub(super) fn root(&self, operation: OperationType) -> &str {
        let [query, mutation, subscription] = &self.roots;
        match operation {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        }
    }

    /// A field, or an input field; none for introspection and for what does not exist.
    pub(super) fn member(&self, on: &str, name: &str) -> Option<&Member> {
        self.types.get(on)?.get(name)
    }

    /// What to use instead of an enum's value, when it is deprecated.
    pub(super) fn instead_of_value(&self, of: &str, value: &str) -> Option<&str> {
        Some(self.values.get(of)?.get(value)?)
    }

    fn name_roots(&mut self, schema: &SchemaDefinition) {
        let named = [&schema.query, &schema.mutation, &schema.subscription];
        for (root, named) in self.roots.iter_mut().zip(named) {
            if let Some(named) = named {
                *root = named.node.to_string();
            }
        }
    }

    fn add(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        let members = match definition.kind {
            TypeKind::Object(object) => fields(&object.fields),
            TypeKind::Interface(interface) => fields(&interface.fields),
            TypeKind::InputObject(input) => input_values(&input.fields),
            TypeKind::Enum(values) => {
                let deprecated = values.values.iter().filter_map(|value| {
                    let instead = instead(&value.node.directives)?;
                    Some((value.node.value.node.to_string(), instead))
                });
                self.values.insert(name, deprecated.collect());
                return;
            }
            TypeKind::Scalar | TypeKind::Union(_) => return,
        };
        self.types.insert(name, members);
    }
}

fn fields(fields: &[Positioned<FieldDefinition>]) -> HashMap<String, Member> {
    let member = |field: &FieldDefinition| Member {
        of: base(&field.ty.node).to_owned(),
        instead: instead(&field.directives),
        arguments: input_values(&field.arguments),
    };
    let named = |field: &Positioned<FieldDefinition>| {
        (field.node.name.node.to_string(), member(&field.node))
    };
    fields.iter().map(named).collect()
}

fn input_values(values: &[Positioned<InputValueDefinition>]) -> HashMap<String, Member> {
    let member = |value: &InputValueDefinition| Member {
        of: base(&value.ty.node).to_owned(),
        instead: instead(&value.directives),
        arguments: HashMap::new(),
    };
    let named = |value: &Positioned<InputValueDefinition>| {
        (value.node.name.node.to_string(), member(&value.node))
    };
    values.iter().map(named).collect()
}

/// The reason of `@deprecated`, where it stands.
fn instead(directives: &[Positioned<ConstDirective>]) -> Option<String> {
    let mut directives = directives.iter().map(|directive| &directive.node);
    let deprecated = directives.find(|directive| directive.name.node == "deprecated")?;
    Some(match deprecated.get_argument("reason") {
        Some(Positioned {
            node: Value::String(reason),
            ..
        }) => reason.clone(),
        _ => NO_REASON.to_owned(),
    })
}

/// The named type inside lists and non-null marks.
pub(super) fn base(ty: &Type) -> &str {
    let mut ty = ty;
    loop {
        match &ty.base {
            BaseType::Named(name) => return name.as_str(),
            BaseType::List(item) => ty = item,
        }
    }
}
