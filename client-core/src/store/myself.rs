//! Who this node is, and how far it is with its relay.

use rusqlite::{Connection, OptionalExtension, named_params};
use seal::keys::{KemKey, MembersKey, SignKey};
use seal::members::Keyring;
use wire::{EnvelopeId, Incarnation, LogId, MemberId, ProgrammeId, RelayKey};
use zeroize::Zeroizing;

use super::{StoreError, count, fixed};
use crate::relay_address::RelayAddress;

/// Who this node is.
pub(crate) struct Myself {
    pub(crate) member: MemberId,
    pub(crate) incarnation: Incarnation,
    pub(crate) sign: SignKey,
    pub(crate) kem: KemKey,
    pub(crate) name: String,
}

/// The programme this node belongs to.
pub(crate) struct Programme {
    pub(crate) id: ProgrammeId,
    pub(crate) relay: RelayAddress,
    pub(crate) members_keys: Keyring,
    pub(crate) cursor: u64,
    pub(crate) log: LogId,
    pub(crate) nonce: Vec<u8>,
    /// How many roster entries the relay is known to have.
    pub(crate) relay_height: u64,
    /// Whether the last call that sent much was cut.
    pub(crate) interrupted: bool,
}

pub(crate) fn introduce(db: &Connection, me: &Myself) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO self (only, member, incarnation, sign_seed, kem_seed, name, sequence, previous)
         VALUES (1, :member, :incarnation, :sign, :kem, :name, 0, :none)",
    )?
    .execute(named_params! {
        ":member": me.member.as_bytes(),
        ":incarnation": me.incarnation,
        ":sign": me.sign.seed().as_slice(),
        ":kem": me.kem.seed().as_slice(),
        ":name": me.name,
        ":none": [0u8; 32],
    })?;
    Ok(())
}

pub(crate) fn myself(db: &Connection) -> Result<Option<Myself>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Myself {
            member: MemberId::from_bytes(fixed(row, "member")?),
            incarnation: row.get("incarnation")?,
            sign: SignKey::from_seed(&Zeroizing::new(fixed(row, "sign_seed")?)),
            kem: KemKey::from_seed(&Zeroizing::new(fixed(row, "kem_seed")?)),
            name: row.get("name")?,
        })
    };
    let sql = "SELECT member, incarnation, sign_seed, kem_seed, name FROM self";
    Ok(db.query_row(sql, [], read).optional()?)
}

/// Returns the sequence and id of the last envelope this node wrote.
pub(crate) fn last_written(db: &Connection) -> Result<(u64, EnvelopeId), StoreError> {
    Ok(db.query_row("SELECT sequence, previous FROM self", [], |row| {
        Ok((count(row, "sequence")?, EnvelopeId(fixed(row, "previous")?)))
    })?)
}

pub(crate) fn note_written(db: &Connection, sequence: u64, id: EnvelopeId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE self SET sequence = :sequence, previous = :id")?
        .execute(named_params! { ":sequence": sequence as i64, ":id": id.as_bytes() })?;
    Ok(())
}

pub(crate) fn join(
    db: &Connection,
    programme: &Programme,
    root_seed: Option<&[u8; 32]>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO programme (only, id, relay, relay_key, root_seed, cursor, log, nonce, relay_height)
         VALUES (1, :id, :relay, :relay_key, :root_seed, :cursor, :log, :nonce, :relay_height)",
    )?
    .execute(named_params! {
        ":id": programme.id.as_bytes(),
        ":relay": programme.relay.url,
        ":relay_key": programme.relay.key.as_ref().map(RelayKey::as_bytes),
        ":root_seed": root_seed,
        ":cursor": programme.cursor as i64,
        ":log": programme.log.as_bytes(),
        ":nonce": programme.nonce,
        ":relay_height": programme.relay_height as i64,
    })?;
    let oldest_first: Vec<_> = programme.members_keys.iter().collect();
    oldest_first
        .into_iter()
        .rev()
        .try_for_each(|key| keep_members_key(db, key))
}

/// Keeps a generation of the members' key: from now on it is the newest. One that is here already stays where it is.
pub(crate) fn keep_members_key(db: &Connection, key: &MembersKey) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO members_key (n, key) SELECT coalesce(max(n), 0) + 1, :key FROM members_key WHERE true
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! { ":key": key.as_bytes() })?;
    Ok(())
}

fn members_keys(db: &Connection) -> Result<Option<Keyring>, StoreError> {
    let mut statement = db.prepare_cached("SELECT key FROM members_key ORDER BY n DESC")?;
    let rows = statement.query_map([], |row| fixed(row, "key").map(MembersKey::from_bytes))?;
    Ok(Keyring::new(rows.collect::<Result<Vec<_>, _>>()?))
}

