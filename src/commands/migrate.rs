//! `meridian migrate`

use meridian::config::Config;
use meridian::db::without_credentials;
use meridian::error::Result;

use super::ready;

pub(super) async fn run(config: Config) -> Result<()> {
    let app = ready(config).await?;
    let database = without_credentials(app.config.database_url.expose());
    println!("The database {database} is up to date.");
    Ok(())
}
