//! What time it is at least: the highest this notebook has seen, whatever the clock says now.
//!
//! What expires is judged by this time, so that setting a clock back keeps nothing readable. It is the highest of
//! - the clock, at every deed that writes and every opening;
//! - the clock at the opening plus how long the program has run since, so that a clock that is held still does not help;
//! - what the relay tells at a sync, but never more than a day ahead of the clock: a relay that lies can make a packet
//!   expire a day early, and nothing more.
//!
//! A clock that falls more than ten minutes below the highest it has itself shown was set back, and every packet expires
//! at once. The relay's word does not count for that: a clock that is merely slow was not set back.

use std::time::Duration;

use crate::Notebook;
use crate::store::time::{self, Known};
use crate::store::{Store, StoreError};
use crate::surroundings::Surroundings;

/// How far a clock may fall back before it counts as set back, in seconds.
pub(crate) const SLACK: i64 = 10 * 60;
/// How far ahead of this node's clock the relay's word may be, in seconds.
const AHEAD: i64 = 24 * 3600;

/// When the notebook was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened {
    /// The highest time known then, in unix seconds.
    at: i64,
    /// How long the program had run.
    uptime: Duration,
}

impl Opened {
    /// Notes the time of an opening, durably.
    pub(crate) fn now(store: &mut Store, surroundings: &Surroundings) -> Result<Self, StoreError> {
        let clock = surroundings.clock.now().as_second();
        let at = store.write(|tx| {
            time::note(tx, clock)?;
            Ok::<_, StoreError>(time::known(tx)?.by_clock)
        })?;
        Ok(Self {
            at,
            uptime: surroundings.clock.uptime(),
        })
    }
}

/// What a node knows of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeKnown {
    /// The highest time known, in unix seconds.
    pub(crate) now: i64,
    /// Whether the clock was set back.
    pub(crate) set_back: bool,
}

impl Notebook {
    /// Returns the highest time that the clock and the time this program has run show now, in unix seconds.
    pub(crate) fn time_seen(&self) -> i64 {
        let clock = &self.surroundings.clock;
        let running = clock.uptime().saturating_sub(self.opened.uptime).as_secs();
        let ran_to = self.opened.at.saturating_add_unsigned(running);
        clock.now().as_second().max(ran_to)
    }

    /// Returns what this node knows of the time.
    pub(crate) fn time_known(&self) -> Result<TimeKnown, StoreError> {
        let Known { by_clock, by_anybody } = self.store.read(time::known)?;
        let seen = self.time_seen();
        Ok(TimeKnown {
            now: seen.max(by_anybody),
            set_back: self.now().as_second() < by_clock.max(seen).saturating_sub(SLACK),
        })
    }

    /// Returns the highest time known, in unix seconds.
    pub(crate) fn known_time(&self) -> Result<i64, StoreError> {
        Ok(self.time_known()?.now)
    }

    /// Returns how much of what a relay says of the time is believed: minutes since 1970, to unix seconds.
    pub(crate) fn believed(&self, minutes: u32) -> i64 {
        (i64::from(minutes) * 60).min(self.now().as_second().saturating_add(AHEAD))
    }
}
