//! `meridian schema`

/// Prints the schema, sorted, so that its history reads well.
pub(super) fn run() {
    print!("{}", meridian::graphql::sorted_sdl());
}
