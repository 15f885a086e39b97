//! A bundle: roster entries and envelopes in a file that is carried by hand.
//!
//! ```text
//! bundle := "BARAZA-BUNDLE" version(1) programme(16) frame* end-frame
//! ```
//!
//! The frames are those of a call: `roster`, `push` and `piece`. Envelopes leave out what the ones before say, as in a
//! call whose hello names nobody and an empty roster. The end's hash covers every byte before it, so that a file that
//! was cut shows; what stands before the cut can be used.

use crate::codec::{DecodeError, Reader, Writer};
use crate::elision::Elision;
use crate::frame::{Frame, FrameReader, FrameWriter};
use crate::ids::{MemberId, ProgrammeId, RosterPosition};

/// What a bundle begins with.
pub const MAGIC: [u8; 13] = *b"BARAZA-BUNDLE";
const VERSION: u8 = 1;
const HEAD: usize = 13 + 1 + 16;

/// Writes a bundle, piece by piece.
#[derive(Debug)]
pub struct BundleWriter {
    frames: FrameWriter,
    hash: blake3::Hasher,
}

/// Reads a bundle, however its bytes were cut.
#[derive(Debug, Default)]
pub struct BundleReader {
    head: Vec<u8>,
    open: Option<(ProgrammeId, FrameReader)>,
    hash: blake3::Hasher,
    over: bool,
}

impl BundleWriter {
    /// Begins a bundle. Returns its first bytes.
    pub fn begin(programme: ProgrammeId) -> (Self, Vec<u8>) {
        let head = [&MAGIC[..], &[VERSION], programme.as_bytes()].concat();
        let mut hash = blake3::Hasher::new();
        hash.update(&head);
        let frames = FrameWriter::after(elision(programme));
        (Self { frames, hash }, head)
    }

    /// Returns the bytes of the next frame.
    pub fn write(&mut self, frame: &Frame) -> Vec<u8> {
        let bytes = self.frames.write(frame);
        self.hash.update(&bytes);
        bytes
    }

    /// Returns the last bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.frames.write(&Frame::End(*self.hash.finalize().as_bytes()))
    }
}

impl BundleReader {
    /// Starts at the front.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes as they are read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let Some((_, frames)) = &mut self.open else {
            self.head.extend_from_slice(bytes);
            return self.begin();
        };
        frames.push(bytes);
        Ok(())
    }

    /// Returns the programme, once it was read.
    pub fn programme(&self) -> Option<ProgrammeId> {
        self.open.as_ref().map(|(programme, _)| *programme)
    }

    /// Returns the next frame, or nothing until more bytes come. The end is checked, and is not returned.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        let Some((_, frames)) = &mut self.open else {
            return Ok(None);
        };
        let Some((frame, body)) = frames.next_with_bytes()? else {
            return Ok(None);
        };
        match frame {
            _ if self.over => Err(DecodeError::Contradiction(
                "something follows the end of the bundle",
            )),
            Frame::End(hash) if hash == *self.hash.finalize().as_bytes() => {
                self.over = true;
                Ok(None)
            }
            Frame::End(_) => Err(DecodeError::Contradiction(
                "the bundle was changed or damaged on the way",
            )),
            Frame::Roster(_) | Frame::Push(_) | Frame::Piece(_) | Frame::Unknown(_) => {
                let mut w = Writer::new();
                w.bytes(&body);
                self.hash.update(&w.finish());
                Ok(Some(frame))
            }
            _ => Err(DecodeError::Contradiction(
                "a frame stands in the bundle that only calls have",
            )),
        }
    }

    /// Refuses a bundle that was cut.
    pub fn ended(&self) -> Result<(), DecodeError> {
        match &self.open {
            Some((_, frames)) if self.over => frames.end(),
            _ => Err(DecodeError::Short {
                what: "the bundle",
                needed: 1,
            }),
        }
    }

    fn begin(&mut self) -> Result<(), DecodeError> {
        let mut r = Reader::new(&self.head);
        let magic = self.head.get(..MAGIC.len()).unwrap_or(&self.head);
        if !MAGIC.starts_with(magic) {
            return Err(DecodeError::Contradiction("this file is not a bundle"));
        }
        if self.head.len() < HEAD {
            return Ok(());
        }
        r.take(MAGIC.len(), "the bundle")?;
        r.version("the bundle", VERSION)?;
        let programme = ProgrammeId::from_bytes(r.array("the programme")?);
        let rest = r.rest().to_vec();
        self.hash.update(self.head.get(..HEAD).unwrap_or_default());
        let mut frames = FrameReader::after(elision(programme));
        frames.push(&rest);
        self.head = Vec::new();
        self.open = Some((programme, frames));
        Ok(())
    }
}

fn elision(programme: ProgrammeId) -> Elision {
    Elision::new(programme, MemberId::from_bytes([0; 16]), RosterPosition::EMPTY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::envelope::tests::example;
    use crate::frame::Piece;
    use crate::ids::PartHash;
    use crate::roster_entry::RosterAct;
    use crate::roster_entry::tests::entry;

    fn frames() -> Vec<Frame> {
        vec![
            Frame::Roster(entry(RosterAct::Policy { sealed: vec![1; 80] })),
            Frame::Push(example()),
            Frame::Push(example()),
            Frame::Piece(Piece {
                part: PartHash([3; 32]),
                offset: 0,
                bytes: vec![4; 100],
            }),
        ]
    }

    fn bundle() -> Vec<u8> {
        let (mut writer, mut bytes) = BundleWriter::begin(example().header.programme);
        for frame in frames() {
            bytes.extend(writer.write(&frame));
        }
        bytes.extend(writer.finish());
        bytes
    }

    fn read(bytes: &[u8], at_once: usize) -> Result<Vec<Frame>, DecodeError> {
        let mut reader = BundleReader::new();
        let mut got = Vec::new();
        for chunk in bytes.chunks(at_once.max(1)) {
            reader.push(chunk)?;
            while let Some(frame) = reader.next_frame()? {
                got.push(frame);
            }
        }
        reader.ended()?;
        Ok(got)
    }

    #[test]
    fn a_bundle_comes_back_however_it_is_cut() {
        for at_once in [1, 7, 29, 30, 31, 10_000] {
            assert_eq!(read(&bundle(), at_once), Ok(frames()), "{at_once}");
        }
    }

    #[test]
    fn the_bundle_layout_is_what_it_was() {
        insta::assert_snapshot!(blake3::hash(&bundle()).to_hex().as_str());
    }

    #[test]
    fn another_file_is_not_a_bundle() {
        assert_eq!(
            read(b"PK\x03\x04 something else altogether", 100),
            Err(DecodeError::Contradiction("this file is not a bundle"))
        );
    }

    proptest! {
        #[test]
        fn a_bundle_that_was_cut_or_changed_is_noticed(at in 0..2000usize, flip in 1..=255u8) {
            let whole = bundle();
            let at = at % whole.len();
            prop_assert!(read(&whole[..at], 50).is_err());
            let mut changed = whole.clone();
            changed[at] ^= flip;
            prop_assert!(read(&changed, 50).is_err());
        }

        #[test]
        fn any_bytes_are_read_or_fail_cleanly(bytes: Vec<u8>) {
            prop_assert!(read(&bytes, 20).is_err());
            let _ = read(&[&bundle()[..HEAD], &bytes].concat(), 20);
        }
    }
}
