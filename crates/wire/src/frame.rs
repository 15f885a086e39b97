//! What follows what in one `POST /v1/sync`.
//!
//! A frame is a length (varint, of type and body), a type byte and a body. The client sends `hello`, then
//! `append` and `push`; the relay answers with `ack`, `roster`, `pull`, `backfill`, `complete` and `done`, or
//! with `refused` alone. A frame of an unknown type is skipped.

use std::collections::VecDeque;

use crate::codec::{DecodeError, Reader, Writer};
use crate::elision::Elision;
use crate::envelope::Envelope;
use crate::ids::{CompartmentId, LogId, MemberId, ProgrammeId, RecordId, RosterHead, RosterPosition};
use crate::roster_entry::RosterEntry;

/// The version of the protocol.
pub const PROTOCOL_VERSION: u8 = 1;
/// The most bytes one frame may have.
pub const MAX_FRAME: usize = 8 << 20;
/// The most wants one hello may carry.
pub const MAX_WANTS: usize = 1000;
/// The most bytes a nonce may have.
pub const MAX_NONCE: usize = 32;
const MAX_HINT: usize = 1000;

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
}

/// Something that lies behind the cursor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Want {
    /// What is wanted.
    pub what: Wanted,
    /// The relay's sequence number after which it is wanted.
    pub from: u64,
}

/// What a want names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Wanted {
    /// The envelopes of a record that was granted.
    Record(RecordId),
    /// The parts of a compartment the member was newly cleared for.
    Compartment(CompartmentId),
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

