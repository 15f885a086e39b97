//! What a desk handed this device of entities that it is to visit, for a while.

use std::collections::BTreeSet;

use rusqlite::{Connection, named_params};
use wire::RecordId;

use super::{StoreError, fixed};
use crate::time::TimeKnown;

/// What one record says of one entity.
pub(crate) struct Assigned {
    pub(crate) record: RecordId,
    pub(crate) list: String,
    pub(crate) entity: String,
    /// Unix seconds.
    pub(crate) expires: i64,
    /// What it says, as JSON.
    pub(crate) said: String,
}

/// What is over by a time.
const OVER: &str = "(:set_back OR expires <= :now)";

pub(crate) fn keep(db: &Connection, assigned: &Assigned) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO assigned (record, list, entity, expires, said)
         VALUES (:record, :list, :entity, :expires, :said)",
    )?
    .execute(named_params! {
        ":record": assigned.record.as_bytes(),
        ":list": assigned.list,
        ":entity": assigned.entity,
        ":expires": assigned.expires,
        ":said": assigned.said,
    })?;
    Ok(())
}

/// Returns what is handed to this device of a list, in the order in which it came. What records say that were withdrawn is
/// left out.
pub(crate) fn of_list(db: &Connection, list: &str) -> Result<Vec<Assigned>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT record, list, entity, expires, said FROM assigned
         WHERE list = :list AND record NOT IN (SELECT record FROM withdrawal WHERE purpose IS NULL) ORDER BY n",
    )?;
    let rows = statement.query_map(named_params! { ":list": list }, |row| {
        Ok(Assigned {
            record: RecordId::from_bytes(fixed(row, "record")?),
            list: row.get("list")?,
            entity: row.get("entity")?,
            expires: row.get("expires")?,
            said: row.get("said")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the lists of which anything is handed to this device.
pub(crate) fn lists(db: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT list FROM assigned")?;
    let rows = statement.query_map([], |row| row.get("list"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns whether anything is handed to this device.
pub(crate) fn any(db: &Connection) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM assigned")?.exists([])?)
}

/// Returns whether the time of anything is over.
pub(crate) fn any_over(db: &Connection, time: TimeKnown) -> Result<bool, StoreError> {
    let sql = format!("SELECT 1 FROM assigned WHERE {OVER}");
    let by = named_params! { ":set_back": time.set_back, ":now": time.now };
    Ok(db.prepare_cached(&sql)?.exists(by)?)
}

/// Returns the entities of which nothing is left once what is over is gone.
pub(crate) fn over(db: &Connection, time: TimeKnown) -> Result<BTreeSet<String>, StoreError> {
    let sql = format!(
        "SELECT entity FROM assigned WHERE {OVER}
         EXCEPT SELECT entity FROM assigned WHERE NOT {OVER}"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let by = named_params! { ":set_back": time.set_back, ":now": time.now };
    let rows = statement.query_map(by, |row| row.get("entity"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Destroys what is over.
pub(crate) fn destroy_over(db: &Connection, time: TimeKnown) -> Result<(), StoreError> {
    db.prepare_cached(&format!("DELETE FROM assigned WHERE {OVER}"))?
        .execute(named_params! { ":set_back": time.set_back, ":now": time.now })?;
    Ok(())
}

/// Destroys what one record says.
pub(crate) fn destroy(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM assigned WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}

pub(crate) fn destroy_all(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM assigned")?.execute([])?;
    Ok(())
}
