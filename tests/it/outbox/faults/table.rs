//! The faults: what the server does, and what is to come of it.

use meridian::email::session::Limits;
use meridian::entity::AttemptOutcome;

use crate::support::scripted_smtp::Step::{Hear, HearMessage, Say, Serve};
use crate::support::scripted_smtp::{HELLO, Step};

/// What no kept text may hold: the account in every form, and the token of a link.
pub(super) const SECRETS: [&str; 5] = [
    "hunter2",
    "AGRhbmEAaHVudGVyMg==",
    "aHVudGVyMg==",
    "dana",
    "AGF1dGhvcml6ZXMtc29tZWJvZHk",
];

/// Greeting and EHLO of a server that one may sign in to.
pub(super) const HELLO_WITH_AUTH: [Step; 3] = [
    Say("220 scripted ESMTP\r\n"),
    Hear("EHLO"),
    Say("250-scripted\r\n250 AUTH PLAIN\r\n"),
];

pub(super) const HELLO_WITH_TLS: [Step; 4] = [
    Say("220 scripted ESMTP\r\n"),
    Hear("EHLO"),
    Say("250-scripted\r\n250 STARTTLS\r\n"),
    Hear("STARTTLS"),
];

/// A conversation up to the message itself.
pub(super) const TALK: [Step; 6] = [
    Hear("MAIL"),
    Say("250 ok\r\n"),
    Hear("RCPT"),
    Say("250 ok\r\n"),
    Hear("DATA"),
    Say("354 go ahead\r\n"),
];

/// What the server is asked for when it fails: so much of [`TALK`] goes well before.
pub(super) const MAIL: usize = 0;
pub(super) const RCPT: usize = 2;
pub(super) const DATA: usize = 4;
pub(super) const DOT: usize = 6;

pub(super) const CONNECTING: Option<&str> = Some("connecting");
pub(super) const ENCRYPTING: Option<&str> = Some("encrypting");
pub(super) const SIGNING_IN: Option<&str> = Some("signing in");
pub(super) const SENDER: Option<&str> = Some("naming the sender");
pub(super) const RECIPIENT: Option<&str> = Some("naming a recipient");
pub(super) const ANNOUNCING: Option<&str> = Some("announcing the message");
pub(super) const MESSAGE: Option<&str> = Some("sending the message");

/// What becomes of the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    Sent,
    /// For its own next attempt.
    Waits,
    /// As all others do, for the server.
    OurFault,
    Failed,
    InDoubt,
}

pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) script: Vec<Step>,
    pub(super) becomes: Becomes,
    /// What the timeline says: outcome, phase, code.
    pub(super) attempt: (AttemptOutcome, Option<&'static str>, Option<i32>),
    /// And in which words.
    pub(super) words: String,
    pub(super) limits: Limits,
    /// May the connection carry the next mail?
    pub(super) is_kept: bool,
    pub(super) signs_in: bool,
    pub(super) is_long: bool,
}

impl Fault {
    pub(super) fn kept(self) -> Self {
        Self {
            is_kept: true,
            ..self
        }
    }

    pub(super) fn signing_in(self) -> Self {
        Self {
            signs_in: true,
            ..self
        }
    }

    pub(super) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

pub(super) fn fault(
    name: &'static str,
    script: &[&[Step]],
    becomes: Becomes,
    attempt: (AttemptOutcome, Option<&'static str>, Option<i32>),
    words: &str,
) -> Fault {
    Fault {
        name,
        script: script.concat(),
        becomes,
        attempt,
        words: words.to_owned(),
        limits: Limits::default(),
        is_kept: false,
        signs_in: false,
        is_long: false,
    }
}

/// After its no the server would go on, on the same connection: so that it is seen who does.
pub(super) const GOES_ON: &[Step] = &[Serve(usize::MAX)];

/// As a server does that means its no for one mail only.
pub(super) const RESETS: &[Step] = &[Hear("RSET"), Say("250 ok\r\n"), Serve(usize::MAX)];

pub(super) fn asked(at: usize) -> Vec<Step> {
    match at {
        DOT => [&HELLO[..], &TALK, &[HearMessage]].concat(),
        at => [&HELLO[..], &TALK[..=at]].concat(),
    }
}
