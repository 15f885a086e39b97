//! Time and chance, handed in from outside so that tests decide both.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Returns the time now.
    fn now(&self) -> Timestamp;

    /// Returns how long the program has run, by a clock that nobody can set. A clock that cannot tell says that no time
    /// has passed.
    fn uptime(&self) -> Duration {
        Duration::ZERO
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a node's time comes from"
        )]
        Timestamp::now()
    }

    fn uptime(&self) -> Duration {
        static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
        STARTED.elapsed()
    }
}

/// Where a notebook takes time and chance from.
#[derive(Clone)]
pub struct Surroundings {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Begins the chance from which keys and ids are made. Never use one seed for two notebooks.
    pub seed: [u8; 32],
}

impl Surroundings {
    /// Takes both from the machine.
    pub fn real() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self {
            clock: Arc::new(SystemClock),
            seed,
        })
    }

    pub(crate) fn chance(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.seed)
    }
}
