//! Sealing a part: XChaCha20-Poly1305 under a key used once, with a commitment to it.
//!
//! ```text
//! sealed         := nonce(24) commitment(16) ciphertext with tag
//! key ‖ commitment = HKDF-SHA256(salt = nonce, ikm = record key, info = "baraza/1 part" ‖ aad), 32 + 32 bytes
//! ```
//!
//! The commitment, of which 16 bytes are sent, lets nobody make one ciphertext that two keys open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use wire::{CompartmentId, KeyName, MemberId, ProgrammeId};
use zeroize::Zeroizing;

use crate::keys::RecordKey;

const NONCE: usize = 24;
const COMMITMENT: usize = 16;
/// How much longer a sealed part is than its payload, in bytes.
pub const OVERHEAD: usize = NONCE + COMMITMENT + 16;

/// What a part is bound to: it opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartContext {
    /// The programme.
    pub programme: ProgrammeId,
    /// The record, form, … it is about.
    pub subject: [u8; 16],
    /// Its compartment.
    pub compartment: CompartmentId,
    /// Who wrote it.
    pub author: MemberId,
    /// The name of its key.
    pub key: KeyName,
}

/// The part was sealed with another key or for another place, or changed on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the part does not open with this key")]
pub struct OpenError;

impl PartContext {
    /// Returns the canonical bytes that a part is bound to.
    pub fn aad(&self) -> Vec<u8> {
        let key = self.key.to_bytes();
        let (programme, author) = (self.programme.as_bytes(), self.author.as_bytes());
        [&programme[..], &self.subject, &[self.compartment.0], author, &key].concat()
    }
}

/// Seals a payload.
pub fn seal(key: &RecordKey, context: &PartContext, payload: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut nonce);
    let aad = context.aad();
    let (key, commitment) = derive(key, &nonce, &aad);
    [&nonce[..], &commitment, &encrypt(&key, &nonce, &aad, payload)].concat()
}

/// Opens what [`seal`] made.
pub fn open(key: &RecordKey, context: &PartContext, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError)?;
    let (given, ciphertext) = rest.split_first_chunk::<COMMITMENT>().ok_or(OpenError)?;
    let aad = context.aad();
    let (key, commitment) = derive(key, nonce, &aad);
    if !bool::from(commitment.ct_eq(given)) {
        return Err(OpenError);
    }
    decrypt(&key, nonce, &aad, ciphertext).map(Zeroizing::new)
}

fn derive(key: &RecordKey, nonce: &[u8; NONCE], aad: &[u8]) -> (Zeroizing<[u8; 32]>, [u8; COMMITMENT]) {
    let mut both = Zeroizing::new([0; 64]);
    let hkdf = Hkdf::<Sha256>::new(Some(nonce), key.as_bytes());
    hkdf.expand_multi_info(&[b"baraza/1 part", aad], both.as_mut_slice())
        .expect("64 bytes are within what HKDF gives");
    let mut key = Zeroizing::new([0; 32]);
    let mut commitment = [0; COMMITMENT];
    key.iter_mut()
        .chain(&mut commitment)
        .zip(both.iter())
        .for_each(|(to, from)| *to = *from);
    (key, commitment)
}

#[cfg(not(feature = "null-cipher"))]
fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), Payload { msg: payload, aad })
        .expect("a part is shorter than what the cipher takes")
}

#[cfg(not(feature = "null-cipher"))]
fn decrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad })
        .map_err(|_| OpenError)
}

/// For tests only: the payload in the open, followed by what would be the tag.
#[cfg(feature = "null-cipher")]
fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(
            &XNonce::from(*nonce),
            Payload {
                msg: &[],
                aad: &[aad, payload].concat(),
            },
        )
        .expect("a part is shorter than what the cipher takes");
    [payload, &sealed].concat()
}

#[cfg(feature = "null-cipher")]
fn decrypt(key: &[u8; 32], nonce: &[u8; NONCE], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let (payload, _) = sealed
        .split_at_checked(sealed.len().wrapping_sub(16))
        .ok_or(OpenError)?;
    if encrypt(key, nonce, aad, payload) == sealed {
        Ok(payload.to_vec())
    } else {
        Err(OpenError)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;
    use wire::ChainId;

    use super::*;

    fn context() -> PartContext {
        PartContext {
            programme: ProgrammeId::from_chance([1; 16]),
            subject: [2; 16],
            compartment: CompartmentId::IDENTITY,
            author: MemberId::from_chance([3; 16]),
            key: KeyName::Chain {
                chain: ChainId([4; 8]),
                index: 5,
            },
        }
    }

    #[test]
    fn a_part_opens_in_its_own_place_only() {
        let key = RecordKey::from_bytes([9; 32]);
        let sealed = seal(&key, &context(), b"payload", &mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(sealed.len(), 7 + OVERHEAD);
        assert_eq!(*open(&key, &context(), &sealed).unwrap(), b"payload");
        let other = MemberId::from_chance([8; 16]);
        for elsewhere in [
            PartContext {
                programme: ProgrammeId::from_chance([9; 16]),
                ..context()
            },
            PartContext {
                subject: [3; 16],
                ..context()
            },
            PartContext {
                compartment: CompartmentId::PROTECTED,
                ..context()
            },
            PartContext {
                author: other,
                ..context()
            },
            PartContext {
                key: KeyName::Chain {
                    chain: ChainId([4; 8]),
                    index: 6,
                },
                ..context()
            },
        ] {
            assert_eq!(open(&key, &elsewhere, &sealed), Err(OpenError));
        }
        assert_eq!(
            open(&RecordKey::from_bytes([8; 32]), &context(), &sealed),
            Err(OpenError)
        );
    }

    #[test]
    #[cfg(not(feature = "null-cipher"))]
    fn the_layout_is_what_it_was() {
        let key = RecordKey::from_bytes([9; 32]);
        let sealed = seal(&key, &context(), b"payload", &mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(
            blake3::hash(&sealed).to_hex().as_str(),
            "8f1948a7070b29be5abdc54cab9136cfd631344e11e3d0714117fdeaa4c395b4"
        );
    }

    proptest! {
        #[test]
        fn opening_undoes_sealing_and_no_changed_byte_opens(payload: Vec<u8>, at: usize, flip in 1..=255u8, key: [u8; 32]) {
            let key = RecordKey::from_bytes(key);
            let mut sealed = seal(&key, &context(), &payload, &mut ChaCha20Rng::seed_from_u64(2));
            prop_assert_eq!(&*open(&key, &context(), &sealed).unwrap(), &payload);
            let at = at % sealed.len();
            sealed[at] ^= flip;
            prop_assert_eq!(open(&key, &context(), &sealed), Err(OpenError));
        }

        #[test]
        fn any_bytes_fail_cleanly(bytes: Vec<u8>) {
            prop_assert!(open(&RecordKey::from_bytes([9; 32]), &context(), &bytes).is_err());
        }
    }
}
