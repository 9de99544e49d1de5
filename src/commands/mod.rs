//! The command line: each command reads its arguments, calls the library and prints what came of it.

mod bounce;
mod copy;
mod demo;
mod healthcheck;
mod import;
mod inventory;
mod migrate;
mod owner;
mod person;
mod preview;
mod schema;
mod serve;
mod token;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::Config;
use meridian::domain::access::Caller;
use meridian::error::{Error, Result};

/// Meridian: the line between account managers and production managers.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and send the mails; what `meridian` does without a command
    Serve {
        #[command(flatten)]
        config: Config,
    },
    /// Show Meridian at work: a made-up agency, on a Monday morning just before eight
    Demo(demo::Demo),
    /// Bring the database to this version's schema, and end
    Migrate {
        #[command(flatten)]
        config: Config,
    },
    /// Print the API's schema
    Schema,
    /// Print the mail a person would get, without sending it
    Preview(preview::Preview),
    /// People who may do everything
    #[command(subcommand)]
    Owner(owner::Owner),
    /// API tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Take the agency's spreadsheets in, as CSV: all of them or none
    Import(import::Import),
    /// Print every client and project with who holds them since when
    Inventory(inventory::Inventory),
    /// Copy everything into another, empty database: from SQLite to PostgreSQL, or back
    Copy(copy::Copy),
    /// Read what a mail server reports of a mail, from standard input: at the end of its pipe
    Bounce(bounce::Bounce),
    /// Ask the server at the configured address whether it lives: status 0 when it does, else 1
    Healthcheck {
        /// Ask whether it does its work: the database answers, ticks end, mail gets out, and the clock is right
        #[arg(long)]
        ready: bool,
        #[command(flatten)]
        config: Config,
    },
}

impl Cli {
    /// Runs the command. Answers the status it ends with.
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Some(command) = self.command else {
            serve::run(self.config).await?;
            return Ok(ExitCode::SUCCESS);
        };
        match command {
            Command::Serve { config } => serve::run(config).await?,
            Command::Demo(demo) => demo.run().await?,
            Command::Migrate { config } => migrate::run(config).await?,
            Command::Schema => schema::run()?,
            Command::Preview(preview) => preview.run().await?,
            Command::Owner(owner) => owner.run().await?,
            Command::Token(token) => token.run().await?,
            Command::Import(import) => import.run().await?,
            Command::Inventory(inventory) => inventory.run().await?,
            Command::Copy(copy) => copy.run().await?,
            Command::Bounce(bounce) => return Ok(bounce.run().await),
            Command::Healthcheck { ready, config } => {
                healthcheck::run(config.listen, ready).await?
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The application, ready for work.
async fn ready(config: Config) -> Result<App> {
    App::try_new(config, Clock::System).await?.prepare().await
}

/// Whoever types at the command line: may do everything.
fn operator(app: &App) -> Caller {
    Caller::system("the command line", app.clock.now())
}

/// Prints to standard output. Whoever reads it, such as `head`, may stop when they have seen enough.
fn print(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Error::Internal(error.into())),
    }
}
