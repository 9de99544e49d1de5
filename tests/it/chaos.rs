//! The chaos run: processes killed and frozen at random, in front of a mail server that fails in every way it can.
//!
//! ```sh
//! cargo test --test it chaos -- --ignored --nocapture --test-threads=1
//! ```
//!
//! Nothing may be lost, and no mail may come twice but for those that the server took without saying so, and those that it
//! had just taken when the process was killed that handed them over. The same run without the fence and the grace breaks that rule, which
//! shows that the run can tell. Each run prints what it came to in one line, and takes some minutes.
//!
//! `MERIDIAN_CHAOS_MAILS` says how many mails there are (2000), beside them one subscription for every 20 whose summary falls
//! due, is planned and composed meanwhile, with a kill for every 20 and a pause for every 100 of
//! them; `MERIDIAN_CHAOS_SEED` is where the choices start from (1), which the machine then plays out as it likes. The run
//! without guards ends as soon as it has shown what it is for, and is never small: a few mails may be lucky.

mod reckoning;
mod sink;
mod storm;

use crate::support::app::{Store, TestApp, tell};
use reckoning::Reckoning;
use storm::{Guards, Plan, weather};

#[test]
#[ignore = "takes minutes"]
fn four_processes_on_postgres_lose_nothing_and_send_nothing_twice() {
    tell(Store::Postgres, async |app: &TestApp| {
        holds(&weather(app, Plan::of(4, Guards::On)).await);
    });
}

#[test]
#[ignore = "takes minutes"]
fn without_fence_and_grace_four_processes_on_postgres_send_twice() {
    tell(Store::Postgres, async |app: &TestApp| {
        let reckoning = weather(app, Plan::of(4, Guards::Off)).await;
        assert_ne!(reckoning.copies_too_many(), 0, "{reckoning}");
    });
}

#[test]
#[ignore = "takes minutes"]
fn one_process_on_sqlite_loses_nothing_and_sends_nothing_twice() {
    tell(Store::Sqlite, async |app: &TestApp| {
        holds(&weather(app, Plan::of(1, Guards::On)).await);
    });
}

fn holds(reckoning: &Reckoning) {
    assert_eq!(reckoning.under_way, 0, "{reckoning}");
    assert_eq!(reckoning.lost, [""; 0], "{reckoning}");
    assert_eq!(reckoning.copies_too_many(), 0, "{reckoning}");
    assert!(reckoning.copies_are_the_same_bytes, "{reckoning}");
}
