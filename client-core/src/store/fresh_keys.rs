//! At a desk: the one-time keys that devices posted, and what was sealed to them.

use rusqlite::{Connection, OptionalExtension, named_params};
use wire::{EnvelopeId, GrantedKeyId, KemKeyId, KemPublic, MemberId, RecordId};

use super::{StoreError, count, fixed};

/// A grant, as a desk remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenGrant {
    pub(crate) envelope: EnvelopeId,
    pub(crate) record: RecordId,
    pub(crate) recipient: MemberId,
    pub(crate) desk: MemberId,
    /// When this desk wrote or first saw it, in unix seconds.
    pub(crate) at: i64,
    /// Unix seconds; nothing if another desk granted it.
    pub(crate) expires: Option<i64>,
}

/// Keeps a key that a device posted. One that is here already stays as it is.
pub(crate) fn keep(
    db: &Connection,
    member: MemberId,
    key: &KemPublic,
    (sequence, place): (u64, usize),
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO fresh_key (member, id, sequence, place, public, used)
         VALUES (:member, :id, :sequence, :place, :public, 0) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":member": member.as_bytes(),
        ":id": key.id().as_bytes(),
        ":sequence": sequence as i64,
        ":place": place as i64,
        ":public": key.as_bytes(),
    })?;
    Ok(())
}

/// Returns the oldest key of a device that nothing was sealed to, as far as this desk knows.
pub(crate) fn oldest(db: &Connection, member: MemberId) -> Result<Option<KemPublic>, StoreError> {
    let public: Option<Vec<u8>> = db
        .prepare_cached(
            "SELECT public FROM fresh_key WHERE member = :member AND NOT used ORDER BY sequence, place LIMIT 1",
        )?
        .query_row(named_params! { ":member": member.as_bytes() }, |row| {
            row.get("public")
        })
        .optional()?;
    public
        .map(|public| KemPublic::from_bytes(&public).map_err(|_| StoreError::Unreadable("a one-time key")))
        .transpose()
}

/// Notes that something was sealed to a key, also before the key itself has come.
pub(crate) fn note_used(db: &Connection, member: MemberId, id: KemKeyId) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO fresh_key (member, id, sequence, place, public, used)
         VALUES (:member, :id, 0, 0, x'', 1) ON CONFLICT DO UPDATE SET used = 1",
    )?
    .execute(named_params! { ":member": member.as_bytes(), ":id": id.as_bytes() })?;
    Ok(())
}

/// Counts the keys of a device that nothing was sealed to.
pub(crate) fn unused(db: &Connection, member: MemberId) -> Result<u64, StoreError> {
    Ok(db
        .prepare_cached("SELECT count(*) AS unused FROM fresh_key WHERE member = :member AND NOT used")?
        .query_row(named_params! { ":member": member.as_bytes() }, |row| {
            count(row, "unused")
        })?)
}

/// Remembers a grant and the keys it hands out. What is remembered already stays as it is.
pub(crate) fn note_given(
    db: &Connection,
    grant: &GivenGrant,
    write_ids: &[GrantedKeyId],
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO given_grant (envelope, record, recipient, desk, at, expires)
         VALUES (:envelope, :record, :recipient, :desk, :at, :expires) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": grant.envelope.as_bytes(),
        ":record": grant.record.as_bytes(),
        ":recipient": grant.recipient.as_bytes(),
        ":desk": grant.desk.as_bytes(),
        ":at": grant.at,
        ":expires": grant.expires,
    })?;
    for id in write_ids {
        db.prepare_cached(
            "INSERT INTO given_key (write_id, envelope) VALUES (:id, :envelope) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! { ":id": id.as_bytes(), ":envelope": grant.envelope.as_bytes() })?;
    }
    Ok(())
}

/// Returns what was granted to a member, the oldest first.
pub(crate) fn given(db: &Connection, recipient: MemberId) -> Result<Vec<GivenGrant>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope, record, recipient, desk, at, expires FROM given_grant
         WHERE recipient = :recipient ORDER BY at, record, envelope",
    )?;
    let rows = statement.query_map(named_params! { ":recipient": recipient.as_bytes() }, |row| {
        Ok(GivenGrant {
            envelope: EnvelopeId(fixed(row, "envelope")?),
            record: RecordId::from_bytes(fixed(row, "record")?),
            recipient: MemberId::from_bytes(fixed(row, "recipient")?),
            desk: MemberId::from_bytes(fixed(row, "desk")?),
            at: row.get("at")?,
            expires: row.get("expires")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the ids of the keys that a grant handed out to write with.
pub(crate) fn given_keys(db: &Connection, envelope: EnvelopeId) -> Result<Vec<GrantedKeyId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT write_id FROM given_key WHERE envelope = :envelope")?;
    let rows = statement.query_map(named_params! { ":envelope": envelope.as_bytes() }, |row| {
        fixed(row, "write_id").map(GrantedKeyId)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