/// One frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// Who asks, and what they have.
    Hello(Hello),
    /// A roster entry for the relay to append.
    Append(RosterEntry),
    /// An envelope for the relay to keep.
    Push(Envelope),
    /// What became of some frames.
    Ack(Ack),
    /// A roster entry the member lacks.
    Roster(RosterEntry),
    /// An envelope after the cursor.
    Pull {
        /// The relay's sequence number.
        sequence: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// An envelope that a want asked for.
    Backfill {
        /// The relay's sequence number.
        sequence: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// Everything a want asked for has been sent, up to and with `from`.
    Complete(Want),
    /// The end of an answer.
    Done(Done),
    /// The whole of an answer.
    Refused(Refusal),
    /// Something a later version added.
    Unknown(u8),
}

/// Writes one direction of a call.
#[derive(Debug, Default)]
pub struct FrameWriter {
    elision: Option<Elision>,
}

/// Reads one direction of a call, however the bytes were cut.
#[derive(Debug, Default)]
pub struct FrameReader {
    elision: Option<Elision>,
    waiting: VecDeque<u8>,
}

impl Hello {
    /// Returns what both directions of the call leave out of envelopes at first.
    pub fn elision(&self) -> Elision {
        Elision::new(self.programme, self.member, self.roster)
    }
}

impl FrameWriter {
    /// Starts the client's direction; the first frame is the hello.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the relay's direction of a call.
    pub fn answering(hello: &Hello) -> Self {
        Self {
            elision: Some(hello.elision()),
        }
    }

    /// Returns the bytes of the next frame.
    ///
    /// # Panics
    /// An envelope before the hello is a mistake of the program.
    pub fn write(&mut self, frame: &Frame) -> Vec<u8> {
        let mut body = Writer::new();
        let mut envelope = |envelope: &Envelope, w: &mut Writer| {
            self.elision
                .as_mut()
                .expect("a hello comes before envelopes")
                .write(envelope, w);
        };
        match frame {
            Frame::Hello(hello) => {
                body.u8(1);
                hello.write(&mut body);
            }
            Frame::Append(entry) => {
                body.u8(2);
                body.fixed(&entry.to_bytes());
            }
            Frame::Push(pushed) => {
                body.u8(3);
                envelope(pushed, &mut body);
            }
            Frame::Ack(ack) => {
                body.u8(4);
                body.varint(u64::from(ack.count));
                body.u8(ack.status.number());
            }
            Frame::Roster(entry) => {
                body.u8(5);
                body.fixed(&entry.to_bytes());
            }
            Frame::Pull {
                sequence,
                envelope: pulled,
            } => {
                body.u8(6);
                body.varint(*sequence);
                envelope(pulled, &mut body);
            }
            Frame::Done(done) => {
                body.u8(7);
                body.varint(done.cursor);
                body.u8(u8::from(done.more));
                body.fixed(done.log.as_bytes());
                body.bytes(&done.nonce);
            }
            Frame::Refused(refusal) => {
                body.u8(8);
                body.u8(refusal.code.number());
                body.text(&refusal.hint);
                body.varint(refusal.height);
                body.bytes(&refusal.nonce);
            }
            Frame::Complete(want) => {
                body.u8(9);
                want.write(&mut body);
            }
            Frame::Backfill {
                sequence,
                envelope: pulled,
            } => {
                body.u8(10);
                body.varint(*sequence);
                envelope(pulled, &mut body);
            }
            Frame::Unknown(tag) => body.u8(*tag),
        }
        if let Frame::Hello(hello) = frame {
            self.elision = Some(hello.elision());
        }
        let mut w = Writer::new();
        w.bytes(&body.finish());
        w.finish()
    }
}

impl FrameReader {
    /// Starts to read the client's direction; the first frame must be the hello.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts to read the relay's answer to `hello`.
    pub fn answered(hello: &Hello) -> Self {
        Self {
            elision: Some(hello.elision()),
            waiting: VecDeque::new(),
        }
    }

    /// Takes bytes as they arrive.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend(bytes);
    }

    /// Returns the next whole frame, or nothing until more bytes arrive.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        Ok(self.next_with_bytes()?.map(|(frame, _)| frame))
    }

    /// Returns the next whole frame and the bytes of its type and body, which a hello's signature covers.
    pub fn next_with_bytes(&mut self) -> Result<Option<(Frame, Vec<u8>)>, DecodeError> {
        let Some((head, length)) = self.next_length()? else {
            return Ok(None);
        };
        if self.waiting.len() < head + length {
            return Ok(None);
        }
        self.waiting.drain(..head);
        let body: Vec<u8> = self.waiting.drain(..length).collect();
        let frame = self.read(&body)?;
        Ok(Some((frame, body)))
    }

    /// Refuses bytes that are the beginning of a frame which never ended.
    pub fn end(&self) -> Result<(), DecodeError> {
        match self.waiting.len() {
            0 => Ok(()),
            left => Err(DecodeError::LeftOver(left)),
        }
    }

    /// Returns how long the next frame's length field is and what it says, once it is all here.
    fn next_length(&mut self) -> Result<Option<(usize, usize)>, DecodeError> {
        let head: Vec<u8> = self.waiting.iter().copied().take(10).collect();
        let mut r = Reader::new(&head);
        match r.count("a frame", MAX_FRAME) {
            Ok(length) => Ok(Some((head.len() - r.rest().len(), length))),
            Err(DecodeError::Short { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, body: &[u8]) -> Result<Frame, DecodeError> {
        let mut r = Reader::new(body);
        let tag = r.u8("a frame's type")?;
        let frame = match tag {
            1 => {
                let hello = Hello::read(&mut r)?;
                self.elision = Some(hello.elision());
                Frame::Hello(hello)
            }
            2 => return RosterEntry::from_bytes(r.rest()).map(Frame::Append),
            3 => Frame::Push(self.envelope(&mut r)?),
            4 => Frame::Ack(Ack {
                count: r.varint32()?,
                status: Status::read(r.u8("a status")?)?,
            }),
            5 => return RosterEntry::from_bytes(r.rest()).map(Frame::Roster),
            6 => Frame::Pull {
                sequence: r.varint()?,
                envelope: self.envelope(&mut r)?,
            },
            7 => Frame::Done(Done {
                cursor: r.varint()?,
                more: read_flag(&mut r)?,
                log: LogId(r.array("the log id")?),
                nonce: r.bytes(MAX_NONCE)?.to_vec(),
            }),
            8 => Frame::Refused(Refusal {
                code: RefusalCode::read(r.u8("a refusal")?),
                hint: r.text(MAX_HINT)?.to_owned(),
                height: r.varint()?,
                nonce: r.bytes(MAX_NONCE)?.to_vec(),
            }),
            9 => Frame::Complete(Want::read(&mut r)?),
            10 => Frame::Backfill {
                sequence: r.varint()?,
                envelope: self.envelope(&mut r)?,
            },
            tag => return Ok(Frame::Unknown(tag)),
        };
        r.end()?;
        Ok(frame)
    }

    fn envelope(&mut self, r: &mut Reader<'_>) -> Result<Envelope, DecodeError> {
        self.elision
            .as_mut()
            .ok_or(DecodeError::Contradiction("an envelope comes before the hello"))?
            .read(r)
    }
}

impl Hello {
    fn write(&self, w: &mut Writer) {
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
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
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
        })
    }
}

impl Want {
    fn write(&self, w: &mut Writer) {
        match self.what {
            Wanted::Record(record) => {
                w.u8(1);
                w.fixed(record.as_bytes());
            }
            Wanted::Compartment(compartment) => {
                w.u8(2);
                w.u8(compartment.0);
            }
        }
        w.varint(self.from);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let what = match r.u8("a want")? {
            1 => Wanted::Record(RecordId::from_bytes(r.array("a record")?)),
            2 => Wanted::Compartment(CompartmentId(r.u8("a compartment")?)),
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

    fn number(self) -> u8 {
        self as u8
    }

    fn read(number: u8) -> Result<Self, DecodeError> {
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

    fn number(self) -> u8 {
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

    fn read(number: u8) -> Self {
        Self::KNOWN
            .get(usize::from(number))
            .copied()
            .unwrap_or(Self::Other(number))
    }
}

fn read_flag(r: &mut Reader<'_>) -> Result<bool, DecodeError> {
    match r.u8("a flag")? {
        0 => Ok(false),
        1 => Ok(true),
        value => Err(DecodeError::Unknown {
            what: "a flag",
            value: value.into(),
        }),
    }
}

#[cfg(test)]
mod tests;
