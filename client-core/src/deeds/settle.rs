//! Settle a disagreement: a person decides, and everybody will see what they decided.

use form::{Address, Value, ValueError};
use record::{Disagreement, SettleError as RefusedSettlement, Settlement};
use thiserror::Error;
use wire::{EnvelopeId, RecordId};

use crate::Notebook;
use crate::deeds::finish::FinishError;
use crate::deeds::start::DraftError;
use crate::store::audit::Deed;

/// Why a disagreement was not settled.
#[derive(Debug, Error)]
pub enum SettleError {
    /// The record cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// An edit is open: settling would finish it too.
    #[error("an edit of record {0} is open here; finish it first")]
    EditOpen(RecordId),
    /// There is no such disagreement.
    #[error("nobody disagrees about {0} (any more); look at the list again")]
    NoDisagreement(Address),
    /// There is no such side.
    #[error("there are {sides} sides, numbered from 1; {given} is none of them")]
    NoSide {
        /// How many there are.
        sides: usize,
        /// What was given.
        given: usize,
    },
    /// The value does not fit the question.
    #[error(transparent)]
    Value(#[from] ValueError),
    /// It cannot be settled so.
    #[error(transparent)]
    Refused(#[from] RefusedSettlement),
    /// The settlement could not be sealed.
    #[error(transparent)]
    Finish(#[from] FinishError),
}

/// What a person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The side with this number is right.
    Side(usize),
    /// None of them: this is right, in ODK's text form.
    Value(String),
    /// The question is left without an answer.
    NoAnswer,
    /// The removed instance is kept.
    Keep,
    /// The removed instance is removed after all.
    Remove,
}

impl Notebook {
    /// Settles a disagreement and seals what was decided, for everybody.
    pub fn settle(
        &mut self,
        record: RecordId,
        address: &Address,
        decision: Decision,
    ) -> Result<Option<EnvelopeId>, SettleError> {
        let mut open = self.open_draft(record)?;
        if !open.new {
            return Err(SettleError::EditOpen(record));
        }
        let found = open
            .draft
            .base()
            .disagreements()
            .into_iter()
            .find(|found| found.address() == address);
        let found = found.ok_or_else(|| SettleError::NoDisagreement(address.clone()))?;
        let settlement = match (decision, &found) {
            (Decision::NoAnswer, _) => Settlement::Answer(None),
            (Decision::Keep, _) => Settlement::Keep,
            (Decision::Remove, _) => Settlement::Remove,
            (Decision::Value(text), _) => {
                let question = address.path().and_then(|path| open.form.question(&path));
                let kind = question.map(|question| &question.kind);
                let kind = kind.ok_or_else(|| SettleError::NoDisagreement(address.clone()))?;
                Settlement::Answer(Some(Value::parse(kind, &text)?))
            }
            (Decision::Side(given), Disagreement::DifferingAnswers { versions, .. }) => {
                let side = given.checked_sub(1).and_then(|n| versions.get(n));
                let side = side.ok_or(SettleError::NoSide {
                    sides: versions.len(),
                    given,
                })?;
                Settlement::Answer(side.value.clone())
            }
            (Decision::Side(1), Disagreement::RemovedButEdited { .. }) => Settlement::Remove,
            (Decision::Side(given), Disagreement::RemovedButEdited { edits, .. }) => {
                if given == 0 || given > edits.len() + 1 {
                    return Err(SettleError::NoSide {
                        sides: edits.len() + 1,
                        given,
                    });
                }
                Settlement::Keep
            }
        };
        let now = self.now().as_second();
        // The step is not kept: the draft becomes a change at once, or nothing happened.
        drop(open.draft.settle(&found, settlement, now)?);
        let form = open.form.clone();
        self.recompute(&mut open.draft, &form)?;
        Ok(self.finish_draft(open, Some(Deed::Settle))?)
    }
}
