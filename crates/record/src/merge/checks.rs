//! What a change must be before it is let in.

use std::collections::HashSet;

use automerge::{Change, ScalarValue};

use super::MergeError;
use crate::bytes::Reader;
use crate::guard::guarded;
use crate::ids::AuthorId;
use crate::key;
use crate::lineage::{Deed, Lineage};
use crate::shape;

/// Reads one change from outside and checks what can be checked without any other.
pub(super) fn read(bytes: &[u8], author: AuthorId) -> Result<(Change, Deed), MergeError> {
    shape::check(bytes)?;
    let (change, deed) = guarded(|| {
        let change = Change::from_bytes(bytes.to_vec()).ok()?;
        let deed = Deed::read(&change).ok()?;
        Some((change, deed))
    })
    .flatten()
    .ok_or(MergeError::Damaged)?;
    if !checksum_is_right(bytes, &deed) {
        return Err(MergeError::Damaged);
    }
    if deed.actor.author() != author.prefix() {
        return Err(MergeError::ForeignAuthor { change: deed.hash });
    }
    let mut keys = HashSet::new();
    for put in &deed.puts {
        if !key::may_stand_in_a_record(&put.key) || !keys.insert(put.key.as_str()) {
            return Err(MergeError::ForeignKey { change: deed.hash });
        }
        if matches!(put.value, ScalarValue::Counter(_)) {
            return Err(MergeError::ForeignValue { change: deed.hash });
        }
    }
    Ok((change, deed))
}

/// Automerge's decoder reads the checksum but does not hold it against the bytes.
fn checksum_is_right(bytes: &[u8], deed: &Deed) -> bool {
    let mut reader = Reader::new(bytes);
    let _magic = reader.take(4);
    reader
        .take(4)
        .is_some_and(|checksum| deed.hash.0.starts_with(checksum))
}

/// Checks a change against what its author had seen, all of which is in `lineage`.
///
/// The counter must be exactly the one that follows: a larger one would let its author win over
/// everybody, and wear out the counters. And a change may replace only what it says it has seen:
/// otherwise it would hide another's answer without a disagreement.
pub(super) fn stands_where_it_says(deed: &Deed, lineage: &Lineage) -> Result<(), MergeError> {
    let change = deed.hash;
    if lineage.by_actor(&deed.actor).is_some() {
        return Err(MergeError::ActorUsed { change });
    }
    let ends = deed
        .parents
        .iter()
        .filter_map(|parent| lineage.get(parent))
        .map(Deed::end);
    let expected = ends.max().unwrap_or(1);
    if deed.start != expected {
        return Err(MergeError::CounterOff {
            change,
            start: deed.start,
            expected,
        });
    }
    says_the_same_form(deed, lineage)?;
    if deed.puts.iter().all(|put| put.replaces.is_empty()) {
        return Ok(());
    }
    let seen = lineage.seen_from(&deed.parents);
    for put in &deed.puts {
        for (counter, actor) in &put.replaces {
            let replaced = lineage
                .by_actor(actor)
                .filter(|earlier| lineage.is_in(&earlier.hash, &seen))
                .and_then(|earlier| earlier.put(*counter))
                .filter(|earlier| earlier.key == put.key);
            if replaced.is_none() {
                return Err(MergeError::ReplacesUnseen { change });
            }
        }
    }
    Ok(())
}

/// Which form a record answers is said once, when it begins: whoever could say it anew would make the record unreadable
/// for everybody. Of two beginnings that say different things the one that comes first is taken.
fn says_the_same_form(deed: &Deed, lineage: &Lineage) -> Result<(), MergeError> {
    let about_form = deed.puts.iter().filter(|put| key::is_of_form(&put.key));
    for put in about_form {
        let mut before = lineage.deeds().iter().flat_map(|earlier| &earlier.puts);
        if before.any(|earlier| earlier.key == put.key && earlier.value != put.value) {
            return Err(MergeError::OtherForm { change: deed.hash });
        }
    }
    Ok(())
}
