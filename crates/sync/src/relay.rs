//! The relay's end.

use std::collections::VecDeque;

use wire::{
    Ack, DecodeError, Done, Envelope, Frame, FrameReader, FrameWriter, Held, Hello, LogId, Piece, Refusal,
    RefusalCode, RosterEntry, RosterPosition, Status, Vector, Want, Wanted,
};

/// How many bytes of a piece one frame gives: what a cut destroys of a frame is given again.
const PIECE_GIVEN: usize = 4 << 10;

/// What happened to the relay's end of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayEvent {
    /// Bytes of the request arrived.
    Received(Vec<u8>),
    /// The request is at its end.
    Ended,
    /// [`RelayEffect::Authenticate`] went well.
    Welcomed(Welcome),
    /// [`RelayEffect::Authenticate`] went well, and whoever asks is no member yet: a desk that is being recovered, for
    /// which the programme's root key vouches. It is shown the roster, and nothing else.
    Recovering(Welcome),
    /// [`RelayEffect::Authenticate`] went badly.
    Turned(Refusal),
    /// What became of the oldest append or keep that was not answered yet. It is durable when this is said.
    Kept(Status),
    /// The answer to [`RelayEffect::ReadRoster`].
    Roster(Vec<RosterEntry>),
    /// The answer to [`RelayEffect::ReadPage`] or [`RelayEffect::ReadWant`].
    Page(Page),
    /// An answer to [`RelayEffect::ReadPage`]: the relay gives nothing yet, since it came out of a backup. The cursor and
    /// all wants stay as they are.
    NotYet,
    /// The answer to [`RelayEffect::ReadVectors`].
    Vectors(Vec<Vector>, Vec<Held>),
    /// The answer to [`RelayEffect::ReadPiece`]: some bytes, or nothing at its end or if it is not for this member.
    Piece(Option<Piece>),
}

/// What the relay knows of a member it lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The generation of the relay's database.
    pub log: LogId,
    /// The nonce for the next call.
    pub nonce: Vec<u8>,
    /// The relay's roster.
    pub roster: RosterPosition,
    /// The last sequence number the relay gave out in this programme.
    pub last: u64,
}

/// A run of envelopes in sequence order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What the member is cleared for.
    pub envelopes: Vec<(u64, Envelope)>,
    /// Up to and with which sequence number this page looked.
    pub looked_to: u64,
    /// Whether there is more behind it.
    pub more: bool,
}

/// What the relay is asked to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayEffect {
    /// Check that the request is signed by the member and fresh; answer `Welcomed`, `Recovering` or `Turned`.
    Authenticate {
        /// Who asks.
        hello: Hello,
        /// What the request's signature covers of it.
        signed: Vec<u8>,
    },
    /// Verify and append a roster entry; answer `Kept`, in order.
    Append(RosterEntry),
    /// Verify and store an envelope; answer `Kept`, in order.
    Keep(Envelope),
    /// Store bytes of a sealed piece that a stored envelope declares; answer `Kept`, in order.
    KeepPiece(Piece),
    /// Read how far the relay has each author's sequence, and how much of pieces that are not whole; of the member
    /// alone unless it is a desk that compares everything. Answer `Vectors`.
    ReadVectors {
        /// Whether the relay's log is another than the member's, so that everything is compared.
        all: bool,
    },
    /// Read bytes of a sealed piece; answer `Piece`.
    ReadPiece(Want),
    /// Read the roster above a height; answer `Roster`.
    ReadRoster {
        /// The height.
        above: u64,
    },
    /// Read envelopes the member is cleared for; answer `Page`.
    ReadPage {
        /// After this sequence number.
        after: u64,
    },
    /// Read envelopes a want names; answer `Page`.
    ReadWant(Want),
    /// Send bytes of the answer.
    Send(Vec<u8>),
    /// The answer is at its end.
    Close,
}

