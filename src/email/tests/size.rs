//! A mail stays a mail, however much there is to say.

use super::crowded;
use crate::email::capacity_summary::CapacitySummary;
use crate::email::client_update::{ClientUpdate, Prompts};

const MOST_BYTES: usize = 30_000;
const LONG_NAME: &str = "Wolfeschlegelsteinhausenbergerdorff & \"Söhne\" <Straßenbau> Gesellschaft mit beschränkter \
    Haftung und Compagnie Kommanditgesellschaft auf Aktien, Niederlassung Nord";

#[test]
fn five_hundred_rows_of_everything_stay_under_thirty_kilobytes() {
    for name in ["Tom Weber", LONG_NAME] {
        for html in [
            crowded::capacity_summary(500, name).html().unwrap(),
            crowded::client_update(500, name).html().unwrap(),
        ] {
            assert!(html.len() < MOST_BYTES, "{} bytes", html.len());
            assert!(html.ends_with("</html>\n"));
        }
    }
}

#[test]
fn a_table_stops_at_forty_rows_and_says_how_many_more() {
    let mut mail = CapacitySummary::sample();
    let mut book = mail.book.take().unwrap();
    book.people = book.people.iter().cycle().take(500).cloned().collect();
    (book.ahead, book.time_off) = (Vec::new(), Vec::new());
    let mail = CapacitySummary {
        book: Some(book),
        covering: Vec::new(),
        ..mail
    };
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    let shown = text
        .lines()
        .filter(|line| line.contains("confirmed") && line.starts_with("- "))
        .count();
    assert!((20..=40).contains(&shown), "{shown} rows");
    let more = format!("and {} more", 500 - shown);
    assert!(html.contains(&more) && text.contains(&more), "{more}");
}

#[test]
fn a_mail_with_nothing_in_it_has_no_empty_table() {
    let summary = CapacitySummary {
        decisions: Vec::new(),
        book: None,
        covering: Vec::new(),
        requests: Vec::new(),
        ..CapacitySummary::sample()
    };
    let update = ClientUpdate {
        own: Prompts::default(),
        covering: Vec::new(),
        handed_over: Vec::new(),
        in_copy: Vec::new(),
        ..ClientUpdate::sample()
    };
    for html in [summary.html().unwrap(), update.html().unwrap()] {
        assert!(
            !html.contains("<h3") && !html.contains("scope=") && !html.contains("<li"),
            "{html}"
        );
    }
    assert_eq!(summary.subject(), "Week 48");
    assert_eq!(update.subject(), "Nothing is due today");
}

#[test]
fn one_row_of_everything_says_nothing_of_more() {
    for (html, text) in [
        {
            let mail = crowded::capacity_summary(1, "Tom Weber");
            (mail.html().unwrap(), mail.text().unwrap())
        },
        {
            let mail = crowded::client_update(1, "Tom Weber");
            (mail.html().unwrap(), mail.text().unwrap())
        },
    ] {
        assert!(!html.contains(" more") && !text.contains(" more"), "{text}");
        assert!(html.contains("Covering for Tom Weber") && text.contains("COVERING FOR TOM WEBER"));
    }
}
