//! The unit that travels: a signed header and its sealed parts.
//!
//! The header commits to every part by hash, so a part can be withheld from a reader who is not
//! cleared for it, or erased, while signature and chain still verify.
//!
//! ```text
//! header  := version(1) kind(1) programme(16) subject(16) recipient?(flag 1, 16)
//!            author(16) incarnation(varint) sequence(varint) previous(32)
//!            roster height(varint) roster head(32) count(varint) part-header*
//! part-header := compartment(1) key-name length(varint) hash(32)
//! key-name := 0 chain(8) index(varint) | 1 granted(8) | 2 epoch(varint) | 3 member(8) | 4 members(8)
//! ```

use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{
    ChainId, CompartmentId, EnvelopeId, GrantedKeyId, Incarnation, KemKeyId, MemberId, PartHash, ProgrammeId,
    RosterHead, RosterPosition,
};

/// The version of the header layout.
pub const HEADER_VERSION: u8 = 1;
/// The most parts one envelope may have.
pub const MAX_PARTS: usize = 32;
/// The most bytes one part may have: a quarter of what a relay takes in one frame.
pub const MAX_PART: usize = 4 << 20;

/// What an envelope is about. Numbers without a name here are kept and relayed, not applied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Kind(pub u8);

impl Kind {
    /// Answers of a record. The subject is the record.
    pub const RECORD: Self = Self(1);
    /// The first keys of chains, one part for each compartment. The subject is nothing (zeros).
    pub const CHAIN: Self = Self(2);
    /// The keys of one record, for one device. The subject is the record.
    pub const GRANT: Self = Self(3);
    /// A form's definition and dictionary, under the members' key. The subject is the form.
    pub const FORM: Self = Self(4);
    /// A piece of a file that belongs to a form, or the list of those files, under the members' key.
    /// The subject is the form.
    pub const FILE: Self = Self(5);
    /// Fresh one-time keys of its author, to which desks seal grants, under the members' key. The subject is nothing.
    pub const KEYS: Self = Self(6);
    /// The seeds of epochs that are older than a desk, sealed to that desk. The subject is nothing.
    pub const BOOK: Self = Self(7);
    /// An open draft that moves from one device to another, sealed to that device. The subject is the record.
    pub const HANDOVER: Self = Self(8);
    /// A record is erased: its parts and keys are destroyed everywhere. No parts. The subject is the record.
    pub const TOMBSTONE: Self = Self(9);
    /// Up to where a desk has opened what each author wrote, under the members' key. The subject is nothing.
    pub const CHECKPOINT: Self = Self(10);
    /// A consulted person takes consent back: the record is hidden everywhere. The subject is the record.
    pub const WITHDRAWAL: Self = Self(11);
    /// Its author did what was asked: a desk erased a record, a device took over a draft. No parts.
    /// The subject is the record.
    pub const RECEIPT: Self = Self(12);
    /// A photo, a recording or a signature that belongs to a record. Its first part tells of it; the others are its
    /// pieces, which travel apart. The subject is the record.
    pub const MEDIA: Self = Self(13);
    /// A photo, a recording or a signature of an open draft that moves to another device, laid out as [`Self::MEDIA`] and
    /// sealed to that device. The subject is the record.
    pub const HANDED_MEDIA: Self = Self(14);
    /// What one record says of entities, for one device that is to visit them. The subject is the record.
    pub const ASSIGNMENT: Self = Self(15);

    /// Returns what people call it; nothing for a number that a later version added.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::RECORD => "record",
            Self::CHAIN => "chain",
            Self::GRANT => "grant",
            Self::FORM => "form",
            Self::FILE => "file",
            Self::KEYS => "keys",
            Self::BOOK => "book",
            Self::HANDOVER => "hand-over",
            Self::TOMBSTONE => "tombstone",
            Self::CHECKPOINT => "checkpoint",
            Self::WITHDRAWAL => "withdrawal",
            Self::RECEIPT => "receipt",
            Self::MEDIA => "media",
            Self::HANDED_MEDIA => "media of a hand-over",
            Self::ASSIGNMENT => "assignment",
            _ => return None,
        })
    }

    /// Returns whether the envelope is about a record, which its subject names.
    pub fn of_record(self) -> bool {
        matches!(
            self,
            Self::RECORD
                | Self::GRANT
                | Self::HANDOVER
                | Self::TOMBSTONE
                | Self::WITHDRAWAL
                | Self::RECEIPT
                | Self::MEDIA
                | Self::HANDED_MEDIA
                | Self::ASSIGNMENT
        )
    }

    /// Returns whether all parts but the first are pieces, which travel apart from the envelope.
    pub fn has_pieces(self) -> bool {
        matches!(self, Self::MEDIA | Self::HANDED_MEDIA)
    }
}

