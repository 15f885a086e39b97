//! Drafts that moved: given away by this device, or taken over by it.

use rusqlite::{Connection, named_params};
use wire::{EnvelopeId, Header, KemKeyId, MemberId, RecordId};

use super::{StoreError, fixed};

/// Notes a draft that was given away.
pub(crate) fn note_given(
    db: &Connection,
    envelope: EnvelopeId,
    (record, recipient): (RecordId, MemberId),
    once_key: KemKeyId,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO handed_over (envelope, record, recipient, once_key, accepted)
         VALUES (:envelope, :record, :recipient, :once_key, 0)",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(),
        ":record": record.as_bytes(),
        ":recipient": recipient.as_bytes(),
        ":once_key": once_key.as_bytes(),
    })?;
    Ok(())
}

/// Notes the photos and recordings that go with a draft that was given away.
pub(crate) fn note_media(db: &Connection, draft: EnvelopeId, media: &[EnvelopeId]) -> Result<(), StoreError> {
    for envelope in media {
        db.prepare_cached("INSERT INTO handed_media (envelope, draft) VALUES (:envelope, :draft)")?
            .execute(named_params! { ":envelope": envelope.as_bytes(), ":draft": draft.as_bytes() })?;
    }
    Ok(())
}

/// Returns whether a draft was sealed to a key here before.
pub(crate) fn is_used(db: &Connection, once_key: KemKeyId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM handed_over WHERE once_key = :once_key")?
        .exists(named_params! { ":once_key": once_key.as_bytes() })?)
}

/// Notes that a device says it has a draft that it was given. Returns whether it was given one here.
pub(crate) fn note_accepted(
    db: &Connection,
    record: RecordId,
    recipient: MemberId,
) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "UPDATE handed_over SET accepted = 1 WHERE record = :record AND recipient = :recipient",
        )?
        .execute(named_params! { ":record": record.as_bytes(), ":recipient": recipient.as_bytes() })?
        > 0)
}

/// Returns the sealed drafts that are with their recipients, and that nobody needs from here any more; their photos and
/// recordings too.
pub(crate) fn done(db: &Connection) -> Result<Vec<(EnvelopeId, Header)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope.id, header FROM envelope JOIN outbox ON outbox.envelope = envelope.id
         WHERE outbox.state = 'relayed' AND envelope.id IN (
             SELECT envelope FROM handed_over WHERE accepted UNION ALL
             SELECT handed_media.envelope FROM handed_media
             JOIN handed_over ON handed_over.envelope = draft WHERE accepted)",
    )?;
    let mut rows = statement.query([])?;
    let mut done = Vec::new();
    while let Some(row) = rows.next()? {
        let header: Vec<u8> = row.get("header")?;
        let header =
            Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
        done.push((EnvelopeId(fixed(row, "id")?), header));
    }
    Ok(done)
}

/// Notes a draft that was taken over.
pub(crate) fn note_taken(
    db: &Connection,
    envelope: EnvelopeId,
    record: RecordId,
    giver: MemberId,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO taken_over (envelope, record, giver, told) VALUES (:envelope, :record, :giver, 0)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(),
        ":record": record.as_bytes(),
        ":giver": giver.as_bytes(),
    })?;
    Ok(())
}

/// Returns the drafts whose givers do not know yet that they are here: record and giver.
pub(crate) fn untold(db: &Connection) -> Result<Vec<(RecordId, MemberId)>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT record, giver FROM taken_over WHERE NOT told ORDER BY envelope")?;
    let rows = statement.query_map([], |row| {
        Ok((
            RecordId::from_bytes(fixed(row, "record")?),
            MemberId::from_bytes(fixed(row, "giver")?),
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that all givers were told.
pub(crate) fn note_told(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE taken_over SET told = 1")?.execute([])?;
    Ok(())
}
