//! `meridian preview`: what would be sent, through the sender's own function.

use std::io::{ErrorKind, Write};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use meridian::config::Config;
use meridian::email::compose::{self, Rendered, Verdict};
use meridian::entity::EmailKind;
use meridian::error::{Error, Result};

use super::{person, ready};

#[derive(Args, Debug)]
pub(super) struct Preview {
    /// Which mail
    #[arg(long, value_enum)]
    kind: Kind,
    /// Who would get it: a mail address, or an id such as per_…
    #[arg(long)]
    person: String,
    /// The instant, such as 2026-11-23T08:00:00Z; left out: now
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,
    /// What to print of it
    #[arg(long, value_enum, default_value_t = Part::Text)]
    part: Part,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// The weekly capacity summary
    CapacitySummary,
    /// The client-update prompt
    ClientUpdate,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// The subject and the text part
    Text,
    /// The HTML part
    Html,
    /// The whole message as it would travel
    Message,
}

impl Preview {
    pub(super) async fn run(self) -> Result<()> {
        let app = ready(self.config).await?;
        let person = person::named(&app.db, &self.person).await?;
        let at = self.at.unwrap_or_else(|| app.clock.now());
        match compose::preview(&app, self.kind.into(), person.id, at).await? {
            Verdict::Send(mail) => print(&mail, self.part),
            Verdict::Close { state, reason } => {
                println!("Nothing would be sent: {} ({reason})", state.word());
                Ok(())
            }
        }
    }
}

impl From<Kind> for EmailKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::CapacitySummary => Self::CapacitySummary,
            Kind::ClientUpdate => Self::ClientUpdate,
        }
    }
}

fn print(mail: &Rendered, part: Part) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let written = match part {
        Part::Text => write!(out, "{}\n\n{}", mail.subject, mail.text),
        Part::Html => out.write_all(mail.html.as_bytes()),
        Part::Message => out.write_all(&mail.message),
    };
    match written.and_then(|()| out.flush()) {
        // Whoever reads it, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Error::Internal(error.into())),
    }
}
