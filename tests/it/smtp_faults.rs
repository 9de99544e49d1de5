//! What a faulty mail server can do to a mail, and what the outbox is told about it.

use lettre::address::Envelope;
use meridian::email::message::Outgoing;
use meridian::email::outcome::{Outcome, Phase};

use crate::smtp_session::{impatient_mailer, is_accepted, mail, mailer, send};
use crate::support::scripted_smtp::Step::{
    FallSilent, HangUp, Hear, HearBytes, HearMessage, Pause, Say, SayInPieces,
};
use crate::support::scripted_smtp::{HELLO, ScriptedSmtp, Step};

const UP_TO_DATA: [Step; 6] = [
    Hear("MAIL"),
    Say("250 ok\r\n"),
    Hear("RCPT"),
    Say("250 ok\r\n"),
    Hear("DATA"),
    Say("354 go ahead\r\n"),
];
const WHOLE_MAIL: [Step; 8] = [
    UP_TO_DATA[0],
    UP_TO_DATA[1],
    UP_TO_DATA[2],
    UP_TO_DATA[3],
    UP_TO_DATA[4],
    UP_TO_DATA[5],
    HearMessage,
    Say("250 queued as 42\r\n"),
];

/// What becomes of one mail when the server plays `steps` after greeting and EHLO.
async fn outcome_of(steps: &[Step]) -> Outcome {
    let server = ScriptedSmtp::after_hello(steps).await;
    outcome_at(&server).await
}

async fn outcome_at(server: &ScriptedSmtp) -> Outcome {
    let letter = mail(&["zoe@client.example"], "Subject: x\n\nbody\n");
    send(&mut mailer(&server.url()).open(), &letter).await
}

/// `steps` of [`UP_TO_DATA`], then `last`.
fn then(steps: usize, last: &[Step]) -> Vec<Step> {
    [&UP_TO_DATA[..steps], last].concat()
}

fn refused(outcome: &Outcome) -> (Phase, bool, u16) {
    match outcome {
        Outcome::Refused {
            phase,
            permanent,
            code,
            ..
        } => (*phase, *permanent, *code),
        other => panic!("{other}"),
    }
}

fn not_sent(outcome: &Outcome) -> Phase {
    match outcome {
        Outcome::NotSent { phase, .. } => *phase,
        other => panic!("{other}"),
    }
}

fn is_ambiguous(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Ambiguous {
            phase: Phase::Body,
            ..
        }
    )
}

#[tokio::test]
async fn a_refusal_says_where_and_whether_for_good() {
    let greeting = ScriptedSmtp::start(vec![vec![Say("554 no service for you\r\n")]]).await;
    assert_eq!(
        refused(&outcome_at(&greeting).await),
        (Phase::Connect, true, 554)
    );
    let cases = [
        (0, "451 later\r\n", (Phase::Mail, false, 451)),
        (0, "550 not from you\r\n", (Phase::Mail, true, 550)),
        (2, "450 busy\r\n", (Phase::Rcpt, false, 450)),
        (2, "550 unknown\r\n", (Phase::Rcpt, true, 550)),
        (4, "421 closing\r\n", (Phase::Data, false, 421)),
        (4, "554 no\r\n", (Phase::Data, true, 554)),
    ];
    for (steps, words, wanted) in cases {
        let outcome = outcome_of(&then(steps, &[UP_TO_DATA[steps], Say(words)])).await;
        assert_eq!(refused(&outcome), wanted, "{outcome}");
    }
    for (words, wanted) in [
        ("554 spam\r\n", (Phase::Body, true, 554)),
        ("451 later\r\n", (Phase::Body, false, 451)),
    ] {
        let outcome = outcome_of(&then(6, &[HearMessage, Say(words)])).await;
        assert_eq!(refused(&outcome), wanted, "{outcome}");
    }
}

