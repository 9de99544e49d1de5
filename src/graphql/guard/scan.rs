//! The first gate: one pass over the characters, before any parser.

use async_graphql::Pos;

use super::super::error::Code;
use super::{MAX_BYTES, MAX_NESTING, MAX_TOKENS, Refusal};

/// Counts bytes, tokens and nesting of a document.
///
/// Strings, block strings and comments are skipped the way the GraphQL
/// specification (2025, section 2.1) reads them, so that a bracket in a string
/// neither counts nor hides another. It does not look at the order of tokens:
/// the parser does, and stops at the first one that does not fit.
///
/// # Errors
/// Too long, too many tokens, too deep; a string without an end; a character that no token starts with.
pub(super) fn scan(text: &str) -> Result<(), Refusal> {
    if text.len() > MAX_BYTES {
        return Err(Refusal::too_complex(
            format!(
                "The query is {} bytes long; at most {MAX_BYTES} are accepted.",
                text.len()
            ),
            None,
        ));
    }
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tokens: 0,
        nesting: 0,
    };
    while let Some(&byte) = scanner.bytes.get(scanner.at) {
        scanner.step(byte)?;
    }
    if scanner.tokens == 0 {
        return Err(Refusal::new(Code::ParseFailed, "The query is empty.", None));
    }
    Ok(())
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
    nesting: usize,
}

impl Scanner<'_> {
    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
            b'#' => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
            _ if self.rest().starts_with("\u{feff}".as_bytes()) => self.at += 3,
            _ => {
                self.count_token()?;
                self.token(byte)?;
            }
        }
        Ok(())
    }

    fn token(&mut self, byte: u8) -> Result<(), Refusal> {
        match byte {
            b'"' if self.rest().starts_with(br#"""""#) => self.skip_block_string()?,
            b'"' => self.skip_string()?,
            b'{' | b'[' | b'(' => self.open()?,
            b'}' | b']' | b')' => {
                self.nesting = self.nesting.saturating_sub(1);
                self.at += 1;
            }
            b'.' if self.rest().starts_with(b"...") => self.at += 3,
            b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' => self.at += 1,
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
            }
            b'-' | b'0'..=b'9' => self.skip_while(|byte| {
                matches!(byte, b'-' | b'+' | b'.') || byte.is_ascii_alphanumeric()
            }),
            _ => return Err(self.unexpected()),
        }
        Ok(())
    }

    fn count_token(&mut self) -> Result<(), Refusal> {
        self.tokens += 1;
        if self.tokens > MAX_TOKENS {
            return Err(Refusal::too_complex(
                format!(
                    "The query has more than {MAX_TOKENS} tokens. Split it into several requests."
                ),
                Some(self.position(self.at)),
            ));
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Refusal> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(Refusal::too_complex(
                format!("The query nests brackets more than {MAX_NESTING} deep."),
                Some(self.position(self.at)),
            ));
        }
        self.at += 1;
        Ok(())
    }

    fn skip_string(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => break self.at += 1,
                Some(b'\\') => self.at += 2,
                Some(b'\n' | b'\r') | None => return Err(self.unterminated(start)),
                Some(_) => self.at += 1,
            }
        }
        Ok(())
    }

    fn skip_block_string(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        self.at += 3;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Err(self.unterminated(start));
            } else if rest.starts_with(br#"""""#) {
                break self.at += 3;
            } else if rest.starts_with(br#"\""""#) {
                self.at += 4;
            } else {
                self.at += 1;
            }
        }
        Ok(())
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).is_some_and(|byte| belongs(*byte)) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn unterminated(&self, start: usize) -> Refusal {
        Refusal::new(
            Code::ParseFailed,
            "The string that starts here has no end.",
            Some(self.position(start)),
        )
    }

    fn unexpected(&self) -> Refusal {
        let character = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        Refusal::new(
            Code::ParseFailed,
            format!("The character {character:?} has no meaning here."),
            Some(self.position(self.at)),
        )
    }

    /// Line and column, both from 1, columns in characters.
    fn position(&self, at: usize) -> Pos {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count())
            + 1;
        Pos { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refusal {
        scan(text).unwrap_err()
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let brackets = "[".repeat(100);
        for text in [
            format!("{{ a(b: \"{brackets}\") }}"),
            format!("{{ a(b: \"\\\"{brackets}\") }}"),
            format!("{{ a(b: \"\"\"{brackets} \\\"\"\" {brackets}\"\"\") }}"),
            format!("{{ a # {brackets}\n }}"),
            format!("{{ a(b: \"\\\\\") # \"{brackets}\n }}"),
        ] {
            assert_eq!(scan(&text), Ok(()), "{text}");
        }
    }

    #[test]
    fn brackets_behind_strings_and_comments_count() {
        let brackets = "[".repeat(100);
        for text in [
            format!("{{ a(b: \"\" {brackets}"),
            format!("{{ a(b: \"\\\\\" {brackets}"),
            format!("{{ a(b: \"\"\"\"\"\" {brackets}"),
            format!("{{ a(b: \"\"\"\\\\\"\"\" \"\"\" {brackets}"),
            format!("{{ a # \"\n{brackets}"),
            format!("{{ a # \"\r{brackets}"),
            format!("]]]]{brackets}"),
        ] {
            assert_eq!(refused(&text).code, Code::QueryTooComplex, "{text}");
        }
    }

    #[test]
    fn the_bounds_are_exact() {
        let nested = |depth| format!("{}{}", "{".repeat(depth), "}".repeat(depth));
        assert_eq!(scan(&nested(MAX_NESTING)), Ok(()));
        assert!(
            refused(&nested(MAX_NESTING + 1))
                .message
                .contains("64 deep")
        );

        assert_eq!(scan(&"a ".repeat(MAX_TOKENS)), Ok(()));
        assert!(
            refused(&"a ".repeat(MAX_TOKENS + 1))
                .message
                .contains("5000 tokens")
        );

        assert_eq!(
            refused(&" ".repeat(MAX_BYTES)).message,
            "The query is empty."
        );
        assert!(
            refused(&" ".repeat(MAX_BYTES + 1))
                .message
                .contains("100001 bytes")
        );
    }

    #[test]
    fn a_string_without_an_end_is_pointed_at() {
        for text in [
            "{ é(b: \"x",
            "{ é(b: \"x\n\")",
            "{ é(b: \"x\\",
            "{ é(b: \"\"\"x\"\"",
            "{ é(b: \"\"\"x\\\"\"\"",
        ] {
            let text = text.replace('é', "e");
            let refusal = refused(&text);
            assert_eq!(refusal.code, Code::ParseFailed, "{text}");
            assert_eq!(refusal.position, Some(Pos { line: 1, column: 8 }), "{text}");
        }
    }

    #[test]
    fn a_character_that_starts_no_token_is_named() {
        let refusal = refused("{\n  a é }");
        assert_eq!(refusal.message, "The character 'é' has no meaning here.");
        assert_eq!(refusal.position, Some(Pos { line: 2, column: 5 }));
    }

    #[test]
    fn marks_numbers_and_every_punctuator_pass() {
        assert_eq!(
            scan(
                "\u{feff}query($a: [Int!]! = [-1.5e+3, 0], $b: X & Y | Z) @x { ...f ... on T { a: b(c: $a) } }"
            ),
            Ok(())
        );
    }
}
