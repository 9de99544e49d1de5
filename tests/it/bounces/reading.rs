//! `meridian bounce` reads what a mail server reports: it is believed for the mail that its address names, and once.

use meridian::email::message::Outgoing;
use meridian::entity::{RoleSide, email, email_attempt, email_message};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::post_office::{
    BOUNCES, Fate, Pipe, done, read, refused, report, sender, suppressed, unknown, with_bounces,
};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::outbox::{of, standing, summaries};
use crate::support::tables::contents;
use crate::support::work::client_of;

on_both_databases!(
    a_hard_bounce_marks_the_mail_and_nothing_is_sent_there_any_more,
    the_same_report_read_twice_changes_nothing,
    reports_without_a_message_id_are_told_apart_by_mail_and_fate,
    what_is_not_the_address_s_fault_is_noted_and_no_more,
    a_report_about_somebody_else_suppresses_nobody,
    forged_and_foreign_reports_are_refused,
    the_address_may_come_from_the_mail_server_in_several_ways,
    a_report_on_a_mail_that_was_forgotten_is_seen_to,
    a_large_report_is_read_as_far_as_it_matters,
);

const ZOE: &str = "zoe@example.com";

/// Zoe has got her summary of the week: its return path.
async fn sent_to_zoe(app: &TestApp) -> String {
    let zoe = app.manager("Zoe").await.person;
    client_of(app, "Acme", RoleSide::Project, &zoe).await;
    let app = with_bounces(app).await;
    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    assert_eq!(told(&letters), ["zoe@example.com summary"]);
    let return_path = sender(&app.memory().sent()[0]);
    app.stop().await;
    return_path
}

async fn bounce_of(app: &TestApp, by: &Actor) -> Value {
    let document = "{ emails(filter: { kind: CAPACITY_SUMMARY }) { nodes { state bouncedAt bounceReason recipient { name }
        attempts { outcome replica phase serverCode serverText } } } }";
    let data = app.ask(by, document, json!({})).await;
    let nodes = data["emails"]["nodes"].as_array().unwrap();
    of(nodes, "Zoe").clone()
}

