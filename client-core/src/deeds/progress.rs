//! Progress: who finished how much on which day, and what never arrived.

use serde::Serialize;
use wire::MemberId;

use crate::Notebook;
use crate::store::{StoreError, confirming, envelopes, records};

/// What one device finished on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayOfWork {
    /// The day (UTC), by the device's own clock, like `2026-11-24`.
    pub day: String,
    /// The device.
    pub member: MemberId,
    /// What people call it.
    pub device: String,
    /// Records begun and finished.
    pub records: u64,
    /// Edits of records that were there before.
    pub edits: u64,
}

/// Envelopes of one author that never arrived here, though later ones did, or though another desk has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// The author.
    pub member: MemberId,
    /// What people call it.
    pub device: String,
    /// How many are missing.
    pub missing: u64,
    /// Which of the author's sequence, as runs from the first to the last of each, oldest first.
    pub sequences: Vec<(u64, u64)>,
}

impl Notebook {
    /// Returns what each device finished on each day, the newest day first.
    pub fn progress(&self) -> Result<Vec<DayOfWork>, StoreError> {
        let people = self.people()?;
        let days = self.store.read(records::work)?;
        Ok(days
            .into_iter()
            .map(|work| DayOfWork {
                device: people.name(&work.author),
                day: work.day,
                member: work.author,
                records: work.records,
                edits: work.edits,
            })
            .collect())
    }

    /// Returns the holes in what authors wrote: what lies between envelopes that are here, and what another desk signed
    /// that it has and this one was never sent, also at the end. Only at a desk do they mean that something is missing:
    /// a device is not sent everything.
    pub fn holes(&self) -> Result<Vec<Hole>, StoreError> {
        let people = self.people()?;
        let me = self.me.member;
        let (mut holes, elsewhere) = self
            .store
            .read(|db| Ok::<_, StoreError>((envelopes::holes(db)?, confirming::only_elsewhere(db, me)?)))?;
        for (author, run) in elsewhere {
            match holes.iter_mut().find(|(known, _)| *known == author) {
                Some((_, runs)) => runs.push(run),
                None => holes.push((author, vec![run])),
            }
        }
        Ok(holes
            .into_iter()
            .map(|(member, sequences)| Hole {
                device: people.name(&member),
                member,
                missing: sequences.iter().map(|(first, last)| last - first + 1).sum(),
                sequences,
            })
            .collect())
    }
}
