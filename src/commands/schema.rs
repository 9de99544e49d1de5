//! `meridian schema`

use std::io::{ErrorKind, Write};

use meridian::error::{Error, Result};

/// Prints the schema, sorted, so that its history reads well.
pub(super) fn run() -> Result<()> {
    let written = std::io::stdout().write_all(meridian::graphql::sorted_sdl().as_bytes());
    match written {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Error::Internal(error.into())),
    }
}
