//! What a person does in a draft.

use std::collections::BTreeSet;

use automerge::ScalarValue;
use form::interview::Write;
use form::{Address, Answers, InstanceId, RepeatAddress, Value};
use rand::Rng;

use super::Draft;
use super::step::{DraftStep, Step};
use crate::disagreement::Disagreement;
use crate::key::{self, Key};
use crate::removal;
use crate::scalar;

/// The longest answer, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The part of an instance's id that counts within one draft.
const COUNTER: u128 = 0xffff_ffff;

/// Something cannot be put down in a draft. The draft is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The address names a repeat instance or the record, where a question is needed.
    #[error("{0} is not a question")]
    NotAQuestion(Address),
    /// The address names a question or the record, where a repeat instance is needed.
    #[error("{0} is not a repeat instance")]
    NotAnInstance(Address),
    /// The instance was removed, or never added.
    #[error("{0} is not there (any more)")]
    NoSuchInstance(Address),
    /// The names on the way are too long.
    #[error("the names on the way to {0} are together longer than 2 kB")]
    AddressTooLong(String),
    /// The purpose is no word for one.
    #[error("\"{0}\" names no purpose: use small letters, digits and hyphens, like research")]
    NotAPurpose(String),
    /// The answer is longer than 64 KiB.
    #[error("the answer has {bytes} bytes; at most {MAX_ANSWER_BYTES} can be kept, so shorten it")]
    AnswerTooLong {
        /// Its length.
        bytes: usize,
    },
}

/// How a person settles a [`Disagreement`].
#[derive(Clone, PartialEq, Debug)]
pub enum Settlement {
    /// One answer, of those that differ or another; `None` leaves the question without one.
    Answer(Option<Value>),
    /// The instance is kept after all.
    Keep,
    /// The instance is removed after all.
    Remove,
}

