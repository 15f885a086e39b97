//! Writing envelopes: the one place where an author's header is made and signed.

use wire::{
    CompartmentId, Envelope, EnvelopeId, Header, Incarnation, KeyName, Kind, MemberId, Part, PartHeader,
    ProgrammeId, RosterPosition,
};

use crate::keys::{RecordKey, SignKey};
use crate::part::{self, PartContext};
use crate::sign::{Signing, sign};
use rand_core::CryptoRng;

/// Who writes, and after which of their envelopes.
#[derive(Debug, Clone)]
pub struct Pen<'a> {
    /// The programme.
    pub programme: ProgrammeId,
    /// The author.
    pub author: MemberId,
    /// The author's signing key.
    pub key: &'a SignKey,
    /// The author's incarnation.
    pub incarnation: Incarnation,
    /// The sequence number of the last envelope; 0 if there is none.
    pub sequence: u64,
    /// The id of the last envelope; zeros if there is none.
    pub previous: EnvelopeId,
    /// The roster the author has.
    pub roster: RosterPosition,
}

/// A part, sealed, with the name of its key.
#[derive(Debug, Clone)]
pub struct SealedPart {
    /// Its compartment.
    pub compartment: CompartmentId,
    /// The name of its key.
    pub key: KeyName,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

impl Pen<'_> {
    /// Returns what a part is bound to.
    pub fn context(&self, subject: [u8; 16], compartment: CompartmentId, key: KeyName) -> PartContext {
        PartContext {
            programme: self.programme,
            subject,
            compartment,
            author: self.author,
            key,
        }
    }

    /// Seals a part under a symmetric key.
    pub fn seal(
        &self,
        subject: [u8; 16],
        compartment: CompartmentId,
        (name, key): (KeyName, &RecordKey),
        payload: &[u8],
        rng: &mut impl CryptoRng,
    ) -> SealedPart {
        let sealed = part::seal(key, &self.context(subject, compartment, name), payload, rng);
        SealedPart {
            compartment,
            key: name,
            sealed,
        }
    }

    /// Writes and signs the next envelope, and moves behind it.
    pub fn write(
        &mut self,
        kind: Kind,
        subject: [u8; 16],
        recipient: Option<MemberId>,
        parts: Vec<SealedPart>,
    ) -> Envelope {
        let header = Header {
            kind,
            programme: self.programme,
            subject,
            recipient,
            author: self.author,
            incarnation: self.incarnation,
            sequence: self.sequence + 1,
            previous: self.previous,
            roster: self.roster,
            parts: parts
                .iter()
                .map(|p| PartHeader::of(p.compartment, p.key, &p.sealed))
                .collect(),
        };
        let signature = sign(self.key, Signing::Header, &header.to_bytes());
        self.sequence = header.sequence;
        self.previous = header.id();
        let parts = parts.into_iter().map(|part| Part::Here(part.sealed)).collect();
        Envelope {
            header,
            signature,
            parts,
        }
    }
}
