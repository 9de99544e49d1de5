//! A shell that keeps a PostgreSQL server and ends it with us. Rust never
//! drops a static, and nothing runs after `kill -9`; a pipe closes even then.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

const SCRIPT: &str = include_str!("watchdog.sh");
/// A port that was free a moment ago may be taken when the server asks for it.
const PORTS_TO_TRY: usize = 5;

/// The end of the pipe that keeps the server alive, and where the server listens.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// The port on 127.0.0.1.
    pub(super) port: u16,
    _alive: ChildStdin,
}

impl Watchdog {
    /// Starts a new cluster with the programs in `bin`; its superuser `meridian` gets `password`.
    pub(super) fn start(bin: &Path, password: &str) -> Result<Self, String> {
        let mut watchdog = shell(bin)?
            .spawn()
            .map_err(|error| format!("sh does not start: {error}"))?;
        let (Some(mut alive), Some(answers)) = (watchdog.stdin.take(), watchdog.stdout.take())
        else {
            return Err("sh has no pipes".into());
        };
        let mut answers = BufReader::new(answers).lines();
        let mut ask = |line: &str| -> Result<String, String> {
            writeln!(alive, "{line}").map_err(|error| format!("sh does not listen: {error}"))?;
            let answer = answers.next().ok_or("sh has ended")?;
            answer.map_err(|error| error.to_string())
        };
        let dir = ask(password)?;
        for _ in 0..PORTS_TO_TRY {
            let port = free_port().map_err(|error| error.to_string())?;
            if ask(&port.to_string())? == "ready" {
                return Ok(Self {
                    port,
                    _alive: alive,
                });
            }
        }
        let log = fs::read_to_string(Path::new(&dir).join("log")).unwrap_or_default();
        Err(format!("the server does not start; its log says:\n{log}"))
    }
}

/// The shell, in a process group of its own so that Ctrl-C reaches only us, as a user PostgreSQL agrees to run as.
fn shell(bin: &Path) -> Result<Command, String> {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", SCRIPT, "meridian-test-postgres"])
        .arg(bin)
        .arg(super::POSTGRES_OPTIONS)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if runs_as_root()? {
        let (uid, gid) = unprivileged_user()?;
        shell.uid(uid).gid(gid);
    }
    Ok(shell)
}

fn runs_as_root() -> Result<bool, String> {
    let output = Command::new("id").arg("-u").output();
    output
        .map(|output| output.stdout.trim_ascii() == b"0")
        .map_err(|error| format!("id does not start: {error}"))
}

/// Whom a server started by root runs as: PostgreSQL refuses root.
fn unprivileged_user() -> Result<(u32, u32), String> {
    let users =
        fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|wanted| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                (fields.next()? == wanted).then_some(())?;
                Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
            })
        })
        .ok_or_else(|| {
            "PostgreSQL refuses to run as root, and there is no user postgres or nobody".into()
        })
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
