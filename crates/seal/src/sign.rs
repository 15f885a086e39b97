//! Signatures: Ed25519, always over a context first, so that none is taken for another.

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use thiserror::Error;
use wire::SignPublic;

use crate::keys::SignKey;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// An envelope's header.
    Header,
    /// A roster entry.
    RosterEntry,
    /// A request to join.
    Request,
    /// A certificate.
    Certificate,
    /// A call to a relay (RFC 9421).
    Call,
    /// The receipt of an erasure.
    Receipt,
    /// An offer to take over a draft.
    Offer,
}

/// The signature is not the member's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not hold")]
pub struct SignatureError;

impl Signing {
    fn context(self) -> &'static [u8] {
        match self {
            Self::Header => b"baraza/1 header\0",
            Self::RosterEntry => b"baraza/1 roster entry\0",
            Self::Request => b"baraza/1 request\0",
            Self::Certificate => b"baraza/1 certificate\0",
            Self::Receipt => b"baraza/1 receipt\0",
            Self::Offer => b"baraza/1 offer\0",
            // RFC 9421 fixes what is signed; its signature base begins with a quotation mark, no context does.
            Self::Call => b"",
        }
    }

    fn message(self, message: &[u8]) -> Vec<u8> {
        [self.context(), message].concat()
    }
}

/// Signs a message.
pub fn sign(key: &SignKey, what: Signing, message: &[u8]) -> [u8; 64] {
    key.inner().sign(&what.message(message)).to_bytes()
}

/// How every message begins that TLS 1.3 lets an end sign in a handshake (RFC 8446, section 4.4.3). No context of ours
/// does, and neither does the signature base of RFC 9421.
const HANDSHAKE: [u8; 64] = [b' '; 64];

/// Signs the handshake of a TLS 1.3 connection with a member's key, for two members who meet without a relay.
///
/// # Errors
/// It is no message of a handshake: nothing else is signed without a context of ours.
pub fn sign_handshake(key: &SignKey, message: &[u8]) -> Result<[u8; 64], SignatureError> {
    match message.starts_with(&HANDSHAKE) {
        true => Ok(key.inner().sign(message).to_bytes()),
        false => Err(SignatureError),
    }
}

/// Checks a signature, strictly: no weak key and no second form of a signature passes.
pub fn check(
    public: &SignPublic,
    what: Signing,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_bytes(public.as_bytes()).map_err(|_| SignatureError)?;
    key.verify_strict(&what.message(message), &Signature::from_bytes(signature))
        .map_err(|_| SignatureError)
}

/// Says whether `signature` is an Ed25519 signature of `message` as it is, without a context of ours:
/// of what somebody else signed, such as a card with a signed code on it. Nothing of our own is
/// ever signed or accepted like this.
pub fn is_signed(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    fn key() -> SignKey {
        SignKey::make(&mut ChaCha20Rng::seed_from_u64(3))
    }

    #[test]
    fn a_signature_for_one_thing_is_none_for_another() {
        let signature = sign(&key(), Signing::Header, b"same bytes");
        assert_eq!(
            check(&key().public(), Signing::Header, b"same bytes", &signature),
            Ok(())
        );
        assert!(check(&key().public(), Signing::RosterEntry, b"same bytes", &signature).is_err());
    }

    #[test]
    fn nothing_but_a_handshake_is_signed_as_one() {
        let message = [&HANDSHAKE[..], b"TLS 1.3, server CertificateVerify\0", &[7; 32]].concat();
        let signature = sign_handshake(&key(), &message).unwrap();
        assert!(is_signed(key().public().as_bytes(), &message, &signature));
        for what in [
            Signing::Header,
            Signing::RosterEntry,
            Signing::Certificate,
            Signing::Offer,
        ] {
            assert!(sign_handshake(&key(), &what.message(&message)).is_err());
            assert!(check(&key().public(), what, &message, &signature).is_err());
        }
        assert!(sign_handshake(&key(), b"\"@method\": POST").is_err());
        assert!(sign_handshake(&key(), &message[1..]).is_err());
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        let mut weak = [0; 32];
        weak[0] = 1;
        assert!(check(&SignPublic(weak), Signing::Header, b"anything", &[0; 64]).is_err());
    }

    proptest! {
        #[test]
        fn any_other_signature_is_refused(at in 0..64usize, bit in 0..8u8, message: Vec<u8>) {
            let mut signature = sign(&key(), Signing::Header, &message);
            signature[at] ^= 1 << bit;
            prop_assert!(check(&key().public(), Signing::Header, &message, &signature).is_err());
        }
    }
}
