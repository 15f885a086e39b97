//! The highest time this notebook has seen.

use rusqlite::{Connection, named_params};

use super::StoreError;

/// The highest times seen, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// By this node's own clock and uptime: a clock below it was set back.
    pub(crate) by_clock: i64,
    /// By the relay as well: what expires at it has expired.
    pub(crate) by_anybody: i64,
}

pub(crate) fn known(db: &Connection) -> Result<Known, StoreError> {
    Ok(
        db.query_row("SELECT highest_clock, highest FROM self", [], |row| {
            Ok(Known {
                by_clock: row.get("highest_clock")?,
                by_anybody: row.get("highest")?,
            })
        })?,
    )
}

/// Notes a time that this node's own clock or uptime showed.
pub(crate) fn note(db: &Connection, seen: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE self SET highest_clock = max(highest_clock, :seen), highest = max(highest, :seen)",
    )?
    .execute(named_params! { ":seen": seen })?;
    Ok(())
}

/// Notes a time that the relay told. Its word says nothing about whether this node's clock was set back.
pub(crate) fn note_told(db: &Connection, told: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE self SET highest = max(highest, :told)")?
        .execute(named_params! { ":told": told })?;
    Ok(())
}
