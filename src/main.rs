//! The `meridian` binary: a server, and the commands of whoever operates it.

mod commands;

use std::error::Error as _;
use std::process::ExitCode;

use meridian::config;
use meridian::error::{Error, Result};
use meridian::fail_points;

use commands::Cli;

fn main() -> ExitCode {
    let _fail_points = fail_points::listen();
    let cli: Cli = config::parse_or_exit();
    match run(cli) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("{}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// The stack of each worker. The deepest query that is let in takes less than 1 MB of it in a release build, but more than
/// the usual 2 MB in a debug build, and who runs out of it takes the whole process along.
const STACK: usize = 16 * 1024 * 1024;

fn run(cli: Cli) -> Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| Error::Internal(error.into()))?
        .block_on(cli.run())
}

/// What went wrong, in words for whoever runs Meridian: nothing is hidden from them.
pub(crate) fn sentence(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
            messages.join(" ")
        }
        Error::Internal(_) => match error.source() {
            Some(cause) => format!("Something went wrong: {cause}."),
            None => error.to_string(),
        },
        _ => error.to_string(),
    }
}
