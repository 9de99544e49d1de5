//! The provider of tests/openid, in a process of its own: installed from npm once for each lock file, started on first use, and
//! gone when the process of the tests ends in any way, because its standard input does.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

/// Set it to make a missing provider an error.
const REQUIRE: &str = "MERIDIAN_TEST_REQUIRE_OPENID";

const FILES: [&str; 3] = ["package.json", "package-lock.json", "provider.mjs"];

/// The running provider.
#[derive(Debug)]
pub(crate) struct OpenidProvider {
    pub(crate) issuer: String,
    _alive: ChildStdin,
}

impl OpenidProvider {
    /// That of this process. `None` where there are no Node.js and npm, or its packages cannot be had; then standard error says
    /// so and names the calling test.
    pub(crate) fn get(redirect: &str) -> Option<&'static Self> {
        static PROVIDER: OnceLock<Result<OpenidProvider, String>> = OnceLock::new();
        let started = PROVIDER.get_or_init(|| Self::start(&installed()?, redirect));
        match started {
            Ok(provider) => Some(provider),
            Err(why) => {
                assert!(
                    !std::env::var(REQUIRE).is_ok_and(|value| value == "1"),
                    "{REQUIRE}=1, but there is no OpenID provider: {why}"
                );
                let thread = std::thread::current();
                let test = thread.name().unwrap_or("a test");
                let _ = writeln!(
                    std::io::stderr(),
                    "NOT RUN with an OpenID provider: {test}: {why}"
                );
                None
            }
        }
    }

    fn start(folder: &Path, redirect: &str) -> Result<Self, String> {
        let mut node = Command::new("node")
            .args(["provider.mjs", redirect])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("node does not start: {error}"))?;
        let (Some(alive), Some(said)) = (node.stdin.take(), node.stdout.take()) else {
            return Err("node has no pipes".into());
        };
        let issuer = BufReader::new(said).lines().next();
        match issuer {
            Some(Ok(issuer)) => Ok(Self {
                issuer,
                _alive: alive,
            }),
            _ => Err("the provider ended before it said where it is".into()),
        }
    }
}

/// The folder with the provider and its packages.
fn installed() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openid");
    let mut digest = Sha256::new();
    for file in FILES {
        digest.update(fs::read(source.join(file)).map_err(|error| format!("{file}: {error}"))?);
    }
    let all = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = all.join(format!("openid-{:.16}", format!("{:x}", digest.finalize())));
    if folder.exists() {
        return Ok(folder);
    }
    let fresh = tempfile::tempdir_in(all).map_err(|error| error.to_string())?;
    for file in FILES {
        fs::copy(source.join(file), fresh.path().join(file)).map_err(|error| error.to_string())?;
    }
    let npm = Command::new("npm")
        .args([
            "ci",
            "--silent",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ])
        .current_dir(fresh.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            format!("npm does not start: {error} (on Debian: apt-get install nodejs npm)")
        })?;
    if !npm.status.success() {
        let said = String::from_utf8_lossy(&npm.stderr).into_owned();
        return Err(format!("npm does not install its packages: {said}"));
    }
    // Whole or not at all, and another process may have been faster.
    match fs::rename(fresh.path(), &folder) {
        Err(error) if !folder.exists() => Err(error.to_string()),
        _ => Ok(folder),
    }
}
