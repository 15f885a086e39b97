//! A draft: what a person has answered and not finished yet.
//!
//! A draft lies over a record as it was when the draft was begun, and is kept as a list of
//! [steps](DraftStep), each on disk before the person is told that it is saved. At finish it is
//! [squashed](Draft::squash) into one change per compartment.

mod deeds;
mod squash;
mod step;

use std::collections::BTreeMap;
use std::fmt;

use automerge::ScalarValue;
use form::{Address, Answers, InstanceId, RepeatAddress, Value};

pub use self::deeds::{AnswerError, MAX_ANSWER_BYTES, SettleError, Settlement};
pub use self::squash::SquashError;
pub use self::step::DraftStep;
use self::step::{Step, StepError};
use crate::GENERAL;
use crate::ids::Actor;
use crate::key::{self, Key};
use crate::record::{Record, in_order};
use crate::scalar;

/// What a person has answered and not finished yet, over the record it is about.
///
/// As [`Answers`] it shows the record with the person's answers in it.
#[derive(Clone)]
pub struct Draft {
    base: Record,
    actor: Actor,
    puts: BTreeMap<String, Put>,
    touched_at: i64,
}

/// What was put at a key.
#[derive(Clone)]
struct Put {
    value: ScalarValue,
    /// Whether it is to be written even if the same stands there: it settles a disagreement.
    settles: bool,
}

/// A draft cannot be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// The actor has written in this record before.
    #[error("this actor has written in the record before; make a fresh one for every draft")]
    ActorUsed,
}

/// A draft cannot be restored from its steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The first step does not say what the draft was begun on.
    #[error("the first step of the draft is missing")]
    NoBeginning,
    /// The record lacks changes that it had when the draft was begun.
    #[error("the record lacks changes that it had when the draft was begun; rebuild it first")]
    BaseMissing,
    /// A step was written by a later version of this program.
    #[error(
        "step {step} of the draft has layout {version}, which this version does not know; update the program"
    )]
    LaterVersion {
        /// Which step, counted from 0.
        step: usize,
        /// Its layout.
        version: u8,
    },
    /// A step does not read.
    #[error("step {step} of the draft is damaged")]
    Damaged {
        /// Which step, counted from 0.
        step: usize,
    },
    /// The actor is not a fresh one.
    #[error(transparent)]
    Begin(#[from] BeginError),
}

impl Draft {
    /// Begins a draft over the record as it is now.
    ///
    /// `actor` must be [made](Actor::make) for this draft. `now` is in seconds since 1970-01-01
    /// UTC, here and in all deeds.
    ///
    /// # Errors
    /// If `actor` was used in this record before.
    pub fn begin(record: &Record, actor: Actor, now: i64) -> Result<(Self, DraftStep), BeginError> {
        let draft = Self::over(record.clone(), actor, now)?;
        let heads = record
            .documents()
            .map(|(name, document)| (name.to_owned(), document.heads()));
        let step = Step::Begin {
            heads: heads.collect(),
            at: now,
        };
        Ok((draft, step.write()))
    }

    /// Restores a draft from all its steps, after the program was closed or the battery failed.
    ///
    /// The record may have got more changes since; the draft is still over what it was begun on.
    ///
    /// # Errors
    /// If a step is missing or damaged. Nothing is skipped silently.
    pub fn replay<S: AsRef<[u8]>>(
        record: &Record,
        actor: Actor,
        steps: impl IntoIterator<Item = S>,
    ) -> Result<Self, ReplayError> {
        let mut steps = steps.into_iter().enumerate().map(|(step, bytes)| {
            Step::read(bytes.as_ref()).map_err(|error| match error {
                StepError::LaterVersion(version) => ReplayError::LaterVersion { step, version },
                StepError::Damaged => ReplayError::Damaged { step },
            })
        });
        let Some(Step::Begin { heads, at }) = steps.next().transpose()? else {
            return Err(ReplayError::NoBeginning);
        };
        let base = record.at(&heads).ok_or(ReplayError::BaseMissing)?;
        let mut draft = Self::over(base, actor, at)?;
        for (place, step) in steps.enumerate() {
            match step? {
                Step::Put {
                    key,
                    value,
                    settles,
                    at,
                } => draft.note(key, value, settles, at),
                Step::Begin { .. } => return Err(ReplayError::Damaged { step: place + 1 }),
            }
        }
        Ok(draft)
    }

