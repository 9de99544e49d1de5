//! Who may read the schema from the API.

/// Who may ask for `__schema` and `__type`, and is told which field they may have meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntrospectionAccess {
    /// Nobody.
    Off,
    /// Owners.
    Owners,
    /// Whoever may ask anything.
    Token,
}

impl IntrospectionAccess {
    /// Accepts `off`, `owners` and `token`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "off" => Ok(Self::Off),
            "owners" => Ok(Self::Owners),
            "token" => Ok(Self::Token),
            _ => Err("must be off, owners or token".into()),
        }
    }
}
