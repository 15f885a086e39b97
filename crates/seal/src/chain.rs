//! Chains: one key for each record, none of which opens another.
//!
//! ```text
//! m_i     = HKDF(k_i, "record")        record key = HKDF(m_i, record ‖ compartment)
//! k_{i+1} = HKDF(k_i, "next")          then k_i and m_i are destroyed
//! ```
//!
//! Whoever seizes a device finds `k_{i+1}`, and cannot turn the chain back.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use thiserror::Error;
use wire::{CompartmentId, DecodeError, Reader, RecordId, Writer};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::keys::RecordKey;

/// The most records one chain serves.
pub const LENGTH: u32 = 64;
const VERSION: u8 = 1;

/// The chain has served as many records as it may; open another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the chain has served {LENGTH} records; open another")]
pub struct ChainUsedUp;

/// Why a chain gives no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChainError {
    /// No chain is so long.
    #[error("key {0} lies beyond the end of the chain")]
    TooFar(u32),
    /// The key was taken before.
    #[error("key {0} of the chain was used for another record")]
    Taken(u32),
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Link([u8; 32]);

impl Link {
    fn derive(&self, label: &[u8]) -> Self {
        let mut out = Self([0; 32]);
        let hkdf = Hkdf::<Sha256>::new(None, &self.0);
        hkdf.expand(label, &mut out.0)
            .expect("32 bytes are within what HKDF gives");
        out
    }

    /// Returns m_i, and turns k_i into k_{i+1}.
    fn turn(&mut self) -> Self {
        let message = self.derive(b"baraza/1 record");
        *self = self.derive(b"baraza/1 next");
        message
    }

    fn record_key(&self, record: &RecordId, compartment: CompartmentId) -> RecordKey {
        let label = [b"baraza/1 key", &record.as_bytes()[..], &[compartment.0]].concat();
        RecordKey::from_bytes(self.derive(&label).0)
    }
}

/// The writer's end.
#[derive(Clone)]
pub struct Chain {
    index: u32,
    key: Link,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain(at {})", self.index)
    }
}

impl Chain {
    /// Makes a chain. Returns it and its first key, which is to be sealed to those who shall read.
    pub fn make(rng: &mut impl CryptoRng) -> (Self, Zeroizing<[u8; 32]>) {
        let mut first = Zeroizing::new([0; 32]);
        rng.fill_bytes(first.as_mut_slice());
        (
            Self {
                index: 0,
                key: Link(*first),
            },
            first,
        )
    }

    /// Returns whether it has served as many records as it may.
    pub fn is_used_up(&self) -> bool {
        self.index >= LENGTH
    }

    /// Takes the next key, for one record in one compartment. It cannot be taken again.
    pub fn next(
        &mut self,
        record: &RecordId,
        compartment: CompartmentId,
    ) -> Result<(u32, RecordKey), ChainUsedUp> {
        if self.is_used_up() {
            return Err(ChainUsedUp);
        }
        let index = self.index;
        let message = self.key.turn();
        self.index += 1;
        Ok((index, message.record_key(record, compartment)))
    }

    /// Returns its state, which is secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(u64::from(self.index));
        w.fixed(&self.key.0);
        Zeroizing::new(w.finish())
    }

    /// Reads its state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("a chain", VERSION)?;
        let chain = Self {
            index: r.varint32()?,
            key: Link(r.array("a chain's key")?),
        };
        r.end()?;
        Ok(chain)
    }
}

/// The reader's end: it keeps keys only for indexes that were not seen yet.
#[derive(Clone)]
pub struct ChainReader {
    index: u32,
    key: Link,
    skipped: BTreeMap<u32, Link>,
}

impl std::fmt::Debug for ChainReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ChainReader(at {}, {} skipped)",
            self.index,
            self.skipped.len()
        )
    }
}

impl ChainReader {
    /// Begins at the chain's first key.
    pub fn begin(first: [u8; 32]) -> Self {
        Self {
            index: 0,
            key: Link(first),
            skipped: BTreeMap::new(),
        }
    }

