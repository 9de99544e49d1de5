//! Every type and field by every way that reaches it, for every kind of caller.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::changes::told;
use super::questions::{ARGUMENTS, argument};
use super::reader::{Reader, check_totals, kind_of};
use super::schema::{Schema, list};
use super::table::{Column, NOTHING, Table};
use super::world::World;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(what_may_not_be_seen_is_seen_by_no_way_round);

/// What came of each field, by column: nothing was wrong (`seen`), or the code of its error.
type Outcomes = BTreeMap<String, BTreeMap<Column, BTreeSet<String>>>;

async fn what_may_not_be_seen_is_seen_by_no_way_round(app: &TestApp) {
    let world = World::found(app).await;
    let schema = Schema::read().await;
    let mut outcomes = Outcomes::new();
    let kinds: BTreeSet<String> = world.owned.iter().map(|one| kind_of(&one.id)).collect();
    assert_eq!(kinds, schema.nodes(), "world.rs has one of each type");
    let mut reached = BTreeSet::new();
    for by in world.callers() {
        let mut walk = Walk {
            app,
            schema: &schema,
            reader: Reader::of(&world, by),
            outcomes: &mut outcomes,
            found: BTreeSet::new(),
        };
        every_type_has_a_row(&schema, &walk.reader.kinds);
        walk.by_id().await;
        walk.ask_the_root().await;
        walk.ask_each_node().await;
        walk.reader.is_content();
        reached.extend(walk.found);
    }
    let all: BTreeSet<String> = world.owned.iter().map(|owned| owned.id.clone()).collect();
    let missed: Vec<&String> = all.difference(&reached).collect();
    assert!(missed.is_empty(), "no edge leads to {missed:#?}");
    check_fields(&outcomes, &Table::under("Fields"));
}

fn every_type_has_a_row(schema: &Schema, table: &Table) {
    let rows: BTreeSet<String> = table.0.keys().cloned().collect();
    assert_eq!(rows, schema.nodes(), "docs/access.md, Types");
}

