//! What a part holds before it is sealed: compressed with the form's dictionary, then padded.
//!
//! ```text
//! payload := 0 length(varint) plain zeros*
//!          | 1 plain length(varint) length(varint) zstd frame, zeros*
//!          | 2 dictionary id(4) plain length(varint) length(varint) zstd frame, zeros*
//! ```
//!
//! Padded to Padmé's next size (Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs*, PETS 2019), at least [`FLOOR`]: the length then tells at most
//! log₂ log₂ of itself.

use thiserror::Error;
use wire::{DecodeError, Reader, Writer};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// The least a payload has, in bytes.
pub const FLOOR: usize = 128;
/// The most a payload may hold, in bytes.
pub const MAX_PLAIN: usize = 4 << 20;
const LEVEL: i32 = 19;

/// What the payloads of a form are compressed with.
#[derive(Clone, PartialEq, Eq)]
pub struct Dictionary {
    bytes: Vec<u8>,
}

/// Why a payload cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnpackError {
    /// The form's dictionary is not here.
    #[error("the dictionary {0:02x?} is not here; sync to get the form")]
    NoDictionary([u8; 4]),
    /// It does not decompress.
    #[error("the payload does not decompress")]
    Broken,
    /// The padding is not zeros.
    #[error("the payload's padding is not empty")]
    Padding,
    /// Its fields cannot be read.
    #[error(transparent)]
    Fields(#[from] DecodeError),
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary({:02x?}, {} bytes)", self.id(), self.bytes.len())
    }
}

impl Dictionary {
    /// Trains a dictionary of at most `most` bytes. Too few samples make one of the samples themselves.
    pub fn train(samples: &[Vec<u8>], most: usize) -> Self {
        let trained = zstd::dict::from_samples(samples, most);
        Self::from_bytes(trained.unwrap_or_else(|_| {
            let mut all: Vec<u8> = samples.concat();
            let cut = all.len().saturating_sub(most);
            all.drain(..cut);
            all
        }))
    }

    /// Takes a dictionary that was trained elsewhere.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Returns its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns what payloads name it by: the first 4 bytes of its BLAKE3 hash.
    pub fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = *blake3::hash(&self.bytes).as_bytes();
        [a, b, c, d]
    }
}

/// Returns Padmé's size for a length: at most 12 % more, and few different ones.
pub fn padme(length: usize) -> usize {
    let length = length.max(FLOOR);
    let exponent = length.ilog2();
    let mantissa = exponent.ilog2() + 1;
    let mask = (1usize << exponent.saturating_sub(mantissa)) - 1;
    (length + mask) & !mask
}

/// Compresses and pads.
pub fn pack(plain: &[u8], dictionary: Option<&Dictionary>) -> Vec<u8> {
    let mut w = Writer::new();
    match dictionary.map(|dictionary| (dictionary, compress(plain, &dictionary.bytes))) {
        Some((dictionary, Some(frame))) if frame.len() + 5 < plain.len() => {
            w.u8(2);
            w.fixed(&dictionary.id());
            w.varint(plain.len() as u64);
            w.bytes(&frame);
        }
        _ => match compress(plain, &[]) {
            Some(frame) if frame.len() + 3 < plain.len() => {
                w.u8(1);
                w.varint(plain.len() as u64);
                w.bytes(&frame);
            }
            _ => {
                w.u8(0);
                w.bytes(plain);
            }
        },
    }
    let mut bytes = w.finish();
    bytes.resize(padme(bytes.len()), 0);
    bytes
}

