//! Places at which a test stops the whole process, and guards that a test takes away.
//!
//! They are there with the feature `fail-points` only, which this package's own tests switch on for the program they
//! start; in every other build these functions do nothing. The program is told by the environment variable
//! `FAILPOINTS`, in the words of the `fail` crate: `fenced=return` stops it at the point `fenced`,
//! `fenced=2*off->return` when it comes there for the third time, `without-fence=return` takes that guard away.

/// Keeps the fail points of `FAILPOINTS` for as long as it lives.
#[must_use]
pub struct FailPoints {
    #[cfg(feature = "fail-points")]
    _scenario: fail::FailScenario<'static>,
}

/// Listens to `FAILPOINTS` from here on; once in a process.
pub fn listen() -> FailPoints {
    FailPoints {
        #[cfg(feature = "fail-points")]
        _scenario: fail::FailScenario::setup(),
    }
}

/// Stops the process here for good when it was told to, and says so on standard error.
pub(crate) fn reached(_point: &'static str) {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(_point, |_| stop(_point));
}

/// Whether a guard was taken away.
pub(crate) fn is_on(_point: &'static str) -> bool {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(_point, |_| true);
    false
}

/// Freezes every thread, as a crash would: nothing may go on that a killed process could not do. Where the signal is
/// followed by another that wakes the process, this thread still goes no further.
#[cfg(feature = "fail-points")]
fn stop(point: &str) {
    eprintln!("stopped at the fail point {point}");
    let id = std::process::id().to_string();
    // What matters is that this thread goes no further.
    let _ = std::process::Command::new("kill")
        .args(["-s", "STOP", &id])
        .status();
    loop {
        std::thread::park();
    }
}
