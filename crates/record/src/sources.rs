//! Who wrote what: changes, what stands about the record itself, and every place that was ever answered.

use std::collections::BTreeSet;

use form::Address;

use crate::ids::{ChangeHash, Provenance};
use crate::key::{self, Key};
use crate::lineage::Deed;
use crate::record::Record;

impl Record {
    /// Returns who wrote a change, and when. `None` if it is not part of the record.
    pub fn provenance(&self, change: &ChangeHash) -> Option<Provenance> {
        self.documents()
            .find_map(|(_, document)| document.lineage().get(change))
            .map(Deed::provenance)
    }

    /// Returns who put down something about the record itself, and when.
    pub fn meta_provenance(&self, name: &str) -> Option<Provenance> {
        let standing = self.standing(&key::of_meta(name));
        let (document, cell) = standing.last()?;
        document.provenance(cell)
    }

    /// Returns every place that was ever answered, also in instances that were removed, sorted.
    pub fn addresses(&self) -> BTreeSet<Address> {
        let keys = self.documents().flat_map(|(_, document)| document.cells().keys());
        keys.filter_map(|key| match Key::read(key) {
            Key::Answer(address) => Some(address),
            _ => None,
        })
        .collect()
    }
}
