//! How long to wait before the next try, when the last one failed.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::ChaCha20Rng;

/// The longest the first wait may be.
const FIRST: Duration = Duration::from_secs(2);
/// The longest any wait may be.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// Waits that may be twice as long after every failure, from two seconds to five minutes.
///
/// Each wait is drawn evenly from nothing up to what it may be ("full jitter": M. Brooker, *Exponential Backoff And
/// Jitter*, AWS Architecture Blog, 2015), so that all the devices which lost a relay at one moment do not come back at
/// one moment.
#[derive(Debug)]
pub struct Backoff {
    failures: u32,
    chance: ChaCha20Rng,
}

impl Backoff {
    /// Begins with no failure. Each device needs chance of its own.
    pub fn new(chance: ChaCha20Rng) -> Self {
        Self { failures: 0, chance }
    }

    /// Counts a failure. Returns how long to wait before the next try.
    pub fn next_wait(&mut self) -> Duration {
        let most = FIRST
            .saturating_mul(2_u32.saturating_pow(self.failures))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.chance.random_range(Duration::ZERO..=most)
    }

    /// Forgets the failures: something got through.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::Backoff;

    /// The longest of many first waits, second waits, and so on.
    fn longest(failures: usize) -> Vec<f64> {
        let mut longest = vec![0.0_f64; failures];
        for seed in 0..300 {
            let mut backoff = Backoff::new(ChaCha20Rng::seed_from_u64(seed));
            for longest in &mut longest {
                *longest = longest.max(backoff.next_wait().as_secs_f64());
            }
        }
        longest
    }

    #[test]
    fn a_wait_may_be_twice_as_long_after_every_failure_up_to_five_minutes() {
        let expected = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0];
        for (longest, expected) in longest(expected.len()).into_iter().zip(expected) {
            assert!(
                longest <= expected && longest > expected * 0.95,
                "{longest} of {expected}"
            );
        }
    }

    #[test]
    fn waits_are_drawn_evenly_from_nothing_up() {
        let mut backoff = Backoff::new(ChaCha20Rng::seed_from_u64(1));
        let waits: Vec<f64> = std::iter::repeat_with(|| {
            backoff.reset();
            backoff.next_wait().as_secs_f64()
        })
        .take(1000)
        .collect();
        let below = |limit: f64| waits.iter().filter(|wait| **wait < limit).count();
        assert!((200..300).contains(&below(0.5)), "{}", below(0.5));
        assert!((450..550).contains(&below(1.0)), "{}", below(1.0));
    }

    #[test]
    fn after_a_success_it_begins_anew_and_it_never_overflows() {
        let mut backoff = Backoff::new(ChaCha20Rng::seed_from_u64(1));
        for _ in 0..10_000 {
            assert!(backoff.next_wait() <= Duration::from_secs(300));
        }
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_secs(2));
    }

    #[test]
    fn two_devices_wait_differently() {
        let waits = |seed| {
            let mut backoff = Backoff::new(ChaCha20Rng::seed_from_u64(seed));
            [backoff.next_wait(), backoff.next_wait()]
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
    }
}
