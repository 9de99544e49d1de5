//! Documents that know the schema: most of what is in them exists, so that they come further than noise does.

use std::collections::BTreeMap;
use std::fmt::Write;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::seeds;

/// Fields of one document at most.
const FIELDS: usize = 120;

/// The schema, as far as a document needs it.
pub(super) struct Grammar {
    objects: BTreeMap<String, Vec<FieldDefinition>>,
    unions: BTreeMap<String, Vec<String>>,
    inputs: BTreeMap<String, Vec<InputValueDefinition>>,
    enums: BTreeMap<String, Vec<String>>,
}

impl Grammar {
    /// Reads an SDL.
    pub(super) fn of(sdl: &str) -> Self {
        let mut grammar = Self {
            objects: BTreeMap::new(),
            unions: BTreeMap::new(),
            inputs: BTreeMap::new(),
            enums: BTreeMap::new(),
        };
        for definition in parse_schema(sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    let fields = object.fields.into_iter().map(|field| field.node);
                    grammar.objects.insert(name, fields.collect());
                }
                TypeKind::Interface(interface) => {
                    let fields = interface.fields.into_iter().map(|field| field.node);
                    grammar.objects.insert(name, fields.collect());
                }
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string());
                    grammar.unions.insert(name, members.collect());
                }
                TypeKind::InputObject(input) => {
                    let fields = input.fields.into_iter().map(|field| field.node);
                    grammar.inputs.insert(name, fields.collect());
                }
                TypeKind::Enum(of) => {
                    let values = of
                        .values
                        .iter()
                        .map(|value| value.node.value.node.to_string());
                    grammar.enums.insert(name, values.collect());
                }
                TypeKind::Scalar => {}
            }
        }
        grammar
    }

    /// The body of a request with one or more operations, fragments, variables and a few things that are wrong. `ids` are
    /// of things that there are.
    pub(super) fn body(&self, ids: &[String], random: &mut StdRng) -> Vec<u8> {
        let deepest = random.random_range(2..15);
        let mut writer = Writer {
            grammar: self,
            ids,
            random,
            text: String::new(),
            left: FIELDS,
            deepest,
            fragments: Vec::new(),
        };
        let kind = if writer.chance(0.8) {
            ("query", "Query")
        } else {
            ("mutation", "Mutation")
        };
        writer.set(kind.1, 0);
        if writer.chance(0.05) {
            writer.text.push_str("query other ");
            writer.set("Query", 0);
        }
        while let Some((name, on)) = writer.fragments.pop() {
            let _ = write!(writer.text, " fragment {name} on {on} ");
            writer.set(&on, 3);
        }
        let selections = writer.text;
        // One that is declared and not used is refused.
        let declared: String = [
            ("$v", "Int = 3"),
            ("$id", "ID"),
            ("$yes", "Boolean! = true"),
        ]
        .into_iter()
        .filter(|(name, _)| selections.contains(name))
        .fold(String::new(), |text, (name, ty)| {
            text + &format!("{name}: {ty} ")
        });
        let declared = if declared.is_empty() {
            declared
        } else {
            format!("({declared})")
        };
        let text = format!("{} main{declared} {selections}", kind.0);
        let variables = match random.random_range(0..6) {
            0 => {
                json!({ "v": random.random_range(-5_i64..200), "id": "prj_01938d2c-0000-7000-8000-000000000000" })
            }
            1 => json!({ "v": 1e30, "id": ["x"], "yes": "no" }),
            2 => json!({ "v": Value::Null, "yes": false }),
            _ => json!({ "id": ids.choose(random) }),
        };
        seeds::body(&text, variables)
    }
}

struct Writer<'a> {
    grammar: &'a Grammar,
    ids: &'a [String],
    random: &'a mut StdRng,
    text: String,
    left: usize,
    deepest: usize,
    fragments: Vec<(String, String)>,
}

