//! A server that says no.

use meridian::entity::AttemptOutcome::{Refused, RefusedForNow};

use super::table::{
    ANNOUNCING, Becomes, CONNECTING, DATA, DOT, Fault, GOES_ON, HELLO_WITH_AUTH, MAIL, MESSAGE,
    RCPT, RECIPIENT, RESETS, SENDER, SIGNING_IN, asked, fault,
};
use crate::support::scripted_smtp::Step::{Hear, Say};
use crate::support::scripted_smtp::{HELLO, Step};

pub(super) fn service_ends() -> Vec<Fault> {
    const ENDS: &[Step] = &[Say("421 4.3.2 shutting down\r\n")];
    let words = "4.3.2 shutting down";
    let attempt = |phase| (RefusedForNow, phase, Some(421));
    let rows = [
        (
            "421 for a greeting",
            Vec::new(),
            Becomes::OurFault,
            CONNECTING,
        ),
        (
            "421 at EHLO",
            HELLO[..2].to_vec(),
            Becomes::OurFault,
            CONNECTING,
        ),
        ("421 at MAIL", asked(MAIL), Becomes::OurFault, SENDER),
        ("421 at RCPT", asked(RCPT), Becomes::Waits, RECIPIENT),
        ("421 at DATA", asked(DATA), Becomes::Waits, ANNOUNCING),
        ("421 after the dot", asked(DOT), Becomes::Waits, MESSAGE),
    ];
    rows.into_iter()
        .map(|(name, before, becomes, phase)| {
            fault(
                name,
                &[&before, ENDS, GOES_ON],
                becomes,
                attempt(phase),
                words,
            )
        })
        .collect()
}

pub(super) fn refusals_for_now() -> Vec<Fault> {
    const LATER: &[Step] = &[Say("451 4.7.1 come back\r\n")];
    let rows = [
        ("451 at MAIL", MAIL, SENDER),
        ("451 at RCPT", RCPT, RECIPIENT),
        ("451 at DATA", DATA, ANNOUNCING),
        ("451 after the dot", DOT, MESSAGE),
    ];
    rows.into_iter()
        .map(|(name, at, phase)| {
            let attempt = (RefusedForNow, phase, Some(451));
            let script = [&asked(at)[..], LATER, RESETS];
            fault(name, &script, Becomes::Waits, attempt, "4.7.1 come back").kept()
        })
        .collect()
}

pub(super) fn refusals_for_good() -> Vec<Fault> {
    const NOBODY: &[Step] = &[Say("550-5.1.1 no such\r\n550 5.1.1 user\r\n")];
    const NO: &[Step] = &[Say("554 5.6.0 not this\r\n")];
    const NOT_YOU: &[Step] = &[Say("550 5.7.1 not from you\r\n")];
    const LINK: &[Step] = &[Say(
        "554 5.7.1 blocked for https://agency.example/a/AGF1dGhvcml6ZXMtc29tZWJvZHk here\r\n",
    )];
    use Becomes::{Failed, OurFault};
    vec![
        fault(
            "550 at MAIL",
            &[&asked(MAIL), NOT_YOU, RESETS],
            OurFault,
            (Refused, SENDER, Some(550)),
            "5.7.1 not from you",
        )
        .kept(),
        fault(
            "550 at RCPT",
            &[&asked(RCPT), NOBODY, RESETS],
            Failed,
            (Refused, RECIPIENT, Some(550)),
            "5.1.1 no such user",
        )
        .kept(),
        fault(
            "554 at DATA",
            &[&asked(DATA), NO, RESETS],
            Failed,
            (Refused, ANNOUNCING, Some(554)),
            "5.6.0 not this",
        )
        .kept(),
        fault(
            "554 after the dot",
            &[&asked(DOT), NO, RESETS],
            Failed,
            (Refused, MESSAGE, Some(554)),
            "5.6.0 not this",
        )
        .kept(),
        fault(
            "554 that repeats a link",
            &[&asked(DOT), LINK, RESETS],
            Failed,
            (Refused, MESSAGE, Some(554)),
            "https://agency.example/a/*** here",
        )
        .kept(),
    ]
}

pub(super) fn signing_in() -> Vec<Fault> {
    const AUTH: &[Step] = &[Hear("AUTH PLAIN")];
    const WELCOME: &[Step] = &[Say("235 welcome\r\n"), Hear("MAIL")];
    let rows = [
        (
            "530 at AUTH",
            "530 5.7.0 encrypt first\r\n",
            Refused,
            530,
            "5.7.0 encrypt first",
        ),
        (
            "535 at AUTH",
            "535 5.7.8 not you\r\n",
            Refused,
            535,
            "5.7.8 not you",
        ),
        (
            "454 at AUTH",
            "454 4.7.0 not just now\r\n",
            RefusedForNow,
            454,
            "4.7.0 not just now",
        ),
        (
            "535 that repeats the account",
            "535 dana with hunter2 (AGRhbmEAaHVudGVyMg==, aHVudGVyMg==) is wrong\r\n",
            Refused,
            535,
            "*** with *** (***, ***) is wrong",
        ),
    ];
    let mut faults: Vec<Fault> = rows
        .into_iter()
        .map(|(name, said, outcome, code, words)| {
            let said = [Say(said)];
            let script = [&HELLO_WITH_AUTH[..], AUTH, &said, GOES_ON];
            fault(
                name,
                &script,
                Becomes::OurFault,
                (outcome, SIGNING_IN, Some(code)),
                words,
            )
            .signing_in()
        })
        .collect();
    let repeats = [Say("550 5.7.1 dana may not, for all of hunter2\r\n")];
    faults.push(
        fault(
            "550 at MAIL that repeats the account",
            &[&HELLO_WITH_AUTH, AUTH, WELCOME, &repeats, RESETS],
            Becomes::OurFault,
            (Refused, SENDER, Some(550)),
            "5.7.1 *** may not, for all of ***",
        )
        .signing_in()
        .kept(),
    );
    faults
}
