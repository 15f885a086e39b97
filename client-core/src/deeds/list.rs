//! The list of records, and of what needs a person.

use serde::Serialize;
use wire::{EnvelopeId, MemberId, RecordId};

use crate::Notebook;
use crate::people::People;
use crate::store::records::{self, RecordRow, RecordStatus};
use crate::store::{StoreError, envelopes};

/// What a list shows of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordSummary {
    /// The record's id.
    pub id: RecordId,
    /// The form's `form_id`.
    pub form: String,
    /// The version of the form.
    pub version: String,
    /// How far it is, seen from here.
    pub status: RecordStatus,
    /// Whether an edit is open here.
    pub editing: bool,
    /// When it was begun (UTC, RFC 3339).
    pub started: String,
    /// When it was last changed (UTC, RFC 3339).
    pub changed: String,
    /// Who began it.
    pub author: MemberId,
    /// What people call who began it.
    pub device: String,
    /// How many disagreements are open in it, as far as this node can read.
    pub disagreements: u64,
}

/// An envelope that waits for something or needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubledEnvelope {
    /// The envelope's id.
    pub id: String,
    /// The record it is about.
    pub record: RecordId,
    /// What people call its author.
    pub device: String,
    /// Its place among its author's envelopes.
    pub sequence: u64,
    /// Whether a person must look; else it waits for something.
    pub quarantined: bool,
    /// Why.
    pub reason: String,
}

impl Notebook {
    /// Returns the records here, of one form or all, the last changed first.
    pub fn records(&self, form: Option<&str>) -> Result<Vec<RecordSummary>, StoreError> {
        let people = self.people()?;
        let rows = self.store.read(|db| records::list(db, form))?;
        Ok(rows
            .into_iter()
            .map(|row| RecordSummary::of(row, &people))
            .collect())
    }

    /// Returns the envelopes that wait, and those that a person must look at.
    pub fn troubled(&self) -> Result<Vec<TroubledEnvelope>, StoreError> {
        let people = self.people()?;
        let rows = self.store.read(envelopes::troubled)?;
        Ok(rows
            .into_iter()
            .map(|row| TroubledEnvelope {
                id: EnvelopeId::to_string(&row.id),
                record: RecordId::from_bytes(row.subject),
                device: people.name(&row.author),
                sequence: row.sequence,
                quarantined: row.quarantined,
                reason: row.reason,
            })
            .collect())
    }
}

impl RecordSummary {
    pub(crate) fn of(row: RecordRow, people: &People) -> Self {
        Self {
            id: row.id,
            form: row.form_id,
            version: row.form_version,
            status: row.status,
            editing: row.editing,
            started: time(row.started),
            changed: time(row.changed),
            author: row.author,
            device: people.name(&row.author),
            disagreements: row.disagreements,
        }
    }
}

/// Writes unix seconds as people read them.
pub(crate) fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}