/// Each field that was refused has a row, each row is as it was found, and each of its cells was looked at.
fn check_fields(outcomes: &Outcomes, table: &Table) {
    let mut wrong = Vec::new();
    let seen = || BTreeSet::from(["seen".to_owned()]);
    let fields: BTreeSet<&String> = outcomes.keys().chain(table.0.keys()).collect();
    for field in fields {
        let of_field = outcomes.get(field);
        for column in Column::ALL {
            let found = of_field.and_then(|of_field| of_field.get(&column)).cloned();
            let told = match table.cell(field, column) {
                Some(NOTHING) => None,
                Some(cell) => Some(BTreeSet::from([cell.to_owned()])),
                None => found.is_some().then(seen),
            };
            let is_same_as_others =
                matches!(column, Column::ManagerOfIt | Column::MemberOfIt) && found.is_none();
            if is_same_as_others && table.cell(field, column) == table.cell(field, column.other()) {
                continue;
            }
            if found != told {
                wrong.push(format!(
                    "{field} {column:?}: {found:?}, and the table says {told:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many objects of one type and person are asked for all they have.
const ALIKE: usize = 4;

/// One caller's way through the whole schema: each way of reaching something is a method.
struct Walk<'a> {
    app: &'a TestApp,
    schema: &'a Schema,
    reader: Reader<'a>,
    outcomes: &'a mut Outcomes,
    /// The ids that were found by edges.
    found: BTreeSet<String>,
}

impl Walk<'_> {
    /// `node`, `nodes` and the field of the root that names the type: all say the same.
    async fn by_id(&mut self) {
        let world = self.reader.world;
        let ids: Vec<&str> = world.owned.iter().map(|one| &*one.id).collect();
        for some in ids.chunks(100) {
            let asked = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
            let answer = self
                .app
                .ask(self.reader.by, asked, json!({ "ids": some }))
                .await;
            for (id, node) in some.iter().zip(list(&answer["nodes"])) {
                self.check_by_id(id, !node.is_null()).await;
            }
        }
    }

    async fn check_by_id(&self, id: &str, in_nodes: bool) {
        let world = self.reader.world;
        let owned = world.owned.iter().find(|one| one.id == id);
        let kind = kind_of(id);
        let may = self.reader.sees(&kind, owned.unwrap().whose);
        let whose = owned.unwrap().whose;
        let wrong = |way: &str| {
            self.reader
                .note(format!("{way}(id:): a {kind} of {whose:?}"))
        };
        if in_nodes != may {
            wrong("nodes");
        }
        let own = kind[..1].to_lowercase() + &kind[1..];
        let mut ways = vec!["node".to_owned()];
        ways.extend(self.schema.names("Query").contains(&own).then_some(own));
        let fields = ways.iter().map(|way| format!("{way}(id: $id) {{ id }}"));
        let fields: Vec<String> = fields.collect();
        let asked = format!("query ($id: ID!) {{ {} }}", fields.join(" "));
        let ask = async |id: &str| {
            let variables = json!({ "id": id });
            told(&self.app.graphql(self.reader.by, &asked, variables).await)
        };
        let answer = ask(id).await;
        for way in ways {
            if answer["data"][&way].is_null() == may {
                wrong(&way);
            }
        }
        if !may {
            let nowhere = format!("{}{}", &id[..4], "0".repeat(32));
            if ask(&nowhere).await != answer {
                wrong("not as of nothing: node");
            }
        }
    }

    async fn ask_the_root(&mut self) {
        let schema = self.schema;
        for field in schema.fields("Query") {
            let field = field["name"].as_str().unwrap();
            if ["node", "nodes"].contains(&field) {
                continue;
            }
            let mut asked_already = String::new();
            for whose in ["Dana", "Mia"] {
                let arguments = argument(ARGUMENTS, self.reader.world, whose, field);
                if whose == "Mia" && arguments == asked_already {
                    continue;
                }
                asked_already.clone_from(&arguments);
                let inside = match &*self.schema.type_of("Query", field) {
                    "String" => String::new(),
                    of => self.schema.inside(of),
                };
                let asked = format!("{field}{arguments} {inside}");
                self.ask(&[asked], "Query", whose, None).await;
            }
        }
    }

    async fn ask_each_node(&mut self) {
        let world = self.reader.world;
        let mut alike = BTreeMap::new();
        for owned in &world.owned {
            let kind = kind_of(&owned.id);
            let before: &mut usize = alike.entry((kind.clone(), owned.whose)).or_default();
            *before += 1;
            if *before <= ALIKE && self.reader.sees(&kind, owned.whose) {
                let selections = self.schema.selections(&kind);
                self.ask(&selections, &kind, owned.whose, Some(&owned.id))
                    .await;
            }
        }
    }

    /// Asks for fields of the root or of a node, all at once or, where that costs too much, bit by bit.
    async fn ask(&mut self, selections: &[String], of: &str, whose: &str, id: Option<&str>) {
        let joined = selections.join(" ");
        let asked = match id {
            Some(id) => format!("{{ node(id: \"{id}\") {{ ... on {of} {{ {joined} }} }} }}"),
            None => format!("{{ {joined} }}"),
        };
        let answer = self.app.graphql(self.reader.by, &asked, json!({})).await;
        if answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX" {
            if let [one] = selections {
                let fewer = [
                    ("(first: 60)", "(first: 12)"),
                    ("(first: 12)", "(first: 3)"),
                ];
                let fewer = fewer.iter().find(|(from, _)| one.contains(from));
                let (from, to) = fewer.unwrap_or_else(|| panic!("{asked}: {answer}"));
                return Box::pin(self.ask(&[one.replace(from, to)], of, whose, id)).await;
            }
            let (some, others) = selections.split_at(selections.len() / 2);
            Box::pin(self.ask(some, of, whose, id)).await;
            return Box::pin(self.ask(others, of, whose, id)).await;
        }
        let mut found = self.reader.reads(&answer.to_string(), &asked);
        found.retain(|one| Some(&**one) != id);
        self.found.extend(found);
        let data = match id {
            Some(_) => &answer["data"]["node"],
            None => &answer["data"],
        };
        let column = self.reader.column(whose);
        let mut refused = BTreeSet::new();
        for error in list(&answer["errors"]) {
            let skipped = usize::from(id.is_some());
            let path = list(&error["path"]).get(skipped..).unwrap_or_default();
            assert!(!path.is_empty(), "{asked}: {error}");
            let field = self.field_at(of, path);
            let code = error["extensions"]["code"].as_str().unwrap();
            self.note(&field, column, code);
            refused.insert(field);
        }
        self.note_seen(of, data, column, &refused);
        check_totals(&self.reader, &answer["data"], &asked);
    }

    fn note(&mut self, field: &str, column: Column, outcome: &str) {
        let of_field = self.outcomes.entry(field.to_owned()).or_default();
        of_field
            .entry(column)
            .or_default()
            .insert(outcome.to_owned());
    }

    /// `Person.capacity`, where a path ends.
    fn field_at(&self, of: &str, path: &[Value]) -> String {
        let mut names = path.iter().filter_map(Value::as_str).peekable();
        let mut of = of.to_owned();
        while let Some(field) = names.next() {
            if names.peek().is_none() {
                return format!("{of}.{field}");
            }
            of = self.schema.type_of(&of, field);
        }
        panic!("{path:?}");
    }

    fn note_seen(&mut self, of: &str, value: &Value, column: Column, refused: &BTreeSet<String>) {
        match value {
            Value::Array(all) => {
                for one in all {
                    self.note_seen(of, one, column, refused);
                }
            }
            Value::Object(fields) => {
                for (field, inside) in fields {
                    let full = format!("{of}.{field}");
                    if !refused.contains(&full) {
                        self.note(&full, column, "seen");
                    }
                    let of = self.schema.type_of(of, field);
                    self.note_seen(&of, inside, column, refused);
                }
            }
            _ => {}
        }
    }
}
