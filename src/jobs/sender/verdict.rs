//! From what became of one mail on its way to what is to become of its row.

use crate::email::outcome::{Outcome, Phase};
use crate::email::status_code::{StatusCode, is_about_the_address, is_about_us};

/// "Service not available, closing transmission channel": of the server, whatever it was asked.
const SERVICE_ENDS: u16 = 421;

/// What is to become of a mail after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The mail server has it.
    Sent,
    /// It was not sent; try again later. `counts`: each such attempt makes the next wait longer.
    Later { counts: bool },
    /// Refused for good. The address, where it was that which was refused, is not written to again.
    Failed { suppress: Option<String> },
    /// No mail would get out: the others wait with it, and it is not counted against it. Found out at `phase`.
    OurFault { phase: Phase },
    /// The mail server may have it: wait for the grace, after which a letter to a client is held and not tried again.
    InDoubt,
    /// Another sender has it.
    Overtaken,
}

/// The rules of retry (jobs-and-mail.md, "Retry").
pub(super) fn verdict(outcome: &Outcome) -> Verdict {
    use Phase::{Auth, Connect, Fence, Mail, Rcpt, Tls};
    match outcome {
        Outcome::Accepted { .. } => Verdict::Sent,
        Outcome::Ambiguous { .. } => Verdict::InDoubt,
        Outcome::Fenced => Verdict::Overtaken,
        Outcome::NotSent { phase, .. } | Outcome::Refused { phase, .. }
            if matches!(phase, Connect | Tls | Auth) =>
        {
            Verdict::OurFault { phase: *phase }
        }
        // The server leaves before it has heard whom a mail is for: the next one would meet the same.
        Outcome::Refused {
            phase: Mail,
            code: SERVICE_ENDS,
            ..
        } => Verdict::OurFault { phase: Mail },
        // Our database, not the mail server.
        Outcome::NotSent { phase: Fence, .. } => Verdict::Later { counts: false },
        Outcome::NotSent { .. }
        | Outcome::Refused {
            permanent: false, ..
        } => Verdict::Later { counts: true },
        Outcome::Refused { phase: Mail, .. } => Verdict::OurFault { phase: Mail },
        Outcome::Refused {
            phase: Rcpt, code, ..
        } if is_about_us(*code) => Verdict::OurFault { phase: Rcpt },
        Outcome::Refused {
            phase: Rcpt,
            code,
            text,
            recipient,
            ..
        } => {
            let is_of_no_use = is_about_the_address(StatusCode::leading(text), Some(*code));
            Verdict::Failed {
                suppress: recipient.clone().filter(|_| is_of_no_use),
            }
        }
        Outcome::Refused { .. } => Verdict::Failed { suppress: None },
    }
}

/// Up to which phase the mail server worked with us, whatever it thought of this mail; none where that is not shown.
pub(super) fn got_past(outcome: &Outcome) -> Option<Phase> {
    match outcome {
        Outcome::Accepted { .. } | Outcome::Ambiguous { .. } => Some(Phase::Body),
        Outcome::Refused { code, .. } if *code == SERVICE_ENDS => None,
        Outcome::Refused { phase, code, .. } => match phase {
            Phase::Rcpt if !is_about_us(*code) => Some(Phase::Mail),
            Phase::Data | Phase::Body => Some(Phase::Rcpt),
            _ => None,
        },
        Outcome::NotSent { .. } | Outcome::Fenced => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(phase: Phase, code: u16) -> Verdict {
        verdict(&Outcome::refused(
            phase,
            code,
            "no",
            Some("zoe@client.example".into()),
        ))
    }

    #[test]
    fn a_4xx_waits_and_a_5xx_is_the_mail_s_or_ours() {
        let later = Verdict::Later { counts: true };
        for phase in [Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Body] {
            assert_eq!(refused(phase, 451), later);
            assert_eq!(verdict(&Outcome::not_sent(phase, "reset")), later);
        }
        for phase in [Phase::Connect, Phase::Tls, Phase::Auth] {
            let ours = Verdict::OurFault { phase };
            assert_eq!(refused(phase, 454), ours);
            assert_eq!(refused(phase, 535), ours);
            assert_eq!(verdict(&Outcome::not_sent(phase, "reset")), ours);
        }
        let ours = Verdict::OurFault { phase: Phase::Mail };
        assert_eq!(refused(Phase::Mail, 550), ours);
        assert_eq!(refused(Phase::Mail, 421), ours);
        assert_eq!(
            refused(Phase::Rcpt, 421),
            later,
            "one mail must not hold up all"
        );
        let past = |phase, code| got_past(&Outcome::refused(phase, code, "no", None));
        for (code, phase) in [
            (450, Some(Phase::Mail)),
            (550, Some(Phase::Mail)),
            (421, None),
            (530, None),
        ] {
            assert_eq!(past(Phase::Rcpt, code), phase, "{code}");
        }
        assert_eq!(past(Phase::Body, 554), Some(Phase::Rcpt));
        assert_eq!(past(Phase::Mail, 550), None);
        let suppress = Some("zoe@client.example".to_owned());
        assert_eq!(refused(Phase::Rcpt, 550), Verdict::Failed { suppress });
        for phase in [Phase::Data, Phase::Body] {
            assert_eq!(refused(phase, 554), Verdict::Failed { suppress: None });
        }
        let ours = Verdict::OurFault { phase: Phase::Rcpt };
        assert_eq!(refused(Phase::Rcpt, 530), ours);
        let database = Outcome::not_sent(Phase::Fence, "the database does not answer");
        assert_eq!(verdict(&database), Verdict::Later { counts: false });
    }

    #[test]
    fn an_address_is_suppressed_for_what_is_said_of_it_only() {
        let refused = |code, text: &str| {
            let zoe = Some("zoe@client.example".to_owned());
            verdict(&Outcome::refused(Phase::Rcpt, code, text, zoe))
        };
        for (code, text) in [
            (550, "5.1.1 no such user"),
            (550, "unknown"),
            (553, "5.1.3 what is this"),
        ] {
            let suppress = Some("zoe@client.example".to_owned());
            assert_eq!(refused(code, text), Verdict::Failed { suppress }, "{text}");
        }
        for (code, text) in [
            (550, "5.7.1 relay access denied"),
            (552, "5.2.2 mailbox full"),
            (552, "too much"),
            (554, "5.7.26 not authenticated"),
            (550, "5.1.8 no such sender"),
        ] {
            let untouched = Verdict::Failed { suppress: None };
            assert_eq!(refused(code, text), untouched, "{text}");
        }
    }
}
