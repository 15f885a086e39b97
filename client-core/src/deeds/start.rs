//! Start a record, and open the draft of one.

use std::sync::Arc;

use form::{Address, AnswerSheet, Answers as _, Form, Value};
use rand::Rng as _;
use record::{Actor, AnswerError, AuthorId, BeginError, Draft, DraftStep, ReplayError};
use rusqlite::Connection;
use thiserror::Error;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::entities::EntitiesError;
use crate::deeds::expire::ExpireError;
use crate::deeds::forms::FormsError;
use crate::filling;
use crate::import::load_within;
use crate::store::media::{self, DraftFile};
use crate::store::records::{self, RecordRow, RecordStatus};
use crate::store::{StoreError, drafts, time};

/// Why a draft cannot be opened.
#[derive(Debug, Error)]
pub enum DraftError {
    /// There is no such record.
    #[error("there is no record {0} here")]
    NoRecord(RecordId),
    /// It is sealed.
    #[error(
        "record {0} is finished: this device can no longer open it. A desk can hand it to this device again"
    )]
    Finished(RecordId),
    /// This node was revoked.
    #[error(
        "this device was revoked: nothing can be begun or changed on it any more. What was open is sealed, and waits \
         for a person at the desk once it is sent"
    )]
    Revoked,
    /// This node's member looks at who did what, and records nothing.
    #[error(
        "this notebook is an auditor's, who looks at the roster and the audit: records are begun and taken over on an \
         enumerator's device or at a desk"
    )]
    NotForAuditors,
    /// Consent was taken back.
    #[error("consent to record {0} was withdrawn: nobody reads or edits it any more")]
    Withdrawn(RecordId),
    /// The form is missing or unreadable.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// The answer cannot be put down.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The draft's steps cannot be read.
    #[error("the draft of the record cannot be read: {0}")]
    Replay(#[from] ReplayError),
    /// The draft cannot be begun.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// What the form looks things up in cannot be read.
    #[error(transparent)]
    Tables(#[from] EntitiesError),
    /// A packet whose time is over is still here.
    #[error(transparent)]
    Expire(#[from] ExpireError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A draft with what belongs to it.
pub(crate) struct OpenDraft {
    pub(crate) row: RecordRow,
    pub(crate) form: Arc<Form>,
    pub(crate) draft: Draft,
    /// Steps that are not on disk yet.
    pub(crate) steps: Vec<DraftStep>,
    /// Whether the draft itself is not on disk yet.
    pub(crate) new: bool,
}

impl Notebook {
    /// Starts a record: an answer sheet for the newest version of a form. `answers` are taken over.
    pub fn start(&mut self, form: &str, answers: Option<&AnswerSheet>) -> Result<RecordId, DraftError> {
        if self.is_revoked() {
            return Err(DraftError::Revoked);
        }
        self.may_take_answers()?;
        self.let_expire()?;
        let form = self.form(form, None)?;
        let mut chance = [0; 16];
        self.rng.fill_bytes(&mut chance);
        let id = RecordId::from_chance(chance);
        let now = self.now();
        let actor = Actor::make(AuthorId(*self.me.member.as_bytes()), &mut self.rng);
        let (mut draft, step) = Draft::begin(&record::Record::new(), actor, now.as_second())?;
        let mut steps = vec![step];
        steps.extend(filling::begin(&mut draft, &form, now)?);
        steps.extend(self.fill_in_defaults(&mut draft, &form, &Address::root())?);
        if let Some(answers) = answers {
            steps.extend(filling::fill(&mut draft, &form, answers, now, &mut self.rng)?);
        }
        steps.extend(self.recompute(&mut draft, &form)?);
        let row = RecordRow {
            id,
            form_id: form.id.clone(),
            form_version: form.version.clone(),
            status: RecordStatus::Draft,
            started: now.as_second(),
            changed: now.as_second(),
            author: self.me.member,
            disagreements: 0,
            editing: true,
        };
        self.keep(&OpenDraft {
            row,
            form,
            draft,
            steps,
            new: true,
        })?;
        Ok(id)
    }

    /// Refuses where this node's member is not one who records what people answer.
    pub(crate) fn may_take_answers(&self) -> Result<(), DraftError> {
        let me = self.roster.as_ref().and_then(|own| own.member(&self.me.member));
        match me.is_none_or(|me| me.role.takes_answers()) {
            true => Ok(()),
            false => Err(DraftError::NotForAuditors),
        }
    }

    /// Opens the draft of a record, or begins one over a record that can be read here.
    pub(crate) fn open_draft(&mut self, id: RecordId) -> Result<OpenDraft, DraftError> {
        if self.is_revoked() && !self.is_or_was_desk() {
            return Err(DraftError::Revoked);
        }
        self.let_expire()?;
        self.open_any_draft(id)
    }

    /// Does what [`Notebook::open_draft`] does, also on a device that was revoked or after the record's time is over: to seal what is open.
    pub(crate) fn open_any_draft(&mut self, id: RecordId) -> Result<OpenDraft, DraftError> {
        let actor = Actor::make(AuthorId(*self.me.member.as_bytes()), &mut self.rng);
        let now = self.now().as_second();
        self.store.read(|db| {
            let row = records::get(db, id)?.ok_or(DraftError::NoRecord(id))?;
            match row.status {
                RecordStatus::Finished => return Err(DraftError::Finished(id)),
                RecordStatus::Withdrawn => return Err(DraftError::Withdrawn(id)),
                RecordStatus::Draft | RecordStatus::Granted | RecordStatus::Received => {}
            }
            let (_, form) = self.shelf.read(db, &row.form_id, Some(&row.form_version))?;
            let base = readable(db, id, &form)?;
            if drafts::is_open(db, id)? {
                // The actor only stands in the change that finishing makes, so every opening has a fresh one.
                let draft = Draft::replay(&base, actor, drafts::steps(db, id)?)?;
                return Ok(OpenDraft {
                    row,
                    form,
                    draft,
                    steps: Vec::new(),
                    new: false,
                });
            }
            let (draft, step) = Draft::begin(&base, actor, now)?;
            Ok(OpenDraft {
                row,
                form,
                draft,
                steps: vec![step],
                new: true,
            })
        })
    }

    /// Writes what a draft has new: once this returns, it is on disk.
    pub(crate) fn keep(&mut self, open: &OpenDraft) -> Result<(), StoreError> {
        self.keep_with_file(open, None)
    }

    /// Writes what a draft has new, with the file that one of its questions is answered with. Files whose answer is
    /// another now are destroyed.
    pub(crate) fn keep_with_file(
        &mut self,
        open: &OpenDraft,
        file: Option<(&Address, &DraftFile)>,
    ) -> Result<(), StoreError> {
        let (now, seen) = (self.now().as_second(), self.time_seen());
        self.store.write(|tx| {
            time::note(tx, seen)?;
            records::put(
                tx,
                &RecordRow {
                    changed: now,
                    ..open.row.clone()
                },
            )?;
            if open.new {
                drafts::begin(tx, open.row.id, now)?;
            }
            open.steps
                .iter()
                .try_for_each(|step| drafts::add_step(tx, open.row.id, step.as_bytes()))?;
            if let Some((at, file)) = file {
                media::attach(tx, open.row.id, &at.to_string(), file)?;
            }
            for (address, name) in media::attached(tx, open.row.id)? {
                let at: Option<Address> = address.parse().ok();
                if at.and_then(|at| open.draft.answer(&at)) != Some(Value::File(name)) {
                    media::detach(tx, open.row.id, &address)?;
                }
            }
            Ok(())
        })
    }
}

/// Reads a record, and says which of its form's compartments this node cannot read.
pub(crate) fn readable(db: &Connection, id: RecordId, form: &Form) -> Result<record::Record, StoreError> {
    readable_within(db, id, form, |_| true)
}

/// Reads some compartments of a record, as whoever can read no others would.
pub(crate) fn readable_within(
    db: &Connection,
    id: RecordId,
    form: &Form,
    within: impl Fn(&str) -> bool,
) -> Result<record::Record, StoreError> {
    let mut base = load_within(db, id, within)?;
    let fresh = records::get(db, id)?.is_none_or(|row| row.status == RecordStatus::Draft);
    if !fresh {
        let shut: Vec<String> = form
            .compartments()
            .into_iter()
            .filter(|name| !base.compartments().any(|here| here == name))
            .collect();
        shut.into_iter().for_each(|name| base.withhold(name));
    }
    Ok(base)
}
