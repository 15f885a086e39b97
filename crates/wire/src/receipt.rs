//! The receipt of an erasure: what a consulted person is given, signed by a desk.
//!
//! ```text
//! receipt := version(1) programme(16) record(16) tombstone(32) hour(varint) count(varint) desk(16)*
//!            signer(16) signature(64, by the signer)
//! ```
//!
//! The desks stand in order, each once.

use crate::armour::{ArmourError, armour, unarmour};
use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{EnvelopeId, MemberId, ProgrammeId, RecordId};

/// The word a receipt starts with.
pub const RECEIPT_WORD: &str = "baraza-receipt-1";
/// The most desks a receipt may name.
pub const MAX_DESKS: usize = 1000;
const VERSION: u8 = 1;

/// Why a receipt could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The text around it is not right.
    #[error(transparent)]
    Armour(#[from] ArmourError),
    /// The bytes in it are not right.
    #[error("the receipt cannot be read: {0}")]
    Bytes(#[from] DecodeError),
}

/// Which desks have erased a record, as one of them says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The programme.
    pub programme: ProgrammeId,
    /// The record that was erased.
    pub record: RecordId,
    /// The tombstone that ordered it.
    pub tombstone: EnvelopeId,
    /// When the receipt was made, in hours since 1970-01-01 UTC.
    pub hour: u64,
    /// The desks that have said that they erased it, by id.
    pub desks: Vec<MemberId>,
    /// The desk that says so.
    pub signer: MemberId,
    /// Ed25519 by the signer over all the rest.
    pub signature: [u8; 64],
}

impl Receipt {
    /// Returns the bytes that are signed.
    pub fn body(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.fixed(self.programme.as_bytes());
        w.fixed(self.record.as_bytes());
        w.fixed(self.tombstone.as_bytes());
        w.varint(self.hour);
        w.varint(self.desks.len() as u64);
        self.desks.iter().for_each(|desk| w.fixed(desk.as_bytes()));
        w.fixed(self.signer.as_bytes());
        w.finish()
    }

    /// Returns it as a line of text.
    pub fn to_text(&self) -> String {
        armour(RECEIPT_WORD, &[self.body(), self.signature.to_vec()].concat())
    }

    /// Reads a line of text.
    pub fn from_text(text: &str) -> Result<Self, ReceiptError> {
        Ok(Self::from_bytes(&unarmour(RECEIPT_WORD, text)?)?)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the receipt", VERSION)?;
        let programme = ProgrammeId::from_bytes(r.array("the programme")?);
        let record = RecordId::from_bytes(r.array("the record")?);
        let tombstone = EnvelopeId(r.array("the tombstone")?);
        let hour = r.varint()?;
        let count = r.count("the desks of a receipt", MAX_DESKS)?;
        let mut desks: Vec<MemberId> = Vec::new();
        for _ in 0..count {
            let desk = MemberId::from_bytes(r.array("a desk")?);
            if desks.last().is_some_and(|last| *last >= desk) {
                return Err(DecodeError::Contradiction(
                    "the desks of a receipt are out of order",
                ));
            }
            desks.push(desk);
        }
        let signer = MemberId::from_bytes(r.array("the signer")?);
        let signature = r.array("the signature")?;
        r.end()?;
        Ok(Self {
            programme,
            record,
            tombstone,
            hour,
            desks,
            signer,
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipt() -> Receipt {
        Receipt {
            programme: ProgrammeId::from_bytes([1; 16]),
            record: RecordId::from_bytes([2; 16]),
            tombstone: EnvelopeId([3; 32]),
            hour: 498_975,
            desks: [4, 5].map(|n| MemberId::from_bytes([n; 16])).into(),
            signer: MemberId::from_bytes([5; 16]),
            signature: [6; 64],
        }
    }

    #[test]
    fn the_receipt_layout_is_what_it_was() {
        insta::assert_snapshot!(receipt().to_text());
    }

    #[test]
    fn a_receipt_comes_back_from_its_text() {
        assert_eq!(Receipt::from_text(&receipt().to_text()), Ok(receipt()));
    }

    #[test]
    fn desks_that_stand_twice_or_out_of_order_are_refused() {
        for desks in [[5, 4], [4, 4]] {
            let desks = desks.map(|n| MemberId::from_bytes([n; 16])).into();
            let other = Receipt { desks, ..receipt() };
            assert!(matches!(
                Receipt::from_text(&other.to_text()),
                Err(ReceiptError::Bytes(DecodeError::Contradiction(_)))
            ));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>, at in 0..300usize, flip: u8) {
            let _ = Receipt::from_bytes(&bytes);
            let mut bytes = [receipt().body(), vec![6; 64]].concat();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Receipt::from_bytes(&bytes) {
                prop_assert_eq!([read.body(), read.signature.to_vec()].concat(), bytes);
            }
        }
    }
}
