//! Where answers disagree.

use std::collections::BTreeSet;

use form::Address;

use crate::history::Version;
use crate::ids::Provenance;
use crate::key::{self, Key};
use crate::record::Record;
use crate::removal::Edit;
use crate::scalar;

/// Something that people decided differently without knowing of one another.
///
/// Nothing is lost: all sides are kept until somebody settles it with
/// [`Draft::settle`](crate::Draft::settle).
#[derive(Clone, PartialEq, Debug)]
pub enum Disagreement {
    /// One question, several answers.
    DifferingAnswers {
        /// The question.
        address: Address,
        /// The answers, the one that is shown meanwhile last. Some may be the same.
        versions: Vec<Version>,
    },
    /// A repeat instance was removed by somebody, and edited by somebody who did not know. It is
    /// shown meanwhile.
    RemovedButEdited {
        /// The instance.
        instance: Address,
        /// The (last) removal.
        removed: Provenance,
        /// What was done to the instance that no remover had seen.
        edits: Vec<Edit>,
    },
}

impl Disagreement {
    /// Returns what it is about: a question, or a repeat instance.
    pub fn address(&self) -> &Address {
        match self {
            Self::DifferingAnswers { address, .. } => address,
            Self::RemovedButEdited { instance, .. } => instance,
        }
    }
}

impl Record {
    /// Returns every disagreement, sorted by address; the same on every node that holds the same
    /// changes.
    ///
    /// Answers in an instance that was removed, and that nobody meanwhile edited, are not among
    /// them; they stay in the [history](Record::history).
    pub fn disagreements(&self) -> Vec<Disagreement> {
        let mut found: Vec<Disagreement> = self.disputed_removals().collect();
        let mut keys = BTreeSet::new();
        let mut several = BTreeSet::new();
        for (_, document) in self.documents() {
            for (key, cells) in document.cells() {
                if !keys.insert(key.as_str()) || cells.len() > 1 {
                    several.insert(key.as_str());
                }
            }
        }
        found.extend(several.into_iter().filter_map(|key| match Key::read(key) {
            Key::Answer(address) => self.differing_answers(address),
            Key::Instance(_) | Key::Removed(_) | Key::About | Key::Unknown => None,
        }));
        found.sort_by(|one, other| one.address().cmp(other.address()));
        found
    }

    fn disputed_removals(&self) -> impl Iterator<Item = Disagreement> {
        let disputed = self
            .removals()
            .values()
            .filter(|removal| !removal.edits.is_empty());
        disputed
            .filter(|removal| !self.is_in_removed(&removal.instance, true))
            .map(|removal| Disagreement::RemovedButEdited {
                instance: removal.instance.clone(),
                removed: removal.by,
                edits: removal.edits.clone(),
            })
    }

    /// The disagreement about the answer at `address`, if there is one.
    pub(crate) fn differing_answers(&self, address: Address) -> Option<Disagreement> {
        let standing = self.standing(&key::of(&address));
        let ((_, first), others) = standing.split_first()?;
        let agree = others
            .iter()
            .all(|(_, cell)| scalar::same(&cell.value, &first.value));
        if agree || self.is_in_removed(&address, false) {
            return None;
        }
        let versions = standing
            .iter()
            .filter_map(|(document, cell)| Version::standing(document, cell));
        Some(Disagreement::DifferingAnswers {
            versions: versions.collect(),
            address,
        })
    }

    /// The disagreement about the removal of `instance`, if there is one.
    pub(crate) fn disputed_removal(&self, instance: &Address) -> Option<Disagreement> {
        self.disputed_removals().find(|found| found.address() == instance)
    }
}
