//! New epochs: reading keys for everybody who may read from now on.

use rusqlite::Connection;
use seal::keys::KemKey;
use seal::members::Keyring;
use seal::roster::Roster;
use wire::{CompartmentId, RosterEntry};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::found::FoundError;
use crate::store::{StoreError, keys, roster};

/// Entries that give compartments new reading keys, and the keys' secret halves.
#[derive(Default)]
pub(crate) struct NewEpochs {
    entries: Vec<RosterEntry>,
    seeds: Vec<(CompartmentId, u32, KemKey)>,
}

impl NewEpochs {
    /// Puts them on the roster and keeps the keys.
    pub(crate) fn keep(&self, db: &Connection) -> Result<(), StoreError> {
        self.entries
            .iter()
            .try_for_each(|entry| roster::append(db, entry))?;
        self.seeds
            .iter()
            .try_for_each(|(compartment, number, key)| keys::keep_epoch_key(db, *compartment, *number, key))
    }
}

impl Notebook {
    /// Makes the next epoch of every compartment that `which` names, on top of `own`, which grows by the entries.
    pub(crate) fn new_epochs(
        &mut self,
        own: &mut Roster,
        members_keys: &Keyring,
        which: impl Fn(CompartmentId) -> bool,
    ) -> Result<NewEpochs, FoundError> {
        let names = Compartments::read(own, members_keys);
        let compartments: Vec<CompartmentId> = own.compartments().filter(|id| which(*id)).collect();
        let mut made = NewEpochs::default();
        for compartment in compartments {
            let name = names.name(compartment).unwrap_or_default();
            let (entry, key) = self.epoch_entry(own, members_keys.newest(), compartment, name)?;
            own.append(&entry)?;
            let number = own.epoch(compartment).map_or(1, |epoch| epoch.number);
            made.seeds.push((compartment, number, key));
            made.entries.push(entry);
        }
        Ok(made)
    }
}
