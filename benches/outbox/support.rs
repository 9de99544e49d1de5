//! The throwaway PostgreSQL cluster of the stories, with everything durable.

use std::future::Future;

#[expect(dead_code, reason = "the stories need more of it")]
#[path = "../../tests/it/support/postgres.rs"]
pub(crate) mod postgres;
#[path = "../../tests/it/support/watchdog.rs"]
mod watchdog;

/// PostgreSQL as it comes, on a machine that does other things as well.
pub(crate) const POSTGRES_OPTIONS: &str = "-c shared_buffers=128MB -c max_wal_size=4GB";

/// Runs `future` to its end on a thread and runtime of its own.
pub(crate) fn run_to_end<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    std::thread::scope(|scope| {
        let runner = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for one future")
                .block_on(future)
        });
        runner.join().expect("the future ends")
    })
}
