//! The envelope's sender names the mail, where a bounce address is configured.

use meridian::email::return_path;
use meridian::entity::{EmailState, RoleSide, email};
use sea_orm::EntityTrait;

use super::post_office::{sender, with_bounces};
use crate::smtp_session::mailer;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::Letter;
use crate::support::smtp_server::{ServerOptions, SmtpServer};
use crate::support::work::due_client_of;

on_both_databases!(
    every_mail_has_a_return_path_of_its_own,
    without_a_bounce_address_the_sender_is_told_as_ever,
);

async fn every_mail_has_a_return_path_of_its_own(app: &TestApp) {
    let dana = app.manager("Dana").await;
    due_client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    let app = with_bounces(app).await;
    let server = SmtpServer::start(ServerOptions::default()).await;
    let replica = app.sending_through(mailer(&server.url(""))).await;
    app.set_clock("2026-11-23T08:00:00Z");
    replica.tick().await;
    replica.drain().await;
    let received = server.received();
    assert_eq!(received.len(), 2, "a prompt and a summary");
    let rows = email::Entity::find().all(&app.db.read).await.unwrap();
    for mail in &received {
        let (local, domain) = mail.from.split_once('@').unwrap();
        assert_eq!(domain, "mail.agency.example");
        assert!(local.starts_with("bounce+") && local.len() <= 64, "{local}");
        let id = return_path::mail_of(&app, &mail.from).unwrap().unwrap();
        let row = rows.iter().find(|row| row.id == id).unwrap();
        assert_eq!(row.state, EmailState::Sent);
        let letter = Letter::parse(&mail.raw, "dana");
        let message_id = row.message_id.as_deref().unwrap();
        assert!(
            letter.header("Message-ID").contains(message_id),
            "the mail it names"
        );
        assert_eq!(letter.header("From"), "Meridian <meridian@localhost>");
    }
    assert_ne!(received[0].from, received[1].from);
    replica.stop().await;
    app.stop().await;
}

async fn without_a_bounce_address_the_sender_is_told_as_ever(app: &TestApp) {
    let dana = app.manager("Dana").await;
    due_client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    app.mails_at("2026-11-23T08:00:00Z").await;
    for mail in app.memory().sent() {
        assert_eq!(sender(&mail), "meridian@localhost");
    }
}
