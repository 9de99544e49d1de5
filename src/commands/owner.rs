//! `meridian owner`: how the first person gets in.

use clap::{Args, Subcommand};
use meridian::config::Config;
use meridian::domain::owners::{self, NewOwner};
use meridian::error::Result;
use meridian::global_id::Kind;

use super::{operator, ready};

#[derive(Debug, Subcommand)]
pub(super) enum Owner {
    /// Add an owner, who works five days of eight hours from today on and gets both mails
    Create(Create),
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// Full name
    #[arg(long)]
    name: String,
    /// Where mails go
    #[arg(long)]
    email: String,
    /// IANA name, such as Europe/London
    #[arg(long)]
    time_zone: String,
    /// Add one even though there is an owner
    #[arg(long)]
    another: bool,
    #[command(flatten)]
    config: Config,
}

impl Owner {
    pub(super) async fn run(self) -> Result<()> {
        let Self::Create(create) = self;
        let app = ready(create.config).await?;
        let new = NewOwner {
            name: create.name,
            email: create.email,
            time_zone: create.time_zone,
        };
        let person = owners::create(&app.db, &operator(&app), new, create.another).await?;
        println!(
            "{} ({}) is an owner. The work schedule is 5 × 8 hours at 80 % from {} on: change it in the API if it differs.",
            person.name,
            Kind::Person.text(person.id),
            person.employed_from,
        );
        Ok(())
    }
}
