//! Every mail, word for word.

use insta::{assert_snapshot, with_settings};

use crate::email::capacity_summary::CapacitySummary;
use crate::email::client_letter::ClientLetter;
use crate::email::client_update::ClientUpdate;
use crate::email::sign_in::SignInMail;
use crate::email::six_month_review::SixMonthReview;
use crate::email::test_mail::TestMail;

macro_rules! assert_mail {
    ($name:literal, $mail:expr) => {
        let mail = $mail;
        with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
            let head = format!("Subject: {}\nPreheader: {}\n\n", mail.subject(), mail.preheader());
            assert_snapshot!(concat!($name, ".txt"), head + &mail.text().unwrap());
            assert_snapshot!(concat!($name, ".html"), mail.html().unwrap());
        });
    };
}

#[test]
fn the_production_manager_s_week() {
    assert_mail!("capacity_summary_manager", CapacitySummary::sample());
}

#[test]
fn the_owner_s_week() {
    assert_mail!("capacity_summary_owner", CapacitySummary::owner_sample());
}

#[test]
fn the_account_manager_s_day() {
    assert_mail!("client_update", ClientUpdate::sample());
}

#[test]
fn the_owner_s_day() {
    assert_mail!("client_update_owner", ClientUpdate::owner_sample());
}

#[test]
fn the_client_s_letter() {
    assert_mail!("client_letter", ClientLetter::sample());
}

#[test]
fn the_owner_s_review() {
    assert_mail!("six_month_review", SixMonthReview::sample());
}

#[test]
fn the_link_that_signs_in() {
    assert_mail!("sign_in", SignInMail::sample());
}

#[test]
fn the_mail_that_shows_that_mail_gets_out() {
    assert_mail!("test_mail", TestMail::sample());
}
