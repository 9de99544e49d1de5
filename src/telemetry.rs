//! Logs: structured, to standard error.

use std::{fmt, io};

use tracing::{Dispatch, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::masking::masked;

/// Which events are logged, in the words of tracing's filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// Accepts levels and directives: `info`, `meridian=debug,warn`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        EnvFilter::try_new(text)
            .map(|_| Self(text.to_owned()))
            .map_err(|_| "must be a log filter such as info or meridian=debug,warn".into())
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A line of JSON for programs.
    Json,
}

impl LogFormat {
    /// Accepts `text` and `json`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".into()),
        }
    }
}

/// Starts logging to standard error for the whole process.
///
/// # Errors
/// When logging was started before.
pub fn start(filter: &LogFilter, format: LogFormat) -> Result<(), TryInitError> {
    dispatch(filter, format, std::io::stderr).try_init()
}

/// What [`start`] installs, writing to anything. Addresses, passwords and tokens are [masked] in every line.
pub fn dispatch<W>(filter: &LogFilter, format: LogFormat, writer: W) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&filter.0))
        .with_ansi(false)
        .with_writer(Masking(writer));
    match format {
        LogFormat::Text => Dispatch::new(builder.finish()),
        LogFormat::Json => Dispatch::new(builder.json().flatten_event(true).finish()),
    }
}

/// Masks every event on its way to the writers of `W`.
struct Masking<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Masking<W> {
    type Writer = MaskingWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        MaskingWriter(self.0.make_writer())
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Self::Writer {
        MaskingWriter(self.0.make_writer_for(meta))
    }
}

/// Is given a whole event at a time.
struct MaskingWriter<W>(W);

impl<W: io::Write> io::Write for MaskingWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(masked(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat) -> String {
        let sink = Sink::default();
        let writer = sink.clone();
        let filter = LogFilter::parse(filter).unwrap();
        let dispatch = dispatch(&filter, format, move || writer.clone());
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::info!(mail = 7, "sent");
            tracing::debug!("claimed");
        });
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_filter_decides_what_is_logged() {
        assert!(logged("info", LogFormat::Text).contains("sent mail=7"));
        assert!(!logged("info", LogFormat::Text).contains("claimed"));
        assert!(logged("warn,meridian=debug", LogFormat::Text).contains("claimed"));
        assert_eq!(logged("warn", LogFormat::Text), "");
    }

    #[test]
    fn json_is_one_object_a_line() {
        let lines = logged("info", LogFormat::Json);
        let event: serde_json::Value = serde_json::from_str(lines.trim_end()).unwrap();
        assert_eq!(event["message"], "sent");
        assert_eq!(event["mail"], 7);
        assert_eq!(event["level"], "INFO");
    }
}
