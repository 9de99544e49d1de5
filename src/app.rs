//! The application: one state for web, GraphQL and jobs.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::email::mail_transport::MailTransport;
use crate::email::mailer::Mailer;
use crate::error::{Error, Result};

/// What every part of Meridian works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// The configuration.
    pub config: Arc<Config>,
    /// Where mails go.
    pub mailer: Mailer,
}

impl App {
    /// Connects to the configured database, without migrating it, and prepares the way out for mail.
    ///
    /// # Errors
    /// Unavailable when the database cannot be reached, invalid when the way out for mail cannot be used.
    pub async fn try_new(config: Config, clock: Clock) -> Result<Self> {
        let transport = config
            .mail
            .expose()
            .parse::<MailTransport>()
            .map_err(|error| Error::invalid("MERIDIAN_MAIL", error.to_string()))?;
        Ok(Self {
            db: Db::connect(config.database_url.expose()).await?,
            clock,
            mailer: Mailer::try_new(transport)?,
            config: Arc::new(config),
        })
    }
}
