//! What a mail server says to a recipient's name counts against the address only when it is about the address.

use meridian::entity::{RoleSide, email};
use sea_orm::EntityTrait;
use serde_json::Value;

use super::post_office::suppressed;
use crate::smtp_session::mailer;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::scripted_smtp::ScriptedSmtp;
use crate::support::scripted_smtp::Step::{Hear, Say};
use crate::support::work::client_of;

on_both_databases!(
    a_policy_or_a_full_mailbox_fails_the_mail_and_spares_the_address,
    what_is_our_own_fault_fails_no_mail,
    an_unknown_user_is_suppressed,
);

/// What becomes of Zoe's summary when the mail server answers RCPT so: its state, reason and how many addresses are
/// suppressed.
async fn refused_with(app: &TestApp, words: &'static str) -> (String, Option<String>, Vec<Value>) {
    let zoe = app.manager("Zoe").await.person;
    client_of(app, "Acme", RoleSide::Project, &zoe).await;
    let server = ScriptedSmtp::after_hello(&[
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Say(words),
        Hear("RSET"),
        Say("250 ok\r\n"),
    ])
    .await;
    let replica = app.sending_through(mailer(&server.url())).await;
    app.set_clock("2026-11-23T08:00:00Z");
    replica.tick().await;
    // One step: a script has one mail.
    let mut sender =
        meridian::jobs::sender::Sender::new((*replica).clone(), "a story").with_seed(7);
    sender.step().await.unwrap();
    sender.close().await;
    let rows = email::Entity::find().all(&app.db.read).await.unwrap();
    let row = rows
        .iter()
        .find(|row| row.dedupe_key.starts_with("capacity_summary"))
        .unwrap();
    let told = (row.state.word().to_owned(), row.reason.clone());
    let olga = app
        .sign_in(
            app.person("Olga", Some(meridian::entity::Access::Owner))
                .await,
        )
        .await;
    let listed = suppressed(app, &olga).await;
    replica.stop().await;
    (told.0, told.1, listed)
}

async fn a_policy_or_a_full_mailbox_fails_the_mail_and_spares_the_address(app: &TestApp) {
    let (state, reason, suppressed) = refused_with(app, "554 5.7.1 relay access denied\r\n").await;
    assert_eq!(state, "FAILED");
    let said = "The mail server refused when naming a recipient zoe@example.com: 554 5.7.1 relay access denied";
    assert_eq!(reason.as_deref(), Some(said));
    assert_eq!(suppressed, [Value::Null; 0]);
}

async fn what_is_our_own_fault_fails_no_mail(app: &TestApp) {
    let (state, reason, suppressed) = refused_with(app, "530 5.7.0 sign in first\r\n").await;
    assert_eq!((state.as_str(), reason), ("PENDING", None));
    assert_eq!(suppressed, [Value::Null; 0]);
    app.drain().await;
}

async fn an_unknown_user_is_suppressed(app: &TestApp) {
    let (state, _, suppressed) = refused_with(
        app,
        "550-5.1.1 there is nobody\r\n550 5.1.1 of that name\r\n",
    )
    .await;
    assert_eq!(state, "FAILED");
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["address"], "zoe@example.com");
}
