//! Which header fields a frame leaves out, because both ends of a stream hold them already.
//!
//! Both ends keep one [`Elision`] for each direction of a call and feed it every envelope in order, so
//! they agree on what may be left out. An envelope's frame:
//!
//! ```text
//! flags(varint) kind?(1) subject(16) recipient?(16) author?(16)
//! (incarnation(varint) sequence(varint) previous(32))? (roster height(varint) head(32))?
//! count?(varint) part* signature(64)
//! part := compartment(1) part-flags(1) key-name? length?(varint) hash?(32) bytes?
//! ```
//!
//! | flag | when set |
//! |---|---|
//! | 1 | the kind is not [`Kind::RECORD`], and follows |
//! | 2 | the envelope has a recipient, which follows |
//! | 4 | the author is not the author of the envelope before (at first: who said hello), and follows |
//! | 8 | it does not follow that author's last header in this stream: incarnation, sequence and previous follow |
//! | 16 | its roster position is not the one of the envelope before (at first: of the hello), and follows |
//! | 32 | the number of parts and their compartments are not those of the envelope before, and follow |
//!
//! | part flag | when set |
//! |---|---|
//! | 1 | the key is not the next of the chain this author last used for the compartment, and follows |
//! | 2 | the part is absent: length and hash follow instead of length and bytes |

use std::collections::HashMap;

use crate::codec::{DecodeError, Reader, Writer};
use crate::envelope::{Envelope, Header, KeyName, Kind, MAX_PARTS, Part, PartHeader, read_length};
use crate::ids::{
    ChainId, CompartmentId, EnvelopeId, Incarnation, MemberId, PartHash, ProgrammeId, RosterHead,
    RosterPosition,
};

const KIND: u64 = 1;
const RECIPIENT: u64 = 2;
const AUTHOR: u64 = 4;
const PLACE: u64 = 8;
const ROSTER: u64 = 16;
const SHAPE: u64 = 32;
const ALL: u64 = 63;
const PART_KEY: u8 = 1;
const PART_ABSENT: u8 = 2;

/// What one direction of a stream has shown so far.
#[derive(Debug, Clone)]
pub struct Elision {
    programme: ProgrammeId,
    author: MemberId,
    roster: RosterPosition,
    shape: Vec<CompartmentId>,
    places: HashMap<MemberId, (Incarnation, u64, EnvelopeId)>,
    chains: HashMap<(MemberId, CompartmentId), (ChainId, u32)>,
}

impl Elision {
    /// Starts a direction: what both ends know from the hello.
    pub fn new(programme: ProgrammeId, member: MemberId, roster: RosterPosition) -> Self {
        Self {
            programme,
            author: member,
            roster,
            shape: Vec::new(),
            places: HashMap::new(),
            chains: HashMap::new(),
        }
    }

    /// Writes an envelope, leaving out what the other end holds.
    pub fn write(&mut self, envelope: &Envelope, w: &mut Writer) {
        let header = &envelope.header;
        let before = header.sequence.checked_sub(1);
        let follows = before.is_some_and(|before| {
            self.follows(&header.author) == Some((header.incarnation, before, header.previous))
        });
        let same_shape = header
            .parts
            .iter()
            .map(|part| part.compartment)
            .eq(self.shape.iter().copied());
        let mut flags = 0;
        for (flag, set) in [
            (KIND, header.kind != Kind::RECORD),
            (RECIPIENT, header.recipient.is_some()),
            (AUTHOR, header.author != self.author),
            (PLACE, !follows),
            (ROSTER, header.roster != self.roster),
            (SHAPE, !same_shape),
        ] {
            flags |= if set { flag } else { 0 };
        }
        w.varint(flags);
        if flags & KIND != 0 {
            w.u8(header.kind.0);
        }
        w.fixed(&header.subject);
        if let Some(recipient) = &header.recipient {
            w.fixed(recipient.as_bytes());
        }
        if flags & AUTHOR != 0 {
            w.fixed(header.author.as_bytes());
        }
        if flags & PLACE != 0 {
            w.varint(u64::from(header.incarnation));
            w.varint(header.sequence);
            w.fixed(header.previous.as_bytes());
        }
        if flags & ROSTER != 0 {
            w.varint(header.roster.height);
            w.fixed(header.roster.head.as_bytes());
        }
        if flags & SHAPE != 0 {
            w.varint(header.parts.len() as u64);
            header.parts.iter().for_each(|part| w.u8(part.compartment.0));
        }
        for (part, sealed) in envelope.parts() {
            let key_elided = self.next_key(&header.author, part.compartment) == Some(part.key);
            let absent = sealed.bytes().is_none();
            w.u8(if key_elided { 0 } else { PART_KEY } | if absent { PART_ABSENT } else { 0 });
            if !key_elided {
                part.key.write(w);
            }
            w.varint(u64::from(part.length));
            match sealed {
                Part::Here(bytes) => w.fixed(bytes),
                Part::Absent => w.fixed(part.hash.as_bytes()),
            }
        }
        w.fixed(&envelope.signature);
        self.remember(header);
    }

