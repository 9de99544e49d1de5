//! Text that people typed, made safe to stand in a mail.

use std::fmt;
use std::ops::Deref;

/// Longest [`Line`], in characters; what is longer ends in `…`.
pub const LONGEST: usize = 100;

/// One line of text as a mail may show it: no line breaks, no control characters, no marks that turn the
/// reading direction of what follows, at most [`LONGEST`] characters. Not escaped: the HTML template does that.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Cleans `text`; what separated two words becomes one space.
    pub fn new(text: &str) -> Self {
        let visible: String = text
            .chars()
            .filter(|&c| !turns_direction(c))
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let words: Vec<&str> = visible.split_whitespace().collect();
        Self(cut(&words.join(" "), LONGEST))
    }

    /// The first word: what one calls a colleague by.
    pub fn given_name(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

/// `text` if it has at most `limit` characters, else as many whole graphemes as fit with a `…` after them.
pub(super) fn cut(text: &str, limit: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;

    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut left = limit.saturating_sub(1);
    let kept: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            let fits = grapheme.chars().count() <= left;
            left = if fits {
                left - grapheme.chars().count()
            } else {
                0
            };
            fits
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// Unicode's explicit direction controls, which would reorder the mail's own words around a name.
pub(super) fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl<T: AsRef<str>> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new(text.as_ref())
    }
}

impl Deref for Line {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn breaks_and_direction_marks_go_joined_emoji_stay() {
        assert_eq!(
            &*Line::new("  Priya\r\n\tShah\u{2028}\u{202e} 👩‍💻 "),
            "Priya Shah 👩‍💻"
        );
        assert_eq!(Line::new("Priya Shah").given_name(), "Priya");
        assert_eq!(Line::new("").given_name(), "");
    }

    #[test]
    fn a_cut_leaves_whole_graphemes() {
        assert_eq!(cut("cafe\u{301} bar", 5), "caf…");
        assert_eq!(cut("cafe\u{301} bar", 6), "cafe\u{301}…");
        assert_eq!(cut("caf", 3), "caf");
        assert_eq!(cut("café", 0), "…");
    }

    proptest! {
        #[test]
        fn a_line_is_one_short_line(text in any::<String>(), tail in "[ -~]{0,300}") {
            let line = Line::new(&(text + &tail));
            prop_assert!(line.chars().count() <= LONGEST);
            prop_assert!(!line.contains(|c: char| c.is_control() || turns_direction(c)));
            prop_assert_eq!(Line::new(&line), line);
        }
    }
}
