//! What a book hands on: the seeds of epochs that are older than the desk that receives it.
//!
//! ```text
//! book  := version(1) epochs
//! epochs := count(varint) (compartment(1) number(varint) seed(32))*
//! ```

use wire::{CompartmentId, DecodeError, Reader, Writer};
use zeroize::Zeroizing;

use crate::keys::KemKey;

const VERSION: u8 = 1;
/// The most seeds one book may have.
pub const MAX_SEEDS: usize = 20_000;
/// What a book is sealed for.
pub const BOOK: &[u8] = b"baraza/1 book";

/// The secret half of one epoch's key.
#[derive(Debug, Clone)]
pub struct EpochSeed {
    /// The compartment.
    pub compartment: CompartmentId,
    /// The generation.
    pub number: u32,
    /// The key. Whether it is the epoch's, the roster tells.
    pub key: KemKey,
}

/// Returns the canonical bytes of a book, which are secret.
pub fn to_bytes(seeds: &[EpochSeed]) -> Zeroizing<Vec<u8>> {
    let mut w = Writer::new();
    w.u8(VERSION);
    write_seeds(&mut w, seeds);
    Zeroizing::new(w.finish())
}

/// Reads the canonical bytes of a book.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<EpochSeed>, DecodeError> {
    let mut r = Reader::new(bytes);
    r.version("the book", VERSION)?;
    let seeds = read_seeds(&mut r)?;
    r.end()?;
    Ok(seeds)
}

pub(crate) fn write_seeds(w: &mut Writer, seeds: &[EpochSeed]) {
    w.varint(seeds.len() as u64);
    for seed in seeds {
        w.u8(seed.compartment.0);
        w.varint(u64::from(seed.number));
        w.fixed(seed.key.seed().as_slice());
    }
}

pub(crate) fn read_seeds(r: &mut Reader<'_>) -> Result<Vec<EpochSeed>, DecodeError> {
    let count = r.count("the seeds", MAX_SEEDS)?;
    (0..count)
        .map(|_| {
            Ok(EpochSeed {
                compartment: CompartmentId(r.u8("a compartment")?),
                number: r.varint32()?,
                key: KemKey::from_seed(&Zeroizing::new(r.array("an epoch's seed")?)),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seeds() -> Vec<EpochSeed> {
        [(0, 1), (0, 300), (2, 7)]
            .map(|(compartment, number)| EpochSeed {
                compartment: CompartmentId(compartment),
                number,
                key: KemKey::from_seed(&Zeroizing::new([number as u8; 32])),
            })
            .to_vec()
    }

    #[test]
    fn the_book_layout_is_what_it_was() {
        let hash = blake3::hash(&to_bytes(&seeds()));
        assert_eq!(
            hash.to_hex().as_str(),
            "2a3e5cf6677c686918ce18be6c1123b39a76daa39c578c06979ddd1ba60b62e6"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..120usize, flip: u8) {
            if let Ok(read) = from_bytes(&bytes) {
                prop_assert_eq!(to_bytes(&read).to_vec(), bytes);
            }
            bytes = to_bytes(&seeds()).to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = from_bytes(&bytes) {
                prop_assert_eq!(to_bytes(&read).to_vec(), bytes);
            }
        }
    }
}
