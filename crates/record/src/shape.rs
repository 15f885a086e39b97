//! The outer shape of a change, looked at before automerge sees it.
//!
//! Automerge's decoder trusts the run lengths it reads: a few bytes may announce 2⁶⁰ operations
//! and keep it busy for ever, or name an actor that is not there and make it panic. So the bytes
//! of a change are first walked here, in time proportional to their length, and must have
//! exactly the shape that [`Draft::squash`](crate::Draft::squash) writes: one uncompressed change
//! that only puts plain values at the root of its document.

use crate::bytes::Reader;

/// The largest change, in bytes.
pub(crate) const MAX_CHANGE_BYTES: usize = 1024 * 1024;
/// The most puts in one change.
pub(crate) const MAX_PUTS: u64 = 20_000;
/// The most earlier puts that one change may replace.
const MAX_REPLACED: u64 = 100_000;

/// What is wrong with the bytes of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ShapeError {
    /// The bytes are more than 1 MiB.
    #[error("it is larger than 1 MiB")]
    TooLarge,
    /// The bytes do not begin with a whole, uncompressed change.
    #[error("it is not an uncompressed automerge change")]
    NotAChange,
    /// The bytes end too early, go on too long, or hold a number out of bounds.
    #[error("its bytes are damaged")]
    Damaged,
    /// The change has a message, extra bytes or columns that no record has.
    #[error("it has parts that no record has")]
    ForeignParts,
    /// The change does something else than put plain values at the root.
    #[error("it does more than put answers down")]
    NotOnlyPuts,
    /// The change announces more puts than a record can have.
    #[error("it announces more than a record can hold")]
    TooMany,
    /// The actor id is not 16 bytes, or has written before by its own count.
    #[error("its actor is not one that is made for a single change")]
    ForeignActor,
}

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHUNK_CHANGE: u8 = 1;
const ACTION_PUT: u64 = 1;

const KEY: u64 = 0x15;
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE_META: u64 = 0x56;
const VALUE: u64 = 0x57;
const REPLACED_COUNT: u64 = 0x70;
const REPLACED_ACTOR: u64 = 0x71;
const REPLACED_COUNTER: u64 = 0x73;

/// Walks the bytes of one change.
///
/// Returns `Ok` only if automerge can decode them in time and memory proportional to their
/// length. Does not check the checksum nor what is put down.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ShapeError> {
    if bytes.len() > MAX_CHANGE_BYTES {
        return Err(ShapeError::TooLarge);
    }
    let body = body_of(bytes).ok_or(ShapeError::NotAChange)?;
    let mut reader = Reader::new(body);
    let actors = check_head(&mut reader)?;
    let columns = columns(&mut reader)?;
    if !reader.is_empty() {
        return Err(ShapeError::ForeignParts);
    }
    check_columns(&columns, actors)
}

fn body_of(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let magic: [u8; 4] = reader.array()?;
    let _checksum: [u8; 4] = reader.array()?;
    let kind = reader.byte()?;
    let body = reader.sized()?;
    (magic == MAGIC && kind == CHUNK_CHANGE && reader.is_empty()).then_some(body)
}

/// Reads what stands before the columns; returns how many actors the change knows.
fn check_head(reader: &mut Reader<'_>) -> Result<u64, ShapeError> {
    use ShapeError::Damaged;
    let parents = reader.unsigned().ok_or(Damaged)?;
    let mut last = None;
    for _ in 0..parents {
        let parent: [u8; 32] = reader.array().ok_or(Damaged)?;
        if last.is_some_and(|last| last >= parent) {
            return Err(Damaged);
        }
        last = Some(parent);
    }
    let actor = reader.sized().ok_or(Damaged)?;
    let sequence = reader.unsigned().ok_or(Damaged)?;
    if actor.len() != 16 || sequence != 1 {
        return Err(ShapeError::ForeignActor);
    }
    let start = reader.unsigned().ok_or(Damaged)?;
    if start == 0 || start > u64::from(u32::MAX) - MAX_PUTS {
        return Err(Damaged);
    }
    let _time = reader.signed().ok_or(Damaged)?;
    if !reader.sized().ok_or(Damaged)?.is_empty() {
        return Err(ShapeError::ForeignParts);
    }
    let others = reader.unsigned().ok_or(Damaged)?;
    for _ in 0..others {
        if reader.sized().ok_or(Damaged)?.len() != 16 {
            return Err(ShapeError::ForeignActor);
        }
    }
    others.checked_add(1).ok_or(Damaged)
}

#[derive(Default)]
struct Columns<'a> {
    key: &'a [u8],
    insert: &'a [u8],
    action: &'a [u8],
    value_meta: &'a [u8],
    replaced_count: &'a [u8],
    replaced_actor: &'a [u8],
    replaced_counter: &'a [u8],
}

fn columns<'a>(reader: &mut Reader<'a>) -> Result<Columns<'a>, ShapeError> {
    use ShapeError::Damaged;
    let count = reader.unsigned().ok_or(Damaged)?;
    if count > 8 {
        return Err(ShapeError::ForeignParts);
    }
    let mut layout = Vec::new();
    for _ in 0..count {
        let spec = reader.unsigned().ok_or(Damaged)?;
        let length = reader.unsigned().ok_or(Damaged)?;
        if layout.last().is_some_and(|(last, _)| *last >= spec) {
            return Err(Damaged);
        }
        layout.push((spec, usize::try_from(length).map_err(|_| Damaged)?));
    }
    let mut columns = Columns::default();
    for (spec, length) in layout {
        let bytes = reader.take(length).ok_or(Damaged)?;
        match spec {
            KEY => columns.key = bytes,
            INSERT => columns.insert = bytes,
            ACTION => columns.action = bytes,
            VALUE_META => columns.value_meta = bytes,
            VALUE => {}
            REPLACED_COUNT => columns.replaced_count = bytes,
            REPLACED_ACTOR => columns.replaced_actor = bytes,
            REPLACED_COUNTER => columns.replaced_counter = bytes,
            _ => return Err(ShapeError::ForeignParts),
        }
    }
    Ok(columns)
}

