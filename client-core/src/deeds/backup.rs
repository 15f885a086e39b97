//! Back a notebook up, and restore it; change its passphrase; wipe it.
//!
//! ```text
//! backup := "BARAZA-NOTEBOOK" version(1) key file(bytes) length(varint) notebook.sqlite(length) BLAKE3 of all before(32)
//! ```
//!
//! It is as shut as the notebook: the same passphrase opens it, and nothing else does.

use std::path::Path;

use rand::Rng as _;
use seal::passphrase::{self, Cost};
use thiserror::Error;

use crate::home::{Home, HomeError};
use crate::notebook::SHORTEST_PASSPHRASE;
use crate::store::{StoreError, outbox};
use crate::{Notebook, OpenError, Surroundings};

/// Why a notebook is not backed up, restored or wiped.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A folder or file cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The file is no backup, or damaged.
    #[error("{0} is not a whole backup of a notebook; take another copy of it")]
    NotABackup(std::path::PathBuf),
    /// There is work in it that exists nowhere else.
    #[error(
        "{0} envelopes were not sent yet and would be lost: sync first, or carry them out with \
         `baraza bundle export --outbox`"
    )]
    Unsent(u64),
    /// Drafts are open.
    #[error("{0} drafts are open and would be lost: finish them first, or say that they may go")]
    Drafts(u64),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Writes a backup: one file, which the notebook's passphrase opens.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn backup(&self, to: &Path) -> Result<(), BackupError> {
        // All of it is in the one file then, and the lock keeps others from writing.
        self.store.empty_log()?;
        Ok(self.home.write_backup(to)?)
    }

    /// Restores a backup into a new folder. The notebook begins a new incarnation at its first opening, so that it signs
    /// nothing twice for one place, and shows no record before it has synced: what was erased since the backup is still
    /// in it until then.
    ///
    /// # Errors
    /// The file is no backup or damaged, or the folder holds a notebook already.
    pub fn restore(from: &Path, folder: &Path) -> Result<(), BackupError> {
        match Home::make(folder)?.read_backup(from)? {
            true => Ok(()),
            false => Err(BackupError::NotABackup(from.to_owned())),
        }
    }

    /// Changes the passphrase of the notebook in a folder. Backups keep the one they were made under.
    ///
    /// # Errors
    /// The old passphrase is wrong, the new one too short, or the notebook is open elsewhere.
    pub fn change_passphrase(
        folder: &Path,
        old: &str,
        new: &str,
        cost: Cost,
        surroundings: &Surroundings,
    ) -> Result<(), OpenError> {
        if new.chars().count() < SHORTEST_PASSPHRASE {
            return Err(OpenError::WeakPassphrase(SHORTEST_PASSPHRASE));
        }
        let home = Home::take(folder)?;
        let key = passphrase::unwrap_key(&home.read_key()?, old)?;
        home.write_key(&passphrase::wrap(&key, new, cost, &mut surroundings.chance()))?;
        Ok(())
    }

    /// Destroys the notebook: its key first, without which nothing in it opens, then every file. `drafts_too` lets
    /// open drafts go as well.
    ///
    /// # Errors
    /// Something in it was not sent yet, a draft is open, or a file cannot be removed; nothing is destroyed in the
    /// first two cases.
    pub fn wipe(self, drafts_too: bool) -> Result<(), BackupError> {
        let (unsent, drafts) = self.store.read(|db| {
            let (unsent, ..) = outbox::counts(db)?;
            Ok::<_, StoreError>((unsent, crate::store::drafts::count(db)?))
        })?;
        if unsent > 0 {
            return Err(BackupError::Unsent(unsent));
        }
        if drafts > 0 && !drafts_too {
            return Err(BackupError::Drafts(drafts));
        }
        let Self {
            home, store, mut rng, ..
        } = self;
        drop(store);
        let mut chance = [0; 256];
        rng.fill_bytes(&mut chance);
        Ok(home.wipe(&chance)?)
    }
}
