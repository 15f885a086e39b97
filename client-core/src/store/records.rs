//! Records: what lists show of them, and the documents this node may read.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use wire::{EnvelopeId, MemberId, RecordId};

use super::{StoreError, count, fixed};

/// How far a record is, seen from this node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordStatus {
    /// Begun here and not finished.
    Draft,
    /// Handed to this device by a desk: it can be read and edited here.
    Granted,
    /// Finished here: sealed, and unreadable here.
    Finished,
    /// At a desk: it can be read here.
    Received,
    /// Consent was taken back for all purposes: it is hidden, whatever else is true of it.
    Withdrawn,
}

impl RecordStatus {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Granted => "granted",
            Self::Finished => "finished",
            Self::Received => "received",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn read(word: &str) -> Result<Self, rusqlite::Error> {
        let all = [
            Self::Draft,
            Self::Granted,
            Self::Finished,
            Self::Received,
            Self::Withdrawn,
        ];
        all.into_iter()
            .find(|status| status.word() == word)
            .ok_or_else(|| rusqlite::Error::InvalidColumnName(word.to_owned()))
    }
}

/// What lists show of a record.
#[derive(Clone, Debug)]
pub(crate) struct RecordRow {
    pub(crate) id: RecordId,
    pub(crate) form_id: String,
    pub(crate) form_version: String,
    pub(crate) status: RecordStatus,
    /// Unix seconds.
    pub(crate) started: i64,
    /// Unix seconds.
    pub(crate) changed: i64,
    pub(crate) author: MemberId,
    pub(crate) disagreements: u64,
    /// Whether an edit is open here.
    pub(crate) editing: bool,
}

/// What one device finished on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WorkDay {
    pub(crate) day: String,
    pub(crate) author: MemberId,
    pub(crate) records: u64,
    pub(crate) edits: u64,
}

/// Puts a record into the list, or replaces what the list says of it.
pub(crate) fn put(db: &Connection, row: &RecordRow) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO record (id, form_id, form_version, status, started, changed, author, disagreements)
         VALUES (:id, :form_id, :form_version, :status, :started, :changed, :author, :disagreements)
         ON CONFLICT DO UPDATE SET form_id = excluded.form_id, form_version = excluded.form_version,
             status = excluded.status, started = min(started, excluded.started),
             changed = max(changed, excluded.changed), author = excluded.author,
             disagreements = excluded.disagreements",
    )?
    .execute(named_params! {
        ":id": row.id.as_bytes(),
        ":form_id": row.form_id,
        ":form_version": row.form_version,
        ":status": row.status.word(),
        ":started": row.started,
        ":changed": row.changed,
        ":author": row.author.as_bytes(),
        ":disagreements": row.disagreements as i64,
    })?;
    Ok(())
}

/// Takes a record off the list, with what was worked out of it.
pub(crate) fn remove(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    forget_documents(db, record)?;
    db.prepare_cached("DELETE FROM record WHERE id = :id")?
        .execute(named_params! { ":id": record.as_bytes() })?;
    Ok(())
}

pub(crate) fn set_status(
    db: &Connection,
    record: RecordId,
    status: RecordStatus,
    now: i64,
) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE record SET status = :status, changed = max(changed, :now) WHERE id = :id")?
        .execute(named_params! { ":status": status.word(), ":now": now, ":id": record.as_bytes() })?;
    Ok(())
}

pub(crate) fn get(db: &Connection, record: RecordId) -> Result<Option<RecordRow>, StoreError> {
    let sql = "SELECT id, form_id, form_version,
                      iif(id IN (SELECT record FROM withdrawal WHERE purpose IS NULL), 'withdrawn', status)
                          AS status, started, changed, author, disagreements,
                      EXISTS (SELECT 1 FROM draft WHERE draft.record = record.id) AS editing
               FROM record WHERE id = :id";
    Ok(db
        .prepare_cached(sql)?
        .query_row(named_params! { ":id": record.as_bytes() }, read)
        .optional()?)
}

