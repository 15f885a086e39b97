//! Which records people were told of that the policy erases soon.

use rusqlite::{Connection, named_params};
use wire::RecordId;

use super::{StoreError, count, fixed};

/// Returns the day on which the clocks were last looked at.
pub(crate) fn day(db: &Connection) -> Result<u64, StoreError> {
    Ok(db.query_row("SELECT retention_day FROM self", [], |row| {
        count(row, "retention_day")
    })?)
}

/// Notes what is due soon as of `now`, in unix seconds, and forgets what is not any more. Returns those of which people
/// could know since `known` or before.
pub(crate) fn give(
    db: &Connection,
    due: &[RecordId],
    now: i64,
    known: i64,
) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT record FROM retention_notice")?;
    let rows = statement.query_map([], |row| fixed(row, "record").map(RecordId::from_bytes))?;
    let told: Vec<RecordId> = rows.collect::<Result<_, _>>()?;
    for record in told.iter().filter(|record| !due.contains(record)) {
        db.prepare_cached("DELETE FROM retention_notice WHERE record = :record")?
            .execute(named_params! { ":record": record.as_bytes() })?;
    }
    for record in due {
        // A clock that stood ahead when it was first told of is not believed.
        db.prepare_cached(
            "INSERT INTO retention_notice (record, first) VALUES (:record, :now)
             ON CONFLICT DO UPDATE SET first = min(first, excluded.first)",
        )?
        .execute(named_params! { ":record": record.as_bytes(), ":now": now })?;
    }
    db.prepare_cached("UPDATE self SET retention_day = :day")?
        .execute(named_params! { ":day": now.div_euclid(86_400) })?;
    let mut statement =
        db.prepare_cached("SELECT record FROM retention_notice WHERE first <= :known ORDER BY record")?;
    let rows = statement.query_map(named_params! { ":known": known }, |row| {
        fixed(row, "record").map(RecordId::from_bytes)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
