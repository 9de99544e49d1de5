//! How long a mail or an event waits for its next attempt.

use jiff::SignedDuration;
use rand::Rng;

/// Mails: up to half an hour.
pub(super) const MAILS: Backoff = Backoff {
    longest_seconds: 30 * 60,
};

/// Events: up to six hours, since they are tried for days.
pub(super) const WEBHOOKS: Backoff = Backoff {
    longest_seconds: 6 * 60 * 60,
};

const FIRST_SECONDS: i64 = 30;

/// Waits that grow, and that are different for what failed together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    longest_seconds: i64,
}

impl Backoff {
    /// The longest wait there is.
    pub(super) fn longest(self) -> SignedDuration {
        SignedDuration::from_secs(self.longest_seconds)
    }

    /// Full jitter: anything from a second up to 30 s × 2ⁿ after `attempts` that counted, up to the longest. So mails that
    /// failed together do not come back together.
    pub(super) fn after(self, attempts: i32, random: &mut impl Rng) -> SignedDuration {
        let doublings = u32::try_from(attempts).unwrap_or_default().min(16);
        let longest = (FIRST_SECONDS << doublings).min(self.longest_seconds);
        SignedDuration::from_secs(random.random_range(1..=longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn the_longest_wait_doubles_up_to_an_end() {
        let mut random = StdRng::seed_from_u64(1);
        for (backoff, attempts, longest) in [
            (MAILS, 0, 30),
            (MAILS, 1, 60),
            (MAILS, 2, 120),
            (MAILS, 5, 960),
            (MAILS, 6, 1_800),
            (MAILS, i32::MAX, 1_800),
            (WEBHOOKS, 6, 1_920),
            (WEBHOOKS, 10, 21_600),
        ] {
            let waits: Vec<i64> = (0..2_000)
                .map(|_| backoff.after(attempts, &mut random).as_secs())
                .collect();
            let (shortest, seen) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*shortest >= 1 && *shortest <= longest / 20, "{shortest}");
            assert!(
                *seen <= longest && *seen >= longest - longest / 20,
                "{seen}"
            );
        }
    }
}
