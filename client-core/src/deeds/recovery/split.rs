//! Making a recovery key, in shares for several people to keep.

use seal::keys::KemKey;
use seal::recovery::{self, Kept, Share, SplitError};
use seal::roster::{RosterError, write};
use thiserror::Error;
use wire::{CompartmentId, RosterAct};

use crate::Notebook;
use crate::deeds::rotate::RotateError;
use crate::import::roster::TakeError;
use crate::notebook::NoProgramme;
use crate::store::myself;
use crate::store::{StoreError, keys};

/// Why the programme has no new recovery key.
#[derive(Debug, Error)]
pub enum SplitKeyError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// This desk does not hold the root key.
    #[error(
        "the recovery key is made with the programme's root key, and this notebook does not hold it: use the desk \
         that founded the programme, or one that was recovered"
    )]
    NoRootKey,
    /// So many shares cannot be made.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The recovery key cannot be sealed to.
    #[error("the recovery key could not be sealed to; try again")]
    Unsealable,
    /// New reading keys could not be made.
    #[error(transparent)]
    Keys(#[from] RotateError),
    /// The roster does not take it.
    #[error("the recovery key cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Makes a new recovery key for the programme and returns its shares, of which `need` give it back. This desk keeps
    /// no copy of the key. Shares of an earlier recovery key are of no use from now on.
    ///
    /// Every compartment gets a new epoch, whose seed is sealed to the key too; the seeds and members' keys there were
    /// lie sealed to it in the roster.
    pub fn split_recovery(&mut self, shares: u8, need: u8) -> Result<Vec<Share>, SplitKeyError> {
        let (own, programme) = self.belonging::<SplitKeyError>()?;
        let mut own = own.clone();
        let root = self.store.read(myself::root_key)?;
        let root = root
            .filter(|_| self.is_coordinator())
            .ok_or(SplitKeyError::NoRootKey)?;
        let key = KemKey::make(&mut self.rng);
        let dealt = recovery::split(&key, &root.public(), shares, need, &mut self.rng)?;
        let (mut grown, mut entries) = (own.clone(), Vec::new());
        // Whoever recovers must learn where the relay is: before the first move the roster does not say.
        if own.relay().is_none() {
            let entry = self.relay_entry(&own, &programme.members_keys, &programme.relay);
            grown.append(&entry)?;
            entries.push(entry);
        }
        let kept = Kept {
            root: root.clone(),
            members_keys: programme.members_keys.clone(),
            seeds: self.store.read(keys::epoch_keys)?,
        };
        let act = RosterAct::Recovery {
            public: key.public(),
            root: kept
                .seal(&key.public(), own.programme(), &mut self.rng)
                .map_err(|_| SplitKeyError::Unsealable)?,
        };
        let entry = write::next(&grown, self.me.member, act, &root);
        grown.append(&entry)?;
        entries.push(entry);
        let all: Vec<CompartmentId> = grown.compartments().collect();
        entries.extend(self.renewal(&grown, &all, false)?);
        self.take_own(&mut own, &entries)?;
        Ok(dealt)
    }
}

impl From<TakeError> for SplitKeyError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}
