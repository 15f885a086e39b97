//! What a grant hands over: the keys to read one record, and a fresh key for each compartment to write with.
//!
//! ```text
//! grant := version(1) expires(varint) of(varint) count(varint) hand*
//! hand  := compartment(1) write-key id(8) write-key(32) count(varint) (key-name (bytes) record key(32))*
//! ```
//!
//! Version 1 had neither `expires` nor `of`: such a grant has no end, and a key of its own. It is read and not written.

use wire::{CompartmentId, DecodeError, GrantedKeyId, KeyName, Reader, Writer};
use zeroize::Zeroizing;

use crate::keys::RecordKey;

const VERSION: u8 = 2;
/// A grant without an end, which is read still.
const ENDLESS: u8 = 1;
const MAX_COMPARTMENTS: usize = 32;
const MAX_KEYS: usize = 10_000;

/// The keys for one compartment of the record.
#[derive(Debug, Clone)]
pub struct HandedKeys {
    /// The compartment.
    pub compartment: CompartmentId,
    /// The id by which what the device writes will name the key.
    pub write_id: GrantedKeyId,
    /// What the device writes with.
    pub write: RecordKey,
    /// What the device reads with.
    pub read: Vec<(KeyName, RecordKey)>,
}

/// The contents of a grant.
#[derive(Debug, Clone)]
pub struct Grant {
    /// When the device must have forgotten it, in unix seconds; 0 for never.
    pub expires: u64,
    /// How many grants are sealed to the key that this one is sealed to: the device destroys the key after the last.
    pub of: u32,
    /// One for each compartment that was granted.
    pub compartments: Vec<HandedKeys>,
}

impl Grant {
    /// Returns the canonical bytes, which are secret.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(self.expires);
        w.varint(u64::from(self.of));
        w.varint(self.compartments.len() as u64);
        for hand in &self.compartments {
            w.u8(hand.compartment.0);
            w.fixed(hand.write_id.as_bytes());
            w.fixed(hand.write.as_bytes());
            w.varint(hand.read.len() as u64);
            for (name, key) in &hand.read {
                w.bytes(&name.to_bytes());
                w.fixed(key.as_bytes());
            }
        }
        Zeroizing::new(w.finish())
    }

    /// Reads canonical bytes, also those of version 1.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let (expires, of) = match bytes.first() {
            Some(&ENDLESS) => {
                r.version("the grant", ENDLESS)?;
                (0, 1)
            }
            _ => {
                r.version("the grant", VERSION)?;
                (r.varint()?, r.varint32()?)
            }
        };
        let count = r.count("the compartments of a grant", MAX_COMPARTMENTS)?;
        let mut compartments = Vec::with_capacity(count);
        for _ in 0..count {
            let compartment = CompartmentId(r.u8("a compartment")?);
            let write_id = GrantedKeyId(r.array("a granted key's id")?);
            let write = RecordKey::from_bytes(r.array("a granted key")?);
            let keys = r.count("the keys of a grant", MAX_KEYS)?;
            let mut read = Vec::new();
            for _ in 0..keys {
                let name = KeyName::from_bytes(r.bytes(64)?)?;
                read.push((name, RecordKey::from_bytes(r.array("a record key")?)));
            }
            compartments.push(HandedKeys {
                compartment,
                write_id,
                write,
                read,
            });
        }
        r.end()?;
        Ok(Self {
            expires,
            of,
            compartments,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::ChainId;

    use super::*;

    fn grant() -> Grant {
        let read = vec![
            (
                KeyName::Chain {
                    chain: ChainId([1; 8]),
                    index: 63,
                },
                RecordKey::from_bytes([2; 32]),
            ),
            (
                KeyName::Granted(GrantedKeyId([3; 8])),
                RecordKey::from_bytes([4; 32]),
            ),
        ];
        let write = RecordKey::from_bytes([6; 32]);
        let hand = HandedKeys {
            compartment: CompartmentId::IDENTITY,
            write_id: GrantedKeyId([5; 8]),
            write,
            read,
        };
        Grant {
            expires: 1_800_000_000,
            of: 20,
            compartments: vec![hand],
        }
    }

    #[test]
    fn a_grant_comes_back() {
        let bytes = grant().to_bytes();
        assert_eq!(*Grant::from_bytes(&bytes).unwrap().to_bytes(), *bytes);
    }

    #[test]
    fn a_grant_of_version_1_has_no_end_and_a_key_of_its_own() {
        let hands = grant().to_bytes()[1 + 5 + 1..].to_vec();
        let read = Grant::from_bytes(&[&[1], hands.as_slice()].concat()).unwrap();
        assert_eq!((read.expires, read.of), (0, 1));
        let again = Grant {
            expires: 0,
            of: 1,
            ..grant()
        };
        assert_eq!(*read.to_bytes(), *again.to_bytes());
    }

    #[test]
    fn a_grant_does_not_show_its_keys() {
        assert!(!format!("{:?}", grant()).contains("6, 6"));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            if let Ok(read) = Grant::from_bytes(&bytes) && bytes[0] == VERSION {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
        }
    }
}
