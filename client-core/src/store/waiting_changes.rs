//! Changes that wait for others, and the envelopes they came in.

use record::ChangeHash;
use rusqlite::{Connection, Row, named_params};
use wire::{EnvelopeId, RecordId};

use super::{StoreError, fixed};

/// A change that waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WaitingChange {
    pub(crate) change: ChangeHash,
    /// The envelope it came in.
    pub(crate) envelope: EnvelopeId,
    /// The first of the changes that have not come.
    pub(crate) needs: Vec<ChangeHash>,
}

/// Returns the changes of a record that wait.
pub(crate) fn of_record(db: &Connection, record: RecordId) -> Result<Vec<WaitingChange>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT change, envelope, needs FROM waiting_change WHERE record = :record")?;
    let rows = statement.query_map(named_params! { ":record": record.as_bytes() }, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns all that wait.
pub(crate) fn all(db: &Connection) -> Result<Vec<WaitingChange>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT change, envelope, needs FROM waiting_change ORDER BY envelope, change")?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts `changes` in the place of what waited of a record.
pub(crate) fn replace(
    db: &Connection,
    record: RecordId,
    changes: &[WaitingChange],
) -> Result<(), StoreError> {
    forget(db, record)?;
    let mut insert = db.prepare_cached(
        "INSERT INTO waiting_change (record, change, envelope, needs)
         VALUES (:record, :change, :envelope, :needs) ON CONFLICT DO NOTHING",
    )?;
    for waiting in changes {
        let needs: Vec<u8> = waiting.needs.iter().flat_map(|hash| hash.0).collect();
        insert.execute(named_params! {
            ":record": record.as_bytes(),
            ":change": waiting.change.0,
            ":envelope": waiting.envelope.as_bytes(),
            ":needs": needs,
        })?;
    }
    Ok(())
}

/// Forgets what waited of a record.
pub(crate) fn forget(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM waiting_change WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<WaitingChange> {
    let needs: Vec<u8> = row.get("needs")?;
    let (hashes, _) = needs.as_chunks::<32>();
    Ok(WaitingChange {
        change: ChangeHash(fixed(row, "change")?),
        envelope: EnvelopeId(fixed(row, "envelope")?),
        needs: hashes.iter().copied().map(ChangeHash).collect(),
    })
}
