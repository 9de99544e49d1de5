//! The pages a reader starts from do not lead astray.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use meridian::config::Config;

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

#[test]
fn the_example_environment_names_every_setting_with_its_default() {
    let settings = Config::augment_args(clap::Command::new("meridian"));
    let expected: Vec<String> = settings
        .get_arguments()
        .filter_map(|argument| {
            let default = argument
                .get_default_values()
                .first()
                .map(|value| value.to_string_lossy());
            let name = argument.get_env()?.to_str()?;
            Some(format!("# {name}='{}'", default.unwrap_or_default()))
        })
        .collect();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    let example = fs::read_to_string(page).expect("a readable example");
    let named: Vec<&str> = example
        .lines()
        .filter(|line| line.starts_with("# MERIDIAN_"))
        .collect();
    assert_eq!(named, expected);
}
