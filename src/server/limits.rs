//! What one client may have, on each replica: the counts are in memory, so that asking costs no statement, and a restart
//! begins anew.

use std::net::IpAddr;

use axum::extract::Request;
use jiff::{SignedDuration, Timestamp};

use super::limiter::Limiter;
use super::visitor::counted_as;
use crate::app::App;
use crate::clock::Clock;
use crate::domain::credential::Credential;
use crate::error::{Error, Result};
use crate::graphql::guard::Cost;

/// Requests without a valid credential, and links and returns from a provider that sign nobody in, of one address in a minute.
const FAILURES: u64 = 300;

/// Links that are asked for from one address in a quarter of an hour.
const ASKED_FROM: u64 = 20;

/// Browsers sent to the OpenID provider from one address in a quarter of an hour: nothing is mailed, and the whole agency may
/// come from one in the morning.
const SENT_FROM: u64 = 100;

/// Links that are asked for to one mail address in a quarter of an hour.
const ASKED_TO: u64 = 5;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// The limits of a replica. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    costs: Limiter,
    failures: Limiter,
    asked_from: Limiter,
    asked_to: Limiter,
    sent_from: Limiter,
}

impl Limits {
    pub(super) fn new(app: &App) -> Self {
        Self {
            costs: Limiter::new(app.config.cost_per_minute, MINUTE),
            failures: Limiter::new(FAILURES, MINUTE),
            asked_from: Limiter::new(ASKED_FROM, QUARTER),
            asked_to: Limiter::new(ASKED_TO, QUARTER),
            sent_from: Limiter::new(SENT_FROM, QUARTER),
        }
    }

    /// Counts a failure of whoever is at `address`. Whoever shows a valid credential is never held up by it: many may be
    /// behind one address.
    pub(super) fn failed(&self, address: IpAddr, now: Timestamp) -> Result<()> {
        let counted = self.failures.take(&counted_as(address), 1, now);
        counted.map(drop).map_err(too_many)
    }

    /// Counts that somebody at `address` asks for a link to a mail address, whosever it is.
    pub(super) fn asked(&self, address: IpAddr, to: &str, now: Timestamp) -> Result<()> {
        let from = self.asked_from.take(&counted_as(address), 1, now);
        from.and_then(|_| self.asked_to.take(&to, 1, now))
            .map(drop)
            .map_err(too_many)
    }

    /// Counts that a browser at `address` is sent to the OpenID provider.
    pub(super) fn sent(&self, address: IpAddr, now: Timestamp) -> Result<()> {
        let counted = self.sent_from.take(&counted_as(address), 1, now);
        counted.map(drop).map_err(too_many)
    }
}

fn too_many(wait: SignedDuration) -> Error {
    Error::RateLimited(wait)
}

/// What the holder of a credential may still have. Put on the request by whoever has checked the credential.
#[derive(Clone, Debug)]
pub(super) struct Allowance {
    credential: Credential,
    clock: Clock,
    limits: Limits,
}

impl Allowance {
    pub(super) fn new(app: &App, limits: &Limits, credential: Credential) -> Self {
        Self {
            credential,
            clock: app.clock.clone(),
            limits: limits.clone(),
        }
    }

    /// That of a request; none: nobody has put one on it.
    pub(super) fn of(request: &Request) -> Option<Self> {
        request.extensions().get().cloned()
    }

    /// Lets an operation be executed, and takes what it costs: 1 at least.
    ///
    /// # Errors
    /// Forbidden for a change by a credential that may only ask; rate limited when too much was asked lately.
    pub(super) fn spend(&self, cost: Cost, changes: bool) -> Result<Cost> {
        if changes {
            self.credential.must_allow_changes()?;
        }
        let (whose, amount) = (self.credential.id(), cost.requested.max(1));
        let left = self.limits.costs.take(&whose, amount, self.clock.now());
        let budget = Some(left.map_err(too_many)?);
        Ok(Cost { budget, ..cost })
    }
}
