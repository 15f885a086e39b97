//! Erase a record: a tombstone makes everybody destroy it, and each desk says when it has.

use thiserror::Error;
use wire::{EnvelopeId, Kind, RecordId};

use crate::Notebook;
use crate::home::HomeError;
use crate::import::{self, Reading, Taken};
use crate::notebook::NoProgramme;
use crate::pen::HomeOrStore;
use crate::store::audit::{self, Deed};
use crate::store::{StoreError, erasure, records};

/// Why a record was not erased.
#[derive(Debug, Error)]
pub enum EraseError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only some may.
    #[error("only a coordinator or a protection officer erases records; ask one of them")]
    NotAllowed,
    /// Nothing here is about such a record.
    #[error("nothing here is about a record {0}; look at the id, or sync first")]
    NoRecord(RecordId),
    /// What was written does not hold at this desk.
    #[error("the tombstone does not hold at this desk; nothing was erased")]
    DoesNotHold,
    /// The record is erased; something beside the notebook is not removed or written yet.
    #[error("the record is erased, but {0}; it is tried again at the next sync")]
    Beside(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Erases a record here, and at the next sync at the relay and on every node that syncs after it.
    ///
    /// Nothing brings it back: not an edit that is open somewhere, not a device that was away, not a backup. Only the
    /// headers of its envelopes stay: who wrote how much when. Erasing again writes another tombstone.
    pub fn erase(&mut self, record: RecordId) -> Result<EnvelopeId, EraseError> {
        let tombstones = self.erase_all(&[record])?;
        tombstones.first().copied().ok_or(EraseError::NoRecord(record))
    }

    /// Erases several records in one deed: all of them, or none.
    pub fn erase_all(&mut self, all: &[RecordId]) -> Result<Vec<EnvelopeId>, EraseError> {
        let (own, _) = self.belonging::<EraseError>()?;
        let own = own.clone();
        if !own.may_erase(&self.me.member) {
            return Err(EraseError::NotAllowed);
        }
        self.store.read(|db| {
            all.iter().try_for_each(|record| {
                let nothing =
                    erasure::headers(db, *record)?.is_empty() && records::get(db, *record)?.is_none();
                if nothing {
                    Err(EraseError::NoRecord(*record))
                } else {
                    Ok(())
                }
            })
        })?;
        let now = self.now().as_second();
        let tombstones = self.write_with(&own, |tx, hand| {
            let reading = Reading::new(tx, hand.me, hand.merger, &own, now)?;
            let erase = |record: &RecordId| {
                let id = hand.write(tx, Kind::TOMBSTONE, *record.as_bytes(), None, Vec::new())?;
                audit::note(tx, now, Deed::Erase, record.as_bytes())?;
                match import::reopen(tx, &reading, id)? {
                    Taken::Opened => Ok(id),
                    _ => Err(EraseError::DoesNotHold),
                }
            };
            all.iter().map(erase).collect()
        });
        // Also if only the copy failed: the record is erased then.
        let cleared = self.clear_erased();
        let tombstones = tombstones?;
        cleared?;
        Ok(tombstones)
    }

    /// Returns the records that were erased, by id.
    pub fn erased(&self) -> Result<Vec<RecordId>, StoreError> {
        self.store.read(erasure::erased)
    }

    /// After records were erased: removes the copies beside the notebook, leaves no byte in the file or its log, and only
    /// then, at a desk, says so in receipts.
    pub(crate) fn clear_erased(&mut self) -> Result<(), HomeOrStore> {
        let doomed = self.store.read(erasure::doomed_copies)?;
        if !doomed.is_empty() {
            doomed.iter().try_for_each(|name| self.home.remove_copy(name))?;
            self.store.rewrite()?;
            self.store.write(|tx| erasure::forget_doomed_copies(tx))?;
        }
        let me = self.me.member;
        let Some(own) = self.roster.clone().filter(|own| own.is_desk(&me)) else {
            return Ok(());
        };
        let due = self.store.read(|db| erasure::without_receipt(db, me))?;
        if due.is_empty() {
            return Ok(());
        }
        self.write_with(&own, |tx, hand| {
            for record in due {
                hand.write(tx, Kind::RECEIPT, *record.as_bytes(), None, Vec::new())?;
            }
            Ok(())
        })
    }
}

impl From<HomeOrStore> for EraseError {
    fn from(error: HomeOrStore) -> Self {
        match error {
            HomeOrStore::Home(error) => Self::Beside(error),
            HomeOrStore::Store(error) => Self::Store(error),
        }
    }
}
