//! Show one record: its answers, where they disagree, and who said what when.

use std::sync::Arc;

use form::{Address, Form};
use record::{Record, Version};
use serde::Serialize;
use thiserror::Error;
use wire::{MemberId, RecordId};

use crate::Notebook;
use crate::deeds::consent::{ConsentView, view};
use crate::deeds::disagreements::{DisagreementView, view_all};
use crate::deeds::finish::META_UNFINISHED;
use crate::deeds::list::{RecordSummary, time};
use crate::deeds::media::{self, MediaFile};
use crate::deeds::start::{DraftError, OpenDraft, readable};
use crate::people::People;
use crate::store::StoreError;
use crate::store::audit::{self, Deed};
use crate::store::records::{self, RecordStatus};

/// Why a record cannot be shown.
#[derive(Debug, Error)]
pub enum ShowError {
    /// The record cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One record, as far as this node can read it.
#[derive(Debug, Clone, Serialize)]
pub struct RecordView {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: RecordSummary,
    /// The answers, nested as the form is. Where people disagree, one of them, the same everywhere.
    pub answers: serde_json::Value,
    /// What was said about purposes, by purpose and time.
    pub consent: Vec<ConsentView>,
    /// What people disagree about.
    pub disagreements: Vec<DisagreementView>,
    /// Every answer that was ever finished, the oldest first.
    pub history: Vec<HistoryLine>,
    /// Answers the form has no place for. They are kept.
    pub unknown: Vec<UnknownView>,
    /// Its photos, recordings and signatures.
    pub media: Vec<MediaFile>,
    /// How many changes wait for others that have not come.
    pub waiting: usize,
    /// The compartments this node cannot read.
    pub withheld: Vec<String>,
    /// Why it was sealed before anybody finished it, such as `revoked`, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<String>,
}

/// One answer somebody once finished.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryLine {
    /// Where it stands.
    pub address: Address,
    /// What is asked there, in the form's default language.
    pub question: String,
    /// The answer in ODK's text form; nothing if it was cleared.
    pub value: Option<String>,
    /// What people call the device it was given on.
    pub device: String,
    /// The device.
    pub member: Option<MemberId>,
    /// When, by the device's own clock (UTC, RFC 3339).
    pub at: String,
}

/// An answer the form has no place for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnknownView {
    /// Where it stands.
    pub place: String,
    /// The answer as text, as far as it can be shown.
    pub text: String,
}

impl Notebook {
    /// Returns one record. What was finished on this device cannot be shown any more.
    pub fn show(&mut self, id: RecordId) -> Result<RecordView, ShowError> {
        let OpenDraft {
            row,
            form,
            draft,
            new,
            ..
        } = self.open_draft(id)?;
        let people = self.people()?;
        let base = if new {
            self.readable_now(id, &form)?
        } else {
            draft.base().clone()
        };
        let answers = match new {
            true => base.hydrate(&form),
            false => form::answers_json::write_answers(&form, &draft),
        };
        let said = if new { base.consent() } else { draft.consent() };
        let unknown = base.unknown_answers(&form);
        self.note_read(id, &base)?;
        Ok(RecordView {
            consent: view(said, &people),
            disagreements: view_all(id, &base, &form, &people),
            history: history(&base, &form, &people),
            unknown: unknown
                .into_iter()
                .map(|u| UnknownView {
                    place: u.place,
                    text: u.text,
                })
                .collect(),
            media: self.store.read(|db| media::files(db, id))?,
            waiting: base.waiting().len(),
            withheld: form
                .compartments()
                .into_iter()
                .filter(|name| !form::Answers::holds(&base, name))
                .collect(),
            unfinished: base
                .meta(META_UNFINISHED)
                .map(|why| why.to_odk_text())
                .filter(|why| !why.is_empty()),
            summary: RecordSummary::of(row, &people),
            answers,
        })
    }

    /// At a desk, puts down that a record was read which holds more than `general`.
    pub(crate) fn note_read(&mut self, id: RecordId, record: &Record) -> Result<(), StoreError> {
        if !self.is_desk() || !needs_audit(record) {
            return Ok(());
        }
        let now = self.now().as_second();
        self.store
            .write(|tx| audit::note(tx, now, Deed::Read, id.as_bytes()))
    }

    /// Reads the records of a form for tables that leave the notebook, and puts each down in the audit. With a purpose
    /// it is only those whose consent covers it. Records that cannot be read here are left out.
    ///
    /// # Errors
    /// A form or the notebook cannot be read.
    pub fn read_all(
        &mut self,
        form_id: &str,
        purpose: Option<&str>,
    ) -> Result<Vec<(RecordSummary, Arc<Form>, Record)>, ShowError> {
        let people = self.people()?;
        let rows = self.store.read(|db| records::list(db, Some(form_id)))?;
        let mut all = Vec::new();
        for row in rows
            .into_iter()
            .filter(|row| row.status == RecordStatus::Received)
        {
            let form = self
                .form(&row.form_id, Some(&row.form_version))
                .map_err(DraftError::from)?;
            let record = self.readable_now(row.id, &form)?;
            let covered = match purpose {
                Some(purpose) => self.covers(row.id, &record, purpose)?,
                None => true,
            };
            if covered {
                all.push((RecordSummary::of(row, &people), form, record));
            }
        }
        let now = self.now().as_second();
        self.store.write(|tx| {
            all.iter()
                .try_for_each(|(summary, ..)| audit::note(tx, now, Deed::Export, summary.id.as_bytes()))
        })?;
        Ok(all)
    }

    fn readable_now(&self, id: RecordId, form: &Form) -> Result<Record, StoreError> {
        self.store.read(|db| readable(db, id, form))
    }
}

/// Returns whether a record holds more than `general`: who reads it is put down.
fn needs_audit(record: &Record) -> bool {
    record.compartments().any(|name| name != record::GENERAL)
}

fn history(base: &Record, form: &Form, people: &People) -> Vec<HistoryLine> {
    let mut lines: Vec<(i64, HistoryLine)> = Vec::new();
    for at in base.addresses() {
        for version in base.history(&at) {
            lines.push((version.at, line(&at, &version, form, people)));
        }
    }
    lines.sort_by(|(a, one), (b, other)| (a, &one.address).cmp(&(b, &other.address)));
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(at: &Address, version: &Version, form: &Form, people: &People) -> HistoryLine {
    let member = people.find(version.author);
    HistoryLine {
        address: at.clone(),
        question: asked(form, at),
        value: version.value.as_ref().map(form::Value::to_odk_text),
        device: member.map_or_else(|| "unknown".to_owned(), |member| people.name(&member)),
        member,
        at: time(version.at),
    }
}

/// Returns what is asked at an address, in the form's default language.
pub(crate) fn asked(form: &Form, at: &Address) -> String {
    let label = at
        .path()
        .and_then(|path| form.label(&path, &form.default_language).map(str::to_owned));
    label
        .filter(|label| !label.is_empty())
        .unwrap_or_else(|| at.to_string())
}
