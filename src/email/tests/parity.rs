//! The text part says what the HTML says: every figure and every link.

use super::crowded;
use crate::email::capacity_summary::CapacitySummary;
use crate::email::client_update::ClientUpdate;
use crate::email::sign_in::SignInMail;
use crate::email::six_month_review::SixMonthReview;
use crate::email::test_mail::TestMail;

#[test]
fn every_figure_and_link_of_the_html_stands_in_the_text() {
    let summaries = [
        CapacitySummary::sample(),
        CapacitySummary::owner_sample(),
        crowded::capacity_summary(1, "Tom Weber"),
        crowded::capacity_summary(60, "Tom Weber"),
    ];
    for mail in summaries {
        assert_same(&mail.html().unwrap(), &mail.text().unwrap());
    }
    let updates = [
        ClientUpdate::sample(),
        ClientUpdate::owner_sample(),
        crowded::client_update(60, "Tom Weber"),
    ];
    for mail in updates {
        assert_same(&mail.html().unwrap(), &mail.text().unwrap());
    }
    let review = SixMonthReview::sample();
    assert_same(&review.html().unwrap(), &review.text().unwrap());
}

#[test]
fn a_test_mail_says_the_same_in_both_parts() {
    let mail = TestMail::sample();
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    let body = &html[html.find("<h1").unwrap()..];
    assert_eq!(figures(&visible(body)), figures(&text));
    assert_eq!(links(&html), addresses(&text));
}

#[test]
fn a_sign_in_mail_says_the_same_in_both_parts() {
    let mail = SignInMail::sample();
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    let body = &html[html.find("<h1").unwrap()..];
    assert_eq!(figures(&visible(body)), figures(&text));
    assert_eq!(links(&html), addresses(&text));
}

fn assert_same(html: &str, text: &str) {
    let body = &html[html.find("<h1").unwrap()..];
    assert!(figures(&visible(body)).len() > 15);
    let from_week = &text[text.find('\n').unwrap()..];
    let late = text.lines().find(|line| {
        line.starts_with("This mail is late") || line.starts_with("This review was due")
    });
    assert_eq!(
        figures(&visible(body)),
        figures(&from_week.replace(late.unwrap_or("\0"), ""))
    );
    assert_eq!(links(html), addresses(text));
    assert!(late.is_none_or(|line| html.contains(line)));
}

/// What a reader sees of `html`.
fn visible(html: &str) -> String {
    let mut seen = String::new();
    for piece in html.split('<').skip(1) {
        seen.push(' ');
        seen.push_str(piece.split_once('>').unwrap().1);
    }
    seen.replace("&nbsp;", " ")
        .replace("&#38;", "&")
        .replace("&#39;", "'")
}

/// Every word with a figure in it, sorted.
fn figures(text: &str) -> Vec<String> {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with("http"))
        .collect();
    let bare = |word: &str| {
        word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '%')
            .to_lowercase()
    };
    let mut figures: Vec<String> = words
        .iter()
        .map(|word| bare(word))
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .collect();
    figures.sort();
    figures
}

fn links(html: &str) -> Vec<String> {
    let hrefs = html.split("href=\"").skip(1);
    let mut links: Vec<String> = hrefs
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    links.sort();
    links
}

fn addresses(text: &str) -> Vec<String> {
    let words = text
        .split_whitespace()
        .filter(|word| word.starts_with("http"));
    let mut addresses: Vec<String> = words.map(str::to_owned).collect();
    addresses.sort();
    addresses
}
