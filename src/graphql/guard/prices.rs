//! Which fields of the schema are lists: what a query's price depends on.

use std::collections::HashMap;

use async_graphql::parser::types::{
    BaseType, FieldDefinition, OperationType, SchemaDefinition, ServiceDocument, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{self, Positioned};

/// What a field yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Name of the type below, without its list and non-null marks.
    pub(super) of: String,
    /// Whether the selection below is resolved for many items.
    pub(super) many: bool,
}

/// The fields of a schema as the guard prices them; made once, from the SDL.
///
/// A field is many when it is a list or its type's name ends in `Connection`. The
/// lists inside a connection (`nodes`, `edges`) are its page, which is priced
/// already, so they count once.
#[derive(Clone, Debug)]
pub struct Prices {
    fields: HashMap<String, HashMap<String, Shape>>,
    query: String,
    mutation: String,
}

impl Prices {
    /// Reads the SDL that [`async_graphql::Schema::sdl`] prints.
    ///
    /// # Errors
    /// The parser's, when the text is no SDL.
    pub fn from_sdl(sdl: &str) -> Result<Self, parser::Error> {
        let ServiceDocument { definitions } = parser::parse_schema(sdl)?;
        let mut prices = Self {
            fields: HashMap::new(),
            query: "Query".to_owned(),
            mutation: "Mutation".to_owned(),
        };
        for definition in definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => prices.name_roots(&schema.node),
                TypeSystemDefinition::Type(definition) => prices.add(definition.node),
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(prices)
    }

    /// The type that queries or mutations start at.
    pub(super) fn root(&self, operation: OperationType) -> &str {
        match operation {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => "Subscription",
        }
    }

    fn name_roots(&mut self, schema: &SchemaDefinition) {
        if let Some(query) = &schema.query {
            self.query = query.node.to_string();
        }
        if let Some(mutation) = &schema.mutation {
            self.mutation = mutation.node.to_string();
        }
    }

    fn add(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        let shapes = match definition.kind {
            TypeKind::Object(object) => shapes(&name, &object.fields),
            TypeKind::Interface(interface) => shapes(&name, &interface.fields),
            _ => return,
        };
        self.fields.entry(name).or_default().extend(shapes);
    }

    /// What a field of a type yields; `None` for introspection and for what does not exist.
    pub(super) fn shape(&self, on: &str, field: &str) -> Option<&Shape> {
        self.fields.get(on)?.get(field)
    }
}

fn shapes(on: &str, fields: &[Positioned<FieldDefinition>]) -> HashMap<String, Shape> {
    let in_connection = on.ends_with("Connection");
    fields
        .iter()
        .map(|field| {
            let (of, list) = base(&field.node.ty.node);
            let many = !in_connection && (list || of.ends_with("Connection"));
            let of = of.to_owned();
            (field.node.name.node.to_string(), Shape { of, many })
        })
        .collect()
}

/// The named type inside, and whether it is in a list.
fn base(ty: &Type) -> (&str, bool) {
    let mut ty = ty;
    let mut list = false;
    loop {
        match &ty.base {
            BaseType::Named(name) => return (name.as_str(), list),
            BaseType::List(item) => {
                list = true;
                ty = item;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_have_the_names_the_schema_gives_them() {
        let named = Prices::from_sdl("schema { query: Q mutation: M } type Q { a: Int }").unwrap();
        assert_eq!(named.root(OperationType::Query), "Q");
        assert_eq!(named.root(OperationType::Mutation), "M");
        let usual = Prices::from_sdl("type Query { a: Int }").unwrap();
        assert_eq!(usual.root(OperationType::Query), "Query");
        assert_eq!(usual.root(OperationType::Mutation), "Mutation");
    }

    #[test]
    fn the_schema_s_own_sdl_can_be_read() {
        let prices = Prices::from_sdl(&crate::graphql::schema().sdl()).unwrap();
        assert!(prices.shape("Query", "clients").unwrap().many);
    }

    #[test]
    fn lists_and_connections_are_many_and_a_page_is_one() {
        let prices = Prices::from_sdl(
            "type Query { client(id: ID!): Client clients: ClientConnection! roles: [[Role!]!]! }
             type ClientConnection { nodes: [Client!]! edges: [ClientEdge!]! }
             interface Node { tags: [String!] }",
        )
        .unwrap();
        let many = |on: &str, field: &str| prices.shape(on, field).map(|shape| shape.many);
        assert_eq!(many("Query", "client"), Some(false));
        assert_eq!(many("Query", "clients"), Some(true));
        assert_eq!(many("Query", "roles"), Some(true));
        assert_eq!(many("ClientConnection", "nodes"), Some(false));
        assert_eq!(many("Node", "tags"), Some(true));
        assert_eq!(many("Query", "__schema"), None);
        assert_eq!(prices.shape("Query", "roles").unwrap().of, "Role");
    }
}
