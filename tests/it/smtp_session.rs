//! A mail goes out over a real mail server, plain and encrypted, signed in and not.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::time::{Duration, Instant};

use lettre::address::Envelope;
use meridian::email::mailer::{Mailer, Session};
use meridian::email::message::Outgoing;
use meridian::email::outcome::{Outcome, Phase};
use meridian::email::session::Limits;

use crate::support::smtp_server::{ServerOptions, ServerTls, SmtpServer};

const ACCOUNT: (&str, &str) = ("dana@agency.example", "hunter2 is/secret");
const ENCODED_ACCOUNT: &str = "dana%40agency.example:hunter2%20is%2Fsecret@";

/// The mailer of a `MERIDIAN_MAIL`.
pub(crate) fn mailer(url: &str) -> Mailer {
    Mailer::try_new(url.parse().unwrap()).unwrap()
}

/// The same, waiting no longer than a test can sit out.
pub(crate) fn impatient_mailer(url: &str) -> Mailer {
    let second = Duration::from_secs(1);
    mailer(url).with_limits(Limits {
        connect: second,
        greeting: second,
        reply: second,
        data: second,
        message: second,
        ..Limits::default()
    })
}

/// A mail to these people whose message is `raw`.
pub(crate) fn mail(to: &[&str], raw: &str) -> Outgoing {
    let from = "meridian@agency.example".parse().unwrap();
    let to = to.iter().map(|address| address.parse().unwrap()).collect();
    Outgoing {
        envelope: Envelope::new(Some(from), to).unwrap(),
        raw: raw.replace('\n', "\r\n").into_bytes(),
        stem: "mail".to_owned(),
    }
}

/// Sends with a fence that says yes.
pub(crate) async fn send(session: &mut Session, mail: &Outgoing) -> Outcome {
    session.send(mail, async { Ok(true) }).await
}

pub(crate) fn is_accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted { code: 250, .. })
}

fn letter() -> Outgoing {
    mail(
        &["zoe@client.example", "tom@client.example"],
        "Subject: hello\n\n.\n..\n.a line with a dot\nlast\n",
    )
}

async fn delivers(options: ServerOptions, account: &str) -> SmtpServer {
    let server = SmtpServer::start(options).await;
    let mut session = mailer(&server.url(account)).open();
    for _ in 0..3 {
        let outcome = send(&mut session, &letter()).await;
        assert!(is_accepted(&outcome), "{outcome}");
    }
    session.close().await;
    let received = server.received();
    assert_eq!(received.len(), 3);
    for mail in received {
        assert_eq!(mail.from, "meridian@agency.example");
        assert_eq!(mail.to, ["zoe@client.example", "tom@client.example"]);
        assert_eq!(
            String::from_utf8(mail.raw),
            String::from_utf8(letter().raw),
            "the bytes arrive as they were"
        );
    }
    assert_eq!(server.connections(), 1, "three mails, one connection");
    assert_eq!(server.commands().last().unwrap(), "QUIT");
    server
}

#[tokio::test]
async fn mails_go_out_in_plain_text_without_credentials() {
    let server = delivers(ServerOptions::default(), "").await;
    assert!(
        !server.commands().contains(&"RSET".to_owned()),
        "after a success nothing needs to be reset"
    );
}

#[tokio::test]
async fn mails_go_out_over_starttls_where_it_is_offered() {
    let tls = ServerTls::StartTls;
    let server = delivers(
        ServerOptions {
            tls,
            ..ServerOptions::default()
        },
        "",
    )
    .await;
    assert_eq!(server.commands()[..3], ["EHLO", "STARTTLS", "EHLO"]);
}

#[tokio::test]
async fn mails_go_out_over_smtps() {
    let tls = ServerTls::Implicit;
    delivers(
        ServerOptions {
            tls,
            ..ServerOptions::default()
        },
        "",
    )
    .await;
}

