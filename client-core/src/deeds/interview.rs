//! Interview: go through a record screen by screen, with each answer on disk before the next screen is shown.

use std::sync::Arc;

use form::interview::{Opening, Plan, Screen, Session, SessionError, Step, Write};
use form::{Address, Environment, Form};
use record::{AnswerError, Draft, DraftStep};
use thiserror::Error;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::entities::EntitiesError;
use crate::deeds::start::{DraftError, OpenDraft};
use crate::store::StoreError;

/// Why an interview does not go on. Nothing of the deed is kept.
#[derive(Debug, Error)]
pub enum InterviewError {
    /// The record cannot be opened or written.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The interview does not allow it.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl From<AnswerError> for InterviewError {
    fn from(error: AnswerError) -> Self {
        Self::Draft(error.into())
    }
}

impl From<StoreError> for InterviewError {
    fn from(error: StoreError) -> Self {
        Self::Draft(error.into())
    }
}

impl From<EntitiesError> for InterviewError {
    fn from(error: EntitiesError) -> Self {
        Self::Draft(error.into())
    }
}

/// An interview over the draft of a record.
#[derive(Debug)]
pub struct Interview {
    record: RecordId,
    session: Session,
    language: String,
}

impl Interview {
    /// Returns the record.
    pub fn record(&self) -> RecordId {
        self.record
    }

    /// Lets the form be read in one of its languages from now on. What depends on the language is worked out with the next
    /// deed, such as `|session, env| Ok(session.notice(env))`.
    pub fn speak(&mut self, language: &str) {
        self.language = language.to_owned();
    }

    /// Returns the session, to look at: screens, the outline, what is wrong.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

impl Notebook {
    /// Opens an interview over a record that was started or handed to this node. What the form computes
    /// otherwise now than when the record was left is put down first.
    pub fn interview(&mut self, record: RecordId) -> Result<Interview, InterviewError> {
        let open = self.open_draft(record)?;
        let environment = self.environment(&open.form)?;
        let plan = Plan::of(Arc::clone(&open.form));
        let (session, step) = Session::open(&plan, Opening::of(&open.draft), &environment);
        self.note_read(record, open.draft.base())?;
        self.write_down(open, &step)?;
        Ok(Interview {
            record,
            session,
            language: String::new(),
        })
    }

    /// Does something in an interview: `deed` is any of the session's deeds, such as
    /// `|session, env| session.set(&at, value, env)`. Once this returns, what follows from it is on disk.
    ///
    /// If it fails, open the interview anew: its session may be ahead of the disk.
    pub fn go_on(
        &mut self,
        interview: &mut Interview,
        deed: impl FnOnce(&mut Session, &Environment) -> Result<Step, SessionError>,
    ) -> Result<Step, InterviewError> {
        let open = self.open_draft(interview.record)?;
        let mut environment = self.environment(&open.form)?;
        environment.language.clone_from(&interview.language);
        let step = deed(&mut interview.session, &environment)?;
        self.write_down(open, &step)?;
        Ok(step)
    }

    /// Returns what is to be shown now in an interview.
    pub fn screen(&mut self, interview: &Interview) -> Result<Screen, EntitiesError> {
        let mut environment = self.environment(interview.session.form())?;
        environment.language.clone_from(&interview.language);
        Ok(interview.session.screen(&environment))
    }

    /// Returns what a session's screens are shown with: the time, the tables, the device.
    pub fn interview_environment(&mut self, form: &Form) -> Result<Environment, EntitiesError> {
        self.environment(form)
    }

    fn write_down(&mut self, mut open: OpenDraft, step: &Step) -> Result<(), InterviewError> {
        let now = self.now().as_second();
        open.steps
            .extend(put_down_all(&mut open.draft, &step.writes, now)?);
        if !step.writes.is_empty() {
            self.keep(&open)?;
        }
        Ok(())
    }
}

/// Puts down what a step of a session writes.
pub(crate) fn put_down_all(
    draft: &mut Draft,
    writes: &[Write],
    now: i64,
) -> Result<Vec<DraftStep>, AnswerError> {
    writes.iter().map(|write| draft.keep(write, now)).collect()
}

/// What an answer at `at` makes a form with triggers set, the answer included; `None` if the form has no
/// triggers, or the interview would not take the answer there: it is then put down by itself.
pub(crate) fn with_triggers(
    form: &Arc<Form>,
    draft: &Draft,
    at: &Address,
    value: Option<form::Value>,
    environment: &Environment,
) -> Option<Vec<Write>> {
    if form.questions().all(|question| question.triggers.is_empty()) {
        return None;
    }
    let plan = Plan::of(Arc::clone(form));
    let (mut session, opened) = Session::open(&plan, Opening::of(draft), environment);
    let step = session.set(at, value, environment).ok()?;
    Some([opened.writes, step.writes].concat())
}
