//! `file:DIR`: each mail becomes one `.eml` file, whole or not at all.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::message::Outgoing;
use super::outcome::{Outcome, Phase};
use crate::error::Result;

/// A folder of mails. The same mail written twice is the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFolder {
    directory: PathBuf,
}

impl MailFolder {
    /// Mails go into `directory`, which is made when the first one comes.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }

    /// Where the mail of this stem lies.
    pub fn file(&self, stem: &str) -> PathBuf {
        self.directory.join(file_name(stem))
    }

    /// Can mails be written here? Makes the folder.
    pub(super) async fn check(&self) -> Result<(), Outcome> {
        let made = tokio::fs::create_dir_all(&self.directory).await;
        made.map_err(|error| self.not_written(&error))
    }

    pub(super) async fn send(
        &self,
        mail: &Outgoing,
        fence: impl Future<Output = Result<bool>>,
    ) -> Outcome {
        match fence.await {
            Ok(true) => {}
            Ok(false) => return Outcome::Fenced,
            Err(error) => return Outcome::not_sent(Phase::Fence, error),
        }
        let (file, raw) = (self.file(&mail.stem), mail.raw.clone());
        let text = file.display().to_string();
        let written = tokio::task::spawn_blocking(move || write(&file, &raw)).await;
        match written.map_err(io::Error::other).flatten() {
            Ok(()) => Outcome::Accepted { code: 250, text },
            Err(error) => self.not_written(&error),
        }
    }

    fn not_written(&self, error: &io::Error) -> Outcome {
        Outcome::not_sent(
            Phase::Body,
            format!("{}: {error}", self.directory.display()),
        )
    }
}

impl fmt::Display for MailFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file:{}", self.directory.display())
    }
}

fn write(file: &Path, raw: &[u8]) -> io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut unfinished = NamedTempFile::new_in(directory)?;
    unfinished.write_all(raw)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(file).map_err(|error| error.error)?;
    // The name is on the disk only when the folder is. Writing again would make the same file, so a failure here is a plain one.
    File::open(directory)?.sync_all()
}

/// Letters, digits, `.`, `_` and `-` stay; a stem that had others or was too long is told apart by its hash.
fn file_name(stem: &str) -> String {
    let kept =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let safe: String = stem
        .chars()
        .map(|c| if kept(c) { c } else { '-' })
        .take(120)
        .collect();
    if safe == stem && !stem.is_empty() && !stem.starts_with('.') {
        return format!("{stem}.eml");
    }
    let hash = Sha256::digest(stem);
    let safe = safe.trim_start_matches('.');
    format!(
        "{safe}-{:02x}{:02x}{:02x}{:02x}.eml",
        hash[0], hash[1], hash[2], hash[3]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(stem: &str, raw: &str) -> Outgoing {
        let address: lettre::Address = "dana@agency.example".parse().unwrap();
        Outgoing {
            envelope: lettre::address::Envelope::new(None, vec![address]).unwrap(),
            raw: raw.as_bytes().to_vec(),
            stem: stem.to_owned(),
        }
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        let name = |entry: io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_mail_written_twice_is_one_file() {
        let parent = tempfile::tempdir().unwrap();
        let folder = MailFolder::new(parent.path().join("new/mail"));
        for text in ["first", "second"] {
            let outcome = folder
                .send(&mail("2026-w48-dana", text), async { Ok(true) })
                .await;
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome}");
        }
        assert_eq!(
            names(&parent.path().join("new/mail")),
            ["2026-w48-dana.eml"]
        );
        assert_eq!(
            std::fs::read(folder.file("2026-w48-dana")).unwrap(),
            b"second"
        );
    }

    #[tokio::test]
    async fn nothing_is_written_when_the_fence_says_no() {
        let parent = tempfile::tempdir().unwrap();
        let folder = MailFolder::new(parent.path());
        let outcome = folder.send(&mail("x", "x"), async { Ok(false) }).await;
        assert_eq!(outcome, Outcome::Fenced);
        assert!(names(parent.path()).is_empty());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_a_mail_not_sent() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "").unwrap();
        let folder = MailFolder::new(parent.path().join("file/mail"));
        let outcome = folder.send(&mail("x", "x"), async { Ok(true) }).await;
        assert!(
            matches!(
                outcome,
                Outcome::NotSent {
                    phase: Phase::Body,
                    ..
                }
            ),
            "{outcome}"
        );
        assert!(folder.check().await.is_err());
    }

    #[test]
    fn no_stem_leaves_the_folder_or_meets_another() {
        assert_eq!(file_name("2026-11-23T0700-zoe"), "2026-11-23T0700-zoe.eml");
        let stems = [
            "../../etc/passwd",
            "..-..-etc-passwd",
            "",
            ".",
            "zoë",
            "zo/",
            &"x".repeat(200),
            &"x".repeat(201),
        ];
        let mut names: Vec<String> = stems.iter().map(|stem| file_name(stem)).collect();
        for name in &names {
            assert!(
                !name.starts_with('.') && !name.contains('/') && name.len() < 140,
                "{name}"
            );
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), stems.len());
    }
}
