//! What records say about entities: a cache beside them.

use rusqlite::{Connection, OptionalExtension as _, named_params};
use wire::RecordId;

use super::StoreError;

/// Returns what is kept of a record; `None` if it was never looked at, or has changed since.
pub(crate) fn said(db: &Connection, record: RecordId) -> Result<Option<String>, StoreError> {
    Ok(db
        .prepare_cached("SELECT said FROM entity_said WHERE record = :record")?
        .query_row(named_params! { ":record": record.as_bytes() }, |row| {
            row.get("said")
        })
        .optional()?)
}

/// Keeps what a record says.
pub(crate) fn keep(db: &Connection, record: RecordId, said: &str) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO entity_said (record, said) VALUES (:record, :said)
         ON CONFLICT (record) DO UPDATE SET said = excluded.said",
    )?
    .execute(named_params! { ":record": record.as_bytes(), ":said": said })?;
    Ok(())
}

/// Forgets what was kept of a record: it has changed, or cannot be read here any more.
pub(crate) fn forget(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM entity_said WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}
