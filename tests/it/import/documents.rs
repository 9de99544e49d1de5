//! docs/import/README.md describes the columns there are.

use std::path::Path;

use meridian::import::{Column, Kind};

/// The table of a kind's columns as the page has it.
fn table(kind: Kind) -> String {
    let row = |column: &Column| {
        let Column {
            name,
            required,
            form,
            default,
            example,
        } = column;
        let required = if *required { "yes" } else { "no" };
        format!("| `{name}` | {required} | {form} | {default} | {example} |\n")
    };
    let rows: String = kind.columns().iter().map(row).collect();
    format!(
        "| column | required | form | default | example |\n| --- | --- | --- | --- | --- |\n{rows}"
    )
}

#[test]
fn the_page_has_every_column_and_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import/README.md");
    let page = std::fs::read_to_string(page).unwrap();
    for kind in Kind::ALL {
        let table = table(kind);
        let heading = format!("## {}.csv\n", kind.word());
        let (_, section) = page
            .split_once(&heading)
            .unwrap_or_else(|| panic!("no {heading}"));
        let section = section.split("\n## ").next().unwrap();
        assert!(section.contains(&table), "{heading} should have\n\n{table}");
        assert_eq!(
            section.matches("\n| `").count(),
            kind.columns().len(),
            "{heading}"
        );
    }
}