async fn a_hard_bounce_marks_the_mail_and_nothing_is_sent_there_any_more(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let olga = app.owner().await;
    let said = done(&read(app, &report(&return_path, 1, &unknown(ZOE))));
    assert!(said.starts_with("eml_"), "{said}");
    assert!(
        said.ends_with(" bounced, and nothing is sent to zoe@example.com any more.\n"),
        "{said}"
    );
    let mail = bounce_of(app, &olga).await;
    assert_eq!(mail["state"], "SENT", "it was sent");
    assert!(mail["bouncedAt"].is_string(), "{mail}");
    assert_eq!(mail["bounceReason"], "550 5.1.1 nobody of that name");
    let attempts = mail["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "sent, and come back: {mail}");
    let bounced = attempts.iter().find(|one| one["outcome"] == "BOUNCED");
    assert_eq!(
        *bounced.unwrap(),
        json!({ "outcome": "BOUNCED", "replica": "mx.client.example", "phase": null, "serverCode": 550,
            "serverText": "550 5.1.1 nobody of that name" })
    );
    let listed = suppressed(app, &olga).await;
    assert_eq!(listed.len(), 1, "{listed:#?}");
    assert_eq!(
        (&listed[0]["address"], &listed[0]["people"][0]["name"]),
        (&json!(ZOE), &json!("Zoe"))
    );
    let reason = "mx.client.example could not deliver a mail to it: 550 5.1.1 nobody of that name";
    assert_eq!(listed[0]["reason"], reason);
    let bounced = "{ yes: emails(filter: { bounced: true }) { totalCount } no: emails(filter: { bounced: false, states: [SENT] }) { totalCount } }";
    let data = app.ask(&olga, bounced, json!({})).await;
    assert_eq!(
        (&data["yes"]["totalCount"], &data["no"]["totalCount"]),
        (&json!(1), &json!(0))
    );

    let letters = app.mails_at("2026-11-30T08:00:00Z").await;
    assert!(
        !told(&letters).iter().any(|one| one.starts_with("zoe")),
        "{:?}",
        told(&letters)
    );
    let rows = summaries(app, &olga).await;
    let next = rows
        .iter()
        .find(|row| row["recipient"]["name"] == "Zoe" && row["period"] == "2026-W49");
    let expected = format!("FAILED: Nothing is sent to zoe@example.com any more: {reason}");
    assert_eq!(standing(next.unwrap()), expected);
}

async fn the_same_report_read_twice_changes_nothing(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let late = Fate {
        to: ZOE,
        action: "delayed",
        status: "4.4.1",
        diagnosis: "451 4.4.1 no answer",
    };
    for (number, fate) in [(1, unknown(ZOE)), (2, late)] {
        let message = report(&return_path, number, &fate);
        done(&read(app, &message));
        let before = contents(app).await;
        let again = done(&read(app, &message));
        assert!(
            again.ends_with(": this was reported before; nothing was changed.\n"),
            "{again}"
        );
        // As a mail server writes it down a second time on its way.
        let delivered_again = format!("Delivered-To: {return_path}\r\n{message}");
        done(&read(app, &delivered_again));
        assert_eq!(contents(app).await, before);
    }
    let attempts = email_attempt::Entity::find()
        .all(&app.db.read)
        .await
        .unwrap();
    assert_eq!(attempts.len(), 3, "sent, bounced, delayed");
    // Another report of the same is another one.
    done(&read(app, &report(&return_path, 3, &unknown(ZOE))));
    let attempts = email_attempt::Entity::find()
        .all(&app.db.read)
        .await
        .unwrap();
    assert_eq!(attempts.len(), 4);
}

async fn reports_without_a_message_id_are_told_apart_by_mail_and_fate(app: &TestApp) {
    let first = sent_to_zoe(app).await;
    let replica = with_bounces(app).await;
    replica.mails_at("2026-11-30T08:00:00Z").await;
    replica.stop().await;
    let mails = app.memory().sent();
    let of_zoe = |mail: &&Outgoing| mail.envelope.to()[0].to_string() == ZOE;
    let second = sender(mails.iter().rfind(of_zoe).unwrap());
    assert_ne!(first, second);
    let delayed = |status, diagnosis| Fate {
        to: ZOE,
        action: "delayed",
        status,
        diagnosis,
    };
    for (return_path, fate) in [
        (&first, delayed("4.4.1", "451 4.4.1 no answer")),
        (&second, delayed("4.4.1", "451 4.4.1 no answer")),
        (&first, delayed("4.2.2", "452 4.2.2 mailbox full")),
    ] {
        let named = report(return_path, 1, &fate);
        let nameless = named.replace("Message-ID: <report.1@mx.client.example>\r\n", "");
        assert_ne!(named, nameless);
        let said = done(&read(app, &nameless));
        assert!(said.ends_with(" was delayed.\n"), "{said}");
    }
}

async fn what_is_not_the_address_s_fault_is_noted_and_no_more(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let olga = app.owner().await;
    let cases = [
        ("failed", "5.2.2", "552 5.2.2 mailbox full", "BOUNCED"),
        ("failed", "5.7.1", "550 5.7.1 you may not", "BOUNCED"),
        ("failed", "5.0.0", "554 5.6.0 what is this", "BOUNCED"),
        ("failed", "4.4.7", "451 4.4.7 tried for days", "BOUNCED"),
        ("delayed", "4.4.1", "451 4.4.1 no answer", "REPORTED"),
        ("relayed", "2.0.0", "250 taken", "REPORTED"),
        ("delivered", "2.0.0", "250 there", "REPORTED"),
    ];
    for (number, (action, status, diagnosis, outcome)) in (1..).zip(cases) {
        let fate = Fate {
            to: ZOE,
            action,
            status,
            diagnosis,
        };
        let said = done(&read(app, &report(&return_path, number, &fate)));
        let expected = match action {
            "failed" => " bounced.\n".to_owned(),
            _ => format!(" was {action}.\n"),
        };
        assert!(said.ends_with(&expected), "{said}");
        let mail = bounce_of(app, &olga).await;
        let attempts = mail["attempts"].as_array().unwrap();
        let told = match action {
            "failed" => diagnosis.to_owned(),
            _ => format!("{action}: {diagnosis}"),
        };
        assert!(
            attempts
                .iter()
                .any(|one| one["outcome"] == outcome && one["serverText"] == told.as_str()),
            "{told}: {mail:#}"
        );
    }
    assert_eq!(suppressed(app, &olga).await, [Value::Null; 0]);
}

async fn a_report_about_somebody_else_suppresses_nobody(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let olga = app.owner().await;
    app.manager("Ann").await;
    // Zoe's address hands on to two; one of them is gone. And whoever reads Zoe's mail cannot speak for Ann.
    for (number, to) in [(1, "zoe@elsewhere.example"), (2, "ann@example.com")] {
        let said = done(&read(app, &report(&return_path, number, &unknown(to))));
        assert!(said.ends_with(" bounced.\n"), "{said}");
    }
    assert_eq!(suppressed(app, &olga).await, [Value::Null; 0]);
    assert!(bounce_of(app, &olga).await["bouncedAt"].is_string());
}

async fn forged_and_foreign_reports_are_refused(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let before = contents(app).await;
    let (local, domain) = return_path.split_once('@').unwrap();
    let (cut, last) = local.split_at(local.len() - 2);
    let other = if last.starts_with('a') { "b" } else { "a" };
    let forged = format!("{cut}{other}{}@{domain}", &last[1..]);
    let elsewhere = format!("bounce+{}@{domain}", "a".repeat(42));
    for address in [&forged, &elsewhere, BOUNCES, "", ZOE] {
        let (status, said) = refused(&read(app, &report(address, 1, &unknown(ZOE))));
        assert_eq!(status, Some(65), "{address}: {said}");
        assert!(
            said.starts_with("It was not delivered to an address that this Meridian made"),
            "{said}"
        );
    }
    let away = format!(
        "From: zoe@example.com\r\nTo: {return_path}\r\nAuto-Submitted: auto-replied\r\nSubject: I am away\r\n\r\nBack on Monday.\r\n"
    );
    let quoted = format!(
        "To: {return_path}\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--q--\r\n",
        report(&return_path, 1, &unknown(ZOE))
    );
    for message in ["", "\r\n", "\0\u{fffd}", &away, &quoted] {
        let (status, said) = refused(&read(app, message));
        assert_eq!(status, Some(65), "{message:?}");
        assert_eq!(
            said,
            "This is no delivery status notification (RFC 3464).\n"
        );
    }
    assert_eq!(contents(app).await, before);
}

/// What the command says of a message with this argument and this environment.
fn piped(app: &TestApp, arguments: &[&str], environment: &[(&str, &str)], message: &str) -> String {
    let pipe = Pipe {
        database_url: app.database_url(),
        arguments,
        environment,
    };
    done(&pipe.read(message))
}

async fn the_address_may_come_from_the_mail_server_in_several_ways(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let folded = return_path.to_uppercase();
    let by_dash = return_path.replace('+', "-");
    let nowhere = report("postmaster@mail.agency.example", 1, &unknown(ZOE));
    let to = return_path.as_str();
    let first = piped(app, &[to], &[], &nowhere);
    assert!(first.contains("bounced"), "{first}");
    let header = format!("Delivered-To: {by_dash}\r\n{nowhere}");
    for said in [
        piped(app, &[], &[("RECIPIENT", folded.as_str())], &nowhere),
        piped(
            app,
            &[],
            &[("ORIGINAL_RECIPIENT", to), ("RECIPIENT", "root")],
            &nowhere,
        ),
        piped(
            app,
            &["somebody@else.example"],
            &[("RECIPIENT", to)],
            &nowhere,
        ),
        piped(app, &[], &[], &header),
    ] {
        assert!(said.contains("this was reported before"), "{said}");
    }
}

async fn a_report_on_a_mail_that_was_forgotten_is_seen_to(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let tx = app.db.begin().await.unwrap();
    email_attempt::Entity::delete_many()
        .exec(&tx)
        .await
        .unwrap();
    meridian::entity::obligation::Entity::delete_many()
        .exec(&tx)
        .await
        .unwrap();
    email_message::Entity::delete_many()
        .exec(&tx)
        .await
        .unwrap();
    email::Entity::delete_many().exec(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let before = contents(app).await;
    let said = done(&read(app, &report(&return_path, 1, &unknown(ZOE))));
    assert!(
        said.ends_with(" is a mail that was forgotten; nothing was changed.\n"),
        "{said}"
    );
    assert_eq!(contents(app).await, before);
}

async fn a_large_report_is_read_as_far_as_it_matters(app: &TestApp) {
    let return_path = sent_to_zoe(app).await;
    let large = report(&return_path, 1, &unknown(ZOE))
        .replace("hello", &"a line of it\r\n".repeat(400_000));
    assert!(large.len() > 5_000_000);
    let said = done(&read(app, &large));
    assert!(
        said.contains("nothing is sent to zoe@example.com"),
        "{said}"
    );
}

#[test]
fn a_database_that_is_away_makes_the_mail_server_try_again() {
    let pipe = Pipe {
        database_url: "sqlite://no/such/folder/agency.db",
        arguments: &[],
        environment: &[],
    };
    let message = report("bounce+x@mail.agency.example", 1, &unknown(ZOE));
    let (status, said) = refused(&pipe.read(&message));
    assert_eq!(status, Some(75), "{said}");
    assert!(said.starts_with("MERIDIAN_DATABASE_URL"), "{said}");
}
