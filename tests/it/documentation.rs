//! The pages a reader starts from do not lead astray.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use meridian::config::Config;
use meridian::domain::batch::MOST_ITEMS;
use meridian::domain::page::LONGEST_PAGE;
use meridian::graphql::error::Code;
use meridian::graphql::guard;
use meridian::server::graphql::{LONGEST_KEPT, LONGEST_KEY, MAX_BODY};

/// README.md, CONTRIBUTING.md and every page of docs/, as far as they exist.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    [root.join("README.md"), root.join("CONTRIBUTING.md")]
        .into_iter()
        .filter(|page| page.exists())
        .chain(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")))
        .collect()
}

/// The targets of `[text](target)` and `[label]: target` outside of code.
fn links(markdown: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            // Every other piece between backticks is code.
            let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
            links.extend(
                prose
                    .split("](")
                    .skip(1)
                    .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())),
            );
            if let Some((_, target)) = prose.split_once("]: ").filter(|_| prose.starts_with('[')) {
                links.push(target.trim().to_owned());
            }
        }
    }
    links
}

/// What GitHub makes of a heading: lower case, spaces to hyphens, letters, digits, hyphens and underscores kept.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

fn has_heading(page: &Path, wanted: &str) -> bool {
    fs::read_to_string(page).is_ok_and(|text| {
        text.lines()
            .filter(|line| line.starts_with('#'))
            .any(|line| anchor(line.trim_start_matches('#')) == wanted)
    })
}

/// Why a relative link of `page` leads nowhere; `None` when it leads somewhere or out of the repository.
fn broken(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => page.to_owned(),
        path => page.parent()?.join(path),
    };
    let leads_somewhere = target.exists() && (heading.is_empty() || has_heading(&target, heading));
    (!leads_somewhere).then(|| format!("{}: {link}", page.display()))
}

#[test]
fn every_relative_link_of_the_pages_leads_somewhere() {
    let mut broken_links = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a readable page");
        broken_links.extend(links(&text).iter().filter_map(|link| broken(&page, link)));
    }
    assert!(broken_links.is_empty(), "{broken_links:#?}");
}

#[test]
fn links_are_found_and_broken_ones_are_told_from_good_ones() {
    let markdown = "See [a](CONTRIBUTING.md) and [b](nowhere.md#x).\n`[no](code)`\n```\n[no](fence)\n```\n[c]: LICENSE";
    assert_eq!(
        links(markdown),
        ["CONTRIBUTING.md", "nowhere.md#x", "LICENSE"]
    );
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    assert!(broken(&page, "nowhere.md").is_some());
    assert!(broken(&page, "LICENSE").is_none());
    assert!(broken(&page, "#no-such-heading").is_some());
    assert!(broken(&page, "https://example.com/nowhere").is_none());
}

/// Each setting's variable with its default; empty where there is none.
fn settings() -> Vec<(String, String)> {
    Config::augment_args(clap::Command::new("meridian"))
        .get_arguments()
        .filter_map(|argument| {
            let default = argument
                .get_default_values()
                .first()
                .map(|value| value.to_string_lossy().into_owned());
            let name = argument.get_env()?.to_str()?.to_owned();
            Some((name, default.unwrap_or_default()))
        })
        .collect()
}

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a readable page")
}

#[test]
fn the_example_environment_names_every_setting_with_its_default() {
    let expected: Vec<String> = settings()
        .iter()
        .map(|(name, default)| format!("# {name}='{default}'"))
        .collect();
    let example = page(".env.example");
    let named: Vec<&str> = example
        .lines()
        .filter(|line| line.starts_with("# MERIDIAN_"))
        .collect();
    assert_eq!(named, expected);
}

#[test]
fn the_table_of_the_readme_names_every_setting_with_its_default() {
    let expected: Vec<String> = settings()
        .iter()
        .map(|(name, default)| match default.as_str() {
            "" => format!("`{name}` | none"),
            default => format!("`{name}` | `{default}`"),
        })
        .collect();
    let readme = page("README.md");
    let named: Vec<String> = readme
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| ")
                .filter(|row| row.starts_with("`MERIDIAN_"))
        })
        .map(|row| row.split(" | ").take(2).collect::<Vec<_>>().join(" | "))
        .collect();
    assert_eq!(named, expected);
}

#[test]
fn each_walkthrough_has_a_test_of_its_name() {
    let architecture = page("docs/architecture.md");
    let mut told: Vec<&str> = architecture
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|heading| heading.contains('_'))
        .collect();
    let stories = page("tests/it/walkthroughs.rs");
    let (_, listed) = stories
        .split_once("on_both_databases!(")
        .expect("a list of stories");
    let (listed, _) = listed.split_once(')').expect("its end");
    let mut shown: Vec<&str> = listed
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    told.sort_unstable();
    shown.sort_unstable();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told, shown);
}

#[test]
fn the_page_of_the_api_has_every_error_code_and_whether_to_try_again() {
    let page = page("docs/api.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let named: Vec<(&str, bool)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`'), cells[3] == "yes")
        })
        .collect();
    let expected = Code::ALL.map(|code| (code.as_str(), code.retryable()));
    assert_eq!(named, expected);
}

#[test]
fn the_page_of_the_api_has_every_limit() {
    let page = page("docs/api.md");
    let (_, limits) = page.split_once("## Limits").expect("a chapter of limits");
    for limit in [
        format!("{MAX_BODY} bytes"),
        format!(
            "{} bytes, {} tokens, {} operations",
            guard::MAX_BYTES,
            guard::MAX_TOKENS,
            guard::MAX_OPERATIONS
        ),
        format!("| nesting of brackets | {} |", guard::MAX_NESTING),
        format!(
            "| {}, below `__schema` and `__type` {} |",
            guard::MAX_DEPTH,
            guard::MAX_INTROSPECTION_DEPTH
        ),
        format!(
            "| fields at the root of an operation | {} |",
            guard::MAX_ROOT_FIELDS
        ),
        format!(
            "| selections of an operation, those of fragments at every spread | {} |",
            guard::MAX_SELECTIONS
        ),
        format!("| aliases of an operation | {} |", guard::MAX_ALIASES),
        format!("| directives of an operation | {} |", guard::MAX_DIRECTIVES),
        format!("| cost of an operation | {} |", guard::MAX_COST),
        format!(
            "| {} items, nested {} deep |",
            guard::MAX_VARIABLE_LIST,
            guard::MAX_VARIABLE_NESTING
        ),
        format!("| a page | {LONGEST_PAGE} |"),
        format!("| items of a batch | {MOST_ITEMS} |"),
        format!("| an `Idempotency-Key` | {LONGEST_KEY} characters |"),
        format!("| an answer that is given again | {LONGEST_KEPT} bytes |"),
    ] {
        assert!(limits.contains(&limit), "{limit}");
    }
}
