//! What the frames of a call say, apart from envelopes and roster entries.

use crate::codec::{DecodeError, Reader, Writer};
use crate::elision::Elision;
use crate::ids::{
    CompartmentId, EnvelopeId, Incarnation, LogId, MemberId, PartHash, ProgrammeId, RecordId, RosterHead,
    RosterPosition,
};

/// The version of the protocol.
pub const PROTOCOL_VERSION: u8 = 1;
/// The most wants one hello may carry.
pub const MAX_WANTS: usize = 1000;
/// The most bytes a nonce may have.
pub const MAX_NONCE: usize = 32;
/// The most bytes one piece frame carries.
pub const MAX_PIECE: usize = 16 << 10;
/// The most marks one frame carries.
pub const MAX_MARKS: usize = 4096;
pub(super) const MAX_HINT: usize = 1000;
const PROBE: u64 = 1;

/// The first frame of a call: who asks, and what they have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hello {
    /// The programme.
    pub programme: ProgrammeId,
    /// Who asks.
    pub member: MemberId,
    /// The relay's last sequence number the member has.
    pub cursor: u64,
    /// The generation of the relay's database the cursor belongs to; zeros at first.
    pub log: LogId,
    /// The roster the member has.
    pub roster: RosterPosition,
    /// The nonce of the relay's last answer; empty at first.
    pub nonce: Vec<u8>,
    /// What the member may see newly, and lies behind the cursor.
    pub wants: Vec<Want>,
    /// Whether the relay is asked what it holds of the member's own: after a call that was cut.
    pub probe: bool,
}

/// Something that lies behind the cursor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Want {
    /// What is wanted.
    pub what: Wanted,
    /// The relay's sequence number after which it is wanted; of a part, how many of its bytes are here.
    pub from: u64,
}

/// What a want names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Wanted {
    /// The envelopes of a record that was granted.
    Record(RecordId),
    /// The parts of a compartment the member was newly cleared for.
    Compartment(CompartmentId),
    /// A sealed piece of a photo or recording; `from` counts its bytes.
    Part(PartHash),
}

/// What became of one `append` or `push`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// It is durable.
    Stored,
    /// It was durable already.
    Had,
    /// It is durable, and so is another envelope at the same place of the same author.
    Fork,
    /// It does not verify, and was not kept.
    Refused,
    /// Another roster entry came first; read the roster and append again.
    Overtaken,
}

/// What became of `count` frames in a row, in the order they were sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ack {
    /// How many frames.
    pub count: u32,
    /// What became of each.
    pub status: Status,
}

/// The last frame of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// What the member has now, up to and with this sequence number.
    pub cursor: u64,
    /// Whether more is waiting: call again.
    pub more: bool,
    /// The generation of the relay's database.
    pub log: LogId,
    /// The nonce for the next call.
    pub nonce: Vec<u8>,
}

/// Why a relay refuses a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RefusalCode {
    /// The nonce is missing or too old; the answer brings a new one.
    Stale,
    /// The member is not in the roster the relay has; send the roster entries above its height.
    UnknownMember,
    /// The relay does not have the programme; send its roster from the founding.
    UnknownProgramme,
    /// The request is not signed by the member.
    BadSignature,
    /// The frames cannot be read.
    Malformed,
    /// The relay serves as many programmes as it may.
    Full,
    /// Something a later version added.
    Other(u8),
}

/// A relay's refusal of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// What to do, in words.
    pub hint: String,
    /// How many roster entries the relay has.
    pub height: u64,
    /// A nonce for the next call; may be empty.
    pub nonce: Vec<u8>,
}

/// How far the relay has an author's sequence without a gap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Vector {
    /// Whose.
    pub author: MemberId,
    /// Of which incarnation.
    pub incarnation: Incarnation,
    /// Up to and with which sequence; 0 if the first is missing.
    pub upto: u64,
    /// The envelope there, which proves all before it; zeros if the first is missing.
    pub last: EnvelopeId,
}

/// What an envelope is told by where whole ids would be too long: the first 16 bytes of its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Mark(pub [u8; 16]);

impl Mark {
    /// Returns the mark of an envelope.
    pub fn of(id: &EnvelopeId) -> Self {
        let mut mark = [0; 16];
        mark.iter_mut()
            .zip(id.as_bytes())
            .for_each(|(to, from)| *to = *from);
        Self(mark)
    }

