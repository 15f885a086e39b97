//! One record: what was answered to one form about one household, group or person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use automerge::ScalarValue;
use form::{Address, Answers, InstanceId, RepeatAddress, Value};

use crate::document::{Cell, Document, LoadError};
use crate::ids::{AuthorId, ChangeHash};
use crate::key;
use crate::merge::{self, MergeError, Merged, Waiting};
use crate::removal::{self, Removal};
use crate::scalar;

/// The compartment that every record has: what is about the record itself, the order and removal
/// of repeat instances, and every answer that is nowhere else.
pub const GENERAL: &str = "general";

/// What was answered to one form about one household, group or person, as far as this node may
/// read it.
///
/// Each compartment is an automerge document of its own. Changes from other devices come in
/// through [`Record::merge`], the answers of a person here through a [`Draft`](crate::Draft)
/// whose [squashed](crate::Draft::squash) changes are merged the same way.
#[derive(Clone, Default)]
pub struct Record {
    documents: BTreeMap<String, Document>,
    withheld: BTreeSet<String>,
    /// The removal marks that stand; found when first asked for.
    removals: OnceLock<BTreeMap<String, Removal>>,
}

impl Record {
    /// Returns a record in which nothing was answered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that this node cannot read `compartment`, so that nothing is computed from its lack
    /// of answers there.
    pub fn withhold(&mut self, compartment: impl Into<String>) {
        self.withheld.insert(compartment.into());
    }

    /// Adds a compartment from this node's own cache, as [`Record::save`] returned it.
    ///
    /// Only for bytes that this node wrote itself: they are not checked as changes are.
    ///
    /// # Errors
    /// If the bytes are damaged or from a later version. The record is as it was.
    pub fn load(&mut self, compartment: impl Into<String>, saved: &[u8]) -> Result<(), LoadError> {
        let document = Document::load(saved)?;
        self.documents.insert(compartment.into(), document);
        self.removals = OnceLock::new();
        Ok(())
    }

    /// Returns a compartment for this node's own cache, waiting changes included.
    ///
    /// Empty if nothing was written in it.
    pub fn save(&self, compartment: &str) -> Vec<u8> {
        self.document(compartment).map(Document::save).unwrap_or_default()
    }

    /// Takes in the changes that one envelope of `author` brought for `compartment`.
    ///
    /// All of them, or none. Merging twice, or in another order, gives the same record; what
    /// builds on changes that have not come is kept and [waits](Record::waiting) for them.
    ///
    /// # Errors
    /// If one of the changes is not what a device of `author` would write. Then the envelope is
    /// to be quarantined; the record is as it was.
    pub fn merge(
        &mut self,
        compartment: &str,
        changes: &[Vec<u8>],
        author: AuthorId,
    ) -> Result<Merged, MergeError> {
        let mut document = self.documents.remove(compartment).unwrap_or_default();
        let outcome = merge::merge(&mut document, changes, author);
        if !document.is_empty() {
            self.documents.insert(compartment.to_owned(), document);
        }
        self.removals = OnceLock::new();
        outcome
    }

    /// Returns the changes that wait for others, and for which ones.
    pub fn waiting(&self) -> Vec<Waiting> {
        let mut all = Vec::new();
        for (compartment, document) in &self.documents {
            for (hash, change) in document.waiting() {
                let parents = change.deps().iter().copied().map(ChangeHash::from);
                let mut needs: Vec<_> = parents.filter(|parent| !document.lineage().has(parent)).collect();
                needs.sort_unstable();
                all.push(Waiting {
                    compartment: compartment.clone(),
                    hash: *hash,
                    needs,
                });
            }
        }
        all
    }