    /// Reads an envelope, filling in what was left out.
    pub fn read(&mut self, r: &mut Reader<'_>) -> Result<Envelope, DecodeError> {
        let flags = r.varint()?;
        if flags & !ALL != 0 {
            return Err(DecodeError::Unknown {
                what: "an envelope's flags",
                value: flags,
            });
        }
        let kind = if flags & KIND != 0 {
            Kind(r.u8("a kind")?)
        } else {
            Kind::RECORD
        };
        let subject = r.array("a subject")?;
        let recipient = match flags & RECIPIENT {
            0 => None,
            _ => Some(MemberId::from_bytes(r.array("a recipient")?)),
        };
        let author = match flags & AUTHOR {
            0 => self.author,
            _ => MemberId::from_bytes(r.array("an author")?),
        };
        let (incarnation, sequence, previous) = if flags & PLACE != 0 {
            (
                r.varint32()?,
                r.varint()?,
                EnvelopeId(r.array("the previous envelope")?),
            )
        } else {
            let (incarnation, last, id) = self.follows(&author).ok_or(DecodeError::Contradiction(
                "an envelope follows one that was not in this stream; send its place in full",
            ))?;
            (incarnation, last.checked_add(1).ok_or(DecodeError::Number)?, id)
        };
        let roster = if flags & ROSTER != 0 {
            RosterPosition {
                height: r.varint()?,
                head: RosterHead(r.array("a roster head")?),
            }
        } else {
            self.roster
        };
        let shape = if flags & SHAPE != 0 {
            let count = r.count("the list of parts", MAX_PARTS)?;
            r.take(count, "compartments")?
                .iter()
                .copied()
                .map(CompartmentId)
                .collect()
        } else {
            self.shape.clone()
        };
        let (headers, parts) = self.read_parts(&author, shape, r)?;
        let header = Header {
            kind,
            programme: self.programme,
            subject,
            recipient,
            author,
            incarnation,
            sequence,
            previous,
            roster,
            parts: headers,
        };
        let signature = r.array("a signature")?;
        self.remember(&header);
        Ok(Envelope {
            header,
            signature,
            parts,
        })
    }

    fn read_parts(
        &self,
        author: &MemberId,
        shape: Vec<CompartmentId>,
        r: &mut Reader<'_>,
    ) -> Result<(Vec<PartHeader>, Vec<Part>), DecodeError> {
        let mut headers = Vec::with_capacity(shape.len());
        let mut parts = Vec::with_capacity(shape.len());
        for compartment in shape {
            let flags = r.u8("a part's flags")?;
            if flags & !(PART_KEY | PART_ABSENT) != 0 {
                return Err(DecodeError::Unknown {
                    what: "a part's flags",
                    value: flags.into(),
                });
            }
            let key = if flags & PART_KEY != 0 {
                KeyName::read(r)?
            } else {
                self.next_key(author, compartment)
                    .ok_or(DecodeError::Contradiction(
                        "a part names no key, and its author used no chain before in this stream",
                    ))?
            };
            let length = read_length(r)?;
            if flags & PART_ABSENT != 0 {
                let hash = PartHash(r.array("a part's hash")?);
                headers.push(PartHeader {
                    compartment,
                    key,
                    length,
                    hash,
                });
                parts.push(Part::Absent);
            } else {
                let sealed = r.take(length as usize, "a part")?;
                headers.push(PartHeader::of(compartment, key, sealed));
                parts.push(Part::Here(sealed.to_vec()));
            }
        }
        Ok((headers, parts))
    }

    fn follows(&self, author: &MemberId) -> Option<(Incarnation, u64, EnvelopeId)> {
        self.places.get(author).copied()
    }

    fn next_key(&self, author: &MemberId, compartment: CompartmentId) -> Option<KeyName> {
        let (chain, index) = self.chains.get(&(*author, compartment)).copied()?;
        Some(KeyName::Chain {
            chain,
            index: index.checked_add(1)?,
        })
    }

    fn remember(&mut self, header: &Header) {
        self.author = header.author;
        self.roster = header.roster;
        self.shape = header.parts.iter().map(|part| part.compartment).collect();
        self.places
            .insert(header.author, (header.incarnation, header.sequence, header.id()));
        for part in &header.parts {
            if let KeyName::Chain { chain, index } = part.key {
                self.chains
                    .insert((header.author, part.compartment), (chain, index));
            }
        }
    }
}

#[cfg(test)]
mod tests;
