//! The roster's entries, those of both sides where it is split, and wants.

use rusqlite::{Connection, named_params};
use wire::{CompartmentId, PartHash, RecordId, RosterEntry, RosterHead, Want, Wanted};

use super::{StoreError, count, fixed};

/// Keeps an entry that follows the last one of the chain; one that is here already stays as it is.
pub(crate) fn append(db: &Connection, entry: &RosterEntry) -> Result<(), StoreError> {
    keep(db, entry, true)
}

/// Keeps an entry that lies on a side of the chain, or is not placed yet.
pub(crate) fn keep_aside(db: &Connection, entry: &RosterEntry) -> Result<(), StoreError> {
    keep(db, entry, false)
}

fn keep(db: &Connection, entry: &RosterEntry, main: bool) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO roster (head, height, main, relayed, entry) VALUES (:head, :height, :main, 0, :entry)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":head": entry.head().as_bytes(),
        ":height": entry.height as i64,
        ":main": main,
        ":entry": entry.to_bytes(),
    })?;
    Ok(())
}

/// Returns whether an entry is here, on whichever side.
pub(crate) fn has(db: &Connection, head: &RosterHead) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM roster WHERE head = :head")?
        .exists(named_params! { ":head": head.as_bytes() })?)
}

/// Notes that the relay has an entry on its chain.
pub(crate) fn note_relayed(db: &Connection, head: &RosterHead) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE roster SET relayed = 1 WHERE head = :head AND relayed = 0")?
        .execute(named_params! { ":head": head.as_bytes() })?;
    Ok(())
}

/// Notes that the relay has the chain's entry at a height.
pub(crate) fn note_relayed_at(db: &Connection, height: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE roster SET relayed = 1 WHERE height = :height AND main")?
        .execute(named_params! { ":height": height as i64 })?;
    Ok(())
}

/// Returns the entries of the chain above a height.
pub(crate) fn entries(db: &Connection, above: u64) -> Result<Vec<RosterEntry>, StoreError> {
    read(
        db,
        "SELECT entry FROM roster WHERE main AND height > :above ORDER BY height",
        named_params! { ":above": above as i64 },
    )
}

/// Returns every entry, also where two follow one: what the relay has first.
pub(crate) fn all(db: &Connection) -> Result<Vec<RosterEntry>, StoreError> {
    read(
        db,
        "SELECT entry FROM roster ORDER BY relayed DESC, height, head",
        &[],
    )
}

/// Returns the entries on sides of the chain.
pub(crate) fn aside(db: &Connection) -> Result<Vec<RosterEntry>, StoreError> {
    read(
        db,
        "SELECT entry FROM roster WHERE NOT main ORDER BY height, head",
        &[],
    )
}

/// Notes which entries lie on the chain.
pub(crate) fn place(db: &Connection, on_chain: impl Fn(&RosterEntry) -> bool) -> Result<(), StoreError> {
    for entry in all(db)? {
        db.prepare_cached("UPDATE roster SET main = :main WHERE head = :head")?
            .execute(named_params! { ":main": on_chain(&entry), ":head": entry.head().as_bytes() })?;
    }
    Ok(())
}

/// Names the entries of a notebook that an older program wrote by their heads.
pub(crate) fn name_heads(db: &Connection) -> Result<(), StoreError> {
    for entry in read(db, "SELECT entry FROM roster WHERE head IS NULL", &[])? {
        db.execute(
            "UPDATE roster SET head = :head WHERE height = :height AND head IS NULL",
            named_params! { ":head": entry.head().as_bytes(), ":height": entry.height as i64 },
        )?;
    }
    Ok(())
}

fn read(
    db: &Connection,
    sql: &str,
    parameters: &[(&str, &dyn rusqlite::ToSql)],
) -> Result<Vec<RosterEntry>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
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
