//! A loop outlives its steps: one that fails or panics is logged, and the next one runs.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::error::Result;

/// What `step` came to; none, and a line in the log, when it failed or panicked.
pub(super) async fn supervised<T>(what: &str, step: impl Future<Output = Result<T>>) -> Option<T> {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::error!(?error, "{what} failed");
            None
        }
        Err(panic) => {
            let words = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            tracing::error!(panic = words.unwrap_or("without words"), "{what} panicked");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn a_step_that_fails_or_panics_ends_nothing_but_itself() {
        assert_eq!(supervised("counting", async { Ok(1) }).await, Some(1));
        let failed: Option<()> = supervised("failing", async { Err(Error::internal("no")) }).await;
        assert_eq!(failed, None);
        let panicked: Option<()> = supervised("panicking", async { panic!("{}", "no") }).await;
        assert_eq!(panicked, None);
    }
}
