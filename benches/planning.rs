//! Plans of three sizes.
fn main() {}