pub(crate) fn programme(db: &Connection) -> Result<Option<Programme>, StoreError> {
    let Some(members_keys) = members_keys(db)? else {
        return Ok(None);
    };
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Programme {
            id: ProgrammeId::from_bytes(fixed(row, "id")?),
            relay: RelayAddress {
                url: row.get("relay")?,
                key: row.get::<_, Option<[u8; 32]>>("relay_key")?.map(RelayKey),
            },
            members_keys: members_keys.clone(),
            cursor: count(row, "cursor")?,
            log: LogId(fixed(row, "log")?),
            nonce: row.get("nonce")?,
            relay_height: count(row, "relay_height")?,
            interrupted: row.get("interrupted")?,
        })
    };
    let sql = "SELECT id, relay, relay_key, cursor, log, nonce, relay_height, interrupted FROM programme";
    Ok(db.query_row(sql, [], read).optional()?)
}

/// Returns the programme's root key, on a desk that has it.
pub(crate) fn root_key(db: &Connection) -> Result<Option<SignKey>, StoreError> {
    let sql = "SELECT root_seed FROM programme";
    let seed: Option<Option<[u8; 32]>> = db.query_row(sql, [], |row| row.get("root_seed")).optional()?;
    Ok(seed
        .flatten()
        .map(|seed| SignKey::from_seed(&Zeroizing::new(seed))))
}

/// Keeps a certificate until the roster comes that it is checked against.
pub(crate) fn await_roster(db: &Connection, certificate: &str) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO awaiting (only, certificate) VALUES (1, :certificate)")?
        .execute(named_params! { ":certificate": certificate })?;
    Ok(())
}

/// Returns the certificate whose roster has not come yet.
pub(crate) fn awaiting(db: &Connection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT certificate FROM awaiting";
    Ok(db.query_row(sql, [], |row| row.get("certificate")).optional()?)
}

/// Waits for no roster any more.
pub(crate) fn roster_came(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM awaiting", [])?;
    Ok(())
}

/// Forgets a programme whose roster never came.
pub(crate) fn forget_unproved(db: &Connection) -> Result<(), StoreError> {
    if awaiting(db)?.is_some() {
        db.execute_batch("DELETE FROM awaiting; DELETE FROM members_key; DELETE FROM programme;")?;
    }
    Ok(())
}

pub(crate) fn note_relay(db: &Connection, relay: &RelayAddress) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET relay = :relay, relay_key = :key")?
        .execute(named_params! {
            ":relay": relay.url, ":key": relay.key.as_ref().map(RelayKey::as_bytes),
        })?;
    Ok(())
}

pub(crate) fn note_cursor(db: &Connection, cursor: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET cursor = :cursor")?
        .execute(named_params! { ":cursor": cursor as i64 })?;
    Ok(())
}

pub(crate) fn note_call(db: &Connection, cursor: u64, log: LogId, nonce: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET cursor = :cursor, log = :log, nonce = :nonce, interrupted = 0")?
        .execute(named_params! { ":cursor": cursor as i64, ":log": log.as_bytes(), ":nonce": nonce })?;
    Ok(())
}

/// Notes that this notebook was restored from a backup.
pub(crate) fn note_restored(db: &Connection) -> Result<(), StoreError> {
    db.execute("UPDATE programme SET restored = 1", [])?;
    Ok(())
}

/// Notes that a restored notebook has heard of all that was erased meanwhile.
pub(crate) fn note_caught_up(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET restored = 0 WHERE restored = 1")?
        .execute([])?;
    Ok(())
}

/// Returns whether this notebook was restored from a backup and has not synced since.
pub(crate) fn is_restored(db: &Connection) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM programme WHERE restored = 1")?
        .exists([])?)
}

/// Notes that a call begins which sends much: unless it ends well, the next one asks first what came through.
pub(crate) fn note_interrupted(db: &rusqlite::Transaction<'_>) -> Result<(), StoreError> {
    db.execute("UPDATE programme SET interrupted = 1", [])?;
    Ok(())
}

/// Notes that a call was answered, though not as it was hoped.
pub(crate) fn note_answered(db: &rusqlite::Transaction<'_>) -> Result<(), StoreError> {
    db.execute("UPDATE programme SET interrupted = 0", [])?;
    Ok(())
}

/// Begins a new incarnation after the last envelope that is known to be in its place.
pub(crate) fn begin_incarnation(
    db: &Connection,
    incarnation: Incarnation,
    previous: EnvelopeId,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE self SET incarnation = :incarnation, sequence = 0, previous = :previous")?
        .execute(named_params! { ":incarnation": incarnation, ":previous": previous.as_bytes() })?;
    Ok(())
}

pub(crate) fn note_nonce(db: &Connection, nonce: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET nonce = :nonce")?
        .execute(named_params! { ":nonce": nonce })?;
    Ok(())
}

pub(crate) fn note_relay_height(db: &Connection, height: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE programme SET relay_height = :height")?
        .execute(named_params! { ":height": height as i64 })?;
    Ok(())
}
