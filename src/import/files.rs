//! Which files an import is given.

use std::path::PathBuf;

use clap::Args;

use super::{File, Kind};
use crate::error::{Error, Result};

/// The files to import. The columns of each stand in docs/import/README.md.
#[derive(Args, Clone, Debug, Default)]
pub struct Files {
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
}

impl Files {
    /// The files that are named, and those that are in the folder under their usual names.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are none.
    pub fn named(self) -> Result<Vec<File>> {
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
