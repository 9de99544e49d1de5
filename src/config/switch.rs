//! What is on or off.

/// Accepts `on` and `off`.
///
/// # Errors
/// What is accepted, for a sentence that starts with the variable's name.
pub(super) fn parse(text: &str) -> Result<bool, String> {
    match text.trim() {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("must be on or off".into()),
    }
}
