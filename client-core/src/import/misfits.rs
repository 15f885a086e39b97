//! Changes that wait for others, and what becomes of their envelopes when they do not fit.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::merging::Outcome;
use crate::store::waiting_changes::{self, WaitingChange};

/// Notes which changes of a record wait, and that the envelope `from` brought some of them.
pub(super) fn note_waiting(
    db: &Connection,
    record: RecordId,
    from: EnvelopeId,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let before = waiting_changes::of_record(db, record)?;
    if before.is_empty() && outcome.waiting.is_empty() {
        return Ok(());
    }
    let now = outcome.put_off.iter().map(|change| (*change, from));
    let from: BTreeSet<_> = before
        .into_iter()
        .map(|waiting| (waiting.change, waiting.envelope))
        .chain(now)
        .collect();
    let needs: BTreeMap<_, _> = outcome
        .waiting
        .iter()
        .map(|waiting| (waiting.hash, &waiting.needs))
        .collect();
    let waiting = from.into_iter().filter_map(|(change, envelope)| {
        let needs = needs.get(&change)?.to_vec();
        Some(WaitingChange {
            change,
            envelope,
            needs,
        })
    });
    waiting_changes::replace(db, record, &waiting.collect::<Vec<_>>())
}

/// Quarantines the envelopes of changes that had waited and do not fit, and makes the record anew without them, for
/// an envelope is taken whole or not at all. `now` is the one that is being opened: it is left to the caller.
/// Returns `false` if there is none to put out.
pub(super) fn put_out(
    db: &Connection,
    reading: &Reading<'_>,
    record: RecordId,
    now: EnvelopeId,
    outcome: &Outcome,
) -> Result<bool, StoreError> {
    let mut any = false;
    if !outcome.misfits.is_empty() {
        let waited = waiting_changes::of_record(db, record)?;
        for (change, why) in &outcome.misfits {
            for envelope in waited.iter().filter(|waiting| waiting.change == *change) {
                let reason = format!(
                    "a change in it waited for others, and does not fit now that they are here: {why}"
                );
                envelopes::mark(db, envelope.envelope, State::Quarantined, Some(&reason))?;
                any = true;
            }
        }
    }
    if any {
        records::forget_view(db, record)?;
        let others = envelopes::of_record(db, record)?;
        for id in others.into_iter().filter(|id| *id != now) {
            reopen(db, reading, id)?;
        }
    }
    Ok(any)
}
