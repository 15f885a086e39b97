//! The recovery key: it stands in for a desk that is lost, and people keep it in shares.
//!
//! The key is split by Shamir's scheme over GF(2⁸) (A. Shamir, "How to share a secret", 1979): any `need` of the shares
//! give it back, and fewer say nothing about it. Sealed to it, in the roster, lies what a new desk needs:
//!
//! ```text
//! kept := version(1) root seed(32) count(varint) members' key(32)*, newest first; then the epochs of a book
//! ```

use rand_core::CryptoRng;
use thiserror::Error;
use wire::{DecodeError, KemPublic, ProgrammeId, Reader, Writer};
use zeroize::Zeroizing;

use crate::book::{EpochSeed, read_seeds, write_seeds};
use crate::keys::{KemKey, MembersKey, SignKey};
use crate::members::{Keyring, take_key};
use crate::roster::{RECOVERY, Recovery, Roster};
use crate::to_key::{OpenError, SealError, open_with, seal_to};

mod share;

pub use share::{CombineError, SHARE_LINES, SHARE_WORDS, Share, ShareError, SplitError, combine, split};

const VERSION: u8 = 1;
const MAX_KEYS: usize = 1000;
const KEPT: &[u8] = b"baraza/1 recovery";

/// What lies sealed to the recovery key.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The programme's root key.
    pub root: SignKey,
    /// The generations of the members' key that there were.
    pub members_keys: Keyring,
    /// The epochs that there were. Those that came later have a seed for the recovery key in the roster.
    pub seeds: Vec<EpochSeed>,
}

/// Why what is kept for a recovery cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeptError {
    /// It does not open.
    #[error("what the programme keeps for a recovery does not open: {0}")]
    Shut(#[from] OpenError),
    /// It opens to something else.
    #[error("what the programme keeps for a recovery cannot be read: {0}")]
    Unreadable(#[from] DecodeError),
    /// The root key in it is not the programme's.
    #[error("what the programme keeps for a recovery holds another root key")]
    OtherRoot,
}

impl Kept {
    /// Returns the canonical bytes, which are secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.fixed(self.root.seed().as_slice());
        w.varint(self.members_keys.iter().count() as u64);
        self.members_keys.iter().for_each(|key| w.fixed(key.as_bytes()));
        write_seeds(&mut w, &self.seeds);
        Zeroizing::new(w.finish())
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("what is kept for a recovery", VERSION)?;
        let root = SignKey::from_seed(&Zeroizing::new(r.array("the root key's seed")?));
        let count = r.count("the members' keys", MAX_KEYS)?;
        let mut keys = Vec::new();
        for _ in 0..count {
            keys.push(MembersKey::from_bytes(r.array("a members' key")?));
        }
        let members_keys =
            Keyring::new(keys).ok_or(DecodeError::Contradiction("there is no members' key"))?;
        let seeds = read_seeds(&mut r)?;
        r.end()?;
        Ok(Self {
            root,
            members_keys,
            seeds,
        })
    }

    /// Seals it to a recovery key, for the roster.
    pub fn seal(
        &self,
        public: &KemPublic,
        programme: ProgrammeId,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        seal_to(public, KEPT, programme.as_bytes(), &self.to_bytes(), rng)
    }

    /// Opens what the roster keeps, with the recovery key.
    pub fn open(key: &KemKey, recovery: &Recovery, roster: &Roster) -> Result<Self, KeptError> {
        let opened = open_with(key, KEPT, roster.programme().as_bytes(), &recovery.root)?;
        let kept = Self::from_bytes(&opened)?;
        match kept.root.public() == *roster.root() {
            true => Ok(kept),
            false => Err(KeptError::OtherRoot),
        }
    }
}

/// Opens the members' keys that the roster handed out after the recovery key was made, oldest first. One that was not
/// sealed to the recovery key, or is not the one its entry names, is left out.
pub fn later_members_keys(key: &KemKey, roster: &Roster) -> Vec<MembersKey> {
    let handed = roster.members_keys().iter();
    let for_recovery = handed.flat_map(|handed| handed.sealed.iter().map(move |sealed| (handed.key, sealed)));
    for_recovery
        .filter(|(_, sealed)| sealed.member == RECOVERY)
        .filter_map(|(id, sealed)| take_key(id, roster.programme(), sealed, key))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::CompartmentId;

    use super::*;

    fn kept() -> Kept {
        let seed = |n| Zeroizing::new([n; 32]);
        Kept {
            root: SignKey::from_seed(&seed(1)),
            members_keys: Keyring::new([2, 3].map(|n| MembersKey::from_bytes([n; 32]))).unwrap(),
            seeds: vec![EpochSeed {
                compartment: CompartmentId(2),
                number: 300,
                key: KemKey::from_seed(&seed(4)),
            }],
        }
    }

    #[test]
    fn the_layout_of_what_is_kept_is_what_it_was() {
        assert_eq!(
            blake3::hash(&kept().to_bytes()).to_hex().as_str(),
            "7673aa11d1cdd037bb00ad28db2a49a9addee20c1c52ccb11bd1cc2a3f10cfa6"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..140usize, flip: u8) {
            if let Ok(read) = Kept::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes().to_vec(), bytes);
            }
            bytes = kept().to_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Kept::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes().to_vec(), bytes);
            }
        }
    }
}
