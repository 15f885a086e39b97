//! A clock that goes when it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use client_core::Clock;
use jiff::Timestamp;

/// A clock that everybody in a story shares, and that only the story moves.
#[derive(Debug, Clone)]
pub struct FieldClock {
    seconds: Arc<AtomicI64>,
}

impl FieldClock {
    /// Starts at a time.
    pub fn at(start: Timestamp) -> Self {
        Self {
            seconds: Arc::new(AtomicI64::new(start.as_second())),
        }
    }

    /// Lets hours go by.
    pub fn pass_hours(&self, hours: i64) {
        self.pass_seconds(hours * 3600);
    }

    /// Lets seconds go by.
    pub fn pass_seconds(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FieldClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
