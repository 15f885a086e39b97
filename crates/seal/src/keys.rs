//! Keys. None of them shows itself through `Debug`, and all are overwritten when dropped.

use std::fmt;

use ed25519_dalek::SigningKey;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem as _, Serializable as _};
use rand_core::CryptoRng;
use wire::{KemKeyId, KemPublic, SignPublic};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Makes a key of chance.
            pub fn make(rng: &mut impl CryptoRng) -> Self {
                let mut key = Self([0; 32]);
                rng.fill_bytes(&mut key.0);
                key
            }

            /// Takes the bytes of a key.
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes of the key, which are secret.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

secret!(
    /// The key of one record in one compartment, or one that was granted to write it with.
    RecordKey
);
secret!(
    /// The key every member has.
    MembersKey
);

impl MembersKey {
    /// Returns the id by which sealed things name this key.
    pub fn id(&self) -> KemKeyId {
        let hash = blake3::derive_key("baraza/1 members' key id", &self.0);
        let [a, b, c, d, e, f, g, h, ..] = hash;
        KemKeyId([a, b, c, d, e, f, g, h])
    }
}

/// A member's Ed25519 key.
#[derive(Clone)]
pub struct SignKey(SigningKey);

impl SignKey {
    /// Makes a key of chance.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        Self::from_seed(&seed)
    }

    /// Takes the seed of a key.
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Returns the seed, which is secret.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Returns what signatures are checked with.
    pub fn public(&self) -> SignPublic {
        SignPublic(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn inner(&self) -> &SigningKey {
        &self.0
    }
}

impl fmt::Debug for SignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignKey(of {})", self.public())
    }
}

/// The secret half of an X-Wing key: a member's own, or that of an epoch.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KemKey([u8; 32]);

impl KemKey {
    /// Makes a key of chance.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// Takes the seed of a key.
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(**seed)
    }

    /// Returns the seed, which is secret.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// Returns what others seal to.
    pub fn public(&self) -> KemPublic {
        let public = XWing::sk_to_pk(&self.inner()).to_bytes();
        KemPublic::from_bytes(&public).expect("an X-Wing public key has 1216 bytes")
    }

    /// Returns the id by which sealed things name this key.
    pub fn id(&self) -> KemKeyId {
        self.public().id()
    }

    pub(crate) fn inner(&self) -> <XWing as hpke::Kem>::PrivateKey {
        <XWing as hpke::Kem>::PrivateKey::from_bytes(&self.0).expect("an X-Wing seed has 32 bytes")
    }
}

impl fmt::Debug for KemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    #[test]
    fn no_key_shows_itself() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = RecordKey::make(&mut rng);
        assert_eq!(format!("{key:?}"), "RecordKey(…)");
        assert_eq!(format!("{:?}", KemKey::make(&mut rng)), "KemKey(…)");
        let sign = SignKey::make(&mut rng);
        assert_eq!(format!("{sign:?}"), format!("SignKey(of {})", sign.public()));
    }

    #[test]
    fn a_key_comes_back_from_its_seed() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let kem = KemKey::make(&mut rng);
        assert_eq!(KemKey::from_seed(&kem.seed()).public(), kem.public());
        let sign = SignKey::make(&mut rng);
        assert_eq!(SignKey::from_seed(&sign.seed()).public(), sign.public());
    }
}
