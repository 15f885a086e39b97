//! Erased and withdrawn records.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, named_params};
use wire::{EnvelopeId, Header, Kind, MemberId, RecordId};

use super::{StoreError, fixed};
use crate::deeds::withdraw::Said;

/// A withdrawal, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Withdrawal {
    pub(crate) record: RecordId,
    pub(crate) author: MemberId,
    /// What stands in it, where it can be opened.
    pub(crate) said: Option<Said>,
}

/// Notes that a record is erased. Returns `false` if it was before.
pub(crate) fn bury(db: &Connection, record: RecordId, tombstone: EnvelopeId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached(
            "INSERT INTO tombstone (record, envelope) VALUES (:record, :envelope) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! { ":record": record.as_bytes(), ":envelope": tombstone.as_bytes() })?
        > 0)
}

/// Returns the tombstone of a record, if it was erased.
pub(crate) fn tombstone(db: &Connection, record: RecordId) -> Result<Option<EnvelopeId>, StoreError> {
    Ok(db
        .prepare_cached("SELECT envelope FROM tombstone WHERE record = :record")?
        .query_row(named_params! { ":record": record.as_bytes() }, |row| {
            fixed(row, "envelope").map(EnvelopeId)
        })
        .optional()?)
}

/// Returns the erased records, by id.
pub(crate) fn erased(db: &Connection) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT record FROM tombstone ORDER BY record")?;
    let rows = statement.query_map([], |row| fixed(row, "record").map(RecordId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the erased records of which a member has not said so yet.
pub(crate) fn without_receipt(db: &Connection, of: MemberId) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT record FROM tombstone WHERE NOT EXISTS (
             SELECT 1 FROM envelope WHERE subject = record AND kind = :receipt AND author = :author)
         ORDER BY record",
    )?;
    let of = named_params! { ":receipt": Kind::RECEIPT.0, ":author": of.as_bytes() };
    let rows = statement.query_map(of, |row| fixed(row, "record").map(RecordId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns who has written a receipt about a record, by id.
pub(crate) fn receipts(db: &Connection, record: RecordId) -> Result<Vec<MemberId>, StoreError> {
    // A receipt for somebody is about a draft that was handed over.
    let of_erasure = |header: &Header| header.kind == Kind::RECEIPT && header.recipient.is_none();
    let authors = headers(db, record)?
        .into_iter()
        .filter(of_erasure)
        .map(|header| header.author);
    Ok(authors.collect::<BTreeSet<_>>().into_iter().collect())
}

/// Returns the headers of all that is here about a record.
pub(crate) fn headers(db: &Connection, record: RecordId) -> Result<Vec<Header>, StoreError> {
    let mut statement = db.prepare_cached("SELECT header FROM envelope WHERE subject = :record")?;
    let mut rows = statement.query(named_params! { ":record": record.as_bytes() })?;
    let mut headers = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get("header")?;
        let header = Header::from_bytes(&bytes);
        headers.push(header.map_err(|_| StoreError::Unreadable("an envelope's header"))?);
    }
    headers.retain(|header| header.kind.of_record());
    Ok(headers)
}

/// Destroys the parts of an envelope. It is kept, and never opened again.
pub(crate) fn destroy_parts(db: &Connection, id: EnvelopeId) -> Result<(), StoreError> {
    let id = named_params! { ":id": id.as_bytes() };
    db.prepare_cached("DELETE FROM part WHERE envelope = :id")?
        .execute(id)?;
    db.prepare_cached("UPDATE envelope SET state = 'kept', reason = NULL WHERE id = :id")?
        .execute(id)?;
    Ok(())
}

/// Destroys what lists, progress and withdrawals say of a record, and what is still wanted of it.
pub(crate) fn forget_record(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    let id = named_params! { ":record": record.as_bytes() };
    for sql in [
        "DELETE FROM work WHERE record = :record",
        "DELETE FROM record WHERE id = :record",
        "DELETE FROM want WHERE kind = 1 AND id = :record",
        "DELETE FROM withdrawal WHERE record = :record",
    ] {
        db.prepare_cached(sql)?.execute(id)?;
    }
    Ok(())
}

/// Notes a copy beside the notebook that is to be removed once this is durable.
pub(crate) fn doom_copy(db: &Connection, name: &str) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO doomed_copy (name) VALUES (:name) ON CONFLICT DO NOTHING")?
        .execute(named_params! { ":name": name })?;
    Ok(())
}

/// Returns the copies that are still to be removed.
pub(crate) fn doomed_copies(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare_cached("SELECT name FROM doomed_copy ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get("name"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that those copies are gone.
pub(crate) fn forget_doomed_copies(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM doomed_copy")?.execute([])?;
    Ok(())
}

/// Hides a record by a withdrawal of which no more than the header is known yet.
pub(crate) fn hide(
    db: &Connection,
    envelope: EnvelopeId,
    record: RecordId,
    author: MemberId,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO withdrawal (envelope, record, author) VALUES (:envelope, :record, :author)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(), ":record": record.as_bytes(), ":author": author.as_bytes(),
    })?;
    Ok(())
}

/// Notes what stands in a withdrawal that is here.
pub(crate) fn explain(db: &Connection, envelope: EnvelopeId, said: &Said) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE withdrawal SET purpose = :purpose, how = :how, by_whom = :by, at = :at WHERE envelope = :envelope",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(),
        ":purpose": said.purpose,
        ":how": said.how,
        ":by": said.by,
        ":at": said.at,
    })?;
    Ok(())
}

/// Returns the withdrawals of a record, or of all records, those known longest first.
pub(crate) fn withdrawals(db: &Connection, record: Option<RecordId>) -> Result<Vec<Withdrawal>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT withdrawal.record, withdrawal.author, purpose, how, by_whom, at
         FROM withdrawal JOIN envelope ON envelope.id = withdrawal.envelope
         WHERE :record IS NULL OR withdrawal.record = :record ORDER BY envelope.rowid",
    )?;
    let of = named_params! { ":record": record.as_ref().map(RecordId::as_bytes) };
    let rows = statement.query_map(of, |row| {
        let at: Option<i64> = row.get("at")?;
        Ok(Withdrawal {
            record: RecordId::from_bytes(fixed(row, "record")?),
            author: MemberId::from_bytes(fixed(row, "author")?),
            said: match at {
                None => None,
                Some(at) => Some(Said {
                    purpose: row.get("purpose")?,
                    how: row.get("how")?,
                    by: row.get("by_whom")?,
                    at,
                }),
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
