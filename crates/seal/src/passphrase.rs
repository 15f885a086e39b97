//! The passphrase, and the random key it wraps.
//!
//! ```text
//! wrapped := version(1) memory KiB(varint) passes(varint) lanes(varint) salt(16) nonce(24) ciphertext with tag(48)
//! ```
//!
//! Argon2id (RFC 9106), 64 MiB and 3 passes as [`Cost::STANDARD`]. The passphrase is taken as its UTF-8 bytes:
//! the program that asks for it must always give the same ones.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use thiserror::Error;
use wire::{DecodeError, Reader, Writer};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const AAD: &[u8] = b"baraza/1 notebook key";
const MOST_MEMORY: u32 = 1 << 20;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;

/// How much work a guess of the passphrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// 64 MiB, 3 passes: what a cheap phone does in about a second.
    pub const STANDARD: Self = Self {
        memory: 64 << 10,
        passes: 3,
        lanes: 1,
    };
    /// As little as Argon2 allows. For tests only: it protects nobody.
    pub const LEAST: Self = Self {
        memory: 8,
        passes: 1,
        lanes: 1,
    };
}

/// Why a notebook's key does not come out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnwrapError {
    /// The passphrase is another.
    #[error("the passphrase is wrong")]
    Wrong,
    /// The bytes are not a wrapped key.
    #[error("the key file is damaged: {0}")]
    Damaged(#[from] DecodeError),
    /// It asks for more work than any notebook does.
    #[error("the key file is damaged: it asks for more work than any notebook does")]
    Absurd,
}

/// Wraps a key.
pub fn wrap(key: &[u8; 32], passphrase: &str, cost: Cost, rng: &mut impl CryptoRng) -> Vec<u8> {
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut nonce);
    let wrapping =
        stretch(passphrase, &salt, cost).expect("a cost of this program is within Argon2's bounds");
    let sealed = XChaCha20Poly1305::new((&*wrapping).into())
        .encrypt(&XNonce::from(nonce), Payload { msg: key, aad: AAD })
        .expect("32 bytes are shorter than what the cipher takes");
    let mut w = Writer::new();
    w.u8(VERSION);
    w.varint(u64::from(cost.memory));
    w.varint(u64::from(cost.passes));
    w.varint(u64::from(cost.lanes));
    w.fixed(&salt);
    w.fixed(&nonce);
    w.fixed(&sealed);
    w.finish()
}

/// Unwraps what [`wrap`] made.
pub fn unwrap_key(wrapped: &[u8], passphrase: &str) -> Result<Zeroizing<[u8; 32]>, UnwrapError> {
    let mut r = Reader::new(wrapped);
    r.version("the key file", VERSION)?;
    let cost = Cost {
        memory: r.varint32()?,
        passes: r.varint32()?,
        lanes: r.varint32()?,
    };
    if cost.memory > MOST_MEMORY || cost.passes > MOST_PASSES || cost.lanes > MOST_LANES {
        return Err(UnwrapError::Absurd);
    }
    let salt: [u8; 16] = r.array("a salt")?;
    let nonce: [u8; 24] = r.array("a nonce")?;
    let sealed: [u8; 48] = r.array("a wrapped key")?;
    r.end()?;
    let wrapping = stretch(passphrase, &salt, cost).ok_or(UnwrapError::Absurd)?;
    let key = XChaCha20Poly1305::new((&*wrapping).into())
        .decrypt(
            &XNonce::from(nonce),
            Payload {
                msg: &sealed,
                aad: AAD,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_| UnwrapError::Wrong)?;
    key.as_slice()
        .try_into()
        .map(Zeroizing::new)
        .map_err(|_| UnwrapError::Wrong)
}

fn stretch(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).ok()?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut key = Zeroizing::new([0; 32]);
    argon
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    #[test]
    fn only_the_passphrase_unwraps() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let wrapped = wrap(&[7; 32], "mangoes in the rain", Cost::LEAST, &mut rng);
        assert_eq!(*unwrap_key(&wrapped, "mangoes in the rain").unwrap(), [7; 32]);
        assert_eq!(
            unwrap_key(&wrapped, "mangoes in the sun"),
            Err(UnwrapError::Wrong)
        );
    }

    #[test]
    fn a_key_file_that_asks_for_absurd_work_is_refused_at_once() {
        let mut wrapped = wrap(
            &[7; 32],
            "mangoes in the rain",
            Cost::LEAST,
            &mut ChaCha20Rng::seed_from_u64(1),
        );
        wrapped.splice(1..2, [0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(
            unwrap_key(&wrapped, "mangoes in the rain"),
            Err(UnwrapError::Absurd)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_fail_cleanly(bytes: Vec<u8>) {
            prop_assert!(unwrap_key(&bytes, "x").is_err());
        }
    }
}
