//! Who may read the figures for Prometheus.

/// Who may read `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsAccess {
    /// Nobody: there is no such page.
    Off,
    /// Owners and managers, with an API token.
    Token,
    /// Whoever reaches it: for where a proxy or a firewall keeps others away.
    Open,
}

impl MetricsAccess {
    /// Accepts `off`, `token` and `open`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "off" => Ok(Self::Off),
            "token" => Ok(Self::Token),
            "open" => Ok(Self::Open),
            _ => Err("must be off, token or open".into()),
        }
    }
}
