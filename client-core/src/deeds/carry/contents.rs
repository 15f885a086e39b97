//! What a bundle holds, for whoever has no keys: a carrier, an administrator.

use std::collections::BTreeMap;
use std::io::Read;

use serde::Serialize;
use wire::frame::Frame;
use wire::{BundleReader, DecodeError, Kind, ProgrammeId};

use super::CarryError;

/// How many envelopes of one kind there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind, like `record`.
    pub kind: &'static str,
    /// How many.
    pub count: u64,
}

/// What a bundle holds. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BundleContents {
    /// The programme.
    pub programme: Option<ProgrammeId>,
    /// How many roster entries.
    pub roster_entries: u64,
    /// How many envelopes of each kind.
    pub envelopes: Vec<KindCount>,
    /// How many members wrote them.
    pub authors: u64,
    /// How many records they are about.
    pub records: u64,
    /// Bytes of sealed parts.
    pub sealed_bytes: u64,
    /// What is wrong with it; nothing if it is whole.
    pub damage: Option<String>,
}

/// Looks through a bundle without opening anything.
///
/// # Errors
/// The file cannot be read. A bundle that was cut or damaged is described up to there.
pub fn inspect(from: &mut dyn Read) -> Result<BundleContents, CarryError> {
    let mut reader = BundleReader::new();
    let mut tally = Tally::default();
    let mut chunk = vec![0; 64 << 10];
    let verdict = loop {
        let length = from.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break reader.ended();
        };
        if let Err(error) = reader.push(bytes).and_then(|()| tally.read(&mut reader)) {
            break Err(error);
        }
    };
    Ok(BundleContents {
        programme: reader.programme(),
        roster_entries: tally.entries,
        envelopes: tally
            .kinds
            .into_iter()
            .map(|(kind, count)| KindCount { kind, count })
            .collect(),
        authors: tally.authors.len() as u64,
        records: tally.records.len() as u64,
        sealed_bytes: tally.bytes,
        damage: verdict.err().map(|error| error.to_string()),
    })
}

#[derive(Default)]
struct Tally {
    entries: u64,
    kinds: BTreeMap<&'static str, u64>,
    authors: std::collections::BTreeSet<wire::MemberId>,
    records: std::collections::BTreeSet<[u8; 16]>,
    bytes: u64,
}

impl Tally {
    fn read(&mut self, reader: &mut BundleReader) -> Result<(), DecodeError> {
        while let Some(frame) = reader.next_frame()? {
            match frame {
                Frame::Roster(_) => self.entries += 1,
                Frame::Piece(piece) => self.bytes += piece.bytes.len() as u64,
                Frame::Push(envelope) => {
                    *self.kinds.entry(name(envelope.header.kind)).or_default() += 1;
                    self.authors.insert(envelope.header.author);
                    if envelope.header.kind.of_record() {
                        self.records.insert(envelope.header.subject);
                    }
                    let sealed = envelope.parts.iter().filter_map(wire::Part::bytes);
                    self.bytes += sealed.map(|bytes| bytes.len() as u64).sum::<u64>();
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Returns what people call a kind of envelope.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::RECORD => "record",
        Kind::CHAIN => "chain",
        Kind::GRANT => "grant",
        Kind::FORM => "form",
        Kind::FILE => "file",
        Kind::KEYS => "keys",
        Kind::BOOK => "book",
        Kind::HANDOVER => "hand-over",
        Kind::TOMBSTONE => "tombstone",
        Kind::CHECKPOINT => "checkpoint",
        Kind::WITHDRAWAL => "withdrawal",
        Kind::RECEIPT => "receipt",
        Kind::MEDIA => "media",
        Kind::HANDED_MEDIA => "media of a hand-over",
        Kind::ASSIGNMENT => "assignment",
        _ => "of a later version",
    }
}
