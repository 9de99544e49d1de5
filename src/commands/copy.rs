//! `meridian copy`

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use meridian::clock::Clock;
use meridian::config::DatabaseUrl;
use meridian::copy::copy;
use meridian::db::{Db, without_credentials};
use meridian::error::{Error, Result};

use super::print;

#[derive(Args, Debug)]
pub(super) struct Copy {
    /// The database to read: `sqlite://FILE`, or `postgres://USER:PASSWORD@HOST/NAME`. No server may run on it
    #[arg(long, value_name = "URL", value_parser = DatabaseUrl::parse)]
    from: DatabaseUrl,
    /// The empty database to fill; a SQLite file is made when the address ends in `?mode=rwc`
    #[arg(long, value_name = "URL", value_parser = DatabaseUrl::parse)]
    to: DatabaseUrl,
}

impl Copy {
    /// Copies, and prints how many rows each table has on both sides.
    pub(super) async fn run(self) -> Result<()> {
        let from = open("--from", &self.from).await?;
        let to = open("--to", &self.to).await?;
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} rows")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        // Draws on standard error, and only where that is a terminal.
        let bar = ProgressBar::new(0).with_style(style);
        let copied = copy(&from, &to, Clock::System.now(), &bar).await?;
        bar.finish_and_clear();
        let mut report = String::new();
        for table in copied.iter().filter(|table| table.rows > 0) {
            report += &format!("{:>10}  {}\n", table.rows, table.table);
        }
        let rows: u64 = copied.iter().map(|table| table.rows).sum();
        report += &format!(
            "Copied {rows} rows, each compared: {} to {}.\n",
            without_credentials(self.from.expose()),
            without_credentials(self.to.expose())
        );
        print(report.as_bytes())
    }
}

async fn open(option: &str, url: &DatabaseUrl) -> Result<Db> {
    Db::connect(url.expose()).await.map_err(|error| {
        let shown = without_credentials(url.expose());
        Error::Unavailable(format!(
            "{option}: the database {shown} cannot be used: {error}."
        ))
    })
}
