//! What the page says, and whether an answer is the one that it prints.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Stands for what differs from one time to the next.
pub(super) const CUT: char = '…';

/// What follows one numbered heading.
pub(super) struct Step {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// What stands between two fences.
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
}

/// The steps of the tour, in order.
pub(super) fn steps() -> Vec<Step> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, tour) = page.split_once("\n## A tour in ten queries\n").unwrap();
    let (tour, _) = tour.split_once("\n## ").unwrap();
    tour.split("\n### ").skip(1).map(step).collect()
}

fn step(text: &str) -> Step {
    let (title, text) = text.split_once('\n').unwrap();
    let blocks = text.split("\n```").skip(1).step_by(2).map(|block| {
        let (language, text) = block.split_once('\n').unwrap();
        Block {
            language: language.to_owned(),
            text: text.to_owned(),
        }
    });
    Step {
        title: title.to_owned(),
        blocks: blocks.collect(),
    }
}

/// Whether `heard` is what is printed. `extensions` may be left out, and anything in them; of a text the part that is cut.
pub(super) fn fits(printed: &Value, heard: &Value) -> bool {
    match (printed, heard) {
        (Value::Object(wanted), Value::Object(fields)) => {
            let printed = |name: &str| name == "extensions" || wanted.contains_key(name);
            fields.keys().all(|name| printed(name)) && has_all(wanted, fields, fits)
        }
        (Value::Array(wanted), Value::Array(items)) => {
            let mut pairs = wanted.iter().zip(items);
            wanted.len() == items.len() && pairs.all(|(wanted, item)| fits(wanted, item))
        }
        (Value::String(wanted), Value::String(text)) => match wanted.split_once(CUT) {
            Some((start, end)) => text.starts_with(start) && text.ends_with(end),
            None => wanted == text,
        },
        _ => printed == heard,
    }
}

fn has_all(
    wanted: &serde_json::Map<String, Value>,
    fields: &serde_json::Map<String, Value>,
    fits: impl Fn(&Value, &Value) -> bool,
) -> bool {
    wanted.iter().all(|(name, wanted)| {
        let field = fields.get(name);
        field.is_some_and(|field| match name.as_str() {
            "extensions" => holds(field, wanted),
            _ => fits(wanted, field),
        })
    })
}

/// Whether `field` has what is `wanted`, and perhaps more.
fn holds(field: &Value, wanted: &Value) -> bool {
    match (wanted, field) {
        (Value::Object(wanted), Value::Object(fields)) => {
            has_all(wanted, fields, |wanted, field| holds(field, wanted))
        }
        _ => wanted == field,
    }
}
