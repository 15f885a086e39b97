//! Who merges. What comes from outside is merged in this process, or in one beside it that can do no harm.
//!
//! A desk reads what every device of a programme wrote, one of which may be in bad hands. The record's own checks
//! let nothing through that is known to hurt automerge; a [`MergeWorker`] is for what is not known: a process of
//! the same program that limits itself, is given one record at a time, and is killed when it takes too long.

mod process;
mod protocol;
mod task;
mod worker;

use std::cell::RefCell;

pub use self::process::{MergeWorker, WorkerError};
pub(crate) use self::task::{META_FORM, META_VERSION, Outcome, Refusal, Task};
pub use self::worker::{serve_merges, serve_merges_on};

use self::process::Beside;
use crate::Notebook;

/// Who merges for a notebook.
#[derive(Default)]
pub(crate) enum Merger {
    /// This process: on devices, which open only what was granted to them.
    #[default]
    Here,
    /// A process beside it: on desks.
    Beside(Box<RefCell<Beside>>),
}

impl Merger {
    /// Merges what an envelope brought into what is here of its record.
    ///
    /// # Errors
    /// The outer one if nobody can merge now; then nothing was said of the envelope.
    pub(crate) fn merge(&self, task: &Task<'_>) -> Result<Result<Outcome, Refusal>, WorkerError> {
        match self {
            Self::Here => Ok(task::merge(task)),
            Self::Beside(beside) => beside.borrow_mut().merge(task),
        }
    }
}

impl Notebook {
    /// Has everything from outside merged by `worker`, not by this process, from now on.
    ///
    /// Every program at a desk calls this right after it opened the notebook. The worker starts when it is first
    /// needed; where it does not start, deeds that must merge fail and say so.
    pub fn merge_beside(&mut self, worker: MergeWorker) {
        self.merger = Merger::Beside(Box::new(RefCell::new(Beside::new(worker))));
    }
}
