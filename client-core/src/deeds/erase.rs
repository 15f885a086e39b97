//! Erase a record: a tombstone makes everybody destroy it, and each desk says when it has.

use thiserror::Error;
use wire::{EnvelopeId, Kind, RecordId};

use crate::Notebook;
use crate::home::HomeError;
use crate::import::{self, Reading, Taken};
use crate::notebook::NoProgramme;
use crate::pen::HomeOrStore;
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
        let (own, _) = self.belonging::<EraseError>()?;
        let own = own.clone();
        if !own.may_erase(&self.me.member) {
            return Err(EraseError::NotAllowed);
        }
        let known = self.store.read(|db| erasure::headers(db, record))?;
        if known.is_empty() && self.store.read(|db| records::get(db, record))?.is_none() {
            return Err(EraseError::NoRecord(record));
        }
        let now = self.now().as_second();
        let tombstone = self.write_with(&own, |tx, hand| {
            let id = hand.write(tx, Kind::TOMBSTONE, *record.as_bytes(), None, Vec::new())?;
            let reading = Reading::new(tx, hand.me, &own, now)?;
            match import::reopen(tx, &reading, id)? {
                Taken::Opened => Ok(id),
                _ => Err(EraseError::DoesNotHold),
            }
        });
        // Also if only the copy failed: the record is erased then.
        let cleared = self.clear_erased();
        let tombstone = tombstone?;
        cleared?;
        Ok(tombstone)
    }

    /// Returns the records that were erased, by id.
    pub fn erased(&self) -> Result<Vec<RecordId>, StoreError> {
        self.store.read(erasure::erased)
    }

    /// After records were erased: removes the copies beside the notebook, leaves no byte in the log, and only then, at
    /// a desk, says so in receipts.
    pub(crate) fn clear_erased(&mut self) -> Result<(), HomeOrStore> {
        let doomed = self.store.read(erasure::doomed_copies)?;
        if !doomed.is_empty() {
            doomed.iter().try_for_each(|name| self.home.remove_copy(name))?;
            self.store.empty_log()?;
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
