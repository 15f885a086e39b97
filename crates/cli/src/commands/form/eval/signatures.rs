//! Checks signatures of texts, such as codes on cards.

use std::sync::Arc;

use ed25519_dalek::{Signature, VerifyingKey};
use form::expression::Verifier;

struct Ed25519;

impl Verifier for Ed25519 {
    fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(key).is_ok_and(|key| {
            key.verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
        })
    }
}

pub(super) fn verifier() -> Arc<dyn Verifier + Send + Sync> {
    Arc::new(Ed25519)
}
