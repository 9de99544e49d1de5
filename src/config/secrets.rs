//! Values that hold a password, or may. Their `Debug` tells the kind, never the value.

use std::fmt;

use url::Url;

const SHORTEST_SECRET: usize = 32;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Accepts `sqlite://`, `postgres://` and `postgresql://`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let is_sqlite = text
            .strip_prefix("sqlite://")
            .is_some_and(|rest| !rest.is_empty());
        let is_postgres =
            ["postgres", "postgresql"].contains(&scheme(text)) && Url::parse(text).is_ok();
        if is_sqlite || is_postgres {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be sqlite://FILE?mode=rwc or postgres://USER:PASSWORD@HOST/NAME".into())
        }
    }

    /// The whole address with its password: for the connection only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// PostgreSQL rather than SQLite.
    pub fn is_postgres(&self) -> bool {
        self.0.starts_with("postgres")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({}://…)", scheme(&self.0))
    }
}

/// Where mail goes, as text; `email` reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct MailTarget(String);

impl MailTarget {
    /// Accepts `file:FOLDER` and the addresses of SMTP servers.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let is_folder = text
            .strip_prefix("file:")
            .is_some_and(|folder| !folder.is_empty());
        let is_server = ["smtp", "smtps"].contains(&scheme(text))
            && Url::parse(text).is_ok_and(|url| url.has_host());
        if is_folder || is_server {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be file:FOLDER, smtp://USER:PASSWORD@HOST:PORT or smtps://USER:PASSWORD@HOST:PORT".into())
        }
    }

    /// The whole text with its password: for the transport only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MailTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MailTarget({}:…)", scheme(&self.0))
    }
}

/// What signs the links in mails.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Accepts 32 characters or more.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() < SHORTEST_SECRET {
            return Err(format!(
                "must be at least {SHORTEST_SECRET} characters long"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself: for signing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

fn scheme(text: &str) -> &str {
    text.split(':').next().unwrap_or_default()
}
