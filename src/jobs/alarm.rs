//! The alarm clock, in UTC. It remembers nothing and does nothing but wake: tokio-cron-scheduler drops ticks it missed,
//! lets runs of one job overlap, and does not wait for them at its end.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

const EVERY_MINUTE: &str = "0 * * * * *";
const EVERY_HOUR: &str = "0 0 * * * *";

/// Wakes the loops until it is stopped.
pub(super) struct Alarm(JobScheduler);

impl Alarm {
    /// Rings `minute` every minute and `hour` every hour of UTC, on the machine's clock.
    pub(super) async fn start(
        minute: Arc<Notify>,
        hour: Arc<Notify>,
    ) -> Result<Self, JobSchedulerError> {
        let scheduler = JobScheduler::new().await?;
        for (times, bell) in [(EVERY_MINUTE, minute), (EVERY_HOUR, hour)] {
            let entry = Job::new(times, move |_, _| bell.notify_one())?;
            scheduler.add(entry).await?;
        }
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    pub(super) async fn stop(mut self) {
        if let Err(error) = self.0.shutdown().await {
            tracing::warn!(%error, "the alarm clock did not stop");
        }
    }
}
