//! Subjects: at most 60 characters that carry the news.

use super::line::cut;

/// Longest subject, in characters.
pub(super) const LONGEST: usize = 60;

/// More than this never fits: a piece of news is a letter at least, with a comma and a space.
const MOST_NEWS: usize = LONGEST / 3;

/// `prefix` and as many whole `news` as fit, then `, +2` for those that do not. Where not even the first fits,
/// it is cut between graphemes.
pub(super) fn compose(prefix: &str, news: &[String]) -> String {
    (1..=news.len().min(MOST_NEWS))
        .rev()
        .map(|shown| with(prefix, news, shown))
        .find(|subject| subject.chars().count() <= LONGEST)
        .unwrap_or_else(|| cut_first(prefix, news))
}

fn with(prefix: &str, news: &[String], shown: usize) -> String {
    let left_out = match news.len() - shown {
        0 => String::new(),
        more => format!(", +{more}"),
    };
    format!("{prefix}{}{left_out}", news[..shown].join(", "))
}

fn cut_first(prefix: &str, news: &[String]) -> String {
    let left_out = match news.len() {
        0 | 1 => String::new(),
        many => format!(", +{}", many - 1),
    };
    let first = news.first().map_or("", String::as_str);
    let room = LONGEST.saturating_sub(left_out.chars().count());
    format!("{}{left_out}", cut(&format!("{prefix}{first}"), room))
}
