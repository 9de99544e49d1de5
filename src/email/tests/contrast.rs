//! Text stands out from its ground at least 4.5 to 1 (WCAG AA), in light and in dark.

use crate::email::capacity_summary::CapacitySummary;
use crate::email::client_letter::ClientLetter;
use crate::email::client_update::ClientUpdate;
use crate::email::figures::Figures;
use crate::email::sign_in::SignInMail;
use crate::email::six_month_review::SixMonthReview;
use crate::email::test_mail::TestMail;

const AA: f64 = 4.5;

/// Relative luminance of `#rrggbb` as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.03928 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn assert_readable(text: &str, ground: &str) {
    let (one, other) = (luminance(text), luminance(ground));
    let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
    assert!(contrast >= AA, "{text} on {ground}: {contrast:.2}");
}

fn property<'a>(style: &'a str, name: &str) -> Option<&'a str> {
    let mut declarations = style
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'));
    declarations
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim_end_matches("!important"))
}

/// Checks every declaration block of `styles` that sets a text colour; returns how many did.
fn check<'a>(styles: impl Iterator<Item = &'a str>, grounds: &[&str]) -> usize {
    let mut checked = 0;
    for style in styles {
        let Some(colour) = property(style, "color") else {
            continue;
        };
        match property(style, "background") {
            Some(own) => assert_readable(colour, own),
            None => grounds
                .iter()
                .for_each(|ground| assert_readable(colour, ground)),
        }
        checked += 1;
    }
    checked
}

#[test]
fn the_pages_behind_links_are_readable_in_light_and_in_dark() {
    let page = include_str!("../../templates/action.html");
    let schemes: Vec<&str> = page.split(":root{").skip(1).collect();
    assert_eq!(schemes.len(), 2, "light and dark");
    for scheme in schemes {
        let scheme = scheme.split('}').next().unwrap();
        let colour = |name: &str| property(scheme, name).unwrap();
        for text in ["--ink", "--quiet", "--button", "--wrong"] {
            assert_readable(colour(text), colour("--card"));
        }
        assert_readable(colour("--quiet"), colour("--page"));
        assert_readable(colour("--on-button"), colour("--button"));
    }
}

#[test]
fn short_mails_are_readable_in_light_and_in_dark() {
    for html in [
        ClientLetter::sample().html().unwrap(),
        TestMail::sample().html().unwrap(),
        SignInMail::sample().html().unwrap(),
    ] {
        let inline = html
            .split("style=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        assert!(check(inline, &["#ffffff"]) >= 2);
        let dark = html.split_once("prefers-color-scheme:dark").unwrap().1;
        let rules = dark
            .split('{')
            .skip(2)
            .map(|rest| rest.split('}').next().unwrap());
        assert!(check(rules, &["#1e2327"]) >= 1);
    }
}

#[test]
fn all_text_is_readable_in_light_and_in_dark() {
    let mut owner = CapacitySummary::owner_sample();
    let weeks = [
        (10, 0),
        (10, 7),
        (10, 9),
        (10, 11),
        (10, 13),
        (0, 3),
        (0, 0),
    ];
    let mut people = owner.agency.take().unwrap();
    people.people.truncate(1);
    people.people = weeks
        .map(|(free, load)| {
            let mut person = people.people[0].clone();
            person.figures = Figures::sample(free, load, load, load);
            person
        })
        .into();
    owner.agency = Some(people);
    for html in [
        owner.html().unwrap(),
        ClientUpdate::sample().html().unwrap(),
        ClientUpdate::owner_sample().html().unwrap(),
        SixMonthReview::sample().html().unwrap(),
    ] {
        let inline = html
            .split("style=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        assert!(check(inline, &["#ffffff", "#eef1f4", "#f3f6f9"]) > 10);
        let dark = html.split_once("prefers-color-scheme:dark").unwrap().1;
        let rules = dark
            .split('{')
            .skip(2)
            .map(|rest| rest.split('}').next().unwrap());
        assert!(check(rules, &["#1e2327", "#14171a", "#283037"]) >= 8);
    }
}
