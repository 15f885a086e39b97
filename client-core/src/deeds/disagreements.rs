//! What people disagree about: both values, who, when, on which device.

use form::{Address, Form, Value};
use record::{AuthorPrefix, Disagreement, Record};
use serde::Serialize;
use wire::{MemberId, RecordId};

use crate::Notebook;
use crate::deeds::list::time;
use crate::deeds::show::{ShowError, asked};
use crate::deeds::start::{DraftError, readable};
use crate::people::People;
use crate::store::records::{self, RecordStatus};

/// One disagreement in one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DisagreementView {
    /// The record.
    pub record: RecordId,
    /// The question, or the repeat instance that one removed and another edited.
    pub address: Address,
    /// What is asked there, in the form's default language.
    pub question: String,
    /// What kind it is.
    pub kind: DisagreementKind,
    /// The sides, numbered from 1 in this order.
    pub sides: Vec<Side>,
}

/// What people disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisagreementKind {
    /// One question, several answers.
    DifferingAnswers,
    /// One removed what another edited.
    RemovedButEdited,
}

/// One side of a disagreement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Its number: what `settle` takes.
    pub number: usize,
    /// What they say, in ODK's text form: the answer, or nothing if they cleared it; `removed` or an edit.
    pub value: Option<String>,
    /// The same as people read it.
    pub label: String,
    /// What people call the device.
    pub device: String,
    /// The device.
    pub member: Option<MemberId>,
    /// When, by the device's own clock (UTC, RFC 3339).
    pub at: String,
}

impl Notebook {
    /// Returns the open disagreements of every record that can be read here. Whose answers they show is put down in the
    /// audit.
    pub fn disagreements(&mut self) -> Result<Vec<DisagreementView>, ShowError> {
        let rows = self.store.read(|db| records::list(db, None))?;
        let mut all = Vec::new();
        for row in rows.into_iter().filter(|row| row.disagreements > 0) {
            all.extend(self.disagreements_of(row.id)?);
        }
        Ok(all)
    }

    /// Returns the open disagreements of one record.
    pub fn disagreements_of(&mut self, id: RecordId) -> Result<Vec<DisagreementView>, ShowError> {
        let people = self.people()?;
        let row = self
            .store
            .read(|db| records::get(db, id))?
            .ok_or(DraftError::NoRecord(id))?;
        match row.status {
            RecordStatus::Finished => return Err(DraftError::Finished(id).into()),
            RecordStatus::Withdrawn => return Err(DraftError::Withdrawn(id).into()),
            RecordStatus::Draft | RecordStatus::Granted | RecordStatus::Received => {}
        }
        let form = self
            .form(&row.form_id, Some(&row.form_version))
            .map_err(DraftError::from)?;
        let record = self.store.read(|db| readable(db, id, &form))?;
        self.note_read(id, &record)?;
        Ok(view_all(id, &record, &form, &people))
    }
}

pub(crate) fn view_all(id: RecordId, record: &Record, form: &Form, people: &People) -> Vec<DisagreementView> {
    record
        .disagreements()
        .iter()
        .map(|found| view(id, record, found, form, people))
        .collect()
}

/// What a side says, as text and as people read it, who says it and when.
type Said = (Option<String>, String, AuthorPrefix, i64);

fn view(
    id: RecordId,
    record: &Record,
    found: &Disagreement,
    form: &Form,
    people: &People,
) -> DisagreementView {
    let address = found.address().clone();
    let (kind, sides): (_, Vec<Said>) = match found {
        Disagreement::DifferingAnswers { versions, .. } => {
            let sides = versions.iter().map(|version| {
                let value = version.value.as_ref();
                (
                    value.map(Value::to_odk_text),
                    label(form, &address, value),
                    version.author,
                    version.at,
                )
            });
            (DisagreementKind::DifferingAnswers, sides.collect())
        }
        Disagreement::RemovedButEdited { removed, edits, .. } => {
            let removal = (
                Some("removed".to_owned()),
                "Removed".to_owned(),
                removed.author,
                removed.at,
            );
            let edits = edits.iter().map(|edit| {
                let question = asked(form, &edit.address);
                let version = record
                    .history(&edit.address)
                    .into_iter()
                    .find(|said| said.change == edit.by.change);
                let value = version.as_ref().and_then(|version| version.value.as_ref());
                let said = match edit.address.is_instance() {
                    true => "Added or kept".to_owned(),
                    false => format!("{question}: {}", label(form, &edit.address, value)),
                };
                (value.map(Value::to_odk_text), said, edit.by.author, edit.by.at)
            });
            (
                DisagreementKind::RemovedButEdited,
                std::iter::once(removal).chain(edits).collect(),
            )
        }
    };
    let sides = sides
        .into_iter()
        .enumerate()
        .map(|(n, (value, label, author, at))| {
            let member = people.find(author);
            let device = member.map_or_else(|| "unknown".to_owned(), |member| people.name(&member));
            Side {
                number: n + 1,
                value,
                label,
                device,
                member,
                at: time(at),
            }
        });
    DisagreementView {
        record: id,
        question: asked(form, &address),
        sides: sides.collect(),
        address,
        kind,
    }
}

/// Returns an answer as people read it.
pub(crate) fn label(form: &Form, at: &Address, value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "(no answer)".to_owned();
    };
    let question = at.path().and_then(|path| form.question(&path));
    let choice = |name: &str| {
        let source = question.and_then(|question| question.kind.choices())?;
        form.choice_label(source, name, &form.default_language)
            .map(str::to_owned)
    };
    match value {
        Value::SelectOne(name) => choice(name).unwrap_or_else(|| name.clone()),
        Value::SelectMultiple(names) | Value::Rank(names) => names
            .iter()
            .map(|name| choice(name).unwrap_or_else(|| name.clone()))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_odk_text(),
    }
}