/// Returns the records of a form, or of all forms, the last changed first. Withdrawn ones are left out.
pub(crate) fn list(db: &Connection, form_id: Option<&str>) -> Result<Vec<RecordRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, form_id, form_version, status, started, changed, author, disagreements,
                EXISTS (SELECT 1 FROM draft WHERE draft.record = record.id) AS editing
         FROM record WHERE (:form_id IS NULL OR form_id = :form_id)
              AND id NOT IN (SELECT record FROM withdrawal WHERE purpose IS NULL)
         ORDER BY changed DESC, id",
    )?;
    let rows = statement.query_map(named_params! { ":form_id": form_id }, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn documents(db: &Connection, record: RecordId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT compartment, bytes FROM document WHERE record = :record ORDER BY compartment",
    )?;
    let rows = statement.query_map(named_params! { ":record": record.as_bytes() }, |row| {
        Ok((row.get("compartment")?, row.get("bytes")?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn keep_document(
    db: &Connection,
    record: RecordId,
    compartment: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO document (record, compartment, bytes) VALUES (:record, :compartment, :bytes)
         ON CONFLICT DO UPDATE SET bytes = excluded.bytes",
    )?
    .execute(named_params! { ":record": record.as_bytes(), ":compartment": compartment, ":bytes": bytes })?;
    Ok(())
}

/// Destroys every document of a record on this node.
pub(crate) fn forget_documents(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM document WHERE record = :record")?
        .execute(named_params! { ":record": record.as_bytes() })?;
    super::entities::forget(db, record)
}

/// Forgets all that was made of one record's envelopes, to make it anew.
pub(crate) fn forget_view(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    let id = named_params! { ":record": record.as_bytes() };
    db.prepare_cached("DELETE FROM work WHERE record = :record")?
        .execute(id)?;
    db.prepare_cached("DELETE FROM record WHERE id = :record AND status IN ('received', 'granted')")?
        .execute(id)?;
    forget_documents(db, record)
}

/// Forgets what was made of envelopes: finished work and open drafts stay.
pub(crate) fn forget_views(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "DELETE FROM work;
         DELETE FROM entity_said;
         DELETE FROM document WHERE record NOT IN (SELECT record FROM draft);
         DELETE FROM record WHERE status = 'received' AND id NOT IN (SELECT record FROM draft);",
    )?;
    Ok(())
}

/// Notes who finished something, and on which day.
pub(crate) fn note_work(
    db: &Connection,
    envelope: EnvelopeId,
    author: MemberId,
    record: RecordId,
    day: &str,
    first: bool,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO work (envelope, author, record, day, first)
         VALUES (:envelope, :author, :record, :day, :first) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": envelope.as_bytes(),
        ":author": author.as_bytes(),
        ":record": record.as_bytes(),
        ":day": day,
        ":first": first,
    })?;
    Ok(())
}

/// Returns what each device finished on each day, the newest day first. Withdrawn records are left out.
pub(crate) fn work(db: &Connection) -> Result<Vec<WorkDay>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT day, author, sum(first) AS records, count(*) - sum(first) AS edits
         FROM work WHERE record NOT IN (SELECT record FROM withdrawal WHERE purpose IS NULL) GROUP BY day, author ORDER BY day DESC, author",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(WorkDay {
            day: row.get("day")?,
            author: MemberId::from_bytes(fixed(row, "author")?),
            records: count(row, "records")?,
            edits: count(row, "edits")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RecordRow> {
    Ok(RecordRow {
        id: RecordId::from_bytes(fixed(row, "id")?),
        form_id: row.get("form_id")?,
        form_version: row.get("form_version")?,
        status: RecordStatus::read(&row.get::<_, String>("status")?)?,
        started: row.get("started")?,
        changed: row.get("changed")?,
        author: MemberId::from_bytes(fixed(row, "author")?),
        disagreements: count(row, "disagreements")?,
        editing: row.get("editing")?,
    })
}