/// Names the key a part is sealed with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyName {
    /// The key at `index` of a chain.
    Chain {
        /// Which chain.
        chain: ChainId,
        /// Which of its keys, from 0.
        index: u32,
    },
    /// A key handed to the author with a grant.
    Granted(GrantedKeyId),
    /// The reading key of an epoch of the part's compartment.
    Epoch(u32),
    /// A member's own key.
    Member(KemKeyId),
    /// The key every member has.
    Members(KemKeyId),
}

/// What the header says of one part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PartHeader {
    /// Whose reading key opens it.
    pub compartment: CompartmentId,
    /// The key it is sealed with.
    pub key: KeyName,
    /// Its length in bytes.
    pub length: u32,
    /// Its BLAKE3 hash.
    pub hash: PartHash,
}

/// The signed half of an envelope.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Header {
    /// What the envelope is about.
    pub kind: Kind,
    /// The programme.
    pub programme: ProgrammeId,
    /// The record, form, … it is about; what it names depends on the kind.
    pub subject: [u8; 16],
    /// The one member it is for, if it is for one.
    pub recipient: Option<MemberId>,
    /// Who wrote it.
    pub author: MemberId,
    /// The author's incarnation.
    pub incarnation: Incarnation,
    /// The author's contiguous sequence within the incarnation, from 1.
    pub sequence: u64,
    /// The id of the author's envelope before this one; zeros for the very first.
    pub previous: EnvelopeId,
    /// The roster the author saw.
    pub roster: RosterPosition,
    /// The parts, in order.
    pub parts: Vec<PartHeader>,
}

/// A sealed part, or its absence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The sealed bytes.
    Here(Vec<u8>),
    /// Not sent: the reader is not cleared for it, or it was erased.
    Absent,
}

/// A signed envelope. Nothing about it is proved yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// What was signed.
    pub header: Header,
    /// Ed25519 over the canonical header.
    pub signature: [u8; 64],
    /// One for each part header.
    pub parts: Vec<Part>,
}

impl Header {
    /// Returns the canonical bytes, which are what is signed and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(HEADER_VERSION);
        w.u8(self.kind.0);
        w.fixed(self.programme.as_bytes());
        w.fixed(&self.subject);
        match &self.recipient {
            None => w.u8(0),
            Some(member) => {
                w.u8(1);
                w.fixed(member.as_bytes());
            }
        }
        w.fixed(self.author.as_bytes());
        w.varint(u64::from(self.incarnation));
        w.varint(self.sequence);
        w.fixed(self.previous.as_bytes());
        w.varint(self.roster.height);
        w.fixed(self.roster.head.as_bytes());
        w.varint(self.parts.len() as u64);
        for part in &self.parts {
            w.u8(part.compartment.0);
            part.key.write(&mut w);
            w.varint(u64::from(part.length));
            w.fixed(part.hash.as_bytes());
        }
        w.finish()
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the envelope header", HEADER_VERSION)?;
        let kind = Kind(r.u8("the kind")?);
        let programme = ProgrammeId::from_bytes(r.array("the programme")?);
        let subject = r.array("the subject")?;
        let recipient = match r.u8("the recipient flag")? {
            0 => None,
            1 => Some(MemberId::from_bytes(r.array("the recipient")?)),
            value => {
                return Err(DecodeError::Unknown {
                    what: "the recipient flag",
                    value: value.into(),
                });
            }
        };
        let author = MemberId::from_bytes(r.array("the author")?);
        let incarnation = r.varint32()?;
        let sequence = r.varint()?;
        let previous = EnvelopeId(r.array("the previous envelope")?);
        let height = r.varint()?;
        let head = RosterHead(r.array("the roster head")?);
        let count = r.count("the list of parts", MAX_PARTS)?;
        let mut parts = Vec::with_capacity(count);
        for _ in 0..count {
            parts.push(PartHeader {
                compartment: CompartmentId(r.u8("a compartment")?),
                key: KeyName::read(&mut r)?,
                length: read_length(&mut r)?,
                hash: PartHash(r.array("a part hash")?),
            });
        }
        r.end()?;
        let roster = RosterPosition { height, head };
        Ok(Self {
            kind,
            programme,
            subject,
            recipient,
            author,
            incarnation,
            sequence,
            previous,
            roster,
            parts,
        })
    }

    /// Returns the envelope's id: BLAKE3 of the canonical bytes.
    pub fn id(&self) -> EnvelopeId {
        EnvelopeId(*blake3::hash(&self.to_bytes()).as_bytes())
    }
}

