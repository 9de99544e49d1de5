//! A wrong value in one sentence that names the variable and what is accepted.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Parser};

/// Parses a command line and its environment; variables that are empty count as not set.
///
/// # Errors
/// clap's, help and version included; [`sentence`] words those about a value.
pub fn parse<C: Parser>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<C, clap::Error> {
    let mut matches = without_empty_variables(C::command()).try_get_matches_from(arguments)?;
    C::from_arg_matches_mut(&mut matches)
}

/// Parses this process' command line. Ends the process with status 2 and one
/// sentence on standard error for a wrong value, else as clap does.
pub fn parse_or_exit<C: Parser>() -> C {
    parse(std::env::args_os()).unwrap_or_else(|error| match sentence(&C::command(), &error) {
        Some(sentence) => {
            eprintln!("{sentence}");
            std::process::exit(2)
        }
        None => error.exit(),
    })
}

/// The sentence for an error about the value of an argument; `None` for any other.
///
/// The value itself is told unless the argument hides its values.
pub fn sentence(command: &Command, error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let shown = text(error, ContextKind::InvalidArg)?;
    let mut command = command.clone();
    command.build();
    let argument = find(&command, shown)?;
    let flag = argument.get_long().map(|long| format!("--{long}"));
    let name = match (argument.get_env(), flag) {
        (Some(variable), Some(flag)) => format!("{} ({flag})", variable.to_string_lossy()),
        (None, Some(flag)) => flag,
        _ => shown.to_owned(),
    };
    let accepted = error.source()?;
    Some(match text(error, ContextKind::InvalidValue) {
        Some(value) if !argument.is_hide_env_values_set() => {
            format!("{name} {accepted}; it is {value:?}.")
        }
        _ => format!("{name} {accepted}."),
    })
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

fn find<'a>(command: &'a Command, shown: &str) -> Option<&'a Arg> {
    command
        .get_arguments()
        .find(|argument| argument.to_string() == shown)
        .or_else(|| {
            command
                .get_subcommands()
                .find_map(|command| find(command, shown))
        })
}

/// clap reads variables when an argument is declared, so the empty ones are taken
/// back here, in every command.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |argument: &Arg| {
        argument
            .get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|argument| {
            if is_empty(&argument) {
                argument.env(None::<&str>)
            } else {
                argument
            }
        })
        .mut_subcommands(without_empty_variables)
}
