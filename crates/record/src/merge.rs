//! Taking in changes from other devices.
//!
//! Whatever one envelope brings is taken whole or not at all, and only after every change in it
//! was looked at: its bytes ([`shape`](crate::shape)), who wrote it, what it puts down, and
//! whether it says truly what its author had seen. Then the changes are applied to a copy, the
//! copy is saved and read back, and only what came back takes the place of the document.
//!
//! The same changes in any order, any number of times, give the same record: a change waits
//! until everything its author had seen is here, and none of the checks depends on what else is, but for one: a second
//! beginning of a record that says it answers another form, which nobody honest writes, is not taken.

mod checks;
mod pool;

use std::collections::BTreeMap;

use automerge::{Automerge, Change, ReadDoc};

use self::pool::{Given, Pool};
use crate::document::Document;
use crate::guard::guarded;
use crate::ids::{AuthorId, ChangeHash};
use crate::lineage::{Deed, Lineage};
use crate::shape::ShapeError;

pub use self::pool::{MAX_WAITING, MAX_WAITING_BYTES};

/// The most changes that one call takes.
pub const MAX_CHANGES_AT_ONCE: usize = 1_000;

/// What became of the changes that were given to [`Record::merge`](crate::Record::merge).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Now part of the record, parents first; also changes that had waited for these.
    pub applied: Vec<ChangeHash>,
    /// Were here already.
    pub known: Vec<ChangeHash>,
    /// Are kept, and wait for changes that have not come.
    pub waiting: Vec<ChangeHash>,
    /// Had waited, and turned out wrong now that their parents are here. They came with an
    /// earlier envelope, which is to be quarantined.
    pub refused: Vec<Refused>,
}

/// A change that had waited in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The change.
    pub change: ChangeHash,
    /// What is wrong with it.
    pub why: MergeError,
}

/// A change that is kept until the changes it builds on arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The compartment it belongs to.
    pub compartment: String,
    /// The change.
    pub hash: ChangeHash,
    /// What its author had seen and this node has not, sorted.
    pub needs: Vec<ChangeHash>,
}

/// The changes of one envelope were not taken. The record is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// More changes than one envelope has.
    #[error("these are {count} changes at once; an envelope has at most {MAX_CHANGES_AT_ONCE}")]
    TooManyAtOnce {
        /// How many came.
        count: usize,
    },
    /// The bytes are not those of a change of a record.
    #[error("the change is not one of a record: {0}")]
    Shape(#[from] ShapeError),
    /// Automerge cannot read the change, or its checksum is not that of its bytes.
    #[error("the change is damaged")]
    Damaged,
    /// The change says that somebody else wrote it than who signed the envelope.
    #[error("change {change} was written under another name than the envelope is signed with")]
    ForeignAuthor {
        /// The change.
        change: ChangeHash,
    },
    /// A key that no record has, or one key twice.
    #[error("change {change} writes to a place that no record has, or to one place twice")]
    ForeignKey {
        /// The change.
        change: ChangeHash,
    },
    /// A value of a kind that no answer has.
    #[error("change {change} holds a value that no answer can be")]
    ForeignValue {
        /// The change.
        change: ChangeHash,
    },
    /// The actor has written another change in this compartment.
    #[error("change {change} uses an actor that has written another change; a restored backup may be in use")]
    ActorUsed {
        /// The change.
        change: ChangeHash,
    },
    /// The counters are not those that follow from what its author had seen.
    #[error("change {change} counts from {start}, where {expected} follows from what it builds on")]
    CounterOff {
        /// The change.
        change: ChangeHash,
        /// Where it counts from.
        start: u64,
        /// Where it should.
        expected: u64,
    },
    /// The change replaces an answer that its author cannot have seen.
    #[error("change {change} replaces an answer that its author had not seen")]
    ReplacesUnseen {
        /// The change.
        change: ChangeHash,
    },
    /// The change says that the record answers another form than it was begun with.
    #[error(
        "change {change} says that the record answers another form, or another version of it, than before"
    )]
    OtherForm {
        /// The change.
        change: ChangeHash,
    },
    /// Too many changes of this author wait already. To be tried again later, not quarantined.
    #[error("too many changes of this author wait already; merge what they wait for first")]
    TooManyWaiting,
    /// The changes look right, but automerge does not take them, or not back from its own save.
    #[error("the changes cannot be applied")]
    NotApplicable,
}