impl KeyName {
    /// Returns the canonical bytes, by which a key book files the key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let name = Self::read(&mut r)?;
        r.end()?;
        Ok(name)
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            Self::Chain { chain, index } => {
                w.u8(0);
                w.fixed(chain.as_bytes());
                w.varint(u64::from(*index));
            }
            Self::Granted(id) => {
                w.u8(1);
                w.fixed(id.as_bytes());
            }
            Self::Epoch(number) => {
                w.u8(2);
                w.varint(u64::from(*number));
            }
            Self::Member(id) => {
                w.u8(3);
                w.fixed(id.as_bytes());
            }
            Self::Members(id) => {
                w.u8(4);
                w.fixed(id.as_bytes());
            }
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8("a key name")? {
            0 => Self::Chain {
                chain: ChainId(r.array("a chain id")?),
                index: r.varint32()?,
            },
            1 => Self::Granted(GrantedKeyId(r.array("a granted key id")?)),
            2 => Self::Epoch(r.varint32()?),
            3 => Self::Member(KemKeyId(r.array("a member key id")?)),
            4 => Self::Members(KemKeyId(r.array("a members' key id")?)),
            value => {
                return Err(DecodeError::Unknown {
                    what: "a key name",
                    value: value.into(),
                });
            }
        })
    }
}

impl PartHeader {
    /// Describes a sealed part.
    pub fn of(compartment: CompartmentId, key: KeyName, sealed: &[u8]) -> Self {
        Self {
            compartment,
            key,
            length: sealed.len() as u32,
            hash: hash(sealed),
        }
    }

    /// Returns whether `sealed` is the part this header commits to.
    pub fn commits_to(&self, sealed: &[u8]) -> bool {
        sealed.len() == self.length as usize && hash(sealed) == self.hash
    }
}

/// Hashes a sealed part.
///
/// BLAKE3 leaves its last block on the stack, where a dump of the memory would show it long after the part was erased:
/// the same once more over zeros covers it.
#[inline(never)]
fn hash(sealed: &[u8]) -> PartHash {
    let hash = PartHash(*blake3::hash(sealed).as_bytes());
    std::hint::black_box(blake3::hash(&vec![0; sealed.len()]));
    hash
}

impl Part {
    /// Returns the sealed bytes, if they are here.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Here(bytes) => Some(bytes),
            Self::Absent => None,
        }
    }
}

impl Envelope {
    /// Returns the envelope's id.
    pub fn id(&self) -> EnvelopeId {
        self.header.id()
    }

    /// Returns the parts with their headers.
    pub fn parts(&self) -> impl Iterator<Item = (&PartHeader, &Part)> {
        self.header.parts.iter().zip(&self.parts)
    }

    /// Returns a copy that keeps only the parts `cleared` says may be read.
    pub fn withholding(&self, mut cleared: impl FnMut(&PartHeader) -> bool) -> Self {
        let parts = self
            .parts()
            .map(|(header, part)| {
                if cleared(header) {
                    part.clone()
                } else {
                    Part::Absent
                }
            })
            .collect();
        Self {
            header: self.header.clone(),
            signature: self.signature,
            parts,
        }
    }
}

pub(crate) fn read_length(r: &mut Reader<'_>) -> Result<u32, DecodeError> {
    Ok(r.count("a part", MAX_PART)? as u32)
}

#[cfg(test)]
pub(crate) mod tests;
