//! The schema as these stories walk it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Request, Variables};
use serde_json::Value;

const INTROSPECTION: &str = "{ __schema { types { kind name possibleTypes { name }
    fields { name args { name defaultValue type { kind } } type { ...reference } }
    inputFields { name type { ...reference } } enumValues { name } } } }
    fragment reference on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// How many of each list are looked at; there are fewer of everything.
const PAGE: usize = 60;

/// All types by name.
pub(super) struct Schema(BTreeMap<String, Value>);

impl Schema {
    pub(super) async fn read() -> Self {
        let request = Request::new(INTROSPECTION).variables(Variables::default());
        let answer = meridian::graphql::schema().execute(request).await;
        let answer = answer.into_result().unwrap().data.into_json().unwrap();
        let types = list(&answer["__schema"]["types"]).iter();
        Self(types.map(|one| (name(one), one.clone())).collect())
    }

    /// The fields of a type: of an object or an input.
    pub(super) fn fields(&self, of: &str) -> &[Value] {
        let of = &self.0[of];
        match of["fields"].as_array() {
            Some(fields) => fields,
            None => list(&of["inputFields"]),
        }
    }

    /// The names of those fields.
    pub(super) fn names(&self, of: &str) -> BTreeSet<String> {
        self.fields(of).iter().map(name).collect()
    }

    /// The type of a field, without lists and non-null.
    pub(super) fn type_of(&self, of: &str, field: &str) -> String {
        let found = self.fields(of).iter().find(|one| one["name"] == field);
        let found = found.unwrap_or_else(|| panic!("{of} has no {field}"));
        named(&found["type"])
    }

    /// The types with global ids.
    pub(super) fn nodes(&self) -> BTreeSet<String> {
        let of = list(&self.0["Node"]["possibleTypes"]);
        of.iter().map(name).collect()
    }

    /// The input types that filter lists, and the enums by which lists are ordered.
    pub(super) fn ending_with(&self, end: &str) -> Vec<String> {
        let names = self.0.keys().filter(|name| name.ends_with(end));
        names.cloned().collect()
    }

    /// The values of an enum.
    pub(super) fn values(&self, of: &str) -> Vec<String> {
        list(&self.0[of]["enumValues"]).iter().map(name).collect()
    }

    fn is_object(&self, of: &str) -> bool {
        self.0[of]["kind"] == "OBJECT"
    }

    fn is_leaf(&self, of: &str) -> bool {
        matches!(self.0[of]["kind"].as_str(), Some("SCALAR" | "ENUM"))
    }

    /// Everything that can be asked of a type without arguments, each field on its own: of what has an id only that.
    pub(super) fn selections(&self, of: &str) -> Vec<String> {
        let mut above = vec![of.to_owned()];
        let fields = self.fields(of).iter();
        fields
            .filter_map(|field| self.selection(field, &mut above))
            .collect()
    }

    /// What is asked of a field's type.
    pub(super) fn inside(&self, of: &str) -> String {
        let mut above = Vec::new();
        self.body(of, &mut above)
    }

    fn selection(&self, field: &Value, above: &mut Vec<String>) -> Option<String> {
        let needs =
            |arg: &Value| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null();
        if list(&field["args"]).iter().any(needs) {
            return None;
        }
        let (own, of) = (name(field), named(&field["type"]));
        if self.is_leaf(&of) {
            return Some(own);
        }
        if above.contains(&of) && !self.nodes().contains(&of) {
            return None;
        }
        let body = self.body(&of, above);
        let first = list(&field["args"])
            .iter()
            .any(|arg| arg["name"] == "first");
        let page = if first {
            format!("(first: {PAGE})")
        } else {
            String::new()
        };
        Some(format!("{own}{page} {body}"))
    }

    fn body(&self, of: &str, above: &mut Vec<String>) -> String {
        if self.nodes().contains(of) || !self.is_object(of) {
            return "{ id }".to_owned();
        }
        above.push(of.to_owned());
        let fields = self.fields(of).iter();
        let fields: Vec<String> = fields
            .filter(|field| !["pageInfo", "edges"].contains(&&*name(field)))
            .filter_map(|field| self.selection(field, above))
            .collect();
        above.pop();
        format!("{{ {} }}", fields.join(" "))
    }
}

/// The innermost name of a type.
pub(super) fn named(of: &Value) -> String {
    match of["ofType"].is_object() {
        true => named(&of["ofType"]),
        false => name(of),
    }
}

pub(super) fn name(of: &Value) -> String {
    of["name"].as_str().unwrap_or_default().to_owned()
}

pub(super) fn list(of: &Value) -> &[Value] {
    of.as_array().map(Vec::as_slice).unwrap_or_default()
}
