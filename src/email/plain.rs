//! The text part's last step: lines of at most 78 columns.

use textwrap::{Options, WordSplitter};

const COLUMNS: usize = 78;

/// Wraps each line of `text` under its own indent (two more after a `- `), keeps addresses whole and figures
/// with their units, and leaves no more than one empty line in a row.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 20);
    let mut empty_before = true;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            if !empty_before {
                wrapped.push('\n');
            }
        } else {
            wrap_line(line, &mut wrapped);
        }
        empty_before = line.is_empty();
    }
    wrapped.truncate(wrapped.trim_end().len());
    wrapped.push('\n');
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    let body = line.trim_start_matches(' ');
    if body.starts_with("http") {
        wrapped.push_str(line);
        wrapped.push('\n');
        return;
    }
    let mut indent = " ".repeat(line.len() - body.len());
    let first = indent.clone();
    if body.starts_with("- ") {
        indent.push_str("  ");
    }
    let options = Options::new(COLUMNS)
        .initial_indent(&first)
        .subsequent_indent(&indent)
        .word_splitter(WordSplitter::NoHyphenation);
    for part in textwrap::wrap(&glue(body), options) {
        wrapped.push_str(&part.replace('\u{a0}', " "));
        wrapped.push('\n');
    }
}

/// Puts a no-break space between a figure and its unit, so that no line ends in `3`.
fn glue(line: &str) -> String {
    let mut glued = String::with_capacity(line.len());
    for word in line.split(' ') {
        if !glued.is_empty() {
            let unit = word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '%');
            let after_figure = glued.ends_with(|c: char| c.is_ascii_digit());
            glued.push(if after_figure && matches!(unit, "h" | "min" | "%") {
                '\u{a0}'
            } else {
                ' '
            });
        }
        glued.push_str(word);
    }
    glued
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bullets_hang_links_stay_whole_and_figures_keep_their_units() {
        let link = format!("  https://meridian.example/{}", "x".repeat(90));
        let bullet = format!("- {} of 30 h, 3 h over", "word ".repeat(14).trim());
        let wrapped = wrap(&format!("{bullet}\n{link}\n\n\n\nEnd\n\n"));
        let indented = "\n  30 h, 3 h over\n";
        assert!(wrapped.contains(indented), "{wrapped}");
        assert!(wrapped.ends_with(&format!("{link}\n\nEnd\n")), "{wrapped}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_seventy_eight_columns(words in "( {0,4}(- )?[a-z]{0,30}( [0-9]{1,3} (h|min|%))?\n?){0,40}") {
            let wrapped = wrap(&words);
            for line in wrapped.lines() {
                prop_assert!(textwrap::core::display_width(line) <= COLUMNS, "{line:?}");
            }
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeezed(&wrapped), squeezed(&words));
        }
    }
}
