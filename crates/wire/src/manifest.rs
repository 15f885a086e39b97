//! What tells of a photo, a recording or a signature: the first part of a `media` envelope, before it is sealed.
//!
//! ```text
//! manifest := version(1) name mime total length(varint) hash(32) pieces(varint) thumbnail
//! name, mime, thumbnail := length(varint) bytes
//! ```

use crate::codec::{DecodeError, Reader, Writer};
use crate::envelope::MAX_PARTS;

const VERSION: u8 = 1;
/// The most bytes one piece has before it is sealed: 256 KiB.
pub const PIECE: usize = 256 << 10;
/// The most pieces a file has: the other parts of its envelope.
pub const MAX_PIECES: usize = MAX_PARTS - 1;
/// The most bytes a file has.
pub const MAX_FILE: usize = MAX_PIECES * PIECE;
/// The most bytes a thumbnail has: 8 kB.
pub const MAX_THUMBNAIL: usize = 8000;
const MAX_TEXT: usize = 100;

/// What tells of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// Its name, which is the answer it belongs to.
    pub name: String,
    /// What it is, like `image/jpeg`.
    pub mime: String,
    /// How many bytes it has. Each piece but the last has [`PIECE`] of them.
    pub length: u64,
    /// BLAKE3 of the whole file.
    pub hash: [u8; 32],
    /// A small JPEG of a photo; nothing of anything else.
    pub thumbnail: Vec<u8>,
}

impl Manifest {
    /// Returns how many pieces the file has.
    pub fn pieces(&self) -> u64 {
        self.length.div_ceil(PIECE as u64)
    }

    /// Returns the canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.bytes(self.name.as_bytes());
        w.bytes(self.mime.as_bytes());
        w.varint(self.length);
        w.fixed(&self.hash);
        w.varint(self.pieces());
        w.bytes(&self.thumbnail);
        w.finish()
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the manifest", VERSION)?;
        let (name, mime) = (text(&mut r)?, text(&mut r)?);
        if name.contains('/') {
            return Err(DecodeError::Contradiction("a name that leads to another folder"));
        }
        let manifest = Self {
            name,
            mime,
            length: r.count("a file", MAX_FILE)? as u64,
            hash: r.array("the hash of a file")?,
            thumbnail: Vec::new(),
        };
        if manifest.length == 0 || r.varint()? != manifest.pieces() {
            return Err(DecodeError::Contradiction(
                "a file has other pieces than its length asks for",
            ));
        }
        let thumbnail = r.bytes(MAX_THUMBNAIL)?.to_vec();
        r.end()?;
        Ok(Self {
            thumbnail,
            ..manifest
        })
    }
}

/// Reads a name: whoever saves a file under it must not leave the folder, nor be misled by what does not show.
fn text(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let text = str::from_utf8(r.bytes(MAX_TEXT)?).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "./-_+".contains(c);
    if text.is_empty() || text.starts_with('.') || !text.chars().all(plain) {
        return Err(DecodeError::Contradiction(
            "a name that is not made of plain letters",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn photo() -> Manifest {
        Manifest {
            name: "3f9a01bc2d4e.jpg".to_owned(),
            mime: "image/jpeg".to_owned(),
            length: 300_000,
            hash: [7; 32],
            thumbnail: vec![0xff, 0xd8, 0xff, 0xd9],
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_manifest_layout_is_what_it_was() {
        insta::assert_snapshot!(hex(&photo().to_bytes()));
    }

    #[test]
    fn a_manifest_that_contradicts_itself_is_refused() {
        for wrong in [
            Manifest { length: 0, ..photo() },
            Manifest {
                length: MAX_FILE as u64 + 1,
                ..photo()
            },
            Manifest {
                name: "a/../b".to_owned(),
                ..photo()
            },
            Manifest {
                name: "..".to_owned(),
                ..photo()
            },
            Manifest {
                name: "a\u{202e}gpj.exe".to_owned(),
                ..photo()
            },
            Manifest {
                name: String::new(),
                ..photo()
            },
            Manifest {
                thumbnail: vec![0; MAX_THUMBNAIL + 1],
                ..photo()
            },
        ] {
            assert!(Manifest::from_bytes(&wrong.to_bytes()).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            name in "[a-z0-9][a-z0-9._-]{0,40}", length in 1..=MAX_FILE as u64, hash: [u8; 32],
            thumbnail in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let manifest = Manifest { name, length, hash, thumbnail, ..photo() };
            prop_assert_eq!(Manifest::from_bytes(&manifest.to_bytes()).unwrap(), manifest);
        }

        #[test]
        fn any_bytes_are_a_manifest_in_its_only_form_or_none(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), at: prop::sample::Index, byte: u8,
        ) {
            let mut changed = photo().to_bytes();
            let at = at.index(changed.len());
            changed[at] = byte;
            for bytes in [bytes, changed] {
                if let Ok(manifest) = Manifest::from_bytes(&bytes) {
                    prop_assert_eq!(manifest.to_bytes(), bytes);
                }
            }
        }
    }
}