    /// Returns the compartments in which something was written, sorted by name.
    pub fn compartments(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// Returns the changes of a compartment that no other change there has seen, sorted.
    ///
    /// Two nodes with the same heads show the same.
    pub fn heads(&self, compartment: &str) -> Vec<ChangeHash> {
        self.document(compartment)
            .map(Document::heads)
            .unwrap_or_default()
    }

    /// Says whether a change is part of the record (and not only waiting to be).
    pub fn has(&self, change: &ChangeHash) -> bool {
        self.documents
            .values()
            .any(|document| document.lineage().has(change))
    }

    /// Returns the hashes of all changes of a compartment, sorted.
    pub fn change_hashes(&self, compartment: &str) -> Vec<ChangeHash> {
        let deeds = self
            .document(compartment)
            .map(|document| document.lineage().deeds());
        let mut hashes: Vec<_> = deeds.unwrap_or_default().iter().map(|deed| deed.hash).collect();
        hashes.sort_unstable();
        hashes
    }

    /// Returns all changes of a compartment as they travel, parents first.
    pub fn changes(&self, compartment: &str) -> Vec<Vec<u8>> {
        self.document(compartment)
            .map(Document::changes)
            .unwrap_or_default()
    }

    /// Returns something about the record itself, as
    /// [`Draft::set_meta`](crate::Draft::set_meta) put it down; `form`, for example.
    pub fn meta(&self, name: &str) -> Option<Value> {
        self.read(&key::of_meta(name))
    }

    pub(crate) fn documents(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.documents
            .iter()
            .map(|(compartment, document)| (compartment.as_str(), document))
    }

    pub(crate) fn document(&self, compartment: &str) -> Option<&Document> {
        self.documents.get(compartment)
    }

    /// This record as it was when it had these heads; `None` if it never had.
    pub(crate) fn at(&self, heads: &BTreeMap<String, Vec<ChangeHash>>) -> Option<Self> {
        let documents = heads
            .iter()
            .map(|(name, heads)| Some((name.clone(), self.documents.get(name)?.at(heads)?)))
            .collect::<Option<_>>()?;
        Some(Self {
            documents,
            withheld: self.withheld.clone(),
            removals: OnceLock::new(),
        })
    }

    /// What stands at `key`, the one that is shown last.
    ///
    /// A question may have moved to another compartment with a new version of its form. Then it
    /// was cleared in the old one, which does not speak against the answer in the new one.
    pub(crate) fn standing(&self, key: &str) -> Vec<(&Document, &Cell)> {
        let places: Vec<(&Document, &Vec<Cell>)> = self
            .documents
            .values()
            .filter_map(|document| Some((document, document.cells().get(key)?)))
            .collect();
        let cleared = |cells: &[Cell]| cells.iter().all(|cell| cell.value == ScalarValue::Null);
        let answered = places.iter().any(|(_, cells)| !cleared(cells));
        let several = places.len() > 1;
        let mut standing: Vec<(&Document, &Cell)> = places
            .into_iter()
            .filter(|(_, cells)| !(several && answered && cleared(cells)))
            .flat_map(|(document, cells)| cells.iter().map(move |cell| (document, cell)))
            .collect();
        if several {
            standing.sort_by_key(|(document, cell)| {
                document
                    .provenance(cell)
                    .map(|by| (cell.value != ScalarValue::Null, by.at, by.change))
            });
        }
        standing
    }

    fn read(&self, key: &str) -> Option<Value> {
        let standing = self.standing(key);
        let (_, shown) = standing.last()?;
        scalar::read(&shown.value).answer()
    }

    pub(crate) fn removals(&self) -> &BTreeMap<String, Removal> {
        self.removals.get_or_init(|| removal::find(self))
    }

    /// Whether the instance was removed and nobody edited it meanwhile.
    pub(crate) fn is_removed(&self, instance_key: &str) -> bool {
        self.removals()
            .get(instance_key)
            .is_some_and(|removal| removal.edits.is_empty())
    }

    /// Whether `at` stands in a removed instance; with `only_around`, in one around the last.
    pub(crate) fn is_in_removed(&self, at: &Address, only_around: bool) -> bool {
        if self.removals().is_empty() {
            return false;
        }
        let mut around = if only_around {
            at.parent_instance()
        } else {
            Some(at.instance())
        };
        while let Some(instance) = around {
            if self.is_removed(&key::of(&instance)) {
                return true;
            }
            around = instance.parent_instance();
        }
        false
    }

    /// The instances of a repeat with their places in the order, also removed ones, by id.
    ///
    /// An instance is there if it was added or if anything was answered in it: a node that cannot
    /// see it being added must not hide its answers.
    pub(crate) fn all_instances(&self, repeat: &RepeatAddress) -> BTreeMap<InstanceId, i64> {
        let before = key::before_instances(repeat);
        let mut found = BTreeMap::new();
        for (compartment, document) in &self.documents {
            for (key, cells) in document.cells().range(before.clone()..) {
                let Some(rest) = key.strip_prefix(&before) else {
                    break;
                };
                let Some((instance, rest)) = key::split_instance(rest) else {
                    continue;
                };
                let place = match cells.last().map(|cell| &cell.value) {
                    Some(ScalarValue::Int(place)) if rest.is_empty() && compartment == GENERAL => *place,
                    _ if rest.starts_with('#') => continue,
                    _ => i64::MAX,
                };
                let known = found.entry(instance).or_insert(place);
                *known = place.min(*known);
            }
        }
        found
    }
}

impl Answers for Record {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.read(&key::of(at))
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        let all = self.all_instances(repeat);
        let removed = |instance: InstanceId| self.is_removed(&key::of(&repeat.instance(instance)));
        in_order(all.into_iter().filter(|(instance, _)| !removed(*instance)))
    }

    fn holds(&self, compartment: &str) -> bool {
        !self.withheld.contains(compartment)
    }
}

/// By place; those that were added at the same place on two devices by id.
pub(crate) fn in_order(instances: impl Iterator<Item = (InstanceId, i64)>) -> Vec<InstanceId> {
    let mut placed: Vec<(i64, InstanceId)> = instances.map(|(instance, place)| (place, instance)).collect();
    placed.sort_unstable();
    placed.into_iter().map(|(_, instance)| instance).collect()
}

/// Never shows an answer.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = self
            .documents
            .iter()
            .map(|(name, document)| (name, document.heads()));
        f.write_str("Record ")?;
        f.debug_map().entries(heads).finish()
    }
}
