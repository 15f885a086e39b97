//! How much each member has brought: one enrolled device must not fill the disk for all.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use seal::roster::Roster;
use seal::verify::envelope::Verified;
use wire::{Envelope, Header, MemberId, Part, ProgrammeId};

use crate::store::{Store, StoreError};

/// Counts the bytes of each member's envelopes: what is stored, and what came since.
#[derive(Clone)]
pub(crate) struct Brought {
    store: Arc<dyn Store>,
    most: u64,
    counted: Arc<Mutex<BTreeMap<(ProgrammeId, MemberId), u64>>>,
}

impl Brought {
    /// Counts in a store. Each member but the desks may bring `most` bytes.
    pub(crate) fn up_to(most: u64, store: Arc<dyn Store>) -> Self {
        Self {
            store,
            most,
            counted: Arc::default(),
        }
    }

    /// Returns whether a member has brought as much as it may. A desk may bring any amount: it holds what all wrote.
    pub(crate) fn is_full(
        &self,
        roster: &Roster,
        programme: &ProgrammeId,
        member: &MemberId,
    ) -> Result<bool, StoreError> {
        Ok(!roster.is_desk(member) && self.count(programme, member, 0)? >= self.most)
    }

    /// Counts an envelope for its author. Returns what was counted; nothing if that would be too much.
    pub(crate) fn add(&self, roster: &Roster, verified: &Verified) -> Result<Option<Share>, StoreError> {
        let Header {
            programme, author, ..
        } = *verified.header();
        if self.is_full(roster, &programme, &author)? {
            return Ok(None);
        }
        let share = Share {
            of: (programme, author),
            bytes: size(verified.envelope()),
        };
        self.count(&programme, &author, share.bytes)?;
        Ok(Some(share))
    }

    /// Takes back what was counted: the envelope was here already.
    pub(crate) fn take_back(&self, share: &Share) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sum) = counted.get_mut(&share.of) {
            *sum = sum.saturating_sub(share.bytes);
        }
    }

    fn count(&self, programme: &ProgrammeId, member: &MemberId, more: u64) -> Result<u64, StoreError> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = match counted.entry((*programme, *member)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.store.brought(programme, member)?),
        };
        *sum = sum.saturating_add(more);
        Ok(*sum)
    }
}

/// What was counted for one envelope.
pub(crate) struct Share {
    of: (ProgrammeId, MemberId),
    bytes: u64,
}

/// Returns about how many bytes an envelope takes.
pub(crate) fn size(envelope: &Envelope) -> u64 {
    let parts = envelope.parts.iter().filter_map(Part::bytes).map(<[u8]>::len);
    (envelope.header.to_bytes().len() + envelope.signature.len() + parts.sum::<usize>()) as u64
}
