//! The end of a device or desk.

use std::collections::VecDeque;

use thiserror::Error;
use wire::{
    DecodeError, Done, Envelope, EnvelopeId, Frame, FrameReader, FrameWriter, Held, Hello, PartHash, Piece,
    Refusal, RosterEntry, Status, Vector, Want, Wanted,
};

/// Why a call cannot go on. Nothing that was taken before is lost; call again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    /// The answer ended before the relay said it was done.
    #[error("the connection was cut before the relay was done; sync again")]
    Cut,
    /// The bytes are not an answer.
    #[error("the answer is not one of a Baraza relay: {0}")]
    Unreadable(#[from] DecodeError),
    /// The relay answers something that was not asked, or in an order that would skip something.
    #[error("the relay breaks the protocol: {0}")]
    Breach(&'static str),
}

/// What was sent, and waits for its acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// The roster entry at this height.
    Entry(u64),
    /// An envelope.
    Envelope(EnvelopeId),
    /// Bytes of a sealed piece.
    Piece {
        /// The whole piece's hash.
        part: PartHash,
        /// How many of its bytes are sent with these.
        upto: u64,
    },
}

/// What the member is asked to do, in this order. Each is safe to do twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberEffect {
    /// Note what became of something sent.
    Note(Sent, Status),
    /// Verify and append a roster entry.
    Append(RosterEntry),
    /// Verify and keep an envelope; everything up to this sequence number is here once it is kept.
    Keep {
        /// The relay's sequence number: the new cursor.
        sequence: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// Verify and keep an envelope from behind the cursor.
    KeepBehind {
        /// The relay's sequence number.
        sequence: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// Note how far the relay has an author's sequence: what lies above it is to be sent again.
    Compare(Vector),
    /// Note how much of a piece the relay has.
    Resume(Held),
    /// Keep bytes of a sealed piece that was wanted.
    KeepPiece(Piece),
    /// Forget a want: all of it is here.
    Forget(Want),
    /// Note the cursor, the relay's log id and the next nonce: the call is over.
    Finish(Done),
    /// The relay refuses the call.
    Refused(Refusal),
}

/// One call, from the member's side.
#[derive(Debug)]
pub struct MemberCall {
    writer: FrameWriter,
    reader: FrameReader,
    waiting: VecDeque<Sent>,
    /// The highest sequence number pulled in this call.
    pulled: u64,
    wants: Vec<Want>,
    over: bool,
}

impl MemberCall {
    /// Begins a call. Returns the hello's frame: send it first, and sign its body (all after the length).
    pub fn begin(hello: Hello) -> (Self, Vec<u8>) {
        let reader = FrameReader::answered(&hello);
        let wants = hello.wants.clone();
        let mut writer = FrameWriter::new();
        let bytes = writer.write(&Frame::Hello(hello));
        (
            Self {
                writer,
                reader,
                waiting: VecDeque::new(),
                pulled: 0,
                wants,
                over: false,
            },
            bytes,
        )
    }

    /// Returns the frame that appends a roster entry. Entries go before envelopes.
    pub fn append(&mut self, entry: RosterEntry) -> Vec<u8> {
        self.waiting.push_back(Sent::Entry(entry.height));
        self.writer.write(&Frame::Append(entry))
    }

    /// Returns the frame that pushes an envelope.
    pub fn push(&mut self, envelope: Envelope) -> Vec<u8> {
        self.waiting.push_back(Sent::Envelope(envelope.id()));
        self.writer.write(&Frame::Push(envelope))
    }

    /// Returns the frame that sends bytes of a sealed piece. Pieces go behind envelopes.
    pub fn piece(&mut self, piece: Piece) -> Vec<u8> {
        self.waiting.push_back(Sent::Piece {
            part: piece.part,
            upto: piece.offset + piece.bytes.len() as u64,
        });
        self.writer.write(&Frame::Piece(piece))
    }

    /// Takes bytes of the answer, and returns what they ask for.
    pub fn received(&mut self, bytes: &[u8]) -> Result<Vec<MemberEffect>, CallError> {
        self.reader.push(bytes);
        let mut effects = Vec::new();
        while let Some(frame) = self.reader.next_frame()? {
            self.take(frame, &mut effects)?;
        }
        Ok(effects)
    }

    /// Refuses an answer that ended too early.
    pub fn ended(&self) -> Result<(), CallError> {
        if !self.over {
            return Err(CallError::Cut);
        }
        Ok(self.reader.end()?)
    }

    fn take(&mut self, frame: Frame, effects: &mut Vec<MemberEffect>) -> Result<(), CallError> {
        if self.over {
            return Err(CallError::Breach("something follows the end of the answer"));
        }
        match frame {
            Frame::Ack(ack) => {
                for _ in 0..ack.count {
                    let sent = self
                        .waiting
                        .pop_front()
                        .ok_or(CallError::Breach("more was acknowledged than sent"))?;
                    effects.push(MemberEffect::Note(sent, ack.status));
                }
            }
            Frame::Roster(entry) => effects.push(MemberEffect::Append(entry)),
            Frame::Pull { sequence, envelope } => {
                // Not compared with the cursor: a relay with another log id begins again from the front.
                if sequence <= self.pulled {
                    return Err(CallError::Breach("envelopes come out of order"));
                }
                self.pulled = sequence;
                effects.push(MemberEffect::Keep { sequence, envelope });
            }
            Frame::Backfill { sequence, envelope } => {
                if self.wants.is_empty() {
                    return Err(CallError::Breach("it sends what nobody wanted"));
                }
                effects.push(MemberEffect::KeepBehind { sequence, envelope });
            }
            Frame::Complete(want) => {
                let asked = self.wants.iter().position(|asked| asked.what == want.what);
                let at = asked.ok_or(CallError::Breach("it completes what nobody wanted"))?;
                effects.push(MemberEffect::Forget(self.wants.swap_remove(at)));
            }
            Frame::Done(done) => {
                if !self.waiting.is_empty() {
                    return Err(CallError::Breach(
                        "it is done, and has not said what became of all that was sent",
                    ));
                }
                self.over = true;
                effects.push(MemberEffect::Finish(done));
            }
            Frame::Refused(refusal) => {
                self.over = true;
                effects.push(MemberEffect::Refused(refusal));
            }
            Frame::Vector(vector) => effects.push(MemberEffect::Compare(vector)),
            Frame::Held(held) => effects.push(MemberEffect::Resume(held)),
            Frame::Piece(piece) => {
                let wanted = |want: &Want| want.what == Wanted::Part(piece.part);
                if !self.wants.iter().any(wanted) {
                    return Err(CallError::Breach("it sends what nobody wanted"));
                }
                effects.push(MemberEffect::KeepPiece(piece));
            }
            Frame::Unknown(_) => {}
            Frame::Hello(_)
            | Frame::Append(_)
            | Frame::Push(_)
            | Frame::End(_)
            | Frame::Have(_)
            | Frame::Turn => {
                return Err(CallError::Breach("it sends what only members send"));
            }
        }
        Ok(())
    }
}
