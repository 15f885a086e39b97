//! What two members say to one another, in frames and turns.

use std::collections::HashSet;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::time::{Duration, Instant};

use wire::frame::MAX_PIECE;
use wire::{DecodeError, Frame, FrameReader, FrameWriter, Held, Hello, Mark, RosterEntry};

use super::MeetError;
use crate::link::peer::Duplex;

/// How long somebody may talk who is no member yet, and how much: enough for the longest roster.
const STRANGER_TIME: Duration = Duration::from_secs(120);
const STRANGER_BYTES: u64 = 64 << 20;
/// The most marks that are believed: what else the other end has, it is sent again.
const MOST_MARKS: usize = 1 << 20;

pub(super) fn breach(what: &'static str) -> MeetError {
    MeetError::Breach(DecodeError::Contradiction(what))
}

/// What the other end has and lacks.
pub(super) struct Wish {
    pub(super) has: HashSet<Mark>,
    pub(super) unfinished: Vec<Held>,
}

/// A conversation of two members, in frames.
pub(super) struct Talk {
    stream: BufWriter<Box<dyn Duplex>>,
    reader: FrameReader,
    writer: FrameWriter,
    /// A frame that was heard and belongs to what follows.
    ahead: Option<Frame>,
    /// Until when, and how many bytes, somebody may talk who is no member yet.
    stranger: Option<(Instant, u64)>,
}

impl Talk {
    pub(super) fn over(stream: Box<dyn Duplex>) -> Self {
        Self {
            stream: BufWriter::with_capacity(MAX_PIECE, stream),
            reader: FrameReader::new(),
            writer: FrameWriter::new(),
            ahead: None,
            stranger: Some((Instant::now() + STRANGER_TIME, STRANGER_BYTES)),
        }
    }

    /// The other end is a member.
    pub(super) fn trust(&mut self) -> Result<(), MeetError> {
        self.stranger = None;
        Ok(self.stream.get_mut().be_patient()?)
    }

    pub(super) fn say(&mut self, frame: &Frame) -> Result<(), MeetError> {
        Ok(self.stream.write_all(&self.writer.write(frame))?)
    }

    pub(super) fn flush(&mut self) -> Result<(), MeetError> {
        Ok(self.stream.flush()?)
    }

    /// Lets the other end speak.
    pub(super) fn turn(&mut self) -> Result<(), MeetError> {
        self.say(&Frame::Turn)?;
        self.flush()
    }

    pub(super) fn hear(&mut self) -> Result<Frame, MeetError> {
        if let Some(frame) = self.ahead.take() {
            return Ok(frame);
        }
        let mut chunk = [0; MAX_PIECE];
        loop {
            match self.reader.next_frame()? {
                Some(Frame::Refused(refusal)) => return Err(MeetError::Refused(refusal.hint)),
                Some(frame) => return Ok(frame),
                None => {}
            }
            let length = self.stream.get_mut().read(&mut chunk)?;
            if let Some((until, bytes)) = &mut self.stranger {
                *bytes = bytes.saturating_sub(length as u64);
                if *bytes == 0 || Instant::now() > *until {
                    return Err(breach(
                        "it talks too long before it has shown that it is a member",
                    ));
                }
            }
            match chunk.get(..length) {
                Some(bytes) if !bytes.is_empty() => self.reader.push(bytes),
                _ => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            }
        }
    }

    pub(super) fn hello(&mut self) -> Result<Hello, MeetError> {
        match self.hear()? {
            Frame::Hello(hello) => Ok(hello),
            _ => Err(breach("it does not begin with a hello")),
        }
    }

    pub(super) fn rest_of_turn(&mut self) -> Result<(), MeetError> {
        match self.hear()? {
            Frame::Turn => Ok(()),
            _ => Err(breach("it says more than hello")),
        }
    }

    /// Hears roster entries until the turn is over.
    pub(super) fn entries(&mut self) -> Result<Vec<RosterEntry>, MeetError> {
        let entries = self.entries_before_wish()?;
        self.rest_of_turn()?;
        Ok(entries)
    }

    /// Hears roster entries until something else comes.
    pub(super) fn entries_before_wish(&mut self) -> Result<Vec<RosterEntry>, MeetError> {
        let mut entries = Vec::new();
        loop {
            match self.hear()? {
                Frame::Roster(entry) => entries.push(entry),
                Frame::Unknown(_) => {}
                other => {
                    self.ahead = Some(other);
                    return Ok(entries);
                }
            }
        }
    }

    /// Hears what the other end has and lacks, until its turn is over.
    pub(super) fn wish(&mut self) -> Result<Wish, MeetError> {
        let mut wish = Wish {
            has: HashSet::new(),
            unfinished: Vec::new(),
        };
        loop {
            match self.hear()? {
                Frame::Have(marks) if wish.has.len() < MOST_MARKS => wish.has.extend(marks),
                Frame::Held(held) if wish.unfinished.len() < MOST_MARKS => wish.unfinished.push(held),
                Frame::Have(_) | Frame::Held(_) | Frame::Unknown(_) => {}
                Frame::Turn => return Ok(wish),
                _ => return Err(breach("something else than what it has came")),
            }
        }
    }
}