#[derive(Debug)]
enum Stage {
    /// No hello yet.
    Silent,
    /// Roster entries may come; nothing else may happen before the member is known.
    Greeted,
    /// The driver is checking who it is.
    Authenticating,
    /// Envelopes come.
    Taking,
    /// Nothing comes any more, and the roster is shown.
    Showing,
    /// The member's lacks are read.
    Giving {
        wants: VecDeque<Want>,
        current: Option<Want>,
    },
    Over,
}

/// One call, from the relay's side.
#[derive(Debug)]
pub struct RelayCall {
    stage: Stage,
    reader: FrameReader,
    writer: FrameWriter,
    hello: Option<(Hello, Vec<u8>)>,
    /// What to do with the first envelope or piece, once the member is known.
    held: Option<RelayEffect>,
    welcome: Option<Welcome>,
    ended: bool,
    /// How many appends and keeps have no answer yet.
    unanswered: u64,
    /// Acknowledgements not sent yet.
    acks: Option<Ack>,
    cursor: u64,
}

impl Default for RelayCall {
    fn default() -> Self {
        Self::begin()
    }
}

impl RelayCall {
    /// Begins a call: nothing has arrived.
    pub fn begin() -> Self {
        Self {
            stage: Stage::Silent,
            reader: FrameReader::new(),
            writer: FrameWriter::new(),
            hello: None,
            held: None,
            welcome: None,
            ended: false,
            unanswered: 0,
            acks: None,
            cursor: 0,
        }
    }

    /// Returns how many appends and keeps have no answer yet, for the driver to limit.
    pub fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// Takes an event, and returns what to do.
    pub fn handle(&mut self, event: RelayEvent) -> Vec<RelayEffect> {
        let mut effects = Vec::new();
        if let Err(error) = self.take(event, &mut effects) {
            self.refuse(malformed(&error), &mut effects);
        }
        effects
    }

    fn take(&mut self, event: RelayEvent, effects: &mut Vec<RelayEffect>) -> Result<(), DecodeError> {
        match event {
            _ if matches!(self.stage, Stage::Over) => {}
            RelayEvent::Received(bytes) => {
                self.reader.push(&bytes);
                self.read(effects)?;
            }
            RelayEvent::Ended => {
                self.ended = true;
                self.read(effects)?;
            }
            RelayEvent::Welcomed(welcome) => {
                self.welcome = Some(welcome);
                self.stage = Stage::Taking;
                effects.extend(self.held.take());
                self.read(effects)?;
            }
            RelayEvent::Recovering(welcome) => {
                if self.held.is_some() {
                    return Err(DecodeError::Contradiction(
                        "a desk that is being recovered sends nothing but roster entries",
                    ));
                }
                self.welcome = Some(welcome);
                self.stage = Stage::Showing;
                self.show_roster(effects);
            }
            RelayEvent::Turned(refusal) => self.refuse(refusal, effects),
            RelayEvent::Kept(status) => {
                self.unanswered = self.unanswered.saturating_sub(1);
                self.acknowledge(status, effects);
                match self.stage {
                    Stage::Showing => self.show_roster(effects),
                    _ => self.turn_to_giving(effects)?,
                }
            }
            RelayEvent::Roster(entries) => {
                for entry in entries {
                    effects.push(RelayEffect::Send(self.writer.write(&Frame::Roster(entry))));
                }
                match self.stage {
                    Stage::Showing => self.finish(effects),
                    _ => effects.push(RelayEffect::ReadPage { after: self.cursor }),
                }
            }
            RelayEvent::Vectors(vectors, held) => {
                let frames = vectors.into_iter().map(Frame::Vector);
                for frame in frames.chain(held.into_iter().map(Frame::Held)) {
                    effects.push(RelayEffect::Send(self.writer.write(&frame)));
                }
                effects.push(self.read_roster());
            }
            RelayEvent::Page(page) => self.give(page, effects),
            RelayEvent::NotYet => self.finish(effects),
            RelayEvent::Piece(piece) => self.give_piece(piece, effects),
        }
        Ok(())
    }