/// Takes `changes` into `document`, or leaves it as it was.
pub(crate) fn merge(
    document: &mut Document,
    changes: &[Vec<u8>],
    author: AuthorId,
) -> Result<Merged, MergeError> {
    if changes.len() > MAX_CHANGES_AT_ONCE {
        return Err(MergeError::TooManyAtOnce { count: changes.len() });
    }
    let mut merged = Merged::default();
    let mut given = Given::new();
    for bytes in changes {
        let (change, deed) = checks::read(bytes, author)?;
        if document.lineage().has(&deed.hash) {
            merged.known.push(deed.hash);
        } else {
            given.insert(deed.hash, (change, deed));
        }
    }
    if given.is_empty() {
        return Ok(merged);
    }
    let (grown, outcome) = if document.waiting().is_empty() {
        take_in(document, given, BTreeMap::new())?
    } else {
        let waiting = document.waiting();
        match take_in(document, given.clone(), waiting.clone()) {
            // One that had waited may be to blame: it must not keep these out for ever.
            Err(MergeError::NotApplicable) => one_by_one(document, given, waiting.clone())?,
            taken => taken?,
        }
    };
    *document = grown;
    Ok(Merged {
        known: merged.known,
        ..outcome
    })
}

/// Makes the document that has `given` too, and of those that waited what can now be applied.
fn take_in(
    document: &Document,
    given: Given,
    waiting: BTreeMap<ChangeHash, Change>,
) -> Result<(Document, Merged), MergeError> {
    let mut merged = Merged::default();
    let mut pool = Pool::new(given, waiting);
    let mut lineage = document.lineage().clone();
    let ready = pool.take_ready(&mut lineage, &mut merged)?;
    if pool.waits_too_much() {
        return Err(MergeError::TooManyWaiting);
    }
    merged.applied = ready.iter().map(|change| change.hash().into()).collect();
    merged.waiting = pool
        .pending
        .keys()
        .filter(|hash| pool.given.contains(*hash))
        .copied()
        .collect();
    let waiting = pool
        .pending
        .into_iter()
        .map(|(hash, (change, _))| (hash, change))
        .collect();
    let (automerge, saved) = if ready.is_empty() {
        (document.automerge().clone(), document.saved().to_vec())
    } else {
        apply(document.automerge(), ready, &lineage).ok_or(MergeError::NotApplicable)?
    };
    Ok((Document::grown(automerge, saved, lineage, waiting), merged))
}

/// Takes in what was given now, then each change that had waited, alone.
fn one_by_one(
    document: &Document,
    given: Given,
    waiting: BTreeMap<ChangeHash, Change>,
) -> Result<(Document, Merged), MergeError> {
    let (mut grown, mut merged) = take_in(document, given, BTreeMap::new())?;
    for (hash, change) in waiting {
        let Ok(deed) = Deed::read(&change) else { continue };
        match take_in(
            &grown,
            BTreeMap::from([(hash, (change, deed))]),
            grown.waiting().clone(),
        ) {
            Ok((next, also)) => {
                grown = next;
                merged.applied.extend(also.applied);
                merged.refused.extend(also.refused);
            }
            Err(why) => merged.refused.push(Refused { change: hash, why }),
        }
    }
    Ok((grown, merged))
}

/// Applies `changes` to a copy, saves it and reads it back.
fn apply(document: &Automerge, changes: Vec<Change>, lineage: &Lineage) -> Option<(Automerge, Vec<u8>)> {
    guarded(|| {
        let mut copy = document.clone();
        copy.apply_changes(changes).ok()?;
        let saved = copy.save_nocompress();
        let back = Automerge::load(&saved).ok()?;
        // The hashes of heads were checked on reading back, and with them those of all ancestors.
        let changes = usize::try_from(back.stats().num_changes).ok()?;
        let whole = back.get_heads() == copy.get_heads() && changes == lineage.deeds().len();
        whole.then_some((back, saved))
    })?
}