    /// Returns the 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// How much of a sealed piece the other end has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Held {
    /// The whole piece's hash.
    pub part: PartHash,
    /// How many of its bytes, from the front.
    pub offset: u64,
}

/// Some bytes of a sealed piece.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Piece {
    /// The whole piece's hash.
    pub part: PartHash,
    /// Where in it the bytes begin.
    pub offset: u64,
    /// At most [`MAX_PIECE`] of them.
    pub bytes: Vec<u8>,
}

impl Hello {
    /// Returns what both directions of the call leave out of envelopes at first.
    pub fn elision(&self) -> Elision {
        Elision::new(self.programme, self.member, self.roster)
    }
}

impl Hello {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u8(PROTOCOL_VERSION);
        w.fixed(self.programme.as_bytes());
        w.fixed(self.member.as_bytes());
        w.varint(self.cursor);
        w.fixed(self.log.as_bytes());
        w.varint(self.roster.height);
        w.fixed(self.roster.head.as_bytes());
        w.bytes(&self.nonce);
        w.varint(self.wants.len() as u64);
        self.wants.iter().for_each(|want| want.write(w));
        if self.probe {
            w.varint(PROBE);
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version("the protocol", PROTOCOL_VERSION)?;
        Ok(Self {
            programme: ProgrammeId::from_bytes(r.array("the programme")?),
            member: MemberId::from_bytes(r.array("the member")?),
            cursor: r.varint()?,
            log: LogId(r.array("the log id")?),
            roster: RosterPosition {
                height: r.varint()?,
                head: RosterHead(r.array("the roster head")?),
            },
            nonce: r.bytes(MAX_NONCE)?.to_vec(),
            wants: {
                let count = r.count("the list of wants", MAX_WANTS)?;
                (0..count).map(|_| Want::read(r)).collect::<Result<_, _>>()?
            },
            probe: match r.rest() {
                [] => false,
                _ => match r.varint()? {
                    PROBE => true,
                    value => {
                        return Err(DecodeError::Unknown {
                            what: "a hello's flags",
                            value,
                        });
                    }
                },
            },
        })
    }
}

impl Want {
    pub(super) fn write(&self, w: &mut Writer) {
        match self.what {
            Wanted::Record(record) => {
                w.u8(1);
                w.fixed(record.as_bytes());
            }
            Wanted::Compartment(compartment) => {
                w.u8(2);
                w.u8(compartment.0);
            }
            Wanted::Part(part) => {
                w.u8(3);
                w.fixed(part.as_bytes());
            }
        }
        w.varint(self.from);
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let what = match r.u8("a want")? {
            1 => Wanted::Record(RecordId::from_bytes(r.array("a record")?)),
            2 => Wanted::Compartment(CompartmentId(r.u8("a compartment")?)),
            3 => Wanted::Part(PartHash(r.array("a part's hash")?)),
            value => {
                return Err(DecodeError::Unknown {
                    what: "a want",
                    value: value.into(),
                });
            }
        };
        Ok(Self {
            what,
            from: r.varint()?,
        })
    }
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Stored,
        Self::Had,
        Self::Fork,
        Self::Refused,
        Self::Overtaken,
    ];

    pub(super) fn number(self) -> u8 {
        self as u8
    }

    pub(super) fn read(number: u8) -> Result<Self, DecodeError> {
        let unknown = DecodeError::Unknown {
            what: "a status",
            value: number.into(),
        };
        Self::ALL.get(usize::from(number)).copied().ok_or(unknown)
    }
}

impl RefusalCode {
    const KNOWN: [Self; 6] = [
        Self::Stale,
        Self::UnknownMember,
        Self::UnknownProgramme,
        Self::BadSignature,
        Self::Malformed,
        Self::Full,
    ];

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Stale => 0,
            Self::UnknownMember => 1,
            Self::UnknownProgramme => 2,
            Self::BadSignature => 3,
            Self::Malformed => 4,
            Self::Full => 5,
            Self::Other(number) => number,
        }
    }

    pub(super) fn read(number: u8) -> Self {
        Self::KNOWN
            .get(usize::from(number))
            .copied()
            .unwrap_or(Self::Other(number))
    }
}

pub(super) fn read_flag(r: &mut Reader<'_>) -> Result<bool, DecodeError> {
    match r.u8("a flag")? {
        0 => Ok(false),
        1 => Ok(true),
        value => Err(DecodeError::Unknown {
            what: "a flag",
            value: value.into(),
        }),
    }
}
