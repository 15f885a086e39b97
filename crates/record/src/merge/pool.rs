//! The changes in hand, and which of them can be applied.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use automerge::Change;

use super::{MergeError, Merged, Refused, checks};
use crate::ids::{AuthorPrefix, ChangeHash};
use crate::lineage::{Deed, Lineage};

/// The most changes of one author that may wait in one compartment for others to arrive.
pub const MAX_WAITING: usize = 1_000;
/// The most bytes that they may have together.
pub const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;

pub(super) type Given = BTreeMap<ChangeHash, (Change, Deed)>;

/// The changes in hand: those given now and those that wait.
pub(super) struct Pool {
    pub(super) pending: Given,
    pub(super) given: BTreeSet<ChangeHash>,
}

impl Pool {
    pub(super) fn new(given: Given, waiting: BTreeMap<ChangeHash, Change>) -> Self {
        let names = given.keys().copied().collect();
        let mut pending = given;
        for (hash, change) in waiting {
            if let Ok(deed) = Deed::read(&change) {
                pending.entry(hash).or_insert((change, deed));
            }
        }
        Self {
            pending,
            given: names,
        }
    }

    /// Takes out what has all its parents, parents first, adding it to `lineage`.
    ///
    /// One that is wrong and was given now refuses the lot; one that had waited goes alone.
    pub(super) fn take_ready(
        &mut self,
        lineage: &mut Lineage,
        merged: &mut Merged,
    ) -> Result<Vec<Change>, MergeError> {
        let mut lacking: HashMap<ChangeHash, usize> = HashMap::new();
        let mut children: HashMap<ChangeHash, Vec<ChangeHash>> = HashMap::new();
        let mut next = BTreeSet::new();
        for (hash, (_, deed)) in &self.pending {
            let missing = deed.parents.iter().filter(|parent| !lineage.has(parent));
            let count = missing
                .map(|parent| children.entry(*parent).or_default().push(*hash))
                .count();
            lacking.insert(*hash, count);
            if count == 0 {
                next.insert(*hash);
            }
        }
        let mut ready = Vec::new();
        while let Some(hash) = next.pop_first() {
            let Some((change, deed)) = self.pending.remove(&hash) else {
                continue;
            };
            match checks::stands_where_it_says(&deed, lineage) {
                Ok(()) => {
                    lineage.push(deed);
                    ready.push(change);
                }
                Err(why) if self.given.contains(&hash) => return Err(why),
                Err(why) => {
                    merged.refused.push(Refused { change: hash, why });
                    continue;
                }
            }
            for child in children.remove(&hash).unwrap_or_default() {
                if let Some(count) = lacking.get_mut(&child) {
                    *count -= 1;
                    if *count == 0 {
                        next.insert(child);
                    }
                }
            }
        }
        Ok(ready)
    }

    /// Whether one author has more waiting than it may.
    pub(super) fn waits_too_much(&self) -> bool {
        let mut of_author: HashMap<AuthorPrefix, (usize, usize)> = HashMap::new();
        self.pending.values().any(|(change, deed)| {
            let (count, bytes) = of_author.entry(deed.actor.author()).or_default();
            *count += 1;
            *bytes += change.raw_bytes().len();
            *count > MAX_WAITING || *bytes > MAX_WAITING_BYTES
        })
    }
}
