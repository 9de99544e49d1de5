//! `meridian schema`

use meridian::error::Result;

use super::print;

/// Prints the schema, sorted, so that its history reads well.
pub(super) fn run() -> Result<()> {
    print(meridian::graphql::sorted_sdl().as_bytes())
}
