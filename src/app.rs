//! The application: one state for web, GraphQL and jobs.

use std::sync::Arc;

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};

use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::db::{Db, without_credentials};
use crate::domain::plans::Running;
use crate::email::mail_transport::MailTransport;
use crate::email::mailer::Mailer;
use crate::entity::setting;
use crate::error::{Error, Result};
use crate::random;
use crate::watch::Watch;

/// The row of `setting` that keeps the secret of an installation that configures none.
const SECRET_ROW: &str = "secret";

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
    /// The plans that are being worked out.
    pub plans: Running,
    /// How this replica is doing.
    pub watch: Watch,
}

impl App {
    /// Connects to the configured database, without migrating it, and prepares the way out for mail.
    ///
    /// # Errors
    /// Unavailable when the database cannot be reached, invalid when the way out for mail cannot be used or the settings of an
    /// OpenID provider are not complete.
    pub async fn try_new(config: Config, clock: Clock) -> Result<Self> {
        config.openid()?;
        let transport = config
            .mail
            .expose()
            .parse::<MailTransport>()
            .map_err(|error| Error::invalid("MERIDIAN_MAIL", error.to_string()))?;
        Ok(Self {
            db: connect(config.database_url.expose()).await?,
            clock,
            mailer: Mailer::try_new(transport)?,
            plans: Running::default(),
            watch: Watch::default(),
            config: Arc::new(config),
        })
    }

    /// Makes the application ready for work: migrates the database and, where no secret is configured, takes the one
    /// kept there, so that all replicas sign links alike.
    ///
    /// # Errors
    /// The database's.
    pub async fn prepare(mut self) -> Result<Self> {
        self.db.migrate().await?;
        if self.config.secret.is_none() {
            let secret = Some(kept_secret(&self.db).await?);
            self.config = Arc::new(Config {
                secret,
                ..(*self.config).clone()
            });
        }
        Ok(self)
    }

    /// What signs the links in mails.
    ///
    /// # Errors
    /// Internal, when no secret is configured and [`Self::prepare`] was not called.
    pub fn secret(&self) -> Result<&Secret> {
        let missing = || Error::internal("App::prepare has to run before links are signed");
        self.config.secret.as_ref().ok_or_else(missing)
    }
}

/// Connects; the error names the database, for whoever starts Meridian.
async fn connect(url: &str) -> Result<Db> {
    Db::connect(url).await.map_err(|error| {
        let shown = without_credentials(url);
        Error::Unavailable(format!(
            "MERIDIAN_DATABASE_URL (--database-url): the database {shown} cannot be used: {error}."
        ))
    })
}

/// The secret of this installation, made at random by whichever replica asks first.
async fn kept_secret(db: &Db) -> Result<Secret> {
    let tx = db.begin().await?;
    let made = setting::ActiveModel {
        name: Set(SECRET_ROW.to_owned()),
        value: Set(random::text()?.into()),
    };
    let unless_present = OnConflict::column(setting::Column::Name)
        .do_nothing()
        .to_owned();
    setting::Entity::insert(made)
        .on_conflict(unless_present)
        .exec_without_returning(&tx)
        .await?;
    let kept = setting::Entity::find_by_id(SECRET_ROW).one(&tx).await?;
    tx.commit().await?;
    kept.as_ref()
        .and_then(|row| Secret::parse(row.value.as_str()?).ok())
        .ok_or_else(|| Error::internal("the secret kept in the database is none"))
}
