//! Chance that a document gives.

use std::convert::Infallible;

use rand_core::utils::next_word_via_fill;
use rand_core::{TryCryptoRng, TryRng};

/// Gives out these bytes, once and in order.
pub(crate) struct Given(std::vec::IntoIter<u8>);

impl Given {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into_iter())
    }

    /// Makes sure that all of it was taken: else something else than the document's bytes decided.
    pub(crate) fn is_used_up(&self) -> bool {
        self.0.len() == 0
    }
}

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        next_word_via_fill(self)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        next_word_via_fill(self)
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for byte in to {
            *byte = self
                .0
                .next()
                .expect("more chance was taken than the document gives");
        }
        Ok(())
    }
}

impl TryCryptoRng for Given {}