/// A disagreement cannot be settled so. The draft is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// The record does not have this disagreement, or others joined it since.
    #[error("this disagreement has changed meanwhile; look at it again")]
    Changed,
    /// An answer was given where one has to keep or remove, or the other way round.
    #[error("differing answers are settled by an answer, a removed instance by keeping or removing it")]
    WrongKind,
    /// The answer cannot be put down.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl Draft {
    /// Puts down `value` as the answer to a question.
    ///
    /// Answering again replaces this draft's earlier answer; an answer given elsewhere meanwhile
    /// is kept beside it.
    ///
    /// # Errors
    /// If there is no such place in the record, or the answer is too long.
    pub fn put_down(&mut self, at: &Address, value: Value, now: i64) -> Result<DraftStep, AnswerError> {
        self.put_answer(at, scalar::of(&value), false, now)
    }

    /// Leaves a question without an answer.
    ///
    /// # Errors
    /// If there is no such place in the record.
    pub fn clear(&mut self, at: &Address, now: i64) -> Result<DraftStep, AnswerError> {
        self.put_answer(at, ScalarValue::Null, false, now)
    }

    /// Adds an instance of `repeat` after those that are there.
    ///
    /// # Errors
    /// If an instance around it is not there.
    pub fn add_instance(
        &mut self,
        repeat: &RepeatAddress,
        now: i64,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<(InstanceId, DraftStep), AnswerError> {
        let added = self.next_instance(rng);
        let step = self.add(repeat, added, now)?;
        Ok((added, step))
    }

    /// Does what an interview asks to be kept, on this record. Every write of an interview's step
    /// has to be done, in order, and on disk before anybody is told that it is saved.
    ///
    /// # Errors
    /// If there is no such place in the record, or an answer is too long.
    pub fn keep(&mut self, write: &Write, now: i64) -> Result<DraftStep, AnswerError> {
        match write {
            Write::Set { at, value } => self.put_down(at, value.clone(), now),
            Write::Clear { at } => self.clear(at, now),
            Write::AddInstance { at } => match (at.repeat(), at.instance_id()) {
                (Some(repeat), Some(id)) if at.is_instance() => self.add(&repeat, id, now),
                _ => Err(AnswerError::NotAnInstance(at.clone())),
            },
            Write::RemoveInstance { at } => self.remove_instance(at, now),
        }
    }

    fn add(&mut self, repeat: &RepeatAddress, added: InstanceId, now: i64) -> Result<DraftStep, AnswerError> {
        self.expect_instances(&repeat.outer())?;
        let places = self.all_instances(repeat);
        let place = places
            .into_values()
            .filter(|place| *place < i64::MAX)
            .max()
            .unwrap_or(0)
            + 1;
        self.put(
            key::of(&repeat.instance(added)),
            ScalarValue::Int(place),
            false,
            now,
        )
    }

    /// Makes the id of a new instance: of chance for the draft's first, the next one up for all others.
    ///
    /// So the instances of one draft differ in a byte or two. Sealed, each would otherwise cost 16 bytes that nothing
    /// compresses, in every compartment it has answers in.
    fn next_instance(&self, rng: &mut (impl Rng + ?Sized)) -> InstanceId {
        let added = self.puts.keys().filter_map(|key| match Key::read(key) {
            Key::Instance(at) => at.instance_id().map(|id| id.as_uuid().as_u128()),
            _ => None,
        });
        let added: BTreeSet<u128> = added.collect();
        let Some(last) = added.last() else {
            return InstanceId::make(rng);
        };
        let mut next = *last;
        while added.contains(&next) {
            next = (last & !COUNTER) | (next.wrapping_add(1) & COUNTER);
        }
        InstanceId::from_uuid(uuid::Uuid::from_u128(next))
    }

    /// Removes a repeat instance with all that is in it.
    ///
    /// Its answers stay in the history. If somebody edits it without knowing, it comes back as a
    /// [`Disagreement`].
    ///
    /// # Errors
    /// If `instance` is not there.
    pub fn remove_instance(&mut self, instance: &Address, now: i64) -> Result<DraftStep, AnswerError> {
        self.expect_instance(instance)?;
        self.put(
            key::of_removal(instance),
            removal::mark(&self.base, instance),
            true,
            now,
        )
    }

    /// Settles a disagreement of the record that this draft was begun on.
    ///
    /// # Errors
    /// If the record does not have exactly this disagreement, or it cannot be settled so.
    pub fn settle(
        &mut self,
        disagreement: &Disagreement,
        settlement: Settlement,
        now: i64,
    ) -> Result<DraftStep, SettleError> {
        let at = disagreement.address().clone();
        let (found, key, value) = match (disagreement, settlement) {
            (Disagreement::DifferingAnswers { .. }, Settlement::Answer(value)) => {
                let value = value.as_ref().map_or(ScalarValue::Null, scalar::of);
                (self.base.differing_answers(at.clone()), key::of(&at), value)
            }
            (Disagreement::RemovedButEdited { .. }, Settlement::Keep) => (
                self.base.disputed_removal(&at),
                key::of_removal(&at),
                ScalarValue::Null,
            ),
            (Disagreement::RemovedButEdited { .. }, Settlement::Remove) => (
                self.base.disputed_removal(&at),
                key::of_removal(&at),
                removal::mark(&self.base, &at),
            ),
            _ => return Err(SettleError::WrongKind),
        };
        if found.as_ref() != Some(disagreement) {
            return Err(SettleError::Changed);
        }
        Ok(self.put(key, value, true, now)?)
    }

    /// Puts down something about the record itself: the form it answers, for example, under
    /// `form`. Kept in `general`.
    ///
    /// # Errors
    /// If the name or the value is too long.
    pub fn set_meta(&mut self, name: &str, value: Value, now: i64) -> Result<DraftStep, AnswerError> {
        self.put(key::of_meta(name), scalar::of(&value), false, now)
    }

    pub(crate) fn put_consent_at(
        &mut self,
        key: String,
        said: Value,
        now: i64,
    ) -> Result<DraftStep, AnswerError> {
        self.put(key, scalar::of(&said), false, now)
    }

    fn put_answer(
        &mut self,
        at: &Address,
        value: ScalarValue,
        settles: bool,
        now: i64,
    ) -> Result<DraftStep, AnswerError> {
        if at.is_instance() {
            return Err(AnswerError::NotAQuestion(at.clone()));
        }
        self.expect_instances(&at.instance())?;
        self.put(key::of(at), value, settles, now)
    }

    fn put(
        &mut self,
        key: String,
        value: ScalarValue,
        settles: bool,
        now: i64,
    ) -> Result<DraftStep, AnswerError> {
        let bytes = match &value {
            ScalarValue::Str(text) => text.len(),
            ScalarValue::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        if bytes > MAX_ANSWER_BYTES {
            return Err(AnswerError::AnswerTooLong { bytes });
        }
        if !key::may_stand_in_a_record(&key) {
            return Err(AnswerError::AddressTooLong(key));
        }
        let step = Step::Put {
            key: key.clone(),
            value: value.clone(),
            settles,
            at: now,
        }
        .write();
        self.note(key, value, settles, now);
        Ok(step)
    }

    fn expect_instance(&self, instance: &Address) -> Result<(), AnswerError> {
        if !instance.is_instance() || instance.steps().is_empty() {
            return Err(AnswerError::NotAnInstance(instance.clone()));
        }
        self.expect_instances(instance)
    }

    /// Checks that `at` and every instance around it is there.
    fn expect_instances(&self, at: &Address) -> Result<(), AnswerError> {
        let mut around = Some(at.clone());
        while let Some(instance) = around.filter(|instance| !instance.steps().is_empty()) {
            let there = instance
                .repeat()
                .zip(instance.instance_id())
                .is_some_and(|(repeat, id)| self.instances(&repeat).contains(&id));
            if !there {
                return Err(AnswerError::NoSuchInstance(instance));
            }
            around = instance.parent_instance();
        }
        Ok(())
    }
}