    /// Reads the frames that are here, as far as this stage may.
    fn read(&mut self, effects: &mut Vec<RelayEffect>) -> Result<(), DecodeError> {
        while matches!(self.stage, Stage::Silent | Stage::Greeted | Stage::Taking) {
            match self.reader.next_with_bytes()? {
                Some((Frame::Hello(hello), signed)) if matches!(self.stage, Stage::Silent) => {
                    self.writer = FrameWriter::answering(&hello);
                    self.cursor = hello.cursor;
                    self.hello = Some((hello, signed));
                    self.stage = Stage::Greeted;
                }
                Some((Frame::Append(entry), _)) if matches!(self.stage, Stage::Greeted) => {
                    self.unanswered += 1;
                    effects.push(RelayEffect::Append(entry));
                }
                Some((Frame::Push(envelope), _)) if matches!(self.stage, Stage::Greeted) => {
                    self.unanswered += 1;
                    self.held = Some(RelayEffect::Keep(envelope));
                    self.authenticate(effects);
                }
                Some((Frame::Push(envelope), _)) if matches!(self.stage, Stage::Taking) => {
                    self.unanswered += 1;
                    effects.push(RelayEffect::Keep(envelope));
                }
                Some((Frame::Piece(piece), _)) if matches!(self.stage, Stage::Taking) => {
                    self.unanswered += 1;
                    effects.push(RelayEffect::KeepPiece(piece));
                }
                Some((Frame::Piece(piece), _)) if matches!(self.stage, Stage::Greeted) => {
                    self.unanswered += 1;
                    self.held = Some(RelayEffect::KeepPiece(piece));
                    self.authenticate(effects);
                }
                Some((Frame::Unknown(_), _)) if !matches!(self.stage, Stage::Silent) => {}
                Some(_) => return Err(DecodeError::Contradiction("a frame comes where it may not")),
                None if self.ended => {
                    self.reader.end()?;
                    match self.stage {
                        Stage::Silent => return Err(DecodeError::Contradiction("there is no hello")),
                        Stage::Greeted => self.authenticate(effects),
                        _ => return self.turn_to_giving(effects),
                    }
                }
                None => return Ok(()),
            }
        }
        Ok(())
    }

    fn authenticate(&mut self, effects: &mut Vec<RelayEffect>) {
        if let Some((hello, signed)) = self.hello.clone() {
            self.stage = Stage::Authenticating;
            effects.push(RelayEffect::Authenticate { hello, signed });
        }
    }

    /// Once the request is at its end and all of it is answered, reads what the member lacks.
    fn turn_to_giving(&mut self, effects: &mut Vec<RelayEffect>) -> Result<(), DecodeError> {
        if !matches!(self.stage, Stage::Taking) || !self.ended || self.unanswered > 0 {
            return Ok(());
        }
        let (Some((hello, _)), Some(welcome)) = (&self.hello, &self.welcome) else {
            return Ok(());
        };
        // A cursor above all that the relay has says that the relay was set back by hand.
        let other = hello.log != welcome.log || hello.cursor > welcome.last;
        if other {
            self.cursor = 0;
        }
        let (first, probe) = (hello.log == LogId([0; 8]), hello.probe);
        self.stage = Stage::Giving {
            wants: hello.wants.iter().copied().collect(),
            current: None,
        };
        effects.extend(
            self.acks
                .take()
                .map(|ack| RelayEffect::Send(self.writer.write(&Frame::Ack(ack)))),
        );
        effects.push(match (other && !first, probe) {
            (true, _) => RelayEffect::ReadVectors { all: true },
            (false, true) => RelayEffect::ReadVectors { all: false },
            (false, false) => self.read_roster(),
        });
        Ok(())
    }

    /// Once all that came is answered, reads what a desk that is being recovered is shown.
    fn show_roster(&mut self, effects: &mut Vec<RelayEffect>) {
        if self.unanswered > 0 {
            return;
        }
        let acks = self.acks.take();
        effects.extend(acks.map(|ack| RelayEffect::Send(self.writer.write(&Frame::Ack(ack)))));
        effects.push(self.read_roster());
    }

