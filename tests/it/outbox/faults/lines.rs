//! A server that says nothing, goes, or says what is hard to understand.

use std::time::Duration;

use meridian::email::session::Limits;
use meridian::entity::AttemptOutcome::{Accepted, Ambiguous, NotSent, Refused, RefusedForNow};

use super::table::{
    ANNOUNCING, Becomes, CONNECTING, DATA, DOT, ENCRYPTING, Fault, GOES_ON, HELLO_WITH_AUTH,
    HELLO_WITH_TLS, MAIL, MESSAGE, RCPT, RECIPIENT, RESETS, SENDER, SIGNING_IN, TALK, asked, fault,
};
use crate::support::scripted_smtp::Step::{
    FallSilent, HangUp, Hear, HearBytes, Say, SayInPieces, SayOften,
};
use crate::support::scripted_smtp::{HELLO, Step};

/// Only the phase in question is short of patience: a busy machine must not make the others fail.
pub(super) fn silence() -> Vec<Fault> {
    const SILENT: &[Step] = &[FallSilent];
    const PATIENCE: Duration = Duration::from_millis(1_500);
    let usual = Limits::default;
    let greeting = || Limits {
        greeting: PATIENCE,
        ..usual()
    };
    let reply = || Limits {
        reply: PATIENCE,
        ..usual()
    };
    let data = || Limits {
        data: PATIENCE,
        ..usual()
    };
    let message = || Limits {
        message: PATIENCE,
        ..usual()
    };
    use Becomes::{InDoubt, OurFault, Waits};
    let signing_in = [&HELLO_WITH_AUTH[..], &[Hear("AUTH")]].concat();
    let rows = [
        (
            "silence for a greeting",
            Vec::new(),
            greeting(),
            OurFault,
            CONNECTING,
        ),
        (
            "silence at EHLO",
            HELLO[..2].to_vec(),
            greeting(),
            OurFault,
            CONNECTING,
        ),
        (
            "silence at STARTTLS",
            HELLO_WITH_TLS.to_vec(),
            reply(),
            OurFault,
            ENCRYPTING,
        ),
        (
            "silence during the TLS handshake",
            [&HELLO_WITH_TLS[..], &[Say("220 go\r\n")]].concat(),
            reply(),
            OurFault,
            ENCRYPTING,
        ),
        ("silence at AUTH", signing_in, reply(), OurFault, SIGNING_IN),
        ("silence at MAIL", asked(MAIL), reply(), Waits, SENDER),
        ("silence at RCPT", asked(RCPT), reply(), Waits, RECIPIENT),
        ("silence at DATA", asked(DATA), data(), Waits, ANNOUNCING),
        (
            "silence after the dot",
            asked(DOT),
            message(),
            InDoubt,
            MESSAGE,
        ),
    ];
    rows.into_iter()
        .map(|(name, before, limits, becomes, phase)| {
            let outcome = if becomes == InDoubt {
                Ambiguous
            } else {
                NotSent
            };
            let row = fault(
                name,
                &[&before, SILENT],
                becomes,
                (outcome, phase, None),
                "no answer within 1.5s",
            );
            let row = row.with_limits(limits);
            if phase == SIGNING_IN {
                row.signing_in()
            } else {
                row
            }
        })
        .collect()
}

pub(super) fn dropped_lines() -> Vec<Fault> {
    const DROPS: &[Step] = &[HangUp];
    use Becomes::{InDoubt, OurFault, Waits};
    let half_way = [&HELLO[..], &TALK, &[HearBytes(1_000)]].concat();
    let signing_in = [&HELLO_WITH_AUTH[..], &[Hear("AUTH")]].concat();
    let encrypting = [&HELLO_WITH_TLS[..], &[Say("220 go\r\n"), HearBytes(5)]].concat();
    let rows = [
        ("no greeting", Vec::new(), OurFault, NotSent, CONNECTING),
        (
            "dropped at EHLO",
            HELLO[..2].to_vec(),
            OurFault,
            NotSent,
            CONNECTING,
        ),
        (
            "dropped at STARTTLS",
            HELLO_WITH_TLS.to_vec(),
            OurFault,
            NotSent,
            ENCRYPTING,
        ),
        (
            "dropped during the TLS handshake",
            encrypting,
            OurFault,
            NotSent,
            ENCRYPTING,
        ),
        ("dropped at AUTH", signing_in, OurFault, NotSent, SIGNING_IN),
        ("dropped at MAIL", asked(MAIL), Waits, NotSent, SENDER),
        ("dropped at RCPT", asked(RCPT), Waits, NotSent, RECIPIENT),
        ("dropped at DATA", asked(DATA), Waits, NotSent, ANNOUNCING),
        ("dropped before the dot", half_way, Waits, NotSent, MESSAGE),
        (
            "dropped after the dot",
            asked(DOT),
            InDoubt,
            Ambiguous,
            MESSAGE,
        ),
    ];
    rows.into_iter()
        .map(|(name, before, becomes, outcome, phase)| Fault {
            is_long: name == "dropped before the dot",
            signs_in: phase == SIGNING_IN,
            ..fault(name, &[&before, DROPS], becomes, (outcome, phase, None), "")
        })
        .collect()
}

