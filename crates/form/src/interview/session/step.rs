//! What a deed in an interview leads to.

use std::fmt;

use serde::Serialize;

use super::audit::AuditEvent;
use crate::address::{Address, RepeatAddress};
use crate::interview::Trouble;
use crate::sheet::AnswerSheet;
use crate::value::Value;

/// What a deed leads to. Everything in [`writes`](Step::writes) has to be kept, in order and all
/// of it or nothing, before anybody is told that it is saved.
///
/// If that fails, the session is ahead of what is kept: drop it, and open another over what is kept.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Step {
    /// What to keep.
    pub writes: Vec<Write>,
    /// What else happened that whoever asks should know.
    pub notices: Vec<Notice>,
    /// What is wrong; it keeps the interview where it is.
    pub problems: Vec<Problem>,
    /// Whether the interview went to another screen.
    pub moved: bool,
    /// What was logged, if the form asks for a log.
    pub audit: Vec<AuditEvent>,
}

/// One change of a record.
#[derive(Clone, PartialEq)]
pub enum Write {
    /// An answer is put down, over the one before it.
    Set {
        /// Where.
        at: Address,
        /// The answer.
        value: Value,
    },
    /// An answer is taken away.
    Clear {
        /// Where.
        at: Address,
    },
    /// A repeat gets another instance, after those it has.
    AddInstance {
        /// The new instance.
        at: Address,
    },
    /// An instance of a repeat is removed, with all that is in it.
    RemoveInstance {
        /// The instance.
        at: Address,
    },
}

/// Something that happened beside what was done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Another answer was set by the form, because one that triggers it has changed.
    SetByTrigger {
        /// Where.
        at: Address,
    },
    /// An answer names a choice that is offered no longer. The question counts as not answered;
    /// the answer is kept until the interview has shown the question again.
    NoLongerOffered {
        /// Where.
        at: Address,
    },
    /// An answer that was offered no longer was taken away, now that the question was shown again.
    Dropped {
        /// Where.
        at: Address,
    },
    /// An instance is beyond the count of its repeat. Its answers are kept, and count again if the
    /// count grows.
    Uncounted {
        /// The instance.
        at: Address,
    },
    /// An instance that was beyond the count of its repeat counts again, with its answers.
    CountedAgain {
        /// The instance.
        at: Address,
    },
}

/// What is wrong with one answer, in words for whoever asks.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where the answer stands or is missing.
    pub at: Address,
    /// What is wrong with it.
    pub trouble: Trouble,
    /// The form's own words, or a plain sentence.
    pub message: String,
    /// What is asked there.
    pub label: String,
}

/// How finishing went.
#[derive(Clone, PartialEq, Debug)]
pub enum Finish {
    /// The record is finished.
    Done {
        /// What to keep.
        step: Step,
        /// The record as it is sent.
        finished: Finished,
    },
    /// Something is missing or wrong; the interview went to the first of it.
    Refused(Step),
}

/// A finished record.
#[derive(Clone, PartialEq, Debug)]
pub struct Finished {
    /// What the form calls it.
    pub name: Option<String>,
    /// Its answers, without those that are not relevant and instances that do not count.
    pub answers: AnswerSheet,
}

/// What cannot be done in an interview.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SessionError {
    /// The record is only looked at, or finished.
    #[error("this record is only read here")]
    ReadOnly,
    /// The form has nothing there, or not in these instances.
    #[error("the form asks nothing at `{0}`")]
    Nothing(Address),
    /// What stands there is not asked now.
    #[error("`{0}` is not asked, given the other answers")]
    NotRelevant(Address),
    /// Nobody answers what stands there: the form computes it, or it may only be read.
    #[error("the answer at `{0}` cannot be changed by hand")]
    NotAsked(Address),
    /// The answer is of another type than the question asks for.
    #[error("`{at}` asks for an answer of type {kind}")]
    WrongType {
        /// Where.
        at: Address,
        /// The type it asks for.
        kind: &'static str,
    },
    /// This node cannot read what is kept there, and so does not write it.
    #[error("the answer at `{0}` is kept where this node cannot read")]
    NotHeld(Address),
    /// The form has no such repeat there.
    #[error("`{0}` is no repeat of the form")]
    NoRepeat(RepeatAddress),
    /// Other answers say how many instances there are.
    #[error("how many instances `{0}` has follows from other answers")]
    Counted(RepeatAddress),
    /// There is no such instance.
    #[error("there is no instance `{0}`")]
    NoInstance(Address),
    /// There are too many instances already.
    #[error("a repeat has at most 1,000 instances, and a record at most 20,000, fewer in a very long form")]
    TooMany,
}

impl Write {
    /// Returns where something changes.
    pub fn at(&self) -> &Address {
        match self {
            Write::Set { at, .. }
            | Write::Clear { at }
            | Write::AddInstance { at }
            | Write::RemoveInstance { at } => at,
        }
    }

    /// Makes the change in a sheet.
    pub fn apply(&self, sheet: &mut AnswerSheet) {
        match self {
            Write::Set { at, value } => sheet.set(at.clone(), value.clone()),
            Write::Clear { at } => sheet.clear(at),
            Write::AddInstance { at } => {
                if let (Some(repeat), Some(id)) = (at.repeat(), at.instance_id()) {
                    sheet.add_instance(&repeat, id);
                }
            }
            Write::RemoveInstance { at } => sheet.remove_instance(at),
        }
    }
}

/// Shows where and what, and no answer.
impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deed = match self {
            Write::Set { .. } => "Set",
            Write::Clear { .. } => "Clear",
            Write::AddInstance { .. } => "AddInstance",
            Write::RemoveInstance { .. } => "RemoveInstance",
        };
        write!(f, "{deed}({})", self.at())
    }
}

/// Hides the words: answers are filled into them.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Problem({}: {:?})", self.at, self.trouble)
    }
}
