//! Postfix's pair for measuring: a server that takes everything, and a client that does nothing but send.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `smtp-sink`, which ends with this.
pub(crate) struct Sink {
    process: Child,
    port: u16,
}

impl Sink {
    /// None where Postfix is not installed.
    pub(crate) fn start() -> Option<Self> {
        let program = program("smtp-sink")?;
        let port = TcpListener::bind(("127.0.0.1", 0))
            .ok()?
            .local_addr()
            .ok()?
            .port();
        let mut command = Command::new(program);
        if runs_as_root() {
            command.args(["-u", "nobody"]);
        }
        command.arg(format!("127.0.0.1:{port}")).arg("256");
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let sink = Self { process, port };
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "smtp-sink does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(sink)
    }

    /// A `MERIDIAN_MAIL` for it.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// How long `smtp-source` takes for `count` messages of `size` bytes over `sessions` connections that it keeps.
    pub(crate) fn filled_by_source(&self, count: usize, size: usize, sessions: usize) -> Duration {
        let source = program("smtp-source").expect("it comes with smtp-sink");
        let started = Instant::now();
        let sent = Command::new(source)
            .args(["-d", "-s", &sessions.to_string(), "-m", &count.to_string()])
            .args([
                "-l",
                &size.to_string(),
                "-f",
                "a@agency.example",
                "-t",
                "b@agency.example",
            ])
            .arg(format!("127.0.0.1:{}", self.port))
            .status();
        assert!(sent.expect("smtp-source runs").success());
        started.elapsed()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.exists())
}

fn runs_as_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
