//! Open drafts: what was begun and not finished.

use rusqlite::{Connection, named_params};
use wire::RecordId;

use super::{StoreError, fixed, media};

pub(crate) fn begin(db: &Connection, record: RecordId, started: i64) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO draft (record, started) VALUES (:record, :started)")?
        .execute(named_params! { ":record": record.as_bytes(), ":started": started })?;
    Ok(())
}

pub(crate) fn is_open(db: &Connection, record: RecordId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM draft WHERE record = :record")?
        .exists(named_params! { ":record": record.as_bytes() })?)
}

/// Returns how many drafts are open.
pub(crate) fn count(db: &Connection) -> Result<u64, StoreError> {
    Ok(db.query_row("SELECT count(*) AS drafts FROM draft", [], |row| {
        super::count(row, "drafts")
    })?)
}

pub(crate) fn add_step(db: &Connection, record: RecordId, step: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO draft_step (record, n, step)
         SELECT :record, coalesce(max(n), 0) + 1, :step FROM draft_step WHERE record = :record",
    )?
    .execute(named_params! { ":record": record.as_bytes(), ":step": step })?;
    Ok(())
}

pub(crate) fn steps(db: &Connection, record: RecordId) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT step FROM draft_step WHERE record = :record ORDER BY n")?;
    let rows = statement.query_map(named_params! { ":record": record.as_bytes() }, |row| {
        row.get("step")
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn destroy(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    media::detach_all(db, record)?;
    let id = named_params! { ":record": record.as_bytes() };
    db.prepare_cached("DELETE FROM draft_step WHERE record = :record")?
        .execute(id)?;
    db.prepare_cached("DELETE FROM draft WHERE record = :record")?
        .execute(id)?;
    Ok(())
}

/// Returns the records that have an open draft, the oldest first.
pub(crate) fn open(db: &Connection) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT record FROM draft ORDER BY started, record")?;
    let rows = statement.query_map([], |row| fixed(row, "record").map(RecordId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
