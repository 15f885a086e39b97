//! Freshness: a nonce the relay made itself, returned with every answer. No clock but the relay's own is trusted.
//!
//! ```text
//! nonce := minutes since 1970(4, big endian) tag(16, keyed BLAKE3 over minutes, programme, member)
//! ```

use thiserror::Error;
use wire::{MemberId, ProgrammeId};

/// How long a nonce is good, in minutes.
const GOOD_FOR: u32 = 24 * 60;
/// How far into the future a nonce may lie (the relay's clock was set back), in minutes.
const AHEAD: u32 = 5;

/// The nonce is missing, too old, or another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the nonce is missing or too old; call again with the one in this answer")]
pub struct Stale;

/// The relay's key for nonces.
#[derive(Clone)]
pub struct Freshness {
    key: [u8; 32],
}

impl std::fmt::Debug for Freshness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Freshness(…)")
    }
}

impl Freshness {
    /// Takes the relay's key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Makes the nonce for a member's next call. `now` is in unix seconds.
    pub fn issue(&self, member: &MemberId, programme: &ProgrammeId, now: i64) -> Vec<u8> {
        let minutes = minutes(now).to_be_bytes();
        [&minutes[..], &self.tag(minutes, member, programme)].concat()
    }

    /// Checks the nonce of a member's call.
    pub fn check(
        &self,
        nonce: &[u8],
        member: &MemberId,
        programme: &ProgrammeId,
        now: i64,
    ) -> Result<(), Stale> {
        let (given, tag) = nonce.split_first_chunk::<4>().ok_or(Stale)?;
        let made = u32::from_be_bytes(*given);
        let now = minutes(now);
        let good = made <= now.saturating_add(AHEAD) && now.saturating_sub(made) <= GOOD_FOR;
        let ours = self.tag(*given, member, programme);
        // Compared in constant time.
        if good && bool::from(subtle::ConstantTimeEq::ct_eq(&ours[..], tag)) {
            Ok(())
        } else {
            Err(Stale)
        }
    }

    fn tag(&self, minutes: [u8; 4], member: &MemberId, programme: &ProgrammeId) -> [u8; 16] {
        let said = [&minutes[..], programme.as_bytes(), member.as_bytes()].concat();
        let hash = blake3::keyed_hash(&self.key, &said);
        let mut tag = [0; 16];
        tag.iter_mut()
            .zip(hash.as_bytes())
            .for_each(|(to, from)| *to = *from);
        tag
    }
}

/// Returns whether a relay will probably refuse a nonce as too old, by a member's own clock (unix seconds): then it is not
/// worth sending much along with it.
pub fn is_probably_stale(nonce: &[u8], now: i64) -> bool {
    minutes_of(nonce).is_none_or(|made| minutes(now).saturating_sub(made) >= GOOD_FOR - 60)
}

/// Returns when a relay says it made a nonce, in minutes since 1970. Only the relay can check the nonce: to everybody else
/// this is the relay's word.
pub fn minutes_of(nonce: &[u8]) -> Option<u32> {
    nonce
        .split_first_chunk::<4>()
        .map(|(minutes, _)| u32::from_be_bytes(*minutes))
}

fn minutes(seconds: i64) -> u32 {
    u32::try_from(seconds.max(0) / 60).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn ids() -> (MemberId, ProgrammeId) {
        (MemberId::from_chance([1; 16]), ProgrammeId::from_chance([2; 16]))
    }

    #[test]
    fn a_nonce_is_good_for_a_day_and_one_member() {
        let (member, programme) = ids();
        let relay = Freshness::new([3; 32]);
        let nonce = relay.issue(&member, &programme, NOW);
        assert_eq!(nonce.len(), 20);
        assert_eq!(relay.check(&nonce, &member, &programme, NOW + 23 * 3600), Ok(()));
        assert_eq!(
            relay.check(&nonce, &member, &programme, NOW + 25 * 3600),
            Err(Stale)
        );
        assert_eq!(relay.check(&nonce, &member, &programme, NOW - 3600), Err(Stale));
        assert_eq!(
            relay.check(&nonce, &MemberId::from_chance([9; 16]), &programme, NOW),
            Err(Stale)
        );
        assert_eq!(
            Freshness::new([4; 32]).check(&nonce, &member, &programme, NOW),
            Err(Stale)
        );
    }

    #[test]
    fn a_nonce_says_when_it_was_made() {
        let (member, programme) = ids();
        let nonce = Freshness::new([3; 32]).issue(&member, &programme, NOW);
        assert_eq!(minutes_of(&nonce), Some((NOW / 60) as u32));
        assert_eq!(minutes_of(&nonce[..3]), None);
        assert!(is_probably_stale(&nonce[..3], NOW));
        assert!(!is_probably_stale(&nonce, NOW + 22 * 3600));
        assert!(is_probably_stale(&nonce, NOW + 24 * 3600));
        assert!(!is_probably_stale(&nonce, NOW - 24 * 3600), "a clock that lags");
    }

    proptest! {
        #[test]
        fn any_other_bytes_are_stale(bytes: Vec<u8>, now: i64) {
            let (member, programme) = ids();
            prop_assert_eq!(Freshness::new([3; 32]).check(&bytes, &member, &programme, now), Err(Stale));
        }
    }
}
