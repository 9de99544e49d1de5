//! No list is filtered or ordered by what the caller may not see.

use std::collections::BTreeSet;

use serde_json::json;

use super::questions::{FILTERS, argument};
use super::reader::{Reader, check_totals};
use super::schema::Schema;
use super::table::{Column, Table};
use super::world::World;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(what_is_hidden_is_neither_filtered_nor_ordered_by);

async fn what_is_hidden_is_neither_filtered_nor_ordered_by(app: &TestApp) {
    let world = World::found(app).await;
    let schema = Schema::read().await;
    let table = Table::under("Filters");
    let mut samples = BTreeSet::new();
    for filter in schema.ending_with("Filter") {
        samples.extend(
            schema
                .names(&filter)
                .iter()
                .map(|name| format!("{filter}.{name}")),
        );
    }
    samples.retain(|name| {
        !name.ends_with(".and") && !name.ends_with(".or") && !name.ends_with(".not")
    });
    let kept: BTreeSet<String> = FILTERS
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(kept, samples, "questions.rs");
    for &(name, root, sample) in FILTERS {
        let filter = name.split_once('.').unwrap();
        let nests = schema.names(filter.0).contains("or");
        for by in world.callers() {
            let reader = Reader::of(&world, by);
            for whose in ["Dana", "Mia"] {
                let sample = argument(&[(name, sample)], &world, whose, name);
                let mut filters = vec![format!("{{ {}: {sample} }}", filter.1)];
                if nests {
                    let inner = filters[0].clone();
                    filters.push(format!("{{ not: {inner} }}"));
                    filters.push(format!("{{ or: [{{ and: [{inner}] }}] }}"));
                }
                for filter in filters {
                    let asked = format!(
                        "{{ {root}(filter: {filter}, first: 60) {{ totalCount nodes {{ id }} }} }}"
                    );
                    let answer = app.graphql(by, &asked, json!({})).await;
                    let code = answer["errors"][0]["extensions"]["code"].as_str();
                    let told = table.cell(name, reader.column(whose)).unwrap_or_else(|| {
                        Table::under("Fields")
                            .cell(&format!("Query.{root}"), reader.column(whose))
                            .map_or("seen", |cell| {
                                if cell == "FORBIDDEN" {
                                    "FORBIDDEN"
                                } else {
                                    "seen"
                                }
                            })
                    });
                    if code.unwrap_or("seen") != told {
                        reader.note(format!("{told}, but {asked}: {answer}"));
                    }
                    reader.reads(&answer.to_string(), &asked);
                    check_totals(&reader, &answer["data"], &asked);
                }
            }
            reader.is_content();
        }
    }
    orders_are_of_what_everybody_sees(&schema);
}

/// A list is ordered by columns only that whoever sees the list sees.
fn orders_are_of_what_everybody_sees(schema: &Schema) {
    for order in schema.ending_with("OrderField") {
        let of = order.trim_end_matches("OrderField");
        let fields = Table::under("Fields");
        for value in schema.values(&order) {
            let words = value.to_lowercase();
            let mut name = String::new();
            for (place, word) in words.split('_').enumerate() {
                match place {
                    0 => name.push_str(word),
                    _ => name.push_str(&(word[..1].to_uppercase() + &word[1..])),
                }
            }
            assert!(
                schema.names(of).contains(&name),
                "{order}.{value} is of no field of {of}"
            );
            assert_eq!(
                fields.cell(&format!("{of}.{name}"), Column::OtherMember),
                None
            );
        }
    }
}