fn check_columns(columns: &Columns<'_>, actors: u64) -> Result<(), ShapeError> {
    let puts = runs(columns.action, MAX_PUTS, |reader, _| {
        match reader.unsigned().ok_or(ShapeError::Damaged)? {
            ACTION_PUT => Ok(()),
            _ => Err(ShapeError::NotOnlyPuts),
        }
    })?;
    if puts == 0 {
        return Err(ShapeError::NotOnlyPuts);
    }
    let mut insert = Reader::new(columns.insert);
    if insert.unsigned() != Some(puts) || !insert.is_empty() {
        return Err(ShapeError::NotOnlyPuts);
    }
    let keys = runs(columns.key, MAX_PUTS, |reader, _| {
        reader.sized().map(drop).ok_or(ShapeError::Damaged)
    })?;
    let metas = runs(columns.value_meta, MAX_PUTS, |reader, _| number(reader))?;
    let mut replaced = 0u64;
    let counts = runs(columns.replaced_count, MAX_PUTS, |reader, times| {
        let each = reader.unsigned().ok_or(ShapeError::Damaged)?;
        let all = each.checked_mul(times).and_then(|all| all.checked_add(replaced));
        replaced = all
            .filter(|all| *all <= MAX_REPLACED)
            .ok_or(ShapeError::TooMany)?;
        Ok(())
    })?;
    let by = runs(columns.replaced_actor, MAX_REPLACED, |reader, _| {
        match reader.unsigned().ok_or(ShapeError::Damaged)? {
            actor if actor < actors => Ok(()),
            _ => Err(ShapeError::Damaged),
        }
    })?;
    let at = runs(columns.replaced_counter, MAX_REPLACED, |reader, _| {
        // Differences to the one before; bounded so that no sum of them overflows.
        match reader.signed().ok_or(ShapeError::Damaged)? {
            step if step.unsigned_abs() <= u64::from(u32::MAX) => Ok(()),
            _ => Err(ShapeError::Damaged),
        }
    })?;
    let whole = keys == puts && metas == puts && counts == puts && by == replaced && at == replaced;
    if whole { Ok(()) } else { Err(ShapeError::Damaged) }
}

fn number(reader: &mut Reader<'_>) -> Result<(), ShapeError> {
    reader.unsigned().map(drop).ok_or(ShapeError::Damaged)
}

/// Walks one run-length-encoded column; returns how many values it holds.
///
/// `value` reads one value, and is told how often it stands there.
fn runs(
    column: &[u8],
    most: u64,
    mut value: impl FnMut(&mut Reader<'_>, u64) -> Result<(), ShapeError>,
) -> Result<u64, ShapeError> {
    let mut reader = Reader::new(column);
    let mut total = 0u64;
    while !reader.is_empty() {
        let run = reader.signed().ok_or(ShapeError::Damaged)?;
        total = total.saturating_add(run.unsigned_abs());
        if total > most {
            return Err(ShapeError::TooMany);
        }
        if run > 0 {
            value(&mut reader, run.unsigned_abs())?;
        } else if run < 0 {
            for _ in 0..run.unsigned_abs() {
                value(&mut reader, 1)?;
            }
        } else {
            // A run of nothing: no put of ours lacks a key, a value or an action.
            return Err(ShapeError::Damaged);
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::put_signed;
    use automerge::transaction::Transactable;
    use automerge::{ActorId, Automerge, ObjType, ROOT};
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut automerge::transaction::Transaction<'_>)) -> Vec<u8> {
        let mut doc = Automerge::new().with_actor(ActorId::from([1u8; 16]));
        let mut tx = doc.transaction();
        write(&mut tx);
        tx.commit();
        doc.get_changes(&[]).pop().unwrap().raw_bytes().to_vec()
    }

    #[test]
    fn plain_puts_pass() {
        let bytes = written(|tx| {
            tx.put(ROOT, "q/a", "x").unwrap();
            tx.put(ROOT, "q/b", 5).unwrap();
        });
        assert_eq!(check(&bytes), Ok(()));
    }

    #[test]
    fn nested_objects_are_refused() {
        let bytes = written(|tx| {
            let list = tx.put_object(ROOT, "q/a", ObjType::List).unwrap();
            tx.insert(&list, 0, 1).unwrap();
        });
        assert!(check(&bytes).is_err());
        let bytes = written(|tx| {
            tx.put_object(ROOT, "q/a", ObjType::Map).unwrap();
        });
        assert_eq!(check(&bytes), Err(ShapeError::NotOnlyPuts));
    }

    #[test]
    fn a_delete_is_refused() {
        let bytes = written(|tx| {
            tx.put(ROOT, "q/a", "x").unwrap();
            tx.delete(ROOT, "q/a").unwrap();
        });
        assert_eq!(check(&bytes), Err(ShapeError::NotOnlyPuts));
    }

    #[test]
    fn an_endless_run_is_refused_at_once() {
        let mut endless = Vec::new();
        put_signed(&mut endless, i64::MAX);
        endless.push(1);
        let outcome = runs(&endless, MAX_PUTS, |reader, _| number(reader));
        assert!(outcome.is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_walked_or_refused(bytes: Vec<u8>) {
            let _ = check(&bytes);
        }
    }
}
