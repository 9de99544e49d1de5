//! What the stories stand on.

pub(crate) mod app;
pub(crate) mod demo_agency;
pub(crate) mod figures;
pub(crate) mod guide;
pub(crate) mod handover;
pub(crate) mod letter;
pub(crate) mod openid_provider;
pub(crate) mod outbox;
pub(crate) mod postgres;
pub(crate) mod replica;
pub(crate) mod rows;
pub(crate) mod scripted_smtp;
pub(crate) mod smtp_server;
pub(crate) mod smtp_temper;
pub(crate) mod socket;
pub(crate) mod spam;
pub(crate) mod tables;
pub(crate) mod tcp;
mod watchdog;
pub(crate) mod work;

use std::future::Future;

/// What makes the throwaway PostgreSQL quick: nothing of it has to outlive the tests.
const POSTGRES_OPTIONS: &str = "-c shared_buffers=16MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c autovacuum=off";

/// Runs `future` to its end on a thread and runtime of its own, so that it may be called from inside another runtime.
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
        match runner.join() {
            Ok(output) => output,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
