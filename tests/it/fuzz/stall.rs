//! The input at work is kept where a dead run leaves it, and one that never ends is ended with the run.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// No input comes near it, on however busy a machine: a hang is no matter of speed.
const STALLED: Duration = Duration::from_secs(120);

type Since = Mutex<Option<Instant>>;

pub(super) struct Watch {
    since: Arc<Since>,
    place: PathBuf,
}

impl Watch {
    /// Starts watching. It ends with what is answered.
    pub(super) fn start(name: &str) -> Self {
        let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.json"));
        println!("{name}: the input at work is in {}", place.display());
        let since = Arc::new(Since::default());
        let watched = Arc::downgrade(&since);
        let told = place.clone();
        thread::spawn(move || {
            while let Some(since) = Weak::upgrade(&watched) {
                let since = *since.lock().unwrap();
                if since.is_some_and(|since| since.elapsed() > STALLED) {
                    eprintln!("{} has not ended for {STALLED:?}", told.display());
                    std::process::abort();
                }
                thread::sleep(Duration::from_secs(1));
            }
        });
        Self { since, place }
    }

    /// Something is at work from now on.
    pub(super) fn begin(&self, body: &[u8]) {
        fs::write(&self.place, body).unwrap();
        *self.since.lock().unwrap() = Some(Instant::now());
    }

    /// It has come to its end.
    pub(super) fn end(&self) {
        *self.since.lock().unwrap() = None;
    }

    /// Where `body`, the last one, is kept.
    pub(super) fn keep(&self, body: &[u8]) -> String {
        fs::write(&self.place, body).unwrap();
        self.place.display().to_string()
    }
}
