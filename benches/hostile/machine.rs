//! What the machine's other tenants take of it: a hypervisor gives them time while we wait for it, and no limit of ours can
//! be kept or missed then.

use std::time::Duration;

/// With more of its cores' time taken away, what was measured says nothing of the server.
const MOST: f64 = 0.01;

/// Linux tells it in these, whatever its clock (proc(5), "USER_HZ").
const TICK: Duration = Duration::from_millis(10);

/// The time of all cores together that was taken away since the machine was started; none where nobody tells.
pub(crate) fn taken() -> Duration {
    let told = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let total = told.lines().next().unwrap_or_default();
    // cpu user nice system idle iowait irq softirq steal
    let ticks = total.split_whitespace().nth(8);
    TICK * ticks.and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

/// Whether we had the machine to ourselves for this long, in which so much was taken away.
pub(crate) fn was_ours(taken: Duration, lasted: Duration) -> bool {
    share(taken, lasted) <= MOST
}

/// The part of its cores' time.
pub(crate) fn share(taken: Duration, lasted: Duration) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    taken.as_secs_f64() / (lasted.as_secs_f64() * cores as f64).max(f64::EPSILON)
}
