//! Answer, clear, add and remove: each is on disk before it returns.

use form::interview::{self, Complaint};
use form::{Address, Form, InstanceId, RepeatAddress, Value, ValueError};
use record::{AnswerError, Draft, DraftStep};
use thiserror::Error;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::interview::{put_down_all, with_triggers};
use crate::deeds::start::{DraftError, OpenDraft};

/// Why an answer that came as text is not put down.
#[derive(Debug, Error)]
pub enum AnswerTextError {
    /// The record cannot be opened, or does not take the answer.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The form has no question there.
    #[error("the form \"{form}\" asks nothing at {address}; look at the record for its addresses")]
    NoQuestion {
        /// The form's `form_id`.
        form: String,
        /// Where.
        address: Address,
    },
    /// It is no answer to that question.
    #[error("at {address}: {error}")]
    Value {
        /// Where.
        address: Address,
        /// What is wrong with it.
        error: ValueError,
    },
}

impl Notebook {
    /// Puts down an answer, and what the form computes from it.
    pub fn answer(&mut self, record: RecordId, at: &Address, value: Value) -> Result<(), DraftError> {
        self.set(record, at, Some(value))
    }

    /// Puts down an answer in ODK's text form, as the question there takes it.
    ///
    /// # Errors
    /// There is no such question, it takes other answers, or the record cannot be opened here.
    pub fn answer_text(&mut self, record: RecordId, at: &Address, text: &str) -> Result<(), AnswerTextError> {
        let form = self.open_draft(record)?.form;
        let question = at.path().and_then(|path| form.question(&path));
        let no_question = || AnswerTextError::NoQuestion {
            form: form.id.clone(),
            address: at.clone(),
        };
        let kind = &question.ok_or_else(no_question)?.kind;
        let value = Value::parse(kind, text).map_err(|error| AnswerTextError::Value {
            address: at.clone(),
            error,
        })?;
        Ok(self.answer(record, at, value)?)
    }

    /// Leaves a question without an answer.
    pub fn clear(&mut self, record: RecordId, at: &Address) -> Result<(), DraftError> {
        self.set(record, at, None)
    }

    /// Adds an instance of a repeat, such as a member of the household.
    pub fn add_instance(
        &mut self,
        record: RecordId,
        repeat: &RepeatAddress,
    ) -> Result<InstanceId, DraftError> {
        let OpenDraft {
            row,
            form,
            mut draft,
            mut steps,
            new,
        } = self.open_draft(record)?;
        let now = self.now().as_second();
        let (added, step) = draft.add_instance(repeat, now, &mut self.rng)?;
        steps.push(step);
        steps.extend(self.fill_in_defaults(&mut draft, &form, &repeat.instance(added))?);
        steps.extend(self.recompute(&mut draft, &form)?);
        self.keep(&OpenDraft {
            row,
            form,
            draft,
            steps,
            new,
        })?;
        Ok(added)
    }

    /// Removes an instance of a repeat. Its answers stay in the history.
    pub fn remove_instance(&mut self, record: RecordId, instance: &Address) -> Result<(), DraftError> {
        self.change(record, |draft, now| draft.remove_instance(instance, now))
    }

    /// Returns what still keeps a record from being finished.
    pub fn complaints(&mut self, record: RecordId) -> Result<Vec<Complaint>, DraftError> {
        let open = self.open_draft(record)?;
        let environment = self.environment(&open.form)?;
        Ok(interview::check(&open.form, &open.draft, &environment))
    }

    fn set(&mut self, record: RecordId, at: &Address, value: Option<Value>) -> Result<(), DraftError> {
        let open = self.open_draft(record)?;
        let open = self.put_answer(open, at, value)?;
        Ok(self.keep(&open)?)
    }

    /// Puts down an answer or takes it away, and sets what it triggers. Nothing of it is on disk yet.
    pub(crate) fn put_answer(
        &mut self,
        open: OpenDraft,
        at: &Address,
        value: Option<Value>,
    ) -> Result<OpenDraft, DraftError> {
        let OpenDraft {
            row,
            form,
            mut draft,
            mut steps,
            new,
        } = open;
        let now = self.now().as_second();
        let environment = self.environment(&form)?;
        match with_triggers(&form, &draft, at, value.clone(), &environment) {
            Some(writes) => steps.extend(put_down_all(&mut draft, &writes, now)?),
            None => steps.push(match value {
                Some(value) => draft.put_down(at, value, now)?,
                None => draft.clear(at, now)?,
            }),
        }
        steps.extend(self.recompute(&mut draft, &form)?);
        Ok(OpenDraft {
            row,
            form,
            draft,
            steps,
            new,
        })
    }

    fn change(
        &mut self,
        record: RecordId,
        deed: impl FnOnce(&mut Draft, i64) -> Result<DraftStep, AnswerError>,
    ) -> Result<(), DraftError> {
        let OpenDraft {
            row,
            form,
            mut draft,
            mut steps,
            new,
        } = self.open_draft(record)?;
        let now = self.now().as_second();
        steps.push(deed(&mut draft, now)?);
        steps.extend(self.recompute(&mut draft, &form)?);
        Ok(self.keep(&OpenDraft {
            row,
            form,
            draft,
            steps,
            new,
        })?)
    }

    /// Puts down what the form begins with.
    pub(crate) fn fill_in_defaults(
        &mut self,
        draft: &mut Draft,
        form: &Form,
        inside: &Address,
    ) -> Result<Vec<DraftStep>, DraftError> {
        let environment = self.environment(form)?;
        let values = interview::defaults(form, draft, inside, &environment);
        let values = values.into_iter().map(|(at, value)| (at, Some(value))).collect();
        Ok(self.put(draft, values)?)
    }

    /// Puts down what the form computes.
    pub(crate) fn recompute(&mut self, draft: &mut Draft, form: &Form) -> Result<Vec<DraftStep>, DraftError> {
        let environment = self.environment(form)?;
        let values = interview::calculate(form, draft, &environment);
        Ok(self.put(draft, values)?)
    }

    fn put(
        &self,
        draft: &mut Draft,
        values: Vec<(Address, Option<Value>)>,
    ) -> Result<Vec<DraftStep>, AnswerError> {
        let now = self.now().as_second();
        values
            .into_iter()
            .map(|(at, value)| match value {
                Some(value) => draft.put_down(&at, value, now),
                None => draft.clear(&at, now),
            })
            .collect()
    }
}
