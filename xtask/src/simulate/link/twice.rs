//! How much of what was to be sent was sent again: the frames that carry envelopes and pieces, by what they carry.
//!
//! Frames that only arrange a call (the hello, roster entries) are not counted, nor are HTTP's heads, nor what TCP sends
//! again by itself. A frame that a cut left incomplete counts as sent again, as it will have to be.

use std::collections::{BTreeMap, BTreeSet};

use wire::{EnvelopeId, Frame, FrameReader, PartHash, Piece};

use super::requests::bodies;
use super::streams::Streams;

/// Bytes of frames, seen at one place of the line.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Of what had not been seen before.
    pub(crate) first: u64,
    /// Of what had been, or never became whole.
    pub(crate) again: u64,
    /// How many requests they came in.
    pub(crate) requests: u64,
    envelopes: BTreeSet<EnvelopeId>,
    /// Up to where each piece was seen.
    pieces: BTreeMap<PartHash, u64>,
}

impl Sent {
    /// Counts what connections carried.
    pub(crate) fn over(streams: &Streams) -> Self {
        let mut sent = Self::default();
        for body in streams.whole().flat_map(bodies).filter(|body| !body.is_empty()) {
            sent.request(&body);
        }
        sent
    }

    /// Returns what was sent again, as a part of what had to be sent.
    pub(crate) fn ratio(&self) -> f64 {
        self.again as f64 / (self.first as f64).max(1.0)
    }

    fn request(&mut self, body: &[u8]) {
        self.requests += 1;
        let mut reader = FrameReader::new();
        reader.push(body);
        let mut read = 0;
        while let Ok(Some((frame, bytes))) = reader.next_with_bytes() {
            let length = (length_field(bytes.len()) + bytes.len()) as u64;
            read += length;
            match frame {
                Frame::Push(envelope) if self.envelopes.insert(envelope.id()) => self.first += length,
                Frame::Push(_) => self.again += length,
                Frame::Piece(piece) => self.piece(&piece, length),
                _ => {}
            }
        }
        self.again += (body.len() as u64).saturating_sub(read);
    }

    fn piece(&mut self, piece: &Piece, length: u64) {
        let known = self.pieces.entry(piece.part).or_default();
        let again = known.saturating_sub(piece.offset).min(piece.bytes.len() as u64);
        *known = (*known).max(piece.offset + piece.bytes.len() as u64);
        self.again += again;
        self.first += length - again;
    }
}

/// How long the length before a frame is: seven bits in each byte.
fn length_field(length: usize) -> usize {
    (length.max(1).ilog2() / 7 + 1) as usize
}

#[cfg(test)]
mod tests;
