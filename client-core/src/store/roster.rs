//! The roster's entries, and wants.

use rusqlite::{Connection, named_params};
use wire::{CompartmentId, PartHash, RecordId, RosterEntry, Want, Wanted};

use super::{StoreError, count, fixed};

pub(crate) fn append(db: &Connection, entry: &RosterEntry) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO roster (height, entry) VALUES (:height, :entry)")?
        .execute(named_params! { ":height": entry.height as i64, ":entry": entry.to_bytes() })?;
    Ok(())
}

/// Returns the entries above a height.
pub(crate) fn entries(db: &Connection, above: u64) -> Result<Vec<RosterEntry>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT entry FROM roster WHERE height > :above ORDER BY height")?;
    let mut rows = statement.query(named_params! { ":above": above as i64 })?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get("entry")?;
        entries.push(RosterEntry::from_bytes(&bytes).map_err(|_| StoreError::Unreadable("a roster entry"))?);
    }
    Ok(entries)
}

pub(crate) fn want(db: &Connection, want: &Want) -> Result<(), StoreError> {
    let (kind, id) = name(&want.what);
    db.prepare_cached(
        "INSERT INTO want (kind, id, after) VALUES (:kind, :id, :after)
         ON CONFLICT DO UPDATE SET after = min(after, excluded.after)",
    )?
    .execute(named_params! { ":kind": kind, ":id": id, ":after": want.from as i64 })?;
    Ok(())
}

pub(crate) fn wants(db: &Connection, limit: usize) -> Result<Vec<Want>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT kind, id, after FROM want ORDER BY kind, id LIMIT :limit")?;
    let mut rows = statement.query(named_params! { ":limit": limit as i64 })?;
    let mut wants = Vec::new();
    while let Some(row) = rows.next()? {
        let what = match row.get::<_, i64>("kind")? {
            1 => Wanted::Record(RecordId::from_bytes(fixed(row, "id")?)),
            2 => Wanted::Compartment(CompartmentId(fixed::<1>(row, "id")?[0])),
            3 => Wanted::Part(PartHash(fixed(row, "id")?)),
            _ => return Err(StoreError::Unreadable("a want")),
        };
        wants.push(Want {
            what,
            from: count(row, "after")?,
        });
    }
    Ok(wants)
}

pub(crate) fn forget_want(db: &Connection, want: &Want) -> Result<(), StoreError> {
    let (kind, id) = name(&want.what);
    db.prepare_cached("DELETE FROM want WHERE kind = :kind AND id = :id")?
        .execute(named_params! { ":kind": kind, ":id": id })?;
    Ok(())
}

fn name(what: &Wanted) -> (i64, Vec<u8>) {
    match what {
        Wanted::Record(record) => (1, record.as_bytes().to_vec()),
        Wanted::Compartment(compartment) => (2, vec![compartment.0]),
        Wanted::Part(part) => (3, part.as_bytes().to_vec()),
    }
}
