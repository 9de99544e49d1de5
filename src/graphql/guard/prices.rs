//! Which fields of the schema are lists: what a query's price depends on.

use std::collections::{BTreeMap, HashMap};

use async_graphql::parser::types::{
    BaseType, FieldDefinition, OperationType, SchemaDefinition, ServiceDocument, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{self, Positioned};

use super::{DEFAULT_ITEMS, lists};

/// What a field yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Name of the type below, without its list and non-null marks.
    pub(super) of: String,
    /// How many items the selection below is resolved for where the query does not say; `None` for what is no list.
    pub(super) items: Option<u64>,
}

/// The fields of a schema as the guard prices them; made once, from the SDL.
///
/// A field has items when it is a list or its type's name ends in `Connection`. The
/// lists inside a connection (`nodes`, `edges`) are its page, which is priced
/// already, so they count once.
#[derive(Clone, Debug)]
pub struct Prices {
    fields: HashMap<String, BTreeMap<String, Shape>>,
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

    /// The fields of a type, sorted; none of what does not exist.
    pub(super) fn names(&self, on: &str) -> impl Iterator<Item = &str> {
        self.fields
            .get(on)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
    }
}

fn shapes(on: &str, fields: &[Positioned<FieldDefinition>]) -> BTreeMap<String, Shape> {
    let in_connection = on.ends_with("Connection");
    fields
        .iter()
        .map(|field| {
            let (of, list) = base(&field.node.ty.node);
            let name = field.node.name.node.to_string();
            let many = !in_connection && (list || of.ends_with("Connection"));
            let items = many.then(|| lists::items(on, &name, of).unwrap_or(DEFAULT_ITEMS));
            let of = of.to_owned();
            (name, Shape { of, items })
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
        assert_eq!(prices.shape("Query", "clients").unwrap().items, Some(20));
        assert_eq!(prices.shape("Handover", "steps").unwrap().items, Some(5));
    }

    #[test]
    fn lists_and_connections_have_items_and_a_page_is_one() {
        let prices = Prices::from_sdl(
            "type Query { client(id: ID!): Client clients: ClientConnection! roles: [[Role!]!]! }
             type ClientConnection { nodes: [Client!]! edges: [ClientEdge!]! }
             interface Node { tags: [String!] }",
        )
        .unwrap();
        let items = |on: &str, field: &str| prices.shape(on, field).map(|shape| shape.items);
        assert_eq!(items("Query", "client"), Some(None));
        assert_eq!(items("Query", "clients"), Some(Some(20)));
        assert_eq!(items("Query", "roles"), Some(Some(20)));
        assert_eq!(items("ClientConnection", "nodes"), Some(None));
        assert_eq!(items("Node", "tags"), Some(Some(20)));
        assert_eq!(items("Query", "__schema"), None);
        assert_eq!(prices.shape("Query", "roles").unwrap().of, "Role");
    }
}