pub(super) fn odd_replies() -> Vec<Fault> {
    const IN_PIECES: &[Step] = &[SayInPieces("250-queued\r\n250 as 42\r\n")];
    const BARE: &[Step] = &[Say("250\r\n")];
    const LONG_YES: &[Step] = &[Say("250 "), SayOften("very ", 1_000), Say("well\r\n")];
    const LONG_NO: &[Step] = &[Say("554 "), SayOften("very ", 1_000), Say("bad\r\n")];
    const LINE: &str = "250-and there is more to come, and more after that, and after that still more, for ever\r\n";
    const ENDLESS: &[Step] = &[SayOften(LINE, 1_000), FallSilent];
    const NO_LINE: &[Step] = &[SayOften("250 and on ", 10_000), FallSilent];
    const FOREIGN: &[Step] = &[Say("HTTP/1.1 400 Bad Request\r\n")];
    const WRONG: &[Step] = &[Say("251 elsewhere\r\n")];
    use Becomes::{Failed, InDoubt, OurFault, Sent, Waits};
    let yes = (Accepted, None, Some(250));
    let endless = "the server's reply is longer than ";
    vec![
        fault(
            "a yes in pieces",
            &[&asked(DOT), IN_PIECES],
            Sent,
            yes,
            "queued as 42",
        )
        .kept(),
        fault("a yes without words", &[&asked(DOT), BARE], Sent, yes, "").kept(),
        fault(
            "an over-long yes",
            &[&asked(DOT), LONG_YES],
            Sent,
            yes,
            "very very",
        )
        .kept(),
        fault(
            "an over-long no",
            &[&asked(DOT), LONG_NO, RESETS],
            Failed,
            (Refused, MESSAGE, Some(554)),
            "very very",
        )
        .kept(),
        fault(
            "an endless reply at MAIL",
            &[&asked(MAIL), ENDLESS],
            Waits,
            (NotSent, SENDER, None),
            endless,
        ),
        fault(
            "an endless line at RCPT",
            &[&asked(RCPT), NO_LINE],
            Waits,
            (NotSent, RECIPIENT, None),
            endless,
        ),
        fault(
            "an endless reply after the dot",
            &[&asked(DOT), ENDLESS],
            InDoubt,
            (Ambiguous, MESSAGE, None),
            endless,
        ),
        fault(
            "another protocol's greeting",
            &[FOREIGN, GOES_ON],
            OurFault,
            (NotSent, CONNECTING, None),
            "",
        ),
        fault(
            "a yes out of place at MAIL",
            &[&asked(MAIL), WRONG, GOES_ON],
            Waits,
            (NotSent, SENDER, None),
            "out of place: 251 elsewhere",
        ),
        fault(
            "a yes out of place after the dot",
            &[&asked(DOT), WRONG, GOES_ON],
            InDoubt,
            (Ambiguous, MESSAGE, None),
            "out of place: 251 elsewhere",
        ),
    ]
}

pub(super) fn encryption() -> Vec<Fault> {
    const REFUSES: &[Step] = &[Say("454 4.7.0 no TLS just now\r\n")];
    const IS_NONE: &[Step] = &[
        Say("220 go\r\n"),
        HearBytes(5),
        Say("this is no TLS\r\n"),
        HangUp,
    ];
    let failed = (NotSent, ENCRYPTING, None);
    vec![
        fault(
            "454 at STARTTLS",
            &[&HELLO_WITH_TLS, REFUSES, GOES_ON],
            Becomes::OurFault,
            (RefusedForNow, ENCRYPTING, Some(454)),
            "4.7.0 no TLS just now",
        ),
        fault(
            "TLS that is none",
            &[&HELLO_WITH_TLS, IS_NONE],
            Becomes::OurFault,
            failed,
            "ca=FILE",
        ),
    ]
}
