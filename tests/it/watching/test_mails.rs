//! A test mail shows an owner that mail gets out, and to whom.

use meridian::entity::{Day, person};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::retrying::{MAIL, mail, refused, test_mail};
use crate::smtp_session::mailer;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::Letter;
use crate::support::smtp_server::{ServerOptions, SmtpServer};

on_both_databases!(
    a_test_mail_goes_out_over_smtp_and_can_be_followed,
    test_mails_come_as_often_as_they_are_asked_for,
    nobody_who_has_left_gets_a_test_mail,
    a_test_mail_can_be_seen_beforehand,
);

async fn a_test_mail_goes_out_over_smtp_and_can_be_followed(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let pending = test_mail(app, &olga, &dana).await;
    assert_eq!(pending["state"], "PENDING");
    let server = SmtpServer::start(ServerOptions::default()).await;
    let replica = app.sending_through(mailer(&server.url(""))).await;
    replica.drain().await;
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].to, ["dana@example.com"]);
    let letter = Letter::parse(&received[0].raw, "dana@example.com");
    assert_eq!(letter.subject, "Test: mail from Meridian reaches you");
    let told = "Olga sent you this test mail on Monday 07:59 (Europe/London).";
    assert!(letter.words().contains(told), "{}", letter.text);
    assert!(
        letter
            .headers
            .iter()
            .all(|(name, _)| name != "List-Unsubscribe")
    );
    let followed = mail(&replica, &olga, &pending["id"]).await;
    assert_eq!(followed["state"], "SENT");
    assert_eq!(followed["attempts"], json!([{ "outcome": "ACCEPTED" }]));
    replica.stop().await;
}

async fn test_mails_come_as_often_as_they_are_asked_for(app: &TestApp) {
    let olga = app.owner().await;
    for _ in 0..2 {
        let payload = app.done(&olga, "emailTest", json!({}), MAIL).await;
        assert_eq!(payload["email"]["state"], "PENDING");
    }
    let taken = app.drain().await;
    assert_eq!(taken.len(), 2);
    assert!(
        taken
            .iter()
            .all(|mail| mail.envelope.to()[0].to_string() == "olga@example.com")
    );
}

async fn nobody_who_has_left_gets_a_test_mail(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let planned = test_mail(app, &olga, &dana).await;
    leaves(app, &dana.person).await;
    let to_dana = json!({ "personId": Kind::Person.text(dana.person.id) });
    assert_eq!(
        refused(app, &olga, "emailTest", to_dana).await,
        "personId NOT_ALLOWED_NOW: Dana does not work here any more and gets no mail."
    );
    assert_eq!(app.drain().await.len(), 0);
    let cancelled = mail(app, &olga, &planned["id"]).await;
    assert_eq!(cancelled["reason"], "Dana does not work here any more.");
}

async fn leaves(app: &TestApp, person: &person::Model) {
    let mut left = person.clone().into_active_model();
    left.employed_until = Set(Some(Day(jiff::civil::date(2026, 11, 20))));
    let tx = app.db.begin().await.unwrap();
    left.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_test_mail_can_be_seen_beforehand(app: &TestApp) {
    let olga = app.owner().await;
    let document =
        "query ($id: ID!) { emailPreview(kind: TEST, personId: $id) { subject text skippedAs } }";
    let id = Kind::Person.text(olga.person.id);
    let preview = app.ask(&olga, document, json!({ "id": id })).await["emailPreview"].take();
    assert_eq!(preview["skippedAs"], Value::Null);
    assert!(
        preview["text"]
            .as_str()
            .unwrap()
            .contains("An owner sent you this test mail")
    );
    assert_eq!(app.drain().await.len(), 0);
}
