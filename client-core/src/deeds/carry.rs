//! Bundles: roster entries and envelopes in a file that is carried by hand, between any two nodes.

use std::io::{self, Read, Write};

use seal::verify::envelope::{VerifyError, verify};
use serde::Serialize;
use thiserror::Error;
use wire::frame::Frame;
use wire::{BundleReader, BundleWriter, DecodeError, Envelope, MemberId, ProgrammeId, RosterEntry};

use crate::Notebook;
use crate::deeds::first_roster::FirstRosterError;
use crate::deeds::sync::SyncError;
use crate::home::HomeError;
use crate::import::roster::{TakeError, Through};
use crate::import::{self, Reading, Taken};
use crate::notebook::NoProgramme;
use crate::store::{StoreError, envelopes, myself, outbox, pieces, roster};

mod contents;
mod outbox_copies;

pub use contents::{BundleContents, KindCount, inspect};
pub use outbox_copies::export_outbox;

/// Why a bundle was not written or taken. What was taken before stays; import it again.
#[derive(Debug, Error)]
pub enum CarryError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The file cannot be read or written.
    #[error("the bundle cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The notebook's folder cannot be read.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// There is nothing to put into it.
    #[error("there is nothing in the outbox of this notebook that a desk has not confirmed")]
    NothingToCarry,
    /// It is no bundle, or was damaged.
    #[error("the bundle does not hold: {0}. What stood before was taken")]
    Unreadable(#[from] DecodeError),
    /// It belongs to another programme.
    #[error("the bundle belongs to programme {0}, this notebook does not")]
    OtherProgramme(ProgrammeId),
    /// Its roster is another.
    #[error("the bundle's roster is not this programme's: {0}. Tell the coordinator before you go on")]
    OtherRoster(#[from] seal::roster::RosterError),
    /// The first roster that came is not this node's.
    #[error("{0}")]
    FirstRoster(#[source] FirstRosterError),
    /// What follows from what came cannot be done.
    #[error(transparent)]
    After(Box<SyncError>),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SyncError> for CarryError {
    fn from(error: SyncError) -> Self {
        Self::After(Box::new(error))
    }
}

impl From<FirstRosterError> for CarryError {
    fn from(error: FirstRosterError) -> Self {
        match error {
            FirstRosterError::Store(error) => Self::Store(error),
            other => Self::FirstRoster(other),
        }
    }
}

impl From<TakeError> for CarryError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::OtherRoster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

/// What a bundle is to hold, besides the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Everything that is here.
    Everything,
    /// What the relay is not known to have.
    Unsent,
    /// What one member needs: forms, grants and records for it, tombstones, checkpoints; for a desk everything.
    For(MemberId),
}

/// What a bundle brought.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct CarryReport {
    /// Roster entries that were new.
    pub roster_entries: u64,
    /// Envelopes that were new.
    pub received: u64,
    /// Of those here, envelopes opened now.
    pub opened: u64,
    /// Envelopes that were here already.
    pub known: u64,
    /// Envelopes no member signed, or that were changed: they were left out.
    pub refused: u64,
    /// Envelopes whose authors saw more of the roster than is here: they were left out, and come with a newer bundle.
    pub ahead: u64,
}

/// How many frames are taken in one transaction.
const BATCH: usize = 256;

impl Notebook {
    /// Writes a bundle. Returns how many envelopes are in it.
    ///
    /// # Errors
    /// There is no programme, or the file cannot be written.
    pub fn export_bundle(&self, into: &mut dyn Write, selection: Selection) -> Result<u64, CarryError> {
        let (own, _) = self.belonging::<CarryError>()?;
        let (mut bundle, head) = BundleWriter::begin(own.programme());
        into.write_all(&head)?;
        for entry in self.store.read(roster::all)? {
            into.write_all(&bundle.write(&Frame::Roster(entry)))?;
        }
        let ids = self.store.read(|db| match selection {
            Selection::Everything => envelopes::everything(db),
            Selection::Unsent => outbox::queued_ids(db),
            Selection::For(member) if own.is_desk(&member) => envelopes::everything(db),
            Selection::For(member) => envelopes::meant_for(db, member),
        })?;
        for id in &ids {
            if let Some(envelope) = self.store.read(|db| envelopes::get(db, *id))? {
                let declared: Vec<_> = pieces::declared(&envelope.header)
                    .map(|(_, part)| part.hash)
                    .collect();
                into.write_all(&bundle.write(&Frame::Push(envelope)))?;
                for part in declared {
                    for piece in self.store.read(|db| pieces::frames(db, part))? {
                        into.write_all(&bundle.write(&Frame::Piece(piece)))?;
                    }
                }
            }
        }
        into.write_all(&bundle.finish())?;
        into.flush()?;
        Ok(ids.len() as u64)
    }

    /// Takes a bundle in. What others wrote and the relay is not known to have is sent there with the next sync.
    ///
    /// # Errors
    /// The file is no bundle of this programme, or was cut or damaged: what stands before was taken.
    pub fn import_bundle(&mut self, from: &mut dyn Read) -> Result<CarryReport, CarryError> {
        let programme = self
            .store
            .read(myself::programme)?
            .ok_or(NoProgramme::NotJoined)?
            .id;
        let mut first = Vec::new();
        let mut reader = BundleReader::new();
        let mut report = CarryReport::default();
        let mut chunk = vec![0; 64 << 10];
        let mut batch = Vec::new();
        let read = loop {
            let length = from.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
                break reader.ended();
            };
            let next = reader
                .push(bytes)
                .and_then(|()| next_frames(&mut reader, &mut batch));
            if let Some(other) = reader.programme().filter(|other| *other != programme) {
                return Err(CarryError::OtherProgramme(other));
            }
            if batch.len() >= BATCH {
                batch = self.take_first_frames(batch, &mut first, false)?;
                self.take_frames(std::mem::take(&mut batch), &mut report)?;
            }
            if let Err(error) = next {
                break Err(error);
            }
        };
        let batch = self.take_first_frames(batch, &mut first, true)?;
        report.roster_entries += first.len() as u64;
        self.take_frames(batch, &mut report)?;
        self.follow_up()?;
        read?;
        Ok(report)
    }

    /// Takes frames that came by hand or from another member, in one transaction.
    pub(crate) fn take_frames(
        &mut self,
        frames: Vec<Frame>,
        report: &mut CarryReport,
    ) -> Result<(), CarryError> {
        if frames.is_empty() {
            return Ok(());
        }
        let mut own = self.roster.clone().ok_or_else(|| self.no_roster())?;
        let (me, merger, now) = (&self.me, &self.merger, self.now().as_second());
        let mut done = report.clone();
        self.store.write(|tx| {
            let entries: Vec<RosterEntry> = frames
                .iter()
                .filter_map(|frame| match frame {
                    Frame::Roster(entry) => Some(entry.clone()),
                    _ => None,
                })
                .collect();
            done.roster_entries += import::roster::take(tx, me, &mut own, &entries, Through::Hand)?;
            let reading = Reading::new(tx, me, merger, &own, now)?;
            for frame in frames {
                match frame {
                    Frame::Push(envelope) => take_envelope(tx, &reading, envelope, &own, &mut done)?,
                    Frame::Piece(piece) => drop(pieces::append(tx, &piece, false)?),
                    _ => {}
                }
            }
            done.opened += import::retry(tx, &reading)?;
            Ok::<_, CarryError>(())
        })?;
        *report = done;
        self.roster = Some(own);
        Ok(())
    }
}

fn next_frames(reader: &mut BundleReader, into: &mut Vec<Frame>) -> Result<(), DecodeError> {
    while let Some(frame) = reader.next_frame()? {
        into.push(frame);
    }
    Ok(())
}

fn take_envelope(
    db: &rusqlite::Connection,
    reading: &Reading<'_>,
    envelope: Envelope,
    own: &seal::roster::Roster,
    report: &mut CarryReport,
) -> Result<(), CarryError> {
    match verify(envelope, own) {
        Ok(verified) => {
            let taken = import::take(db, reading, &verified)?;
            match taken {
                Taken::Known => report.known += 1,
                Taken::Opened => {
                    report.received += 1;
                    report.opened += 1;
                }
                Taken::Kept | Taken::Waiting | Taken::Quarantined => report.received += 1,
            }
            // What was spent here is a bare header now: whoever wrote it sends the whole.
            if taken != Taken::Known && !envelopes::is_spent(db, verified.id())? {
                outbox::carry(db, verified.id())?;
            }
        }
        Err(VerifyError::RosterBehind { .. }) => report.ahead += 1,
        Err(_) => report.refused += 1,
    }
    Ok(())
}
