//! This device's one-time keys, and the grants that were sealed to them.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, named_params};
use seal::keys::KemKey;
use wire::{EnvelopeId, KemKeyId, MemberId, RecordId};
use zeroize::Zeroizing;

use super::{StoreError, fixed, time};

/// What a one-time key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Desks seal grants to it.
    Posted,
    /// One device seals one draft to it.
    Offered,
}

impl Use {
    fn word(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Offered => "offered",
        }
    }
}

/// A grant that was opened here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldGrant {
    pub(crate) envelope: EnvelopeId,
    pub(crate) record: RecordId,
    pub(crate) once_key: KemKeyId,
    pub(crate) author: MemberId,
    /// How many grants its desk sealed to the key.
    pub(crate) shared: u32,
    /// Unix seconds; 0 for never.
    pub(crate) expires: i64,
    pub(crate) spent: bool,
}

pub(crate) fn keep(db: &Connection, key: &KemKey, purpose: Use) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO once_key (id, seed, use) VALUES (:id, :seed, :use)")?
        .execute(named_params! {
            ":id": key.id().as_bytes(),
            ":seed": key.seed().as_slice(),
            ":use": purpose.word(),
        })?;
    Ok(())
}

pub(crate) fn find(db: &Connection, id: KemKeyId, purpose: Use) -> Result<Option<KemKey>, StoreError> {
    let seed = db
        .prepare_cached("SELECT seed FROM once_key WHERE id = :id AND use = :use")?
        .query_row(
            named_params! { ":id": id.as_bytes(), ":use": purpose.word() },
            |row| fixed(row, "seed").map(Zeroizing::new),
        )
        .optional()?;
    Ok(seed.map(|seed| KemKey::from_seed(&seed)))
}

/// Counts the keys that were posted and to which nothing that came here is sealed.
pub(crate) fn unused(db: &Connection) -> Result<u64, StoreError> {
    Ok(db.query_row(
        "SELECT count(*) AS unused FROM once_key
         WHERE use = 'posted' AND id NOT IN (SELECT once_key FROM held_grant)",
        [],
        |row| super::count(row, "unused"),
    )?)
}

pub(crate) fn destroy(db: &Connection, id: KemKeyId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM once_key WHERE id = :id")?
        .execute(named_params! { ":id": id.as_bytes() })?;
    Ok(())
}

/// Returns whether there is any key.
pub(crate) fn any(db: &Connection) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM once_key")?.exists([])?)
}

pub(crate) fn destroy_all(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM once_key")?.execute([])?;
    Ok(())
}

/// Notes a grant that was opened here, or that came too late to be.
pub(crate) fn hold(db: &Connection, grant: &HeldGrant) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO held_grant (envelope, record, once_key, author, shared, expires, spent)
         VALUES (:envelope, :record, :once_key, :author, :shared, :expires, :spent) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": grant.envelope.as_bytes(),
        ":record": grant.record.as_bytes(),
        ":once_key": grant.once_key.as_bytes(),
        ":author": grant.author.as_bytes(),
        ":shared": grant.shared,
        ":expires": grant.expires,
        ":spent": grant.spent,
    })?;
    Ok(())
}

/// Returns every grant that a key here was kept for, spent ones too.
pub(crate) fn held(db: &Connection) -> Result<Vec<HeldGrant>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope, record, once_key, author, shared, expires, spent FROM held_grant ORDER BY envelope",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(HeldGrant {
            envelope: EnvelopeId(fixed(row, "envelope")?),
            record: RecordId::from_bytes(fixed(row, "record")?),
            once_key: KemKeyId(fixed(row, "once_key")?),
            author: MemberId::from_bytes(fixed(row, "author")?),
            shared: row.get("shared")?,
            expires: row.get("expires")?,
            spent: row.get("spent")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that one grant opens nothing any more.
pub(crate) fn spend(db: &Connection, envelope: EnvelopeId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE held_grant SET spent = 1 WHERE envelope = :envelope")?
        .execute(named_params! { ":envelope": envelope.as_bytes() })?;
    Ok(())
}

/// Notes that all grants of a record open nothing any more.
pub(crate) fn spend_all(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE held_grant SET spent = 1 WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}

/// Waits no longer for what else was sealed to a key.
pub(crate) fn give_up(db: &Connection, id: KemKeyId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE held_grant SET shared = 0 WHERE once_key = :id")?
        .execute(named_params! { ":id": id.as_bytes() })?;
    Ok(())
}

/// Destroys the keys that no grant needs any more: all that came are spent, and of each desk's either all came, or
/// what is still to come has expired.
pub(crate) fn destroy_spent(db: &Connection) -> Result<(), StoreError> {
    let now = time::known(db)?.by_anybody;
    let mut keys: BTreeMap<KemKeyId, Vec<HeldGrant>> = BTreeMap::new();
    for grant in held(db)? {
        keys.entry(grant.once_key).or_default().push(grant);
    }
    for (id, grants) in keys {
        let complete = |author: MemberId| {
            let mut of_desk = grants.iter().filter(|grant| grant.author == author);
            let promised = of_desk.clone().map(|grant| grant.shared).max().unwrap_or(0);
            of_desk.clone().count() as u64 >= u64::from(promised)
                || of_desk.any(|grant| grant.expires != 0 && grant.expires <= now)
        };
        if grants.iter().all(|grant| grant.spent && complete(grant.author)) {
            destroy(db, id)?;
        }
    }
    Ok(())
}
