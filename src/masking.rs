//! What must not stand in a log: whole mail addresses, passwords in addresses of servers, tokens.
//!
//! Words of mail servers and databases end up in logs, and nobody knows beforehand what is in them. So every line is
//! read on its way out.

use std::borrow::Cow;

/// The fewest characters after one of [`SECRETS`] that make a token: no word of a person or a server there is as long.
const SHORTEST_TOKEN: usize = 20;

/// What secrets start with: API tokens, and the links in mails.
const SECRETS: [&str; 3] = ["mer_", LINKS[0], LINKS[1]];

/// What stands before the token of a link in a mail.
pub(crate) const LINKS: [&str; 2] = ["/a/", "/sign-in/"];

/// `text` as it may be logged: `zoe@client.example` is `z…e@client.example`, `postgres://meridian:pw@db` is
/// `postgres://…@db`, and of API tokens and of the links in mails only the beginning is left.
pub fn masked(text: &str) -> Cow<'_, str> {
    let text = without_tokens(text);
    if !text.contains('@') {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        shown.push_str(&masked_before(before, after));
        shown.push('@');
        rest = &after[1..];
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// What stands before an `@`, masked; `after` starts with the `@`.
fn masked_before<'a>(before: &'a str, after: &str) -> Cow<'a, str> {
    let word_starts = before
        .rfind(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '(' | ','))
        .map_or(0, |start| start + char_length(before, start));
    if let Some(scheme) = before[word_starts..].find("://") {
        let kept = word_starts + scheme + "://".len();
        return Cow::Owned(format!("{}…", &before[..kept]));
    }
    let is_domain = after[1..].starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let local_starts = before
        .rfind(|c: char| !is_local(c))
        .map_or(0, |start| start + char_length(before, start));
    let local = &before[local_starts..];
    if !is_domain || local.is_empty() {
        return Cow::Borrowed(before);
    }
    Cow::Owned(format!("{}{}", &before[..local_starts], short(local)))
}

/// First and last character; of two or fewer none.
fn short(local: &str) -> String {
    let mut characters = local.chars();
    match (
        characters.next(),
        characters.next_back(),
        local.chars().count(),
    ) {
        (Some(first), Some(last), 3..) => format!("{first}…{last}"),
        _ => "…".to_owned(),
    }
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&*+-./=?^_`{|}~…".contains(c)
}

fn char_length(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

fn without_tokens(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for beginning in SECRETS {
        if text.contains(beginning) {
            text = Cow::Owned(without(&text, beginning, "…"));
        }
    }
    text
}

/// `text` with `mark` in the place of what follows `beginning` and is long enough for a token, also one that was encoded on
/// its way.
pub(crate) fn without(text: &str, beginning: &str, mark: &str) -> String {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.~=%".contains(c);
    let mut pieces = text.split(beginning);
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c| !is_of_token(c)).unwrap_or(piece.len());
        // What ends a sentence is not the token's.
        let length = piece[..end].trim_end_matches('.').len();
        shown.push_str(beginning);
        if length >= SHORTEST_TOKEN {
            shown.push_str(mark);
            shown.push_str(&piece[length..]);
        } else {
            shown.push_str(piece);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_first_and_last_letter_and_domain_are_left() {
        for (text, shown) in [
            ("zoe@client.example", "z…e@client.example"),
            (
                "to <zoe.holm+x@client.example>: 550",
                "to <z…x@client.example>: 550",
            ),
            (
                r#"{"to":"zoe@client.example"}"#,
                r#"{"to":"z…e@client.example"}"#,
            ),
            ("al@x.example, a@x.example", "…@x.example, …@x.example"),
            ("Zoë: zoë@client.example", "Zoë: z…ë@client.example"),
            (
                "two zoe@a.example tom@b.example",
                "two z…e@a.example t…m@b.example",
            ),
            ("an @ alone, me@", "an @ alone, me@"),
            ("nothing to hide", "nothing to hide"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn what_was_masked_once_stays_as_it_is() {
        let once = masked("zoe@client.example").into_owned();
        assert_eq!(masked(&once), once);
    }

    #[test]
    fn no_password_of_an_address_is_left() {
        for (text, shown) in [
            ("postgres://meridian:s3cret@db/x", "postgres://…@db/x"),
            (
                "at smtps://a%40b:pass:w@mail.example:465",
                "at smtps://…@mail.example:465",
            ),
            ("smtp://user:p@ss@mail.example", "smtp://…@…@mail.example"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn no_token_is_left() {
        let token = "abcdefghijklmnopqrstuvwxyz-_0123456789";
        for (text, shown) in [
            (format!("Bearer mer_{token}."), "Bearer mer_….".to_owned()),
            (
                format!("https://m.example/a/{token}?x"),
                "https://m.example/a/…?x".to_owned(),
            ),
            ("mer_short /a/b".to_owned(), "mer_short /a/b".to_owned()),
        ] {
            assert_eq!(masked(&text), shown);
        }
    }
}
