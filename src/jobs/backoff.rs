//! How long a mail waits for its next attempt.

use jiff::SignedDuration;
use rand::Rng;

const FIRST_SECONDS: i64 = 30;
const LONGEST_SECONDS: i64 = 30 * 60;

/// Full jitter: anything from a second up to 30 s × 2ⁿ after `attempts` that counted, up to 30 minutes. So mails that
/// failed together do not come back together.
pub(super) fn backoff(attempts: i32, random: &mut impl Rng) -> SignedDuration {
    let doublings = u32::try_from(attempts).unwrap_or_default().min(16);
    let longest = (FIRST_SECONDS << doublings).min(LONGEST_SECONDS);
    SignedDuration::from_secs(random.random_range(1..=longest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn the_longest_wait_doubles_up_to_half_an_hour() {
        let mut random = StdRng::seed_from_u64(1);
        for (attempts, longest) in [
            (0, 30),
            (1, 60),
            (2, 120),
            (5, 960),
            (6, 1_800),
            (i32::MAX, 1_800),
        ] {
            let waits: Vec<i64> = (0..2_000)
                .map(|_| backoff(attempts, &mut random).as_secs())
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
