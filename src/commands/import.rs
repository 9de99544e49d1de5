//! `meridian import`: the agency's spreadsheets.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::db::Db;
use crate::domain::access::Caller;
use crate::error::{Error, Result};
use crate::import::{File, Kind, import};

/// Which files to import. The columns of each stand in docs/import/README.md.
#[derive(Args, Clone, Debug, Default)]
pub struct ImportArgs {
    /// Folder with any of people.csv, clients.csv, contacts.csv, projects.csv, assignments.csv and touchpoints.csv
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,

    /// CSV file of people and their hours
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,

    /// CSV file of clients
    #[arg(long, value_name = "FILE")]
    pub clients: Option<PathBuf>,

    /// CSV file of people at the clients
    #[arg(long, value_name = "FILE")]
    pub contacts: Option<PathBuf>,

    /// CSV file of projects
    #[arg(long, value_name = "FILE")]
    pub projects: Option<PathBuf>,

    /// CSV file that says who holds which role from when
    #[arg(long, value_name = "FILE")]
    pub assignments: Option<PathBuf>,

    /// CSV file of contacts with clients that took place
    #[arg(long, value_name = "FILE")]
    pub touchpoints: Option<PathBuf>,

    /// Report the same, but write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Imports the files into a migrated database and prints the report to standard output. Fails when anything is wrong
/// with the files; then nothing was written.
///
/// # Errors
/// [`Error::Invalid`] when no files are named; what the database cannot do.
pub async fn run(db: &Db, caller: &Caller, args: ImportArgs) -> Result<ExitCode> {
    let dry_run = args.dry_run;
    let files = args.into_files()?;
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} rows, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    // Draws on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0).with_style(style);
    let report = import(db, caller, files, dry_run, &bar).await?;
    print!("{report}");
    Ok(if report.is_sound() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl ImportArgs {
    /// The files that are named, and those that are in the folder under their usual names.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none.
    pub fn into_files(self) -> Result<Vec<File>> {
        let named = [
            (Kind::People, self.people),
            (Kind::Clients, self.clients),
            (Kind::Contacts, self.contacts),
            (Kind::Projects, self.projects),
            (Kind::Assignments, self.assignments),
            (Kind::Touchpoints, self.touchpoints),
        ];
        let in_folder = |kind: Kind| {
            let path = self
                .folder
                .as_ref()?
                .join(kind.word())
                .with_extension("csv");
            path.exists().then_some(path)
        };
        let files: Vec<File> = named
            .into_iter()
            .filter_map(|(kind, path)| {
                let path = path.or_else(|| in_folder(kind))?;
                Some(File { kind, path })
            })
            .collect();
        if files.is_empty() {
            let message = match &self.folder {
                Some(folder) => format!(
                    "There is none of people.csv, clients.csv, contacts.csv, projects.csv, assignments.csv and \
                     touchpoints.csv in {}.",
                    folder.display()
                ),
                None => {
                    "Name a folder with CSV files, or files such as --people people.csv.".to_owned()
                }
            };
            return Err(Error::invalid("folder", message));
        }
        Ok(files)
    }
}
