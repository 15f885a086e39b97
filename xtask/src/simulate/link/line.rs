//! A bad line between two ends: slow, late, lossy, and cut every few seconds. Time and chance come from outside.
//!
//! A cut is a modem that loses its network and registers again: nothing passes while it lasts, what was on the line is
//! gone, and afterwards the network knows nothing of the connections that were open before. Their packets vanish without
//! a word, which is the worst a carrier's address translation does: neither end is told that its connection is dead.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::packet::{Connection, Segment};

/// How bad the line is, in both directions alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Bits per second.
    pub(crate) rate: u64,
    /// How long a byte takes there and an answer back, on an empty line.
    pub(crate) round_trip: Duration,
    /// Which part of the packets is lost, by chance.
    pub(crate) loss: f64,
    /// When the first cut begins.
    pub(crate) first_cut: Duration,
    /// From the beginning of one cut to that of the next.
    pub(crate) cut_every: Duration,
}

/// How long a cut lasts, by chance.
const CUT_SECONDS: std::ops::Range<f64> = 2.0..5.0;
/// How many bytes may wait for the line in one direction; what comes on top is dropped. Two seconds at 64 kbit/s.
const QUEUE: u64 = 16_000;

/// Which end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Device,
    Relay,
}

/// What became of the packets, both directions together.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) delivered: u64,
    /// By chance.
    pub(crate) lost: u64,
    /// For want of room.
    pub(crate) overflowed: u64,
    /// Sent during a cut, or on the line when it began.
    pub(crate) cut: u64,
    /// Of a connection from before a cut.
    pub(crate) forgotten: u64,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    /// When the line has sent all it was given.
    free_at: Duration,
    /// When each packet arrives; nothing in place of one that is lost on the way.
    travelling: VecDeque<(Duration, Option<Vec<u8>>)>,
}

/// The line. All times are since it was laid.
#[derive(Debug)]
pub(crate) struct Line {
    terms: Terms,
    chance: ChaCha20Rng,
    to_relay: Way,
    to_device: Way,
    /// How many cuts have begun.
    cuts: u32,
    /// When the last cut ends.
    cut_until: Duration,
    /// During which count of cuts each connection was opened.
    opened: BTreeMap<Connection, u32>,
    fate: Fate,
}

impl Line {
    pub(crate) fn lay(terms: Terms, seed: u64) -> Self {
        Self {
            terms,
            chance: ChaCha20Rng::seed_from_u64(seed),
            to_relay: Way::default(),
            to_device: Way::default(),
            cuts: 0,
            cut_until: Duration::ZERO,
            opened: BTreeMap::new(),
            fate: Fate::default(),
        }
    }

    /// Takes a packet that is sent to an end.
    pub(crate) fn send(&mut self, to: End, packet: Vec<u8>, now: Duration) {
        self.cut_if_due(now);
        if now < self.cut_until {
            self.fate.cut += 1;
            return;
        }
        if !self.knows(&packet) {
            self.fate.forgotten += 1;
            return;
        }
        let lost = self.chance.random_bool(self.terms.loss);
        let rate = self.terms.rate;
        let late = self.terms.round_trip / 2;
        let way = self.way(to);
        let waiting = way.free_at.saturating_sub(now).as_secs_f64() * rate as f64 / 8.0;
        if waiting + packet.len() as f64 > QUEUE as f64 {
            self.fate.overflowed += 1;
            return;
        }
        let takes = Duration::from_secs_f64(packet.len() as f64 * 8.0 / rate as f64);
        way.free_at = way.free_at.max(now) + takes;
        let arrives = way.free_at + late;
        way.travelling.push_back((arrives, (!lost).then_some(packet)));
    }

    /// Returns what has arrived by now.
    pub(crate) fn arrived(&mut self, now: Duration) -> Vec<(End, Vec<u8>)> {
        self.cut_if_due(now);
        let mut all = Vec::new();
        for to in [End::Relay, End::Device] {
            while let Some((at, packet)) = self.way(to).travelling.pop_front() {
                if at > now {
                    self.way(to).travelling.push_front((at, packet));
                    break;
                }
                match packet {
                    Some(packet) => {
                        self.fate.delivered += 1;
                        all.push((to, packet));
                    }
                    None => self.fate.lost += 1,
                }
            }
        }
        all
    }

    /// Returns when the next packet arrives, if one is under way.
    pub(crate) fn next_arrival(&self) -> Option<Duration> {
        [&self.to_relay, &self.to_device]
            .into_iter()
            .filter_map(|way| way.travelling.front())
            .map(|(at, _)| *at)
            .min()
    }

    pub(crate) fn cuts(&self) -> u32 {
        self.cuts
    }

    pub(crate) fn fate(&self) -> Fate {
        self.fate
    }

    fn cut_if_due(&mut self, now: Duration) {
        loop {
            let next = self.terms.first_cut + self.terms.cut_every * self.cuts;
            if now < next {
                return;
            }
            self.cuts += 1;
            self.cut_until = next + Duration::from_secs_f64(self.chance.random_range(CUT_SECONDS));
            for to in [End::Relay, End::Device] {
                let way = std::mem::take(self.way(to));
                self.fate.cut += way.travelling.len() as u64;
            }
        }
    }

    /// Whether the network still knows the packet's connection; it learns of one by its first packet.
    fn knows(&mut self, packet: &[u8]) -> bool {
        let Some(segment) = Segment::read(packet) else {
            return true;
        };
        if segment.opens {
            self.opened.insert(segment.connection, self.cuts);
        }
        self.opened.get(&segment.connection) == Some(&self.cuts)
    }

    fn way(&mut self, to: End) -> &mut Way {
        match to {
            End::Relay => &mut self.to_relay,
            End::Device => &mut self.to_device,
        }
    }
}

#[cfg(test)]
mod tests;