/// Reads what [`pack`] made. `find` finds dictionaries by their id.
pub fn unpack(
    payload: &[u8],
    find: impl FnOnce([u8; 4]) -> Option<Dictionary>,
) -> Result<Vec<u8>, UnpackError> {
    let mut r = Reader::new(payload);
    let plain = match r.u8("a payload")? {
        0 => r.bytes(MAX_PLAIN)?.to_vec(),
        1 => decompress(&mut r, &[])?,
        2 => {
            let id = r.array("a dictionary's id")?;
            let dictionary = find(id).ok_or(UnpackError::NoDictionary(id))?;
            decompress(&mut r, &dictionary.bytes)?
        }
        value => {
            return Err(DecodeError::Unknown {
                what: "a payload",
                value: value.into(),
            }
            .into());
        }
    };
    if r.rest().iter().any(|byte| *byte != 0) {
        return Err(UnpackError::Padding);
    }
    Ok(plain)
}

fn compress(plain: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let mut compressor = Compressor::with_dictionary(LEVEL, dictionary).ok()?;
    // The payload names the dictionary and the length itself, and the part's tag checks the bytes.
    for parameter in [
        CParameter::ChecksumFlag(false),
        CParameter::DictIdFlag(false),
        CParameter::ContentSizeFlag(false),
    ] {
        compressor.set_parameter(parameter).ok()?;
    }
    compressor.compress(plain).ok()
}

fn decompress(r: &mut Reader<'_>, dictionary: &[u8]) -> Result<Vec<u8>, UnpackError> {
    let length = r.count("a payload", MAX_PLAIN)?;
    let frame = r.bytes(MAX_PLAIN)?;
    let mut decompressor = Decompressor::with_dictionary(dictionary).map_err(|_| UnpackError::Broken)?;
    let plain = decompressor
        .decompress(frame, length)
        .map_err(|_| UnpackError::Broken)?;
    if plain.len() == length {
        Ok(plain)
    } else {
        Err(UnpackError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dictionary() -> Dictionary {
        let samples: Vec<Vec<u8>> = (0..200)
            .map(|n| format!("household {n} has members {}", n * 7).into_bytes())
            .collect();
        Dictionary::train(&samples, 4096)
    }

    #[test]
    fn sizes_are_few_and_not_much_larger() {
        assert_eq!(
            [padme(0), padme(128), padme(129), padme(1000), padme(1025)],
            [128, 128, 144, 1024, 1088]
        );
        for length in FLOOR..70_000 {
            let padded = padme(length);
            assert!(
                padded >= length && (padded - length) as f64 <= 0.12 * length as f64,
                "{length}"
            );
            assert_eq!(padme(padded), padded);
        }
    }

    #[test]
    fn an_unknown_dictionary_is_named() {
        let packed = pack(
            &b"household 4 has members 28, household 5 has members 35".repeat(9),
            Some(&dictionary()),
        );
        assert_eq!(
            unpack(&packed, |_| None),
            Err(UnpackError::NoDictionary(dictionary().id()))
        );
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let mut packed = vec![1];
        let mut w = Writer::new();
        w.varint(10);
        w.bytes(&compress(&vec![0; 3 << 20], &[]).unwrap());
        packed.extend(w.finish());
        assert_eq!(unpack(&packed, |_| None), Err(UnpackError::Broken));
    }

    #[test]
    fn padding_hides_nothing() {
        let mut packed = pack(b"a", None);
        *packed.last_mut().unwrap() = 1;
        assert_eq!(unpack(&packed, |_| None), Err(UnpackError::Padding));
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked(plain: Vec<u8>, times in 1..40usize, with: bool) {
            let plain = plain.repeat(times);
            let dictionary = dictionary();
            let packed = pack(&plain, with.then_some(&dictionary));
            prop_assert_eq!(packed.len(), padme(packed.len()));
            prop_assert_eq!(unpack(&packed, |_| Some(dictionary)), Ok(plain));
        }

        #[test]
        fn any_bytes_unpack_or_fail_cleanly(bytes: Vec<u8>, at in 0..128usize, flip: u8) {
            let _ = unpack(&bytes, |_| Some(dictionary()));
            let mut packed = pack(&b"household 4 has members 28".repeat(20), Some(&dictionary()));
            packed[at] ^= flip;
            let _ = unpack(&packed, |_| Some(dictionary()));
        }
    }
}
