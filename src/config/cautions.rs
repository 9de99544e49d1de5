//! Values that are accepted each, and do not go well together.

use std::time::Duration;

use super::Config;
use crate::email::session::Limits;

/// A sender renews its claims at half of the lease; waiting for the database may take that long.
const SHORTEST_CALM_LEASE: Duration = Duration::from_secs(20);

impl Config {
    /// What whoever runs Meridian should know about its settings: a sentence each, for the log.
    pub fn cautions(&self) -> Vec<String> {
        let mut cautions = Vec::new();
        let reply = Limits::default().message;
        let speaks_smtp = self.mail.expose().starts_with("smtp");
        if speaks_smtp && self.grace < reply {
            cautions.push(format!(
                "MERIDIAN_GRACE_SECONDS is {}, and a mail server may take {} seconds to accept a mail: a sender waits for no \
                 longer than the grace, and what the server takes later is sent again.",
                self.grace.as_secs(),
                reply.as_secs()
            ));
        }
        if self.lease < SHORTEST_CALM_LEASE {
            cautions.push(format!(
                "MERIDIAN_LEASE_SECONDS is {}: a sender that waits for the database for half as long can lose its mails to \
                 another. None is sent twice, but each is begun anew.",
                self.lease.as_secs()
            ));
        }
        cautions
    }
}