impl Writer<'_> {
    fn chance(&mut self, of: f64) -> bool {
        self.random.random_bool(of)
    }

    fn set(&mut self, on: &str, depth: usize) {
        self.text.push_str("{ ");
        if let Some(members) = self.grammar.unions.get(on) {
            if let Some(member) = members.choose(self.random) {
                let _ = write!(self.text, "... on {member} ");
                self.set(member, depth + 1);
            }
        } else if let Some(fields) = self.grammar.objects.get(on) {
            let wanted = self.random.random_range(1..5);
            for _ in 0..wanted {
                if let Some(field) = fields.choose(self.random) {
                    self.selection(on, field, depth);
                }
            }
        }
        self.text.push_str("__typename } ");
    }

    fn selection(&mut self, on: &str, field: &FieldDefinition, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || depth > self.deepest {
            return;
        }
        match self.random.random_range(0..90) {
            0 => {
                let name = format!("f{}", self.random.random_range(0..6));
                let _ = write!(self.text, "...{name} ");
                if self.chance(0.8) && self.fragments.iter().all(|(known, _)| *known != name) {
                    self.fragments.push((name, on.to_owned()));
                }
                return;
            }
            1 => {
                let _ = write!(self.text, "... @include(if: $yes) ");
                self.set(on, depth + 1);
                return;
            }
            2 => self.text.push_str("a: "),
            3 => self.text.push('x'),
            4 => {
                self.text
                    .push_str("__schema { types { name fields { name type { name } } } } ");
            }
            _ => {}
        }
        self.text.push_str(field.name.node.as_str());
        self.arguments(field);
        if self.random.random_bool(0.05) {
            self.text.push_str(" @skip(if: $yes)");
        }
        self.text.push(' ');
        let of = named(&field.ty.node);
        if self.grammar.objects.contains_key(of) || self.grammar.unions.contains_key(of) {
            let of = of.to_owned();
            self.set(&of, depth + 1);
        }
    }

    fn arguments(&mut self, field: &FieldDefinition) {
        let mut written = false;
        for argument in &field.arguments {
            let argument = &argument.node;
            let is_needed = !argument.ty.node.nullable && argument.default_value.is_none();
            let often = if is_needed || argument.name.node == "first" {
                0.99
            } else {
                0.25
            };
            if self.chance(often) {
                self.text.push_str(if written { ", " } else { "(" });
                written = true;
                let _ = write!(self.text, "{}: ", argument.name.node);
                self.value(&argument.ty.node, 0);
            }
        }
        if written {
            self.text.push(')');
        }
    }

    fn value(&mut self, ty: &Type, depth: usize) {
        if self.chance(0.01) {
            let odd = [
                "null",
                "[[[1]]]",
                "{ a: 1 }",
                "$v",
                "$id",
                "$nobody",
                "\"\\u0000\"",
                "1e400",
                "NOBODY",
            ];
            self.text
                .push_str(odd.choose(self.random).unwrap_or(&"null"));
            return;
        }
        let of = match &ty.base {
            BaseType::List(item) => {
                self.text.push('[');
                for _ in 0..self.random.random_range(0..4) {
                    self.value(item, depth + 1);
                    self.text.push(' ');
                }
                self.text.push(']');
                return;
            }
            BaseType::Named(name) => name.to_string(),
        };
        if let Some(values) = self.grammar.enums.get(&of) {
            self.text
                .push_str(values.choose(self.random).map_or("X", |value| value));
        } else if let Some(fields) = self.grammar.inputs.get(&of) {
            self.text.push_str("{ ");
            for field in fields {
                let is_needed = !field.ty.node.nullable && field.default_value.is_none();
                if depth < 6 && self.chance(if is_needed { 0.99 } else { 0.3 }) {
                    let _ = write!(self.text, "{}: ", field.name.node);
                    self.value(&field.ty.node, depth + 1);
                    self.text.push(' ');
                }
            }
            self.text.push('}');
        } else {
            if of == "ID" && self.chance(0.8) {
                let id = self.ids.choose(self.random).map_or("", String::as_str);
                let _ = write!(self.text, "\"{id}\"");
                return;
            }
            let some: &[&str] = match of.as_str() {
                "Int" => &[
                    "0",
                    "1",
                    "1",
                    "2",
                    "2",
                    "3",
                    "3",
                    "5",
                    "-1",
                    "100",
                    "101",
                    "2147483647",
                    "2147483648",
                    "$v",
                ],
                "Boolean" => &["true", "false", "$yes"],
                "Date" => &[
                    "\"2026-11-23\"",
                    "\"9999-12-31\"",
                    "\"-9999-01-01\"",
                    "\"2026-02-30\"",
                    "\"0000-00-00\"",
                ],
                "DateTime" => &[
                    "\"2026-11-23T08:00:00Z\"",
                    "\"9999-12-31T23:59:59Z\"",
                    "\"-009999-01-01T00:00:00Z\"",
                ],
                "ID" => &[
                    "\"prj_01938d2c-0000-7000-8000-000000000000\"",
                    "\"per_x\"",
                    "\"\"",
                    "1",
                    "$id",
                ],
                _ => &[
                    "\"\"",
                    "\"a\"",
                    "\"2026-W48\"",
                    "\"é😀\\u202e\"",
                    "\"%_\\\\\"",
                    "\"\"\"b\n  c\"\"\"",
                ],
            };
            self.text.push_str(some.choose(self.random).unwrap_or(&"1"));
        }
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}
