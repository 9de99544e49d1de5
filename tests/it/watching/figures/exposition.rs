//! OpenMetrics' text format, read as strictly as `promtool check metrics` does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Labels, sorted by name.
type Labels = BTreeMap<String, String>;

/// Samples by name and labels.
#[derive(Debug)]
pub(super) struct Exposition(HashMap<(String, Labels), f64>);

impl Exposition {
    /// # Panics
    /// When `text` breaks a rule of the format.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.strip_suffix("# EOF\n").expect("it ends with # EOF");
        let mut types: HashMap<&str, &str> = HashMap::new();
        let mut helped = BTreeSet::new();
        let mut samples = HashMap::new();
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').unwrap();
                assert!(helped.insert(name) && !words.is_empty(), "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(types.insert(name, kind), None, "{line}");
            } else {
                let (name, labels, value) = sample(line);
                let suffixes = ["_total", "_bucket", "_sum", "_count", ""];
                let family = suffixes.iter().find_map(|suffix| {
                    let family = name.strip_suffix(suffix)?;
                    types.get(family).map(|kind| (family, *kind, *suffix))
                });
                let (family, kind, suffix) = family.unwrap_or_else(|| panic!("no type: {line}"));
                assert!(helped.contains(family), "no help: {line}");
                match kind {
                    "counter" => assert!(suffix == "_total" && value >= 0.0, "{line}"),
                    "gauge" => assert_eq!(suffix, "", "{line}"),
                    _ => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
                }
                let twice = samples.insert((name.to_owned(), labels), value);
                assert_eq!(twice, None, "twice: {line}");
            }
        }
        let exposition = Self(samples);
        exposition.check_histograms();
        exposition
    }

    /// # Panics
    /// When there is no such sample.
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let key = (name.to_owned(), labels.collect());
        *self
            .0
            .get(&key)
            .unwrap_or_else(|| panic!("there is no {key:?}"))
    }

    /// Buckets grow with their bounds, and the last one, of +Inf, has all that was counted.
    fn check_histograms(&self) {
        let mut buckets: HashMap<(&str, Labels), Vec<(f64, f64)>> = HashMap::new();
        for ((name, labels), count) in &self.0 {
            if let Some(family) = name.strip_suffix("_bucket") {
                let mut labels = labels.clone();
                let bound = labels.remove("le").unwrap();
                let bound = if bound == "+Inf" {
                    f64::INFINITY
                } else {
                    bound.parse().unwrap()
                };
                buckets
                    .entry((family, labels))
                    .or_default()
                    .push((bound, *count));
            }
        }
        for ((family, labels), mut buckets) in buckets {
            buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(
                buckets.is_sorted_by(|a, b| a.1 <= b.1),
                "{family}: {buckets:?}"
            );
            let all = self.0[&(format!("{family}_count"), labels)];
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, all)), "{family}");
        }
    }
}

/// `name{label="value",…} value`.
fn sample(line: &str) -> (&str, Labels, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
    let (name, labels) = match series.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').unwrap()),
        None => (series, ""),
    };
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    assert!(is_name(name) && name.starts_with("meridian_"), "{line}");
    let mut read = Labels::new();
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (key, quoted) = label.split_once('=').unwrap();
        let value = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let value = value.unwrap_or_else(|| panic!("{line}"));
        assert!(is_name(key) && !value.contains(['"', '\\', '\n']), "{line}");
        assert_eq!(
            read.insert(key.to_owned(), value.to_owned()),
            None,
            "{line}"
        );
    }
    let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
    assert!(value.is_finite(), "{line}");
    (name, read, value)
}
