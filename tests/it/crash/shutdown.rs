//! W8: SIGTERM.

use meridian::entity::EmailState;

use super::scene::{LONG_LEASE, Scene};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::smtp_temper::{Gate, Temper};

on_both_databases!(w8_told_to_stop_it_finishes_one_mail_and_gives_the_others_back);

/// The guard: claims are given back on SIGTERM. Their lease is an hour: without that, nobody would send these mails in it.
async fn w8_told_to_stop_it_finishes_one_mail_and_gives_the_others_back(app: &TestApp) {
    let gate = Gate::closed();
    let scene = Scene::set(app, Temper::behind(&gate, None)).await;
    for _ in 0..5 {
        scene.mail_to(&scene.olga.person.email).await;
    }
    let mut stopped = scene.start(LONG_LEASE);
    scene.only_copy().await;
    stopped.signal("TERM");
    stopped.says("stopping").await;
    gate.open();
    let status = stopped.ends().await;
    assert_eq!(status.code(), Some(0), "{}", stopped.said());
    assert_eq!(scene.copies().len(), 1);
    assert_eq!(
        scene.server.commands().last().map(String::as_str),
        Some("QUIT")
    );
    let rows = scene.rows().await;
    let sent = |row: &&meridian::entity::email::Model| row.state == EmailState::Sent;
    assert_eq!(rows.iter().filter(sent).count(), 1);
    for row in rows.iter().filter(|row| !sent(row)) {
        assert_eq!(
            (row.state, &row.claimed_by, row.lease_until),
            (EmailState::Pending, &None, None)
        );
    }

    let _again = scene.start(LONG_LEASE);
    scene.at_rest().await;
    let mut copies = scene.copies();
    copies.sort_by(|one, other| one.raw.cmp(&other.raw));
    copies.dedup();
    assert_eq!((copies.len(), scene.copies().len()), (5, 5), "each once");
}
