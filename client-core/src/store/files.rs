//! The files that belong to forms, and the envelopes that carry their pieces.

use rusqlite::{Connection, Row, named_params};
use wire::{EnvelopeId, FileHash, FormId};

use super::{StoreError, count, fixed};
use crate::file_letter::ListedFile;

/// The height of the list that the files of a form come from; 0 if there is none.
pub(crate) fn height(db: &Connection, form: FormId) -> Result<u64, StoreError> {
    Ok(db
        .prepare_cached("SELECT coalesce(max(height), 0) AS height FROM file WHERE form = :form")?
        .query_row(named_params! { ":form": form.as_bytes() }, |row| {
            count(row, "height")
        })?)
}

/// Puts the files of a newer list in the place of those there are.
pub(crate) fn replace(
    db: &Connection,
    form: FormId,
    height: u64,
    files: &[ListedFile],
) -> Result<(), StoreError> {
    for table in ["file", "file_piece"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE form = :form"))?
            .execute(named_params! { ":form": form.as_bytes() })?;
    }
    for file in files {
        db.prepare_cached(
            "INSERT INTO file (form, name, length, hash, height) VALUES (:form, :name, :length, :hash, :height)",
        )?
        .execute(named_params! {
            ":form": form.as_bytes(),
            ":name": file.name,
            ":length": file.length as i64,
            ":hash": file.hash.as_bytes(),
            ":height": height as i64,
        })?;
        for (n, envelope) in file.pieces.iter().enumerate() {
            db.prepare_cached(
                "INSERT INTO file_piece (form, name, n, envelope) VALUES (:form, :name, :n, :envelope)",
            )?
            .execute(named_params! {
                ":form": form.as_bytes(),
                ":name": file.name,
                ":n": n as i64,
                ":envelope": envelope.as_bytes(),
            })?;
        }
    }
    Ok(())
}

/// Returns the files of a form, by name, each with the envelopes of its pieces in order.
pub(crate) fn of_form(db: &Connection, form: FormId) -> Result<Vec<ListedFile>, StoreError> {
    let mut files = db
        .prepare_cached("SELECT name, length, hash FROM file WHERE form = :form ORDER BY name")?
        .query_map(named_params! { ":form": form.as_bytes() }, read)?
        .collect::<Result<Vec<_>, _>>()?;
    for file in &mut files {
        file.pieces = db
            .prepare_cached("SELECT envelope FROM file_piece WHERE form = :form AND name = :name ORDER BY n")?
            .query_map(
                named_params! { ":form": form.as_bytes(), ":name": file.name },
                |row| Ok(EnvelopeId(fixed(row, "envelope")?)),
            )?
            .collect::<Result<Vec<_>, _>>()?;
    }
    Ok(files)
}

/// Forgets all lists: they are read again from their envelopes.
pub(crate) fn forget(db: &Connection) -> Result<(), StoreError> {
    Ok(db.execute_batch("DELETE FROM file; DELETE FROM file_piece;")?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ListedFile> {
    Ok(ListedFile {
        name: row.get("name")?,
        length: count(row, "length")?,
        hash: FileHash(fixed(row, "hash")?),
        pieces: Vec::new(),
    })
}