#[tokio::test]
async fn mails_go_out_signed_in_by_either_mechanism_under_either_encryption() {
    for tls in [ServerTls::StartTls, ServerTls::Implicit] {
        for login_mechanism in [false, true] {
            let options = ServerOptions {
                tls,
                login_mechanism,
                account: Some(ACCOUNT),
                ..ServerOptions::default()
            };
            delivers(options, ENCODED_ACCOUNT).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_at_auth_and_shown_nowhere() {
    let options = ServerOptions {
        tls: ServerTls::StartTls,
        account: Some(ACCOUNT),
        ..ServerOptions::default()
    };
    let server = SmtpServer::start(options).await;
    let mailer = mailer(&server.url("dana%40agency.example:not-the-password@"));
    let mut session = mailer.open();
    let outcome = send(&mut session, &letter()).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                phase: Phase::Auth,
                permanent: true,
                code: 535,
                recipient: None,
                ..
            }
        ),
        "{outcome}"
    );
    assert_eq!(session.check().await, Err(outcome.clone()));
    let shown = format!("{outcome} {outcome:?} {mailer} {mailer:?}");
    assert!(
        !shown.contains("not-the-password") && !shown.contains("dana"),
        "{shown}"
    );
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn credentials_stay_at_home_when_the_server_does_not_encrypt() {
    let options = ServerOptions {
        account: Some(ACCOUNT),
        plain_text_auth: true,
        ..ServerOptions::default()
    };
    let server = SmtpServer::start(options).await;
    let outcome = send(&mut mailer(&server.url(ENCODED_ACCOUNT)).open(), &letter()).await;
    assert!(
        matches!(
            outcome,
            Outcome::NotSent {
                phase: Phase::Tls,
                ..
            }
        ),
        "{outcome}"
    );
    assert!(!server.commands().contains(&"AUTH".to_owned()));

    let on_purpose = format!("{}&auth=plain-text", server.url(ENCODED_ACCOUNT));
    let outcome = send(&mut mailer(&on_purpose).open(), &letter()).await;
    assert!(is_accepted(&outcome), "{outcome}");
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_no_mail() {
    for tls in [ServerTls::StartTls, ServerTls::Implicit] {
        let server = SmtpServer::start(ServerOptions {
            tls,
            ..ServerOptions::default()
        })
        .await;
        let without_authority = server.url("").split('?').next().unwrap().to_owned();
        let outcome = send(&mut mailer(&without_authority).open(), &letter()).await;
        let Outcome::NotSent {
            phase: Phase::Tls,
            text,
        } = &outcome
        else {
            panic!("{outcome}")
        };
        assert!(
            text.contains("certificate") && text.contains("ca=FILE"),
            "{text}"
        );
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn an_unknown_recipient_is_named_and_the_next_mail_goes_out() {
    let server = SmtpServer::start(ServerOptions {
        unknown: vec!["gone@client.example"],
        ..ServerOptions::default()
    })
    .await;
    let mut session = mailer(&server.url("")).open();
    let outcome = send(
        &mut session,
        &mail(&["zoe@client.example", "gone@client.example"], "x"),
    )
    .await;
    assert!(
        matches!(
            &outcome,
            Outcome::Refused { phase: Phase::Rcpt, permanent: true, code: 550, recipient: Some(who), .. }
                if who == "gone@client.example"
        ),
        "{outcome}"
    );
    let next = send(&mut session, &letter()).await;
    assert!(is_accepted(&next), "{next}");
    assert_eq!(server.received().len(), 1);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_fenced_mail_is_not_delivered_and_the_next_one_is() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let mut session = mailer(&server.url("")).open();
    assert_eq!(
        session.send(&letter(), async { Ok(false) }).await,
        Outcome::Fenced
    );
    let outcome = session
        .send(&letter(), async {
            Err(meridian::error::Error::internal("database gone"))
        })
        .await;
    assert!(
        matches!(
            outcome,
            Outcome::NotSent {
                phase: Phase::Fence,
                ..
            }
        ),
        "{outcome}"
    );
    assert!(server.received().is_empty());
    let outcome = send(
        &mut session,
        &mail(&["tom@client.example"], "after the fence"),
    )
    .await;
    assert!(is_accepted(&outcome), "{outcome}");
    assert_eq!(server.received().len(), 1);
    assert_eq!(
        server.received()[0].to,
        ["tom@client.example"],
        "the fenced recipients are forgotten"
    );
    let fences = server
        .commands()
        .iter()
        .filter(|command| *command == "DATA")
        .count();
    assert_eq!(fences, 1, "DATA is said only after a yes");
}

#[tokio::test]
async fn the_fence_is_asked_once_all_recipients_are_accepted() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let mut session = mailer(&server.url("")).open();
    let fence = async {
        assert_eq!(server.commands(), ["EHLO", "MAIL", "RCPT", "RCPT"]);
        Ok(true)
    };
    let outcome = session.send(&letter(), fence).await;
    assert!(is_accepted(&outcome), "{outcome}");
}

#[tokio::test]
async fn a_connection_carries_so_many_mails_and_no_more() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let limits = Limits {
        messages_per_connection: 2,
        ..Limits::default()
    };
    let mut session = mailer(&server.url("")).with_limits(limits).open();
    for _ in 0..5 {
        let outcome = send(&mut session, &letter()).await;
        assert!(is_accepted(&outcome), "{outcome}");
    }
    assert_eq!(server.connections(), 3);
    assert_eq!(server.received().len(), 5);
}

#[tokio::test]
async fn an_idle_connection_is_not_used_again() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let limits = Limits {
        idle: Duration::ZERO,
        ..Limits::default()
    };
    let mut session = mailer(&server.url("")).with_limits(limits).open();
    session.check().await.unwrap();
    for _ in 0..2 {
        let outcome = send(&mut session, &letter()).await;
        assert!(is_accepted(&outcome), "{outcome}");
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_send_dropped_half_way_takes_its_connection_with_it() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let mut session = mailer(&server.url("")).open();
    let letter = letter();
    let half = session.send(&letter, std::future::pending());
    assert!(
        tokio::time::timeout(Duration::from_millis(200), half)
            .await
            .is_err()
    );
    let outcome = send(&mut session, &mail(&["tom@client.example"], "x")).await;
    assert!(is_accepted(&outcome), "{outcome}");
    assert_eq!(server.connections(), 2);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn two_senders_deliver_without_nagle_s_delay() {
    let server = SmtpServer::start(ServerOptions::default()).await;
    let mailer = mailer(&server.url(""));
    let sender = || {
        let mut session = mailer.open();
        tokio::spawn(async move {
            let mut times = Vec::new();
            for _ in 0..100 {
                let started = Instant::now();
                let outcome = send(&mut session, &letter()).await;
                assert!(is_accepted(&outcome), "{outcome}");
                times.push(started.elapsed());
            }
            times
        })
    };
    let (one, other) = tokio::join!(sender(), sender());
    assert_eq!(server.received().len(), 200);
    let mut times = [one.unwrap(), other.unwrap()].concat();
    times.sort();
    // With Nagle each mail waits about 40 ms for a delayed acknowledgement. A busy machine slows many, but not all.
    assert!(times[50] < Duration::from_millis(30), "{times:?}");
}

#[tokio::test]
async fn no_server_is_a_mail_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = send(&mut mailer(&format!("smtp://{address}")).open(), &letter()).await;
    assert!(
        matches!(
            outcome,
            Outcome::NotSent {
                phase: Phase::Connect,
                ..
            }
        ),
        "{outcome}"
    );
}

#[tokio::test]
async fn an_unusable_file_of_authorities_is_said_at_start_up() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for file in [empty, folder.path().join("missing.pem")] {
        let transport = format!("smtp://localhost?ca={}", file.display())
            .parse()
            .unwrap();
        let error = Mailer::try_new(transport).unwrap_err().to_string();
        assert!(error.contains("ca file"), "{error}");
    }
}
