//! Standing down: what a device does once it knows that it was revoked.

use crate::Notebook;
use crate::deeds::finish::{FinishError, forget};
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, drafts, keys, once_keys};

impl Notebook {
    /// On a device that was revoked: seals every open draft as it is and queues it, and destroys what else could be
    /// read here. A draft that cannot be sealed yet stays. Returns whether something was sealed.
    ///
    /// Done again it does nothing more.
    pub(crate) fn stand_down(&mut self) -> Result<bool, StoreError> {
        if !self.is_revoked() || self.is_or_was_desk() {
            return Ok(false);
        }
        let mut sealed = false;
        for record in self.store.read(drafts::open)? {
            let done = self
                .open_any_draft(record)
                .map_err(FinishError::from)
                .and_then(|open| self.seal_unfinished(open, "revoked"));
            match done {
                Ok(_) => sealed = true,
                Err(FinishError::Store(error)) => return Err(error),
                // It is sealed; the copy beside the notebook is made at the next opening.
                Err(FinishError::Copy(_)) => sealed = true,
                // It stays an open draft, and is tried again at the next sync.
                Err(_) => {}
            }
        }
        let now = self.now().as_second();
        let (readable, once_keys) = self
            .store
            .read(|db| Ok::<_, StoreError>((keys::granted_records(db)?, once_keys::any(db)?)))?;
        if once_keys || !readable.is_empty() {
            self.store.write(|tx| {
                // Nothing that was sealed to this device and comes later is for it any more.
                once_keys::destroy_all(tx)?;
                for record in readable {
                    if !drafts::is_open(tx, record)? {
                        forget(tx, record)?;
                        records::set_status(tx, record, RecordStatus::Finished, now)?;
                    }
                }
                Ok::<_, StoreError>(())
            })?;
            self.store.empty_log()?;
        }
        Ok(sealed)
    }
}
