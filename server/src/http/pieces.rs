//! The pieces of photos and recordings in one call: who may bring them, who is given them.

use std::sync::Arc;

use wire::frame::MAX_PIECE;
use wire::{Header, Held, MemberId, Piece, ProgrammeId, Status, Want, Wanted};

use super::AppState;
use super::call::Broken;
use crate::blobs::{self, BlobError, Blobs};
use crate::clearance::Clearance;
use crate::store::Store;

/// One programme's pieces.
pub(super) struct Pieces {
    blobs: Arc<Blobs>,
    programme: ProgrammeId,
}

impl Pieces {
    pub(super) fn of(state: &AppState, programme: ProgrammeId) -> Self {
        Self {
            blobs: Arc::clone(&state.blobs),
            programme,
        }
    }

    /// Keeps bytes of a piece that a stored envelope declares. Bytes that were here already are passed over.
    pub(super) fn keep(
        &self,
        store: &dyn Store,
        clearance: &Clearance<'_>,
        piece: &Piece,
    ) -> Result<Status, Broken> {
        let declaring = store.declaring(&self.programme, &piece.part)?;
        let Some(header) = declaring.filter(|header| clearance.may_bring(header)) else {
            return Ok(Status::Refused);
        };
        let status = self.append(&header, piece)?;
        // A tombstone may have come meanwhile, after which nothing of the record stays.
        if store.declaring(&self.programme, &piece.part)?.is_none() {
            let destroyed = self.blobs.destroy(&self.programme, &piece.part);
            destroyed.map_err(|error| broken(&error))?;
            return Ok(Status::Refused);
        }
        if status == Appended::Whole {
            store.note_whole(&self.programme, &piece.part)?;
        }
        Ok(status.into())
    }

    fn append(&self, header: &Header, piece: &Piece) -> Result<Appended, Broken> {
        let declared = header.parts.iter().find(|part| part.hash == piece.part);
        let length = u64::from(declared.map_or(0, |part| part.length));
        let held = self.blobs.held(&self.programme, &piece.part);
        let here = match held.map_err(|error| broken(&error))? {
            blobs::Held::Whole => return Ok(Appended::Had),
            blobs::Held::Partial(here) => here,
            blobs::Held::None => 0,
        };
        let upto = piece.offset.saturating_add(piece.bytes.len() as u64);
        if upto <= here {
            return Ok(Appended::Had);
        }
        let passed = here.checked_sub(piece.offset).map(|passed| passed as usize);
        let Some(new) = passed.and_then(|passed| piece.bytes.get(passed..)) else {
            return Ok(Appended::Gap);
        };
        match self.blobs.append(&self.programme, &piece.part, length, here, new) {
            Ok(blobs::Held::Whole) => Ok(Appended::Whole),
            Ok(blobs::Held::Partial(here)) if here >= upto => Ok(Appended::Some),
            // Another call brought the same piece meanwhile.
            Ok(_) => Ok(Appended::Gap),
            Err(error @ (BlobError::File(_) | BlobError::Store(_))) => Err(broken(&error)),
            Err(error) => {
                tracing::warn!(%error, "a piece was refused");
                Ok(Appended::Refused)
            }
        }
    }

    /// Returns how much is here of the pieces that are not whole, of one author or of all.
    pub(super) fn missing(&self, store: &dyn Store, author: Option<&MemberId>) -> Result<Vec<Held>, Broken> {
        let mut missing = Vec::new();
        for part in store.missing_pieces(&self.programme, author)? {
            let held = self.blobs.held(&self.programme, &part);
            let offset = match held.map_err(|error| broken(&error))? {
                blobs::Held::Whole => {
                    store.note_whole(&self.programme, &part)?;
                    continue;
                }
                blobs::Held::Partial(here) => here,
                blobs::Held::None => 0,
            };
            missing.push(Held { part, offset });
        }
        Ok(missing)
    }

    /// Reads the bytes that a want asks for, at most one frame of them.
    pub(super) fn read(
        &self,
        store: &dyn Store,
        clearance: &mut Clearance<'_>,
        want: Want,
    ) -> Result<Option<Piece>, Broken> {
        let Wanted::Part(part) = want.what else {
            return Ok(None);
        };
        let Some(header) = store.declaring(&self.programme, &part)? else {
            return Ok(None);
        };
        if !clearance.may_have(&header, &part, store)? {
            return Ok(None);
        }
        let bytes = self.blobs.read(&self.programme, &part, want.from, MAX_PIECE);
        let bytes = bytes.map_err(|error| broken(&error))?;
        Ok(bytes.map(|bytes| Piece {
            part,
            offset: want.from,
            bytes,
        }))
    }
}

/// What became of the bytes of a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Appended {
    /// All of it is here now, durably.
    Whole,
    /// They are here, and more is missing.
    Some,
    /// They were here.
    Had,
    /// Bytes before them are missing.
    Gap,
    /// They are not those that were declared, or there is no room.
    Refused,
}

impl From<Appended> for Status {
    fn from(appended: Appended) -> Self {
        match appended {
            Appended::Whole | Appended::Some => Self::Stored,
            Appended::Had => Self::Had,
            Appended::Gap => Self::Overtaken,
            Appended::Refused => Self::Refused,
        }
    }
}

fn broken(error: &BlobError) -> Broken {
    tracing::error!(%error, "the pieces cannot be used");
    Broken
}
