//! Photos, recordings and signatures: those of open drafts, and what tells of those that were sealed.

use rusqlite::{Connection, OptionalExtension as _, named_params};
use wire::{EnvelopeId, Manifest, RecordId};

use super::{StoreError, fixed};

/// A file of an open draft.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DraftFile {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) thumbnail: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// Keeps the file that answers a question of an open draft, instead of an earlier one.
pub(crate) fn attach(
    db: &Connection,
    record: RecordId,
    address: &str,
    file: &DraftFile,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO media_draft (record, address, name, mime, thumbnail, bytes)
         VALUES (:record, :address, :name, :mime, :thumbnail, :bytes)",
    )?
    .execute(named_params! {
        ":record": record.as_bytes(),
        ":address": address,
        ":name": file.name,
        ":mime": file.mime,
        ":thumbnail": file.thumbnail,
        ":bytes": file.bytes,
    })?;
    Ok(())
}

/// Returns the addresses and names of the files of an open draft.
pub(crate) fn attached(db: &Connection, record: RecordId) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT address, name FROM media_draft WHERE record = :record ORDER BY address")?;
    let rows = statement.query_map(named_params! { ":record": record.as_bytes() }, |row| {
        Ok((row.get("address")?, row.get("name")?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns a file of an open draft.
pub(crate) fn draft_file(
    db: &Connection,
    record: RecordId,
    address: &str,
) -> Result<Option<DraftFile>, StoreError> {
    let sql =
        "SELECT name, mime, thumbnail, bytes FROM media_draft WHERE record = :record AND address = :address";
    Ok(db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":record": record.as_bytes(), ":address": address },
            |row| {
                Ok(DraftFile {
                    name: row.get("name")?,
                    mime: row.get("mime")?,
                    thumbnail: row.get("thumbnail")?,
                    bytes: row.get("bytes")?,
                })
            },
        )
        .optional()?)
}

/// Destroys a file of an open draft.
pub(crate) fn detach(db: &Connection, record: RecordId, address: &str) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM media_draft WHERE record = :record AND address = :address")?
        .execute(named_params! { ":record": record.as_bytes(), ":address": address })?;
    Ok(())
}

/// Destroys all files of an open draft.
pub(crate) fn detach_all(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM media_draft WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}

/// Keeps what tells of a file.
pub(crate) fn keep(
    db: &Connection,
    envelope: EnvelopeId,
    record: RecordId,
    manifest: &Manifest,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO media (envelope, record, manifest) VALUES (:envelope, :record, :manifest)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(), ":record": record.as_bytes(), ":manifest": manifest.to_bytes(),
    })?;
    Ok(())
}

/// Returns what tells of the files of a record that nobody doubts, those known longest first.
pub(crate) fn of_record(
    db: &Connection,
    record: RecordId,
) -> Result<Vec<(EnvelopeId, Manifest)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT media.envelope, manifest FROM media JOIN envelope ON envelope.id = media.envelope
         WHERE record = :record AND state <> 'quarantined' ORDER BY envelope.rowid",
    )?;
    let rows = statement.query_map(named_params! { ":record": record.as_bytes() }, |row| {
        Ok((
            EnvelopeId(fixed(row, "envelope")?),
            row.get::<_, Vec<u8>>("manifest")?,
        ))
    })?;
    rows.map(|row| {
        let (envelope, manifest) = row?;
        let manifest =
            Manifest::from_bytes(&manifest).map_err(|_| StoreError::Unreadable("what tells of a photo"))?;
        Ok((envelope, manifest))
    })
    .collect()
}

/// Destroys what tells of the files of a record.
pub(crate) fn forget(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM media WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    Ok(())
}
