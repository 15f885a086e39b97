//! Standing down: what a device does once it knows that it was revoked.

use std::collections::BTreeSet;

use wire::RecordId;

use crate::Notebook;
use crate::deeds::finish::{FinishError, forget};
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, assigned, drafts, keys, once_keys};

impl Notebook {
    /// On a device that was revoked: seals every open draft as it is and queues it, and destroys every key that was
    /// handed to it and what could be read with them, in one transaction. A draft that cannot be sealed yet stays open,
    /// and is tried again at the next sync. Returns whether something was sealed.
    ///
    /// Done again it does nothing more.
    pub(crate) fn stand_down(&mut self) -> Result<bool, FinishError> {
        if !self.is_revoked() || self.is_or_was_desk() {
            return Ok(false);
        }
        let (open, granted, keys_left) = self.store.read(|db| {
            Ok::<_, StoreError>((
                drafts::open(db)?,
                keys::granted_records(db)?,
                once_keys::any(db)? || assigned::any(db)?,
            ))
        })?;
        let (mut sealed, mut done) = (Vec::new(), BTreeSet::<RecordId>::new());
        for record in open.iter().copied() {
            if let Ok(squashed) = self.squash_unfinished(record, "revoked") {
                sealed.extend(squashed);
                done.insert(record);
            }
        }
        done.extend(granted.into_iter().filter(|record| !open.contains(record)));
        if done.is_empty() && !keys_left {
            return Ok(false);
        }
        let own = self.roster.clone().ok_or_else(|| self.no_roster())?;
        let now = self.now().as_second();
        let stood_down = self.write_with(&own, |tx, hand| {
            for squashed in &sealed {
                squashed.seal(tx, hand, &own)?;
            }
            for record in done {
                drafts::destroy(tx, record)?;
                forget(tx, record)?;
                records::set_status(tx, record, RecordStatus::Finished, now)?;
            }
            once_keys::destroy_all(tx)?;
            assigned::destroy_all(tx)?;
            Ok::<_, FinishError>(())
        });
        let emptied = self.store.empty_log();
        stood_down?;
        emptied?;
        Ok(!sealed.is_empty())
    }
}