#[tokio::test]
async fn the_server_s_words_are_kept() {
    let outcome = outcome_of(&then(
        2,
        &[
            Hear("RCPT"),
            Say("550-5.1.1 no such\r\n550 5.1.1 user\x07\r\n"),
        ],
    ))
    .await;
    let wanted = Outcome::Refused {
        phase: Phase::Rcpt,
        permanent: true,
        code: 550,
        text: "5.1.1 no such user".to_owned(),
        recipient: Some("zoe@client.example".to_owned()),
    };
    assert_eq!(outcome, wanted);
    let outcome = outcome_of(&WHOLE_MAIL).await;
    let wanted = Outcome::Accepted {
        code: 250,
        text: "queued as 42".to_owned(),
    };
    assert_eq!(outcome, wanted);
}

#[tokio::test]
async fn a_line_that_drops_before_the_dot_is_a_mail_not_sent() {
    let silent_start = ScriptedSmtp::start(vec![vec![HangUp]]).await;
    assert_eq!(not_sent(&outcome_at(&silent_start).await), Phase::Connect);
    for (steps, phase) in [(0, Phase::Mail), (2, Phase::Rcpt), (4, Phase::Data)] {
        let outcome = outcome_of(&then(steps, &[UP_TO_DATA[steps], HangUp])).await;
        assert_eq!(not_sent(&outcome), phase);
    }
    let server = ScriptedSmtp::after_hello(&then(6, &[HearBytes(1000), HangUp])).await;
    // More than the socket's buffers hold, so that the dot is still ours when the line drops.
    let long = mail(
        &["zoe@client.example"],
        &"a line of the message\n".repeat(1_000_000),
    );
    let outcome = send(&mut mailer(&server.url()).open(), &long).await;
    assert_eq!(not_sent(&outcome), Phase::Body, "{outcome}");
}

#[tokio::test]
async fn a_line_that_drops_after_the_dot_leaves_it_open() {
    let outcome = outcome_of(&then(6, &[HearMessage, HangUp])).await;
    assert!(is_ambiguous(&outcome), "{outcome}");
}

#[tokio::test]
async fn silence_ends_at_the_phase_s_own_limit() {
    let greeting = ScriptedSmtp::start(vec![vec![FallSilent]]);
    let mail = ScriptedSmtp::after_hello(&then(0, &[Hear("MAIL"), FallSilent])).await;
    let rcpt = ScriptedSmtp::after_hello(&then(2, &[Hear("RCPT"), FallSilent])).await;
    let data = ScriptedSmtp::after_hello(&then(4, &[Hear("DATA"), FallSilent])).await;
    let greeting = greeting.await;
    let outcomes = tokio::join!(
        patience_of(&greeting, "x"),
        patience_of(&mail, "x"),
        patience_of(&rcpt, "x"),
        patience_of(&data, "x"),
    );
    let phases = [Phase::Connect, Phase::Mail, Phase::Rcpt, Phase::Data];
    for (outcome, phase) in <[Outcome; 4]>::from(outcomes).iter().zip(phases) {
        assert_eq!(not_sent(outcome), phase, "{outcome}");
        assert!(
            outcome.to_string().contains("no answer within 1s"),
            "{outcome}"
        );
    }
}

#[tokio::test]
async fn silence_after_the_dot_leaves_it_open_and_silence_before_it_does_not() {
    let after = ScriptedSmtp::after_hello(&then(6, &[HearMessage, FallSilent])).await;
    let before = ScriptedSmtp::after_hello(&then(6, &[FallSilent])).await;
    // More than the socket's buffers hold, so that the dot is still ours.
    let long = "a line of the message\n".repeat(1_000_000);
    let (after, before) = tokio::join!(patience_of(&after, "x"), patience_of(&before, &long));
    assert!(is_ambiguous(&after), "{after}");
    assert_eq!(not_sent(&before), Phase::Body, "{before}");
}

async fn patience_of(server: &ScriptedSmtp, raw: &str) -> Outcome {
    let letter = mail(&["zoe@client.example"], raw);
    send(&mut impatient_mailer(&server.url()).open(), &letter).await
}

#[tokio::test]
async fn replies_may_come_in_pieces_and_in_many_lines() {
    let steps = [
        Hear("MAIL"),
        SayInPieces("250-one\r\n250-two\r\n250 three\r\n"),
        Hear("RCPT"),
        SayInPieces("250 ok\r\n"),
        Hear("DATA"),
        SayInPieces("354 go\r\n"),
        HearMessage,
        SayInPieces("250-queued\r\n250 as 42\r\n"),
    ];
    let outcome = outcome_of(&steps).await;
    assert!(is_accepted(&outcome), "{outcome}");
}

