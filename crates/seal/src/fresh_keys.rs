//! What a device posts: one-time keys to which desks seal grants, one key for each grant or packet.
//!
//! ```text
//! keys := version(1) count(varint) X-Wing public key(1216)*
//! ```

use wire::ids::KEM_PUBLIC_LENGTH;
use wire::{DecodeError, KemPublic, Reader, Writer};

const VERSION: u8 = 1;
/// The most keys that may be posted at once.
pub const MAX_KEYS: usize = 64;

/// Public halves of one-time keys, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshKeys(pub Vec<KemPublic>);

impl FreshKeys {
    /// Returns the canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(self.0.len() as u64);
        for key in &self.0 {
            w.fixed(key.as_bytes());
        }
        w.finish()
    }

    /// Reads canonical bytes. Whether a key can be sealed to shows when someone does.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the one-time keys", VERSION)?;
        let count = r.count("the one-time keys", MAX_KEYS)?;
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let key: [u8; KEM_PUBLIC_LENGTH] = r.array("a one-time key")?;
            keys.push(KemPublic::from_bytes(&key).map_err(|_| DecodeError::Number)?);
        }
        r.end()?;
        Ok(Self(keys))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> FreshKeys {
        FreshKeys(
            [1, 2]
                .map(|n| KemPublic::from_bytes(&[n; KEM_PUBLIC_LENGTH]).unwrap())
                .to_vec(),
        )
    }

    #[test]
    fn one_time_keys_come_back() {
        assert_eq!(FreshKeys::from_bytes(&keys().to_bytes()), Ok(keys()));
    }

    #[test]
    fn the_layout_of_one_time_keys_is_what_it_was() {
        let hash = blake3::hash(&keys().to_bytes());
        assert_eq!(
            hash.to_hex().as_str(),
            "20ff242f338692afebd48893318532a0f9c76f43b6bdbd800516fada631deefe"
        );
    }

    #[test]
    fn more_keys_than_anybody_posts_are_refused() {
        let mut bytes = keys().to_bytes();
        bytes[1] = 65;
        assert!(matches!(
            FreshKeys::from_bytes(&bytes),
            Err(DecodeError::TooLong { length: 65, .. })
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..2434usize, flip: u8) {
            if let Ok(read) = FreshKeys::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
            bytes = keys().to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = FreshKeys::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }
    }
}
