//! What is inside the part of an envelope of kind `FILE`: a piece of a file, or the list of the files
//! that belong to a form.
//!
//! ```text
//! letter := version(1) 1 count(varint) file*          the list
//!         | version(1) 2 bytes*                       a piece
//! file   := name(text) length(varint) hash(32) count(varint) envelope(32)*
//! ```

use wire::{DecodeError, EnvelopeId, FileHash, Reader, Writer};

const VERSION: u8 = 1;
const LIST: u8 = 1;
const PIECE: u8 = 2;

/// How much of a file one piece carries, in bytes: what is lost when a link breaks in it.
pub(crate) const PIECE_LENGTH: usize = 256 << 10;
/// The most bytes of one file.
pub(crate) const MAX_FILE: usize = 64 << 20;
/// The most files that belong to a form.
pub(crate) const MAX_FILES: usize = 500;
/// The most bytes of a file's name.
pub(crate) const MAX_NAME: usize = 255;

/// What a part holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum FileLetter {
    /// All the files of a form.
    List(Vec<ListedFile>),
    /// Some of a file's bytes.
    Piece(Vec<u8>),
}

/// A file and where its pieces are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ListedFile {
    /// Its name, as the form names it.
    pub(crate) name: String,
    /// Its length in bytes.
    pub(crate) length: u64,
    /// The hash of the whole.
    pub(crate) hash: FileHash,
    /// The envelopes that carry its pieces, in order.
    pub(crate) pieces: Vec<EnvelopeId>,
}

/// Returns whether a file may be called this: no path, no control characters, and not too long.
pub(crate) fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !matches!(name, "." | "..")
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'))
}

impl FileLetter {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        match self {
            Self::List(files) => {
                w.u8(LIST);
                w.varint(files.len() as u64);
                for file in files {
                    w.text(&file.name);
                    w.varint(file.length);
                    w.fixed(file.hash.as_bytes());
                    w.varint(file.pieces.len() as u64);
                    for piece in &file.pieces {
                        w.fixed(piece.as_bytes());
                    }
                }
            }
            Self::Piece(bytes) => {
                w.u8(PIECE);
                w.fixed(bytes);
            }
        }
        w.finish()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the file", VERSION)?;
        match r.u8("what it is")? {
            LIST => {
                let count = r.count("the list of files", MAX_FILES)?;
                let files = (0..count).map(|_| read_file(&mut r)).collect::<Result<_, _>>()?;
                r.end()?;
                Ok(Self::List(files))
            }
            PIECE => Ok(Self::Piece(r.rest().to_vec())),
            other => Err(DecodeError::Unknown {
                what: "the kind of a file's letter",
                value: u64::from(other),
            }),
        }
    }
}

fn read_file(r: &mut Reader<'_>) -> Result<ListedFile, DecodeError> {
    let name = r.text(MAX_NAME)?.to_owned();
    let length = r.varint()?;
    let hash = FileHash(r.array("a file's hash")?);
    let count = r.count("the list of pieces", MAX_FILE / PIECE_LENGTH)?;
    let pieces = (0..count)
        .map(|_| r.array("a piece").map(EnvelopeId))
        .collect::<Result<_, _>>()?;
    Ok(ListedFile {
        name,
        length,
        hash,
        pieces,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file() -> impl Strategy<Value = ListedFile> {
        let pieces = proptest::collection::vec(any::<[u8; 32]>(), 0..5);
        ("[^\\x00]{0,40}", any::<u64>(), any::<[u8; 32]>(), pieces).prop_map(
            |(name, length, hash, pieces)| ListedFile {
                name,
                length,
                hash: FileHash(hash),
                pieces: pieces.into_iter().map(EnvelopeId).collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn a_list_comes_back(files in proptest::collection::vec(file(), 0..6)) {
            let letter = FileLetter::List(files);
            prop_assert_eq!(FileLetter::from_bytes(&letter.to_bytes()), Ok(letter));
        }

        #[test]
        fn a_piece_comes_back(bytes: Vec<u8>) {
            let letter = FileLetter::Piece(bytes);
            prop_assert_eq!(FileLetter::from_bytes(&letter.to_bytes()), Ok(letter));
        }

        #[test]
        fn any_bytes_decode_or_fail_cleanly(bytes: Vec<u8>) {
            if let Ok(letter) = FileLetter::from_bytes(&bytes) {
                prop_assert_eq!(letter.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn a_name_that_would_leave_the_folder_is_none() {
        assert!(is_file_name("towns 2024.csv") && is_file_name("مدن.csv"));
        for name in [
            "",
            ".",
            "..",
            "../towns.csv",
            "a/b",
            "a\\b",
            "a\0b",
            &"x".repeat(256),
        ] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn the_letters_of_old_files_are_read_and_written_as_they_were() {
        let piece = FileLetter::Piece(b"town,people\n".to_vec());
        assert_eq!(piece.to_bytes(), b"\x01\x02town,people\n");
        assert_eq!(FileLetter::from_bytes(b"\x01\x02town,people\n"), Ok(piece));
        assert_eq!(FileLetter::List(vec![]).to_bytes(), [1, 1, 0]);
        assert_eq!(FileLetter::from_bytes(&[1, 1, 0]), Ok(FileLetter::List(vec![])));
        // One file of 300,000 bytes in two pieces.
        let old = [
            &[1, 1, 1, 9][..],
            b"towns.csv",
            &[0xe0, 0xa7, 0x12],
            &[0xaa; 32],
            &[2],
            &[0xb1; 32],
            &[0xb2; 32],
        ]
        .concat();
        let list = FileLetter::List(vec![ListedFile {
            name: "towns.csv".to_owned(),
            length: 300_000,
            hash: FileHash([0xaa; 32]),
            pieces: vec![EnvelopeId([0xb1; 32]), EnvelopeId([0xb2; 32])],
        }]);
        assert_eq!(list.to_bytes(), old);
        assert_eq!(FileLetter::from_bytes(&old), Ok(list));
    }
}
