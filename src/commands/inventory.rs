//! `meridian inventory`

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use meridian::config::Config;
use meridian::domain::inventory;
use meridian::error::Result;

use super::{operator, print, ready};

#[derive(Args, Debug)]
pub(super) struct Inventory {
    /// How to write it
    #[arg(long, value_enum)]
    format: Format,
    /// The day, such as 2026-11-23; left out: today
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Every field, for spreadsheets
    Csv,
    /// A table to read
    Markdown,
}

impl Inventory {
    /// Prints the inventory to standard output.
    pub(super) async fn run(self) -> Result<()> {
        let app = ready(self.config).await?;
        let on = self.on.unwrap_or_else(|| operator(&app).today());
        let lines = inventory::read(&app.db.read, on).await?;
        print(inventory::export(self.format.into(), &lines, on)?.as_bytes())
    }
}

impl From<Format> for inventory::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Markdown => Self::Markdown,
        }
    }
}
