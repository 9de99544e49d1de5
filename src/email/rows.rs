//! How many rows a mail shows before it says how many more there are.

use std::borrow::Borrow;

use askama::Template;

use crate::error::{Error, Result};

/// Row limits, tried in turn until the HTML is small enough.
const LIMITS: [usize; 11] = [40, 34, 28, 23, 18, 14, 9, 6, 4, 2, 1];

/// Most bytes of an HTML part: mail programs cut what is much longer, and a phone on a train waits for it.
const MOST_BYTES: usize = 30_000;

/// The largest row limit at which `render` stays under [`MOST_BYTES`], with what it rendered.
///
/// # Errors
/// What `render` says.
pub(super) fn fit(render: impl Fn(usize) -> Result<String>) -> Result<(usize, String)> {
    let mut fitted = (0, String::new());
    for limit in LIMITS {
        fitted = (limit, without_empty_lines(&render(limit)?));
        if fitted.1.len() < MOST_BYTES {
            break;
        }
    }
    Ok(fitted)
}

/// The lines that the template's own tags left empty are bytes a reader pays for.
fn without_empty_lines(html: &str) -> String {
    let lines = html
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The first `limit` of `items` and how many more there are.
pub(super) fn first<T>(items: &[T], limit: impl Borrow<usize>) -> Rows<'_, T> {
    let shown = &items[..items.len().min(*limit.borrow())];
    Rows {
        shown,
        more: items.len() - shown.len(),
    }
}

/// Rows a mail shows, and the number it leaves out.
pub(super) struct Rows<'a, T> {
    pub(super) shown: &'a [T],
    pub(super) more: usize,
}

/// What `template` comes to.
///
/// # Errors
/// Internal, should it fail.
pub(super) fn rendered(template: &impl Template) -> Result<String> {
    template
        .render()
        .map_err(|error| Error::Internal(error.into()))
}