    fn over(base: Record, actor: Actor, now: i64) -> Result<Self, BeginError> {
        let used = base
            .documents()
            .any(|(_, document)| document.lineage().by_actor(&actor).is_some());
        if used {
            return Err(BeginError::ActorUsed);
        }
        Ok(Self {
            base,
            actor,
            puts: BTreeMap::new(),
            touched_at: now,
        })
    }

    /// Returns something about the record itself.
    pub fn meta(&self, name: &str) -> Option<Value> {
        self.read(&key::of_meta(name))
            .unwrap_or_else(|| self.base.meta(name))
    }

    /// Returns the record as it was when the draft was begun.
    pub fn base(&self) -> &Record {
        &self.base
    }

    /// Says whether nothing was put down yet.
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty()
    }

    /// Returns when something was last put down, or else when the draft was begun, in seconds
    /// since 1970-01-01 UTC.
    pub fn touched_at(&self) -> i64 {
        self.touched_at
    }

    /// What this draft puts down that is no answer: about the record, and what was said about purposes.
    pub(crate) fn about(&self) -> impl Iterator<Item = (&str, Option<Value>)> {
        let puts = self.puts.iter().filter(|(key, _)| Key::read(key) == Key::About);
        puts.map(|(key, put)| (key.as_str(), scalar::read(&put.value).answer()))
    }

    fn note(&mut self, key: String, value: ScalarValue, settles: bool, now: i64) {
        let settled = self.puts.get(&key).is_some_and(|earlier| earlier.settles);
        self.puts.insert(
            key,
            Put {
                value,
                settles: settles || settled,
            },
        );
        self.touched_at = now;
    }

    /// What this draft says about a key: nothing, or an answer, or that there is none.
    fn read(&self, key: &str) -> Option<Option<Value>> {
        self.puts.get(key).map(|put| scalar::read(&put.value).answer())
    }

    fn all_instances(&self, repeat: &RepeatAddress) -> BTreeMap<InstanceId, i64> {
        let mut places = self.base.all_instances(repeat);
        let before = key::before_instances(repeat);
        for (key, put) in self.puts.range(before.clone()..) {
            let Some(rest) = key.strip_prefix(&before) else {
                break;
            };
            if let (Some((instance, "")), ScalarValue::Int(place)) = (key::split_instance(rest), &put.value) {
                places.insert(instance, *place);
            }
        }
        places
    }

    /// Whether this draft removes the instance.
    fn removes(&self, instance_key: &str) -> bool {
        let mark = self.puts.get(&format!("{instance_key}{}", key::REMOVED));
        mark.is_some_and(|mark| mark.value != ScalarValue::Null)
    }

    /// Whether the instance is there in this draft.
    fn shows(&self, instance_key: &str) -> bool {
        match self.puts.get(&format!("{instance_key}{}", key::REMOVED)) {
            Some(mark) => mark.value == ScalarValue::Null,
            None => !self.base.is_removed(instance_key),
        }
    }

    /// Whether the instance was there before the draft.
    fn base_knows(&self, instance: &Address) -> bool {
        let here = instance.repeat().zip(instance.instance_id());
        here.is_some_and(|(repeat, id)| self.base.all_instances(&repeat).contains_key(&id))
    }

    /// The place of an instance among those of its repeat.
    fn order_of(&self, instance_key: &str) -> i64 {
        let put = self.puts.get(instance_key).map(|put| &put.value);
        let stood = || {
            let cells = self.base.document(GENERAL)?.cells().get(instance_key)?;
            cells.last().map(|cell| &cell.value)
        };
        match put.or_else(stood) {
            Some(ScalarValue::Int(place)) => *place,
            _ => i64::MAX,
        }
    }
}

impl Answers for Draft {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.read(&key::of(at)).unwrap_or_else(|| self.base.answer(at))
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        let all = self.all_instances(repeat);
        in_order(
            all.into_iter()
                .filter(|(id, _)| self.shows(&key::of(&repeat.instance(*id)))),
        )
    }

    fn holds(&self, compartment: &str) -> bool {
        self.base.holds(compartment)
    }
}

/// Never shows an answer.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Draft({} places touched, last at {})",
            self.puts.len(),
            self.touched_at
        )
    }
}
