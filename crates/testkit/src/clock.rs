//! A clock that goes when it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use client_core::Clock;
use jiff::Timestamp;

/// A clock that everybody in a story shares, and that only the story moves.
#[derive(Debug, Clone)]
pub struct FieldClock {
    seconds: Arc<AtomicI64>,
    ran: Arc<AtomicI64>,
}

impl FieldClock {
    /// Starts at a time.
    pub fn at(start: Timestamp) -> Self {
        Self {
            seconds: Arc::new(AtomicI64::new(start.as_second())),
            ran: Arc::default(),
        }
    }

    /// Lets hours go by.
    pub fn pass_hours(&self, hours: i64) {
        self.pass_seconds(hours * 3600);
    }

    /// Lets seconds go by.
    pub fn pass_seconds(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
        self.ran.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets the clock forward or back by some seconds. No time goes by.
    pub fn set(&self, by: i64) {
        self.seconds.fetch_add(by, Ordering::SeqCst);
    }

    /// Makes a clock of its own, which shows the same now.
    pub fn apart(&self) -> Self {
        let seconds = AtomicI64::new(self.seconds.load(Ordering::SeqCst));
        let ran = AtomicI64::new(self.ran.load(Ordering::SeqCst));
        Self {
            seconds: Arc::new(seconds),
            ran: Arc::new(ran),
        }
    }
}

impl Clock for FieldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::SeqCst)).unwrap_or_default()
    }

    fn uptime(&self) -> Duration {
        Duration::from_secs(self.ran.load(Ordering::SeqCst).unsigned_abs())
    }
}
