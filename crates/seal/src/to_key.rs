//! Sealing to a public key: HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! ```text
//! sealed := version(1) KEM id(2, 0x647a) encapsulated key(1120) ciphertext with tag
//! ```

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{
    Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _, single_shot_open,
    single_shot_seal_with_rng,
};
use rand_core::CryptoRng;
use thiserror::Error;
use wire::KemPublic;
use zeroize::Zeroizing;

use crate::keys::KemKey;

const VERSION: u8 = 1;
/// The KEM's number in the HPKE registry.
const X_WING: [u8; 2] = [0x64, 0x7a];
const ENCAPSULATED: usize = 1120;
/// How much longer the sealed bytes are than what is in them.
pub const OVERHEAD: usize = 3 + ENCAPSULATED + 16;

/// The public key is not one that can be sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key to seal to is damaged")]
pub struct SealError;

/// Why something sealed to a key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// It is sealed in a way this program does not know.
    #[error("it is sealed in a way this program does not know; update the program")]
    UnknownSuite,
    /// It was sealed to another key or for another purpose, or changed on the way.
    #[error("it does not open with this key")]
    Broken,
}

/// Seals `plain` to a key, for one purpose and bound to `aad`.
pub fn seal_to(
    public: &KemPublic,
    purpose: &[u8],
    aad: &[u8],
    plain: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealError> {
    let public = <XWing as Kem>::PublicKey::from_bytes(public.as_bytes()).map_err(|_| SealError)?;
    let (encapsulated, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &public,
        purpose,
        plain,
        aad,
        rng,
    )
    .map_err(|_| SealError)?;
    Ok([&[VERSION], &X_WING[..], &encapsulated.to_bytes(), &sealed].concat())
}

/// Opens what [`seal_to`] made.
pub fn open_with(
    key: &KemKey,
    purpose: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let [version, kem @ ..] = *sealed.first_chunk::<3>().ok_or(OpenError::Broken)?;
    if version != VERSION || kem != X_WING {
        return Err(OpenError::UnknownSuite);
    }
    let rest = sealed.get(3..).unwrap_or_default();
    let (encapsulated, ciphertext) = rest.split_at_checked(ENCAPSULATED).ok_or(OpenError::Broken)?;
    let encapsulated =
        <XWing as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::Broken)?;
    single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &key.inner(),
        &encapsulated,
        purpose,
        ciphertext,
        aad,
    )
    .map(|plain| Zeroizing::new(plain.to_vec()))
    .map_err(|_| OpenError::Broken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    #[test]
    fn it_opens_with_its_key_for_its_purpose_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let (key, other) = (KemKey::make(&mut rng), KemKey::make(&mut rng));
        let sealed = seal_to(&key.public(), b"chain", b"here", b"secret", &mut rng).unwrap();
        assert_eq!(sealed.len(), 6 + OVERHEAD);
        assert_eq!(*open_with(&key, b"chain", b"here", &sealed).unwrap(), b"secret");
        assert_eq!(
            open_with(&other, b"chain", b"here", &sealed),
            Err(OpenError::Broken)
        );
        assert_eq!(
            open_with(&key, b"grant", b"here", &sealed),
            Err(OpenError::Broken)
        );
        assert_eq!(
            open_with(&key, b"chain", b"there", &sealed),
            Err(OpenError::Broken)
        );
    }

    #[test]
    fn another_suite_is_named() {
        let key = KemKey::make(&mut ChaCha20Rng::seed_from_u64(5));
        assert_eq!(
            open_with(&key, b"", b"", &[2; 2000]),
            Err(OpenError::UnknownSuite)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_bytes_fail_cleanly(mut bytes: Vec<u8>, at in 0..1160usize, flip in 1..255u8) {
            let mut rng = ChaCha20Rng::seed_from_u64(6);
            let key = KemKey::make(&mut rng);
            prop_assert!(open_with(&key, b"", b"", &bytes).is_err());
            bytes = seal_to(&key.public(), b"", b"", b"twenty bytes of text", &mut rng).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert!(open_with(&key, b"", b"", &bytes).is_err());
        }
    }
}
