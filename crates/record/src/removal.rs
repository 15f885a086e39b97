//! Repeat instances that were removed.
//!
//! A removal is a mark beside the instance, in `general`; its answers stay where they are. The
//! mark carries the heads of the other compartments that the remover had seen, so that everybody
//! can tell whether somebody answered meanwhile. If so, the instance is shown until a person
//! decides.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ScalarValue;
use form::Address;

use crate::GENERAL;
use crate::bytes::{Reader, put_sized, put_unsigned};
use crate::ids::{ChangeHash, Provenance};
use crate::key::{self, Key};
use crate::lineage::{Lineage, Put, Seen};
use crate::record::Record;

/// What was done to an instance by somebody who did not know of its removal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The answer that was given, or the instance that was added or kept.
    pub address: Address,
    /// In which compartment.
    pub compartment: String,
    /// Who did it, and when.
    pub by: Provenance,
}

/// A removal mark that stands.
#[derive(Clone)]
pub(crate) struct Removal {
    pub(crate) instance: Address,
    pub(crate) by: Provenance,
    /// Empty if nobody did anything to the instance that no remover had seen.
    pub(crate) edits: Vec<Edit>,
}

/// How much of a hash a mark carries. Two changes of one record with the same 8 bytes do not
/// happen, and cannot be made at will before the record is of no interest any more.
const SHORT: usize = 8;

/// The mark for removing `instance` from the record as it is.
///
/// Names the heads of every other compartment in which something stands about the instance.
/// `general` needs none: the mark's own change says what it builds on.
pub(crate) fn mark(record: &Record, instance: &Address) -> ScalarValue {
    let inside = key::of(instance) + "/";
    let mut out = Vec::new();
    for (compartment, document) in record.documents() {
        let touches = document.cells().range(inside.clone()..).next();
        if compartment == GENERAL || !touches.is_some_and(|(key, _)| key.starts_with(&inside)) {
            continue;
        }
        put_sized(&mut out, compartment.as_bytes());
        let heads = document.heads();
        put_unsigned(&mut out, heads.len() as u64);
        for head in heads {
            out.extend(head.0.iter().take(SHORT));
        }
    }
    ScalarValue::Bytes(out)
}

/// Finds every removal mark that stands, by the key of its instance.
pub(crate) fn find(record: &Record) -> BTreeMap<String, Removal> {
    let Some(general) = record.document(GENERAL) else {
        return BTreeMap::new();
    };
    let mut removals = BTreeMap::new();
    for (mark_key, cells) in general.cells() {
        if !mark_key.ends_with(key::REMOVED) {
            continue;
        }
        let Key::Removed(instance) = Key::read(mark_key) else {
            continue;
        };
        let marks: Vec<Mark> = cells
            .iter()
            .filter(|cell| cell.value != ScalarValue::Null)
            .filter_map(|cell| Some(Mark::read(record, general.provenance(cell)?, &cell.value)))
            .collect();
        if let Some(by) = marks
            .iter()
            .map(|mark| mark.by)
            .max_by_key(|by| (by.at, by.change))
        {
            let edits = unseen_edits(record, &instance, mark_key, &marks);
            removals.insert(key::of(&instance), Removal { instance, by, edits });
        }
    }
    removals
}

/// One removal mark, and what its author had seen of each compartment.
struct Mark {
    by: Provenance,
    seen: BTreeMap<String, Seen>,
}

impl Mark {
    fn read(record: &Record, by: Provenance, value: &ScalarValue) -> Self {
        let mut seen = BTreeMap::new();
        let named = match value {
            ScalarValue::Bytes(bytes) => read_heads(bytes).unwrap_or_default(),
            _ => BTreeMap::new(),
        };
        for (compartment, document) in record.documents() {
            let lineage = document.lineage();
            let from: Vec<ChangeHash> = match named.get(compartment) {
                _ if compartment == GENERAL => vec![by.change],
                Some(heads) => with_prefixes(lineage, heads),
                None => Vec::new(),
            };
            seen.insert(compartment.to_owned(), lineage.seen_from(&from));
        }
        Self { by, seen }
    }

    fn had_seen(&self, compartment: &str, lineage: &Lineage, change: &ChangeHash) -> bool {
        self.seen
            .get(compartment)
            .is_some_and(|seen| lineage.is_in(change, seen))
    }
}

fn read_heads(bytes: &[u8]) -> Option<BTreeMap<String, BTreeSet<[u8; SHORT]>>> {
    let mut reader = Reader::new(bytes);
    let mut named = BTreeMap::new();
    while !reader.is_empty() {
        let compartment = std::str::from_utf8(reader.sized()?).ok()?.to_owned();
        let count = reader.unsigned()?;
        let mut heads = BTreeSet::new();
        for _ in 0..count {
            heads.insert(reader.array()?);
        }
        named.insert(compartment, heads);
    }
    Some(named)
}

fn with_prefixes(lineage: &Lineage, heads: &BTreeSet<[u8; SHORT]>) -> Vec<ChangeHash> {
    let named = |hash: &ChangeHash| hash.0.first_chunk().is_some_and(|short| heads.contains(short));
    lineage
        .deeds()
        .iter()
        .map(|deed| deed.hash)
        .filter(named)
        .collect()
}

/// What was done to the instance that none of those who removed it had seen.
fn unseen_edits(record: &Record, instance: &Address, mark_key: &str, marks: &[Mark]) -> Vec<Edit> {
    let inside = key::of(instance) + "/";
    let mut edits = BTreeSet::new();
    for (compartment, document) in record.documents() {
        let lineage = document.lineage();
        for deed in lineage.deeds() {
            let touching = deed.puts.iter().filter(|put| is_edit(put, &inside, mark_key));
            let mut touching = touching.peekable();
            if touching.peek().is_none()
                || marks
                    .iter()
                    .any(|mark| mark.had_seen(compartment, lineage, &deed.hash))
            {
                continue;
            }
            edits.extend(touching.map(|put| Edit {
                address: edited(put).unwrap_or_else(|| instance.clone()),
                compartment: compartment.to_owned(),
                by: deed.provenance(),
            }));
        }
    }
    edits.into_iter().collect()
}

/// An answer in the instance, an instance inside it, or somebody's word that it is to be kept.
/// Removing something inside it is none.
fn is_edit(put: &Put, inside: &str, mark_key: &str) -> bool {
    let cleared = put.value == ScalarValue::Null;
    if put.key == mark_key {
        return cleared;
    }
    put.key.starts_with(inside) && (cleared || !matches!(Key::read(&put.key), Key::Removed(_)))
}

fn edited(put: &Put) -> Option<Address> {
    match Key::read(&put.key) {
        Key::Answer(at) | Key::Instance(at) | Key::Removed(at) => Some(at),
        Key::About | Key::Unknown => None,
    }
}
