//! What follows what in one `POST /v1/sync`.
//!
//! A frame is a length (varint, of type and body), a type byte and a body. The client sends `hello`, then
//! `append`, `push` and `piece`; the relay answers with `ack`, `vector`, `held`, `roster`, `pull`, `backfill`,
//! `piece`, `complete` and `done`, or with `refused` alone. Two members who meet without a relay take turns, and each
//! turn ends with `turn`. A frame of an unknown type is skipped.

use std::collections::VecDeque;

use crate::codec::{DecodeError, Reader, Writer};
use crate::elision::Elision;
use crate::envelope::Envelope;
use crate::ids::{EnvelopeId, LogId, MemberId, PartHash};
use crate::roster_entry::RosterEntry;

mod messages;

pub use self::messages::{
    Ack, Done, Held, Hello, MAX_MARKS, MAX_NONCE, MAX_PIECE, MAX_WANTS, Mark, PROTOCOL_VERSION, Piece,
    Refusal, RefusalCode, Status, Vector, Want, Wanted,
};
use self::messages::{MAX_HINT, read_flag};

/// The most bytes one frame may have.
pub const MAX_FRAME: usize = 8 << 20;

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
    /// How far the relay has an author's sequence.
    Vector(Vector),
    /// How much the relay has of a piece that is not whole.
    Held(Held),
    /// Some bytes of a sealed piece.
    Piece(Piece),
    /// The end of a bundle: BLAKE3 of all before it. No call has one.
    End([u8; 32]),
    /// Envelopes that the other member need not send. Only members who meet say it.
    Have(Vec<Mark>),
    /// The other member's turn. Only members who meet say it.
    Turn,
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

impl FrameWriter {
    /// Starts the client's direction; the first frame is the hello.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the relay's direction of a call.
    pub fn answering(hello: &Hello) -> Self {
        Self::after(hello.elision())
    }

    /// Starts where a hello is not needed: both ends know the same already.
    pub fn after(elision: Elision) -> Self {
        Self {
            elision: Some(elision),
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
            Frame::Vector(vector) => {
                body.u8(11);
                body.fixed(vector.author.as_bytes());
                body.varint(u64::from(vector.incarnation));
                body.varint(vector.upto);
                body.fixed(vector.last.as_bytes());
            }
            Frame::Held(held) => {
                body.u8(12);
                body.fixed(held.part.as_bytes());
                body.varint(held.offset);
            }
            Frame::Piece(piece) => {
                body.u8(13);
                body.fixed(piece.part.as_bytes());
                body.varint(piece.offset);
                body.bytes(&piece.bytes);
            }
            Frame::End(hash) => {
                body.u8(14);
                body.fixed(hash);
            }
            Frame::Have(marks) => {
                body.u8(15);
                body.varint(marks.len() as u64);
                marks.iter().for_each(|mark| body.fixed(mark.as_bytes()));
            }
            Frame::Turn => body.u8(16),
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
        Self::after(hello.elision())
    }

    /// Starts where a hello is not needed: both ends know the same already.
    pub fn after(elision: Elision) -> Self {
        Self {
            elision: Some(elision),
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
            11 => Frame::Vector(Vector {
                author: MemberId::from_bytes(r.array("an author")?),
                incarnation: r.varint32()?,
                upto: r.varint()?,
                last: EnvelopeId(r.array("an envelope")?),
            }),
            12 => Frame::Held(Held {
                part: PartHash(r.array("a part's hash")?),
                offset: r.varint()?,
            }),
            13 => Frame::Piece(Piece {
                part: PartHash(r.array("a part's hash")?),
                offset: r.varint()?,
                bytes: r.bytes(MAX_PIECE)?.to_vec(),
            }),
            14 => Frame::End(r.array("the hash at the end")?),
            15 => {
                let count = r.count("the list of marks", MAX_MARKS)?;
                let marks = (0..count).map(|_| r.array("a mark").map(Mark));
                Frame::Have(marks.collect::<Result<_, _>>()?)
            }
            16 => Frame::Turn,
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

#[cfg(test)]
mod tests;
