//! No mail looks like spam to a mail server.

use std::collections::BTreeMap;

use meridian::email::message::Outgoing;

use crate::letters::a_letter_on_its_way;
use crate::sign_in::browser::Browser;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT, EIGHT_IN_NEW_YORK};
use crate::support::letter::Letter;
use crate::support::spam::verdict;
use crate::watching::retrying::test_mail;

on_both_databases!(
    the_mails_of_a_monday_are_not_taken_for_spam,
    a_letter_to_a_client_is_not_taken_for_spam,
    a_review_is_not_taken_for_spam,
    a_test_mail_is_not_taken_for_spam,
    a_sign_in_mail_is_not_taken_for_spam,
);

/// What a mail may be suspected of, of the five points that make it spam.
const MOST_POINTS: f64 = 0.5;

async fn the_mails_of_a_monday_are_not_taken_for_spam(app: &TestApp) {
    DemoAgency::fill(app, 1).await;
    app.mails_at(EIGHT).await;
    app.mails_at(EIGHT_IN_NEW_YORK).await;
    let kinds = look_at(app.drain().await);
    assert_eq!(kinds, ["capacity-summary", "client-update"]);
}

async fn a_letter_to_a_client_is_not_taken_for_spam(app: &TestApp) {
    a_letter_on_its_way(app).await;
    assert_eq!(look_at(app.drain().await), ["client-letter"]);
}

async fn a_review_is_not_taken_for_spam(app: &TestApp) {
    super::reviews::a_review_on_its_way(app).await;
    let kinds = look_at(app.drain().await);
    assert!(kinds.contains(&"six-month-review".to_owned()), "{kinds:?}");
}

async fn a_test_mail_is_not_taken_for_spam(app: &TestApp) {
    let olga = app.owner().await;
    test_mail(app, &olga, &olga).await;
    assert_eq!(look_at(app.drain().await), ["test"]);
}

async fn a_sign_in_mail_is_not_taken_for_spam(app: &TestApp) {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    browser.ask_for_mail(app, "dana@example.com").await;
    assert_eq!(look_at(app.memory().sent()), ["sign-in"]);
}

/// Looks at the longest mail of each kind. Answers the kinds.
fn look_at(mails: Vec<Outgoing>) -> Vec<String> {
    let mut longest: BTreeMap<String, Outgoing> = BTreeMap::new();
    for mail in mails {
        let kind = kind_of(&mail);
        let known = longest.get(&kind).map_or(0, |known| known.raw.len());
        if mail.raw.len() > known {
            longest.insert(kind, mail);
        }
    }
    for (kind, mail) in &longest {
        let subject = Letter::read(mail).subject;
        if let Some((points, why)) = verdict(&mail.raw) {
            assert!(points <= MOST_POINTS, "{kind} “{subject}”: {why}");
        }
    }
    longest.into_keys().collect()
}

/// `2026-W48-capacity-summary-dana-1f2e3d4c` is a capacity summary.
fn kind_of(mail: &Outgoing) -> String {
    let kinds = [
        "capacity-summary",
        "client-update",
        "client-letter",
        "six-month-review",
        "test",
        "sign-in",
    ];
    let kind = kinds.into_iter().find(|kind| mail.stem.contains(kind));
    kind.unwrap_or_else(|| panic!("{}", mail.stem)).to_owned()
}
