//! A newcomer's shell. It needs curl, as they do.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

/// Longer than an event takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo run` starts the program that the tests have, and what it prints is kept.
const CARGO: &str = r#"cargo() { shift 3; "$PROGRAM" "$@" | tee "$PRINTED"; }"#;

pub(super) struct Shell {
    folder: TempDir,
}

impl Shell {
    pub(super) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// Runs a script with the token that the first one made. Answers what it printed.
    pub(super) async fn run(&self, script: &str) -> String {
        let mut command = self.command(&format!("{CARGO}\n{script}"));
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a line that ends when it is told to, and waits for the head of what it hears.
    pub(super) async fn listen(&self, line: &str) -> Listening {
        let line = format!("exec {} --dump-header -", line.trim_end());
        let mut process = self.command(&line).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening = Listening {
            process,
            said: Arc::new(Mutex::new(said)),
        };
        let head = listening.paragraph().await;
        assert!(head.contains(&"HTTP/1.1 200 OK".to_owned()), "{head:?}");
        listening
    }

    /// The last line that `cargo run` printed.
    pub(super) fn token(&self) -> String {
        let printed = std::fs::read_to_string(self.printed()).unwrap_or_default();
        printed.trim_end().to_owned()
    }

    fn printed(&self) -> std::path::PathBuf {
        self.folder.path().join("printed")
    }

    fn command(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        let program = Path::new(env!("CARGO_BIN_EXE_meridian"));
        // Neither settings nor proxies of whoever runs the tests.
        command
            .args(["-c", script])
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("PROGRAM", program)
            .env("PRINTED", self.printed())
            .env("TOKEN", self.token());
        command
    }
}

/// A line that is open; ended when this is dropped.
pub(super) struct Listening {
    process: Child,
    said: Arc<Mutex<Lines<BufReader<ChildStdout>>>>,
}

impl Listening {
    /// What it hears until the next empty line.
    pub(super) async fn paragraph(&self) -> Vec<String> {
        let said = self.said.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut said = said.lock().unwrap();
            let lines = said.by_ref().map_while(Result::ok);
            let lines = lines.map(|line| line.trim_end().to_owned());
            lines.take_while(|line| !line.is_empty()).collect()
        });
        let heard = tokio::time::timeout(PATIENCE, reading).await;
        heard.expect("nothing was heard").unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It has ended already where the server has hung up.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
