//! The program itself, serving in a process of its own that a story may stop, freeze and kill.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::commands::command;

/// Longer than anything takes that comes to pass at all, on a busy machine as well.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until `done`, and not for ever.
pub(crate) async fn until(what: &str, done: impl AsyncFnMut() -> bool) {
    let in_time = until_within(PATIENCE, done).await;
    assert!(in_time, "{what} did not come to pass");
}

/// Waits until `done`, and at most so long. Answers whether it came to that.
pub(crate) async fn until_within(longest: Duration, mut done: impl AsyncFnMut() -> bool) -> bool {
    let waited = tokio::time::timeout(longest, async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.is_ok()
}

/// A `meridian serve`; killed when a story ends before it does.
pub(crate) struct Replica {
    process: Child,
    said: Arc<Mutex<String>>,
}

impl Replica {
    /// Starts one in `folder` with these environment variables, on a free port.
    pub(crate) fn start(folder: &Path, settings: &[(&str, String)]) -> Self {
        let mut process = command(folder, &["serve", "--listen", "127.0.0.1:0"])
            .env_remove("FAILPOINTS")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        listen(process.stdout.take().unwrap(), said.clone());
        listen(process.stderr.take().unwrap(), said.clone());
        Self { process, said }
    }

    /// All it has said so far, on standard output and standard error.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has said `words`.
    pub(crate) async fn says(&mut self, words: &str) {
        let came = tokio::time::timeout(PATIENCE, async {
            while !self.said().contains(words) && self.process.try_wait().unwrap().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let _ = came.await;
        let said = self.said();
        assert!(
            said.contains(words),
            "it never said {words:?}, but:\n{said}"
        );
    }

    /// Where it listens, once it has said so.
    pub(crate) async fn address(&mut self) -> String {
        self.says("listens on").await;
        let said = self.said();
        let (_, rest) = said.split_once("http://127.0.0.1:").unwrap();
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        format!("http://127.0.0.1:{port}")
    }

    /// Waits until it has stopped at a fail point.
    pub(crate) async fn stops_at(&mut self, point: &str) {
        self.says(&format!("stopped at the fail point {point}\n"))
            .await;
    }

    /// Its name in the outbox, once it has said it.
    pub(crate) fn name(&self) -> Option<String> {
        let said = self.said();
        let (_, rest) = said.split_once("jobs started replica=\"")?;
        Some(rest.split_once('"')?.0.to_owned())
    }

    /// Stops it in the middle of whatever it does, and waits until it stands: a busy machine takes its time over that.
    pub(crate) async fn freeze(&self) {
        self.signal("STOP");
        let id = self.process.id().to_string();
        until("its standing still", async || {
            let states = Command::new("ps").args(["-o", "stat=", "-p", &id]).output();
            states.unwrap().stdout.starts_with(b"T")
        })
        .await;
    }

    /// Lets one that was frozen go on.
    pub(crate) fn wake(&self) {
        self.signal("CONT");
    }

    /// Sends a signal: `TERM`, `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Ends it as a power cut does, by SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until it has ended of its own accord.
    pub(crate) async fn ends(&mut self) -> ExitStatus {
        let mut status = None;
        until("its end", async || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It has ended already when the story went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Adds what comes out of `source` to `said`, line by line, until it is closed.
fn listen(source: impl Read + Send + 'static, said: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push_str(&line);
            said.push('\n');
        }
    });
}
