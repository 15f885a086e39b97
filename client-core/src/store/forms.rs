//! Published forms, as they were opened, and their dictionaries.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use seal::payload::Dictionary;
use wire::{EnvelopeId, FormId};

use super::{StoreError, count, fixed};

/// One published version of a form.
#[derive(Clone)]
pub(crate) struct FormRow {
    pub(crate) envelope: EnvelopeId,
    pub(crate) form: FormId,
    pub(crate) form_id: String,
    pub(crate) version: String,
    pub(crate) title: String,
    /// The height of the roster entry that published it.
    pub(crate) height: u64,
    pub(crate) markdown: String,
    pub(crate) dictionary: [u8; 4],
}

pub(crate) fn keep(db: &Connection, form: &FormRow, dictionary: &Dictionary) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO dictionary (id, bytes) VALUES (:id, :bytes) ON CONFLICT DO NOTHING")?
        .execute(named_params! { ":id": form.dictionary, ":bytes": dictionary.as_bytes() })?;
    db.prepare_cached(
        "INSERT INTO form (envelope, form, form_id, version, title, height, markdown, dictionary)
         VALUES (:envelope, :form, :form_id, :version, :title, :height, :markdown, :dictionary)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":envelope": form.envelope.as_bytes(),
        ":form": form.form.as_bytes(),
        ":form_id": form.form_id,
        ":version": form.version,
        ":title": form.title,
        ":height": form.height as i64,
        ":markdown": form.markdown,
        ":dictionary": form.dictionary,
    })?;
    Ok(())
}

/// Returns the newest version of every form.
pub(crate) fn newest(db: &Connection) -> Result<Vec<FormRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope, form, form_id, version, title, max(height) AS height, markdown, dictionary
         FROM form GROUP BY form_id ORDER BY form_id",
    )?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns a version of a form; the newest if none is named.
pub(crate) fn find(
    db: &Connection,
    form_id: &str,
    version: Option<&str>,
) -> Result<Option<FormRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT envelope, form, form_id, version, title, height, markdown, dictionary
         FROM form WHERE form_id = :form_id AND (:version IS NULL OR version = :version)
         ORDER BY height DESC LIMIT 1",
    )?;
    Ok(statement
        .query_row(named_params! { ":form_id": form_id, ":version": version }, read)
        .optional()?)
}

pub(crate) fn dictionary(db: &Connection, id: [u8; 4]) -> Result<Option<Dictionary>, StoreError> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached("SELECT bytes FROM dictionary WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| row.get("bytes"))
        .optional()?;
    Ok(bytes.map(Dictionary::from_bytes))
}

fn read(row: &Row<'_>) -> rusqlite::Result<FormRow> {
    Ok(FormRow {
        envelope: EnvelopeId(fixed(row, "envelope")?),
        form: FormId::from_bytes(fixed(row, "form")?),
        form_id: row.get("form_id")?,
        version: row.get("version")?,
        title: row.get("title")?,
        height: count(row, "height")?,
        markdown: row.get("markdown")?,
        dictionary: fixed(row, "dictionary")?,
    })
}
