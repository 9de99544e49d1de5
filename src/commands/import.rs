//! `meridian import`

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use meridian::config::Config;
use meridian::error::{Error, Result};
use meridian::import::{Files, import};

use super::{operator, print, ready};

#[derive(Args, Debug)]
pub(super) struct Import {
    #[command(flatten)]
    files: Files,
    /// Report the same, but write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: Config,
}

impl Import {
    /// Imports the files and prints the report to standard output. Fails when anything is wrong with them.
    pub(super) async fn run(self) -> Result<()> {
        let files = self.files.named()?;
        let app = ready(self.config).await?;
        let style = ProgressStyle::with_template("{bar:40} {pos} of {len} rows, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        // Draws on standard error, and only where that is a terminal.
        let bar = ProgressBar::new(0).with_style(style);
        let report = import(&app.db, &operator(&app), files, self.dry_run, &bar).await?;
        print(report.to_string().as_bytes())?;
        if report.is_sound() {
            return Ok(());
        }
        Err(Error::invalid(
            "files",
            "The files cannot be imported as they are: the report names what is wrong.",
        ))
    }
}
