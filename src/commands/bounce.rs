//! `meridian bounce`: at the end of a mail server's pipe.

use std::io::{self, Read as _};
use std::process::ExitCode;

use clap::Args;
use meridian::config::Config;
use meridian::email::bounces::{self, Action, Read};
use meridian::error::{Error, Result};
use meridian::global_id::Kind;

use super::{print, ready};

/// The most that is read of a message, in bytes: what it reports comes before the mail it returns.
const LONGEST: u64 = 1_000_000;

/// EX_DATAERR of sysexits.h: the mail server gives the message up.
const NOT_FOR_US: u8 = 65;

/// EX_TEMPFAIL of sysexits.h: the mail server tries again later.
const TRY_LATER: u8 = 75;

/// Where mail servers note the address they deliver to.
const ADDRESSES: [&str; 2] = ["ORIGINAL_RECIPIENT", "RECIPIENT"];

#[derive(Args, Debug)]
pub(super) struct Bounce {
    /// The address that the message was delivered to; left out, RECIPIENT and ORIGINAL_RECIPIENT of the environment and the
    /// message's header are asked
    #[arg(value_name = "ADDRESS")]
    recipient: Option<String>,
    #[command(flatten)]
    config: Config,
}

impl Bounce {
    /// Reads a message from standard input and says what came of it: status 0 when it is seen to, 65 when it is no report
    /// for us, 75 when it cannot be seen to now.
    pub(super) async fn run(self) -> ExitCode {
        match self.read().await {
            Ok(Ok(done)) => match print(format!("{done}\n").as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(TRY_LATER),
            },
            Ok(Err(refusal)) => {
                eprintln!("{refusal}");
                ExitCode::from(NOT_FOR_US)
            }
            // Whatever is wrong here is not the message's fault: the mail server keeps it.
            Err(error) => {
                eprintln!("{}", crate::sentence(&error));
                ExitCode::from(TRY_LATER)
            }
        }
    }

    async fn read(self) -> Result<Result<String, &'static str>> {
        let message = message().map_err(|error| Error::Internal(error.into()))?;
        let named = ADDRESSES
            .into_iter()
            .filter_map(|name| std::env::var(name).ok());
        let addresses: Vec<String> = self.recipient.into_iter().chain(named).collect();
        let app = ready(self.config).await?;
        Ok(match bounces::read(&app, &message, &addresses).await? {
            Read::Noted {
                email_id,
                action,
                suppressed,
            } => Ok(noted(&Kind::Email.text(email_id), action, suppressed)),
            Read::KnownAlready(id) => Ok(format!(
                "{}: this was reported before; nothing was changed.",
                Kind::Email.text(id)
            )),
            Read::Forgotten(id) => Ok(format!(
                "{} is a mail that was forgotten; nothing was changed.",
                Kind::Email.text(id)
            )),
            Read::NoReport => Err("This is no delivery status notification (RFC 3464)."),
            Read::NotOurs => Err(
                "It was not delivered to an address that this Meridian made: give the address as the argument, or in RECIPIENT.",
            ),
        })
    }
}

fn noted(mail: &str, action: Action, suppressed: Option<String>) -> String {
    match (action, suppressed) {
        (_, Some(address)) => {
            format!("{mail} bounced, and nothing is sent to {address} any more.")
        }
        (Action::Failed, None) => format!("{mail} bounced."),
        (action, None) => format!("{mail} was {}.", action.word()),
    }
}

/// The message; what is past the bound is read and dropped, so that the mail server does not find its pipe broken.
fn message() -> io::Result<Vec<u8>> {
    let mut input = io::stdin().lock();
    let mut message = Vec::new();
    input.by_ref().take(LONGEST).read_to_end(&mut message)?;
    io::copy(&mut input, &mut io::sink())?;
    Ok(message)
}