#[tokio::test]
async fn words_that_are_not_smtp_are_no_acceptance() {
    let outcome = outcome_of(&then(
        0,
        &[Hear("MAIL"), Say("HTTP/1.1 400 Bad Request\r\n")],
    ))
    .await;
    assert_eq!(not_sent(&outcome), Phase::Mail);
    let outcome = outcome_of(&then(4, &[Hear("DATA"), Say("250 ok\r\n")])).await;
    assert_eq!(
        not_sent(&outcome),
        Phase::Data,
        "only 354 asks for the message"
    );
    for words in [
        "251 perhaps\r\n",
        "354 more\r\n",
        "garbage\r\n",
        "250 cut of",
    ] {
        let outcome = outcome_of(&then(6, &[HearMessage, Say(words), HangUp])).await;
        assert!(is_ambiguous(&outcome), "{words:?}: {outcome}");
    }
}

#[tokio::test]
async fn a_refused_mail_never_makes_the_next_one_sent() {
    let late = [HearMessage, Pause(1300), Say("250 accepted, late\r\n")];
    let second = [&HELLO[..], &then(6, &[HearMessage, Say("554 refused\r\n")])].concat();
    let server = ScriptedSmtp::start(vec![[&HELLO[..], &then(6, &late)].concat(), second]).await;
    let mut session = impatient_mailer(&server.url()).open();
    let letter = mail(&["zoe@client.example"], "x");
    assert!(is_ambiguous(&send(&mut session, &letter).await));
    let next = send(&mut session, &letter).await;
    assert_eq!(refused(&next), (Phase::Body, true, 554));
}

#[tokio::test]
async fn a_reply_too_many_is_never_taken_for_the_next_mail_s() {
    // Enough words ahead of time to see the whole next mail through.
    let too_many = "250 queued\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n";
    let first = [
        &HELLO[..],
        &then(6, &[HearMessage, Say(too_many), FallSilent]),
    ]
    .concat();
    let second = [&HELLO[..], &then(6, &[HearMessage, Say("554 refused\r\n")])].concat();
    let server = ScriptedSmtp::start(vec![first, second]).await;
    let mut session = mailer(&server.url()).open();
    let letter = mail(&["zoe@client.example"], "x");
    assert!(is_accepted(&send(&mut session, &letter).await));
    let next = send(&mut session, &letter).await;
    assert_eq!(refused(&next), (Phase::Body, true, 554));
}