    fn read_roster(&self) -> RelayEffect {
        RelayEffect::ReadRoster {
            above: self.hello.as_ref().map_or(0, |(hello, _)| hello.roster.height),
        }
    }

    fn give(&mut self, page: Page, effects: &mut Vec<RelayEffect>) {
        let Stage::Giving { current, .. } = &mut self.stage else {
            return;
        };
        for (sequence, envelope) in page.envelopes {
            let frame = match current {
                None => Frame::Pull { sequence, envelope },
                Some(_) => Frame::Backfill { sequence, envelope },
            };
            effects.push(RelayEffect::Send(self.writer.write(&frame)));
        }
        match current {
            None => self.cursor = self.cursor.max(page.looked_to),
            Some(want) => want.from = page.looked_to,
        }
        match (page.more, *current) {
            (true, None) => return effects.push(RelayEffect::ReadPage { after: self.cursor }),
            (true, Some(want)) => return effects.push(RelayEffect::ReadWant(want)),
            (false, Some(want)) => effects.push(RelayEffect::Send(self.writer.write(&Frame::Complete(want)))),
            (false, None) => {}
        }
        self.give_next(effects);
    }

    fn give_piece(&mut self, piece: Option<Piece>, effects: &mut Vec<RelayEffect>) {
        let Stage::Giving {
            current: Some(want), ..
        } = &mut self.stage
        else {
            return;
        };
        match piece {
            Some(piece) if !piece.bytes.is_empty() => {
                want.from = piece.offset + piece.bytes.len() as u64;
                for (bytes, offset) in piece
                    .bytes
                    .chunks(PIECE_GIVEN)
                    .zip((piece.offset..).step_by(PIECE_GIVEN))
                {
                    let (part, bytes) = (piece.part, bytes.to_vec());
                    let frame = Frame::Piece(Piece { part, offset, bytes });
                    effects.push(RelayEffect::Send(self.writer.write(&frame)));
                }
                effects.push(RelayEffect::ReadPiece(*want));
            }
            _ => {
                effects.push(RelayEffect::Send(self.writer.write(&Frame::Complete(*want))));
                self.give_next(effects);
            }
        }
    }

    /// Goes on to the next want, or ends the call.
    fn give_next(&mut self, effects: &mut Vec<RelayEffect>) {
        let Stage::Giving { wants, current } = &mut self.stage else {
            return;
        };
        *current = wants.pop_front();
        match *current {
            Some(want) => effects.push(match want.what {
                Wanted::Part(_) => RelayEffect::ReadPiece(want),
                _ => RelayEffect::ReadWant(want),
            }),
            None => self.finish(effects),
        }
    }

    fn finish(&mut self, effects: &mut Vec<RelayEffect>) {
        if let Some(welcome) = self.welcome.take() {
            let done = Done {
                cursor: self.cursor,
                more: false,
                log: welcome.log,
                nonce: welcome.nonce,
            };
            effects.push(RelayEffect::Send(self.writer.write(&Frame::Done(done))));
        }
        effects.push(RelayEffect::Close);
        self.stage = Stage::Over;
    }

    /// Counts runs of the same status, and sends a run when another begins.
    fn acknowledge(&mut self, status: Status, effects: &mut Vec<RelayEffect>) {
        match &mut self.acks {
            Some(ack) if ack.status == status => ack.count += 1,
            acks => {
                let begun = acks.replace(Ack { count: 1, status });
                effects.extend(begun.map(|ack| RelayEffect::Send(self.writer.write(&Frame::Ack(ack)))));
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal, effects: &mut Vec<RelayEffect>) {
        effects.extend(
            self.acks
                .take()
                .map(|ack| RelayEffect::Send(self.writer.write(&Frame::Ack(ack)))),
        );
        effects.push(RelayEffect::Send(self.writer.write(&Frame::Refused(refusal))));
        effects.push(RelayEffect::Close);
        self.stage = Stage::Over;
    }
}

fn malformed(error: &DecodeError) -> Refusal {
    Refusal {
        code: RefusalCode::Malformed,
        hint: error.to_string(),
        height: 0,
        nonce: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
