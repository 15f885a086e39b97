//! How much of a photo one frame carries: what a cut destroys of a frame is sent again, so on a slow link frames are short.

use std::time::{Duration, Instant};

use wire::frame::MAX_PIECE;

/// How many bytes the system takes at once, before the link has carried any: the first window and what waits behind it.
const AHEAD: u64 = 24 << 10;
/// How long a frame may be on the link.
const ON_THE_WAY: Duration = Duration::from_millis(250);
/// The least bytes of a piece in one frame: its hash and place take four per cent of it.
const LEAST: usize = 1 << 10;

/// How fast a link takes what it is given.
#[derive(Debug, Default)]
pub(super) struct Pace {
    begun: Option<Instant>,
    handed: u64,
}

impl Pace {
    /// Notes that so many bytes were handed to the link.
    pub(super) fn handed(&mut self, bytes: usize) {
        self.begun.get_or_insert_with(Instant::now);
        self.handed += bytes as u64;
    }

    /// Returns how many bytes of a piece the next frame is to carry.
    pub(super) fn piece(&self) -> usize {
        self.begun
            .map_or(LEAST, |begun| length(self.handed, begun.elapsed()))
    }
}

fn length(handed: u64, elapsed: Duration) -> usize {
    let carried = handed.saturating_sub(AHEAD) as f64;
    let frames = (elapsed.as_secs_f64() / ON_THE_WAY.as_secs_f64()).max(1.0);
    ((carried / frames) as usize).clamp(LEAST, MAX_PIECE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_short_on_a_slow_link_and_whole_on_a_fast_one() {
        // 64 kbit/s: what the system takes at once says nothing of the link.
        assert_eq!(length(24 << 10, Duration::from_millis(5)), LEAST);
        assert_eq!(length((24 << 10) + 8000 * 20, Duration::from_secs(20)), 2000);
        // 100 Mbit/s.
        assert_eq!(length(1_250_000, Duration::from_millis(100)), MAX_PIECE);
        assert_eq!(length(u64::MAX, Duration::ZERO), MAX_PIECE);
    }
}