#[tokio::test]
async fn after_a_refused_message_the_same_connection_goes_on() {
    let steps = [
        &then(
            6,
            &[
                HearMessage,
                Say("554 spam\r\n"),
                Hear("RSET"),
                Say("250 ok\r\n"),
            ],
        )[..],
        &WHOLE_MAIL,
    ];
    let server = ScriptedSmtp::after_hello(&steps.concat()).await;
    let mut session = mailer(&server.url()).open();
    let letter = mail(&["zoe@client.example"], "x");
    assert_eq!(
        refused(&send(&mut session, &letter).await),
        (Phase::Body, true, 554)
    );
    let next = send(&mut session, &letter).await;
    assert!(is_accepted(&next), "{next}: {:?}", server.heard());
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced_without_a_word() {
    for farewell in [&[HangUp][..], &[Say("421 idle too long\r\n"), HangUp]] {
        let first = [&HELLO[..], &WHOLE_MAIL, farewell].concat();
        let second = [&HELLO[..], &WHOLE_MAIL].concat();
        let server = ScriptedSmtp::start(vec![first, second]).await;
        let mut session = mailer(&server.url()).open();
        for _ in 0..2 {
            let outcome = send(&mut session, &mail(&["zoe@client.example"], "x")).await;
            assert!(is_accepted(&outcome), "{outcome}: {:?}", server.heard());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_connection_that_died_before_it_carried_a_mail_is_replaced_as_well() {
    let refusal = [Say("550 no\r\n"), Hear("RSET"), Say("250 ok\r\n"), HangUp];
    let first = [&HELLO[..], &UP_TO_DATA[..3], &refusal].concat();
    let second = [&HELLO[..], &WHOLE_MAIL].concat();
    let server = ScriptedSmtp::start(vec![first, second]).await;
    let mut session = mailer(&server.url()).open();
    let outcome = send(&mut session, &mail(&["zoe@client.example"], "x")).await;
    assert_eq!(refused(&outcome), (Phase::Rcpt, true, 550));
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let outcome = send(&mut session, &mail(&["tom@client.example"], "x")).await;
    assert!(is_accepted(&outcome), "{outcome}: {:?}", server.heard());
}

#[tokio::test]
async fn words_slipped_in_before_encryption_end_the_conversation() {
    let script = vec![
        Say("220 scripted\r\n"),
        Hear("EHLO"),
        Say("250-scripted\r\n250 STARTTLS\r\n"),
        Hear("STARTTLS"),
        Say("220 go\r\n250-scripted\r\n250 AUTH PLAIN\r\n"),
    ];
    let server = ScriptedSmtp::start(vec![script]).await;
    let outcome = outcome_at(&server).await;
    assert_eq!(not_sent(&outcome), Phase::Tls);
    assert!(outcome.to_string().contains("out of turn"), "{outcome}");
}

#[tokio::test]
async fn a_server_that_repeats_our_credentials_does_not_get_them_into_our_texts() {
    let welcome = [
        Say("220 scripted\r\n"),
        Hear("EHLO"),
        Say("250-scripted\r\n250 AUTH PLAIN\r\n"),
        Hear("AUTH PLAIN"),
    ];
    let signed_in = [&welcome[..], &[Say("235 welcome\r\n")]].concat();
    for (script, shown) in [
        (
            vec![Say("554 dana with hunter2 is not wanted\r\n")],
            "refused when connecting: 554 *** with *** is not wanted",
        ),
        (
            [
                &welcome[..],
                &[Say(
                    "535 dana with hunter2 (AGRhbmEAaHVudGVyMg==, aHVudGVyMg==) is wrong\r\n",
                )],
            ]
            .concat(),
            "refused when signing in: 535 *** with *** (***, ***) is wrong",
        ),
        (
            [&signed_in[..], &[Hear("MAIL"), Say("550 not dana\r\n")]].concat(),
            "refused when naming the sender: 550 not ***",
        ),
        (
            [&signed_in[..], &[Hear("MAIL"), Say("354 go on, dana\r\n")]].concat(),
            "not sent, stopped when naming the sender: the server answered out of place: 354 go on, ***",
        ),
        (
            [
                &signed_in[..],
                &WHOLE_MAIL[..7],
                &[Say("250 queued for dana\r\n")],
            ]
            .concat(),
            "accepted: 250 queued for ***",
        ),
    ] {
        let server = ScriptedSmtp::start(vec![script]).await;
        let url = server.url().replace("smtp://", "smtp://dana:hunter2@") + "?auth=plain-text";
        let zoe = mail(&["zoe@client.example"], "x");
        let outcome = send(&mut mailer(&url).open(), &zoe).await;
        assert_eq!(format!("{outcome}"), shown);
    }
}

#[tokio::test]
async fn an_address_outside_ascii_is_refused_before_a_server_is_asked() {
    let mut session = mailer("smtp://127.0.0.1:9").open();
    let to_zoe = mail(&["zoë@client.example"], "x");
    let outcome = send(&mut session, &to_zoe).await;
    let Outcome::Refused { recipient, .. } = &outcome else {
        panic!("{outcome}");
    };
    assert_eq!(refused(&outcome), (Phase::Rcpt, true, 553));
    assert_eq!(recipient.as_deref(), Some("zoë@client.example"));

    // Our own would be refused for every mail: it must neither fail them nor be suppressed.
    let from = "grüße@agency.example".parse().ok();
    let to = vec!["tom@client.example".parse().expect("a mail address")];
    let from_us = Outgoing {
        envelope: Envelope::new(from, to).expect("there is a recipient"),
        ..to_zoe
    };
    let outcome = send(&mut session, &from_us).await;
    assert_eq!(refused(&outcome), (Phase::Mail, true, 553));
    assert!(matches!(
        outcome,
        Outcome::Refused {
            recipient: None,
            ..
        }
    ));
}
