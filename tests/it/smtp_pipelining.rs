//! Sender and recipients named in one breath, to a mail server that takes that (PIPELINING, RFC 2920).

use meridian::email::outcome::{Outcome, Phase};

use crate::smtp_session::{impatient_mailer, is_accepted, mail, send};
use crate::support::scripted_smtp::Step::{FallSilent, HangUp, Hear, HearMessage, Say};
use crate::support::scripted_smtp::{ScriptedSmtp, Step};

/// Greeting and EHLO of a server that takes several commands at once.
const HELLO: [Step; 3] = [
    Say("220 scripted ESMTP\r\n"),
    Hear("EHLO"),
    Say("250-scripted\r\n250-8BITMIME\r\n250 PIPELINING\r\n"),
];

/// It says nothing before it has heard all of them.
const NAMED: [Step; 3] = [Hear("MAIL"), Hear("RCPT"), Hear("RCPT")];
const MESSAGE: [Step; 4] = [
    Hear("DATA"),
    Say("354 go ahead\r\n"),
    HearMessage,
    Say("250 queued\r\n"),
];
const RESET: [Step; 2] = [Hear("RSET"), Say("250 ok\r\n")];
const ALL_WELL: [Step; 1] = [Say("250 ok\r\n250 ok\r\n250 ok\r\n")];

/// A server that plays these after its greeting, on one connection.
async fn server(steps: &[&[Step]]) -> ScriptedSmtp {
    let script = [&HELLO, &steps.concat()[..]].concat();
    ScriptedSmtp::start(vec![script]).await
}

/// What becomes of so many letters to two people, one after the other.
async fn outcomes<const N: usize>(server: &ScriptedSmtp) -> [Outcome; N] {
    let mailer = impatient_mailer(&server.url());
    let mut session = mailer.open();
    let to_two = mail(
        &["zoe@client.example", "tom@client.example"],
        "Subject: x\n",
    );
    let mut outcomes = Vec::new();
    for _ in 0..N {
        outcomes.push(send(&mut session, &to_two).await);
    }
    outcomes.try_into().expect("so many")
}

/// Where a mail was refused, by which code, and who.
fn refused(outcome: &Outcome) -> (Phase, u16, Option<&str>) {
    match outcome {
        Outcome::Refused {
            phase,
            code,
            recipient,
            ..
        } => (*phase, *code, recipient.as_deref()),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn all_are_named_before_the_first_answer() {
    let mails = [&NAMED[..], &ALL_WELL, &MESSAGE].concat();
    let server = server(&[&mails, &mails]).await;
    let sent: [Outcome; 2] = outcomes(&server).await;
    assert!(sent.iter().all(is_accepted), "{sent:?}");
    assert_eq!(server.messages().len(), 2);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_refused_sender_s_other_answers_are_heard_before_the_next_mail() {
    let no_sender = Say("451 not now\r\n503 no sender\r\n503 no sender\r\n");
    let server = server(&[&NAMED, &[no_sender], &RESET, &NAMED, &ALL_WELL, &MESSAGE]).await;
    let [first, second] = outcomes(&server).await;
    assert_eq!(refused(&first), (Phase::Mail, 451, None));
    assert!(is_accepted(&second), "{second}");
    assert_eq!(server.connections(), 1, "{:?}", server.heard());
}

#[tokio::test]
async fn a_refused_recipient_is_the_one_that_the_answer_was_for() {
    for (answers, who) in [
        ("250 ok\r\n550 who?\r\n250 ok\r\n", "zoe@client.example"),
        ("250 ok\r\n250 ok\r\n550 who?\r\n", "tom@client.example"),
    ] {
        let server = server(&[&NAMED, &[Say(answers)], &RESET, &NAMED, &ALL_WELL, &MESSAGE]).await;
        let [first, second] = outcomes(&server).await;
        assert_eq!(refused(&first), (Phase::Rcpt, 550, Some(who)));
        assert!(is_accepted(&second), "{second}");
        assert_eq!(server.messages().len(), 1, "nothing was sent to the other");
        assert_eq!(server.connections(), 1, "{:?}", server.heard());
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_costs_the_connection_and_no_mail() {
    for end in [HangUp, FallSilent] {
        let server = server(&[&NAMED, &[Say("250 ok\r\n250 ok\r\n"), end]]).await;
        let [outcome] = outcomes(&server).await;
        let stopped_at_rcpt = matches!(
            outcome,
            Outcome::NotSent {
                phase: Phase::Rcpt,
                ..
            }
        );
        assert!(stopped_at_rcpt, "{outcome}");

        let refused_at_mail = self::server(&[&NAMED, &[Say("451 not now\r\n"), end]]).await;
        refused_at_mail.go_on(&[&HELLO[..], &NAMED, &ALL_WELL, &MESSAGE].concat());
        let [first, second] = outcomes(&refused_at_mail).await;
        assert_eq!(refused(&first), (Phase::Mail, 451, None));
        assert!(is_accepted(&second), "{second}");
        assert_eq!(refused_at_mail.connections(), 2);
    }
}

#[tokio::test]
async fn an_answer_too_many_is_not_taken_for_the_next_command_s() {
    let too_many = Say("250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n");
    let server = server(&[&NAMED, &[too_many]]).await;
    let [outcome] = outcomes(&server).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome}");
    assert!(outcome.to_string().contains("out of turn"), "{outcome}");
}