    /// Takes the key at `index`. It cannot be taken again.
    pub fn record_key(
        &mut self,
        index: u32,
        record: &RecordId,
        compartment: CompartmentId,
    ) -> Result<RecordKey, ChainError> {
        if index >= LENGTH {
            return Err(ChainError::TooFar(index));
        }
        while self.index <= index {
            let message = self.key.turn();
            self.skipped.insert(self.index, message);
            self.index += 1;
        }
        let message = self.skipped.remove(&index).ok_or(ChainError::Taken(index))?;
        Ok(message.record_key(record, compartment))
    }

    /// Returns its state, which is secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(u64::from(self.index));
        w.fixed(&self.key.0);
        w.varint(self.skipped.len() as u64);
        for (index, message) in &self.skipped {
            w.varint(u64::from(*index));
            w.fixed(&message.0);
        }
        Zeroizing::new(w.finish())
    }

    /// Reads its state.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("a chain's reader", VERSION)?;
        let (index, key) = (r.varint32()?, Link(r.array("a chain's key")?));
        let count = r.count("skipped keys", LENGTH as usize)?;
        let mut skipped = BTreeMap::new();
        for _ in 0..count {
            let index = r.varint32()?;
            if skipped.last_key_value().is_some_and(|(last, _)| *last >= index) {
                return Err(DecodeError::Contradiction("skipped keys are out of order"));
            }
            skipped.insert(index, Link(r.array("a skipped key")?));
        }
        r.end()?;
        Ok(Self { index, key, skipped })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    fn record(n: u8) -> RecordId {
        RecordId::from_chance([n; 16])
    }

    #[test]
    fn the_derivation_is_what_it_was() {
        let mut chain = Chain {
            index: 0,
            key: Link([7; 32]),
        };
        let (_, first) = chain.next(&record(1), CompartmentId::GENERAL).unwrap();
        let (_, second) = chain.next(&record(1), CompartmentId::GENERAL).unwrap();
        let hex = |key: &RecordKey| {
            key.as_bytes()
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        };
        assert_eq!(
            [hex(&first), hex(&second)],
            [
                "5935d604c528887fa7b169a4cf31b514fb3e8096cd160081b51cf77ca5c01ec8".to_owned(),
                "1839e42e8d8e76f241c742bb078852f752b34fd19e062e93f6dedceb73c9db05".to_owned(),
            ]
        );
    }

    #[test]
    fn a_chain_ends() {
        let (mut chain, _) = Chain::make(&mut ChaCha20Rng::seed_from_u64(8));
        for _ in 0..LENGTH {
            chain.next(&record(1), CompartmentId::GENERAL).unwrap();
        }
        assert_eq!(
            chain.next(&record(1), CompartmentId::GENERAL).map(drop),
            Err(ChainUsedUp)
        );
        let mut reader = ChainReader::begin([0; 32]);
        assert!(matches!(
            reader.record_key(LENGTH, &record(1), CompartmentId::GENERAL),
            Err(ChainError::TooFar(LENGTH))
        ));
    }

    proptest! {
        #[test]
        fn keys_are_read_in_any_order_once(order in Just((0..LENGTH).collect::<Vec<_>>()).prop_shuffle()) {
            let (mut chain, first) = Chain::make(&mut ChaCha20Rng::seed_from_u64(9));
            let written: Vec<_> = (0..LENGTH)
                .map(|n| chain.next(&record(n as u8), CompartmentId::IDENTITY).unwrap().1)
                .collect();
            let mut reader = ChainReader::begin(*first);
            for index in order {
                reader = ChainReader::from_bytes(&reader.to_bytes()).unwrap();
                let key = reader.record_key(index, &record(index as u8), CompartmentId::IDENTITY).unwrap();
                prop_assert_eq!(key.as_bytes(), written[index as usize].as_bytes());
                let again = reader.record_key(index, &record(0), CompartmentId::IDENTITY);
                prop_assert!(matches!(again, Err(ChainError::Taken(_))));
            }
        }

        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            let _ = Chain::from_bytes(&bytes);
            let _ = ChainReader::from_bytes(&bytes);
        }
    }
}
