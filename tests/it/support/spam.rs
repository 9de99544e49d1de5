//! SpamAssassin's own rules, as a mail server asks them: without the network, and without what it learnt elsewhere.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Set it to make a missing SpamAssassin an error.
const REQUIRE: &str = "MERIDIAN_TEST_REQUIRE_SPAMASSASSIN";

/// What SpamAssassin says of a mail: its points and the rules they come from. None where it is not installed; then standard
/// error says so.
pub(crate) fn verdict(mail: &[u8]) -> Option<(f64, String)> {
    if !is_installed() {
        assert!(
            !std::env::var(REQUIRE).is_ok_and(|value| value == "1"),
            "{REQUIRE}=1, but spamassassin is not installed"
        );
        let _ = writeln!(
            std::io::stderr(),
            "NOT RUN: spamassassin is not installed (on Debian: apt-get install spamassassin)"
        );
        return None;
    }
    let mut child = Command::new("spamassassin")
        .args(["--local", "--prefs-file=/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(mail).unwrap();
    let output = child.wait_with_output().unwrap();
    let marked = mail_parser::MessageParser::default()
        .parse(&output.stdout)
        .unwrap();
    let status = marked.header_raw("X-Spam-Status").expect("a verdict");
    let score = status.split("score=").nth(1).unwrap();
    let score = score.split_whitespace().next().unwrap();
    Some((score.parse().unwrap(), status.to_owned()))
}

fn is_installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let asked = Command::new("spamassassin").arg("--version").output();
        asked.is_ok_and(|output| output.status.success())
    })
}
