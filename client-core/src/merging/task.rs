//! One merge: what one envelope brought, and what becomes of its record.

use form::Value;
use record::{AuthorId, AuthorPrefix, ChangeHash, MergeError, Record, Waiting};

/// Where a record says which form it answers.
pub(crate) const META_FORM: &str = "form";
/// Where a record says which version of the form.
pub(crate) const META_VERSION: &str = "version";
/// The most missing changes that are named for one that waits.
pub(super) const MOST_NEEDS: usize = 16;

/// What is to be merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Task<'a> {
    /// Who signed the envelope.
    pub(crate) author: AuthorId,
    /// What is here of the record: its compartments, as they were saved.
    pub(crate) documents: Vec<(&'a str, &'a [u8])>,
    /// The changes that the envelope brought, by compartment.
    pub(crate) brought: Vec<(&'a str, Vec<Vec<u8>>)>,
}

/// What became of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The compartments that the envelope wrote in, to be saved.
    pub(crate) documents: Vec<(String, Vec<u8>)>,
    /// When the newest of what it brought was written, in unix seconds; `None` if all of it waits.
    pub(crate) at: Option<i64>,
    /// How the record began, once that is here.
    pub(crate) begun: Option<Begun>,
    /// How many disagreements are open in it.
    pub(crate) disagreements: u64,
    /// Those of the changes brought now that wait for others.
    pub(crate) put_off: Vec<ChangeHash>,
    /// All changes of the record that wait, each with up to 16 of those it waits for.
    pub(crate) waiting: Vec<Waiting>,
    /// Changes that came earlier, waited, and turned out wrong; with the reason.
    pub(crate) misfits: Vec<(ChangeHash, String)>,
}

/// How a record began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Begun {
    /// The form it answers.
    pub(crate) form_id: String,
    /// The version of the form.
    pub(crate) form_version: String,
    /// When, in unix seconds.
    pub(crate) at: i64,
    /// Who began it.
    pub(crate) author: AuthorPrefix,
}

/// Why nothing was merged. The record is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The envelope is wrong: a person must look.
    Wrong(String),
    /// It can be tried again once others have come.
    TooManyWaiting,
    /// What was saved of the record cannot be read.
    Unreadable,
}

/// Merges, in whichever process this is.
pub(crate) fn merge(task: &Task<'_>) -> Result<Outcome, Refusal> {
    let mut book = Record::new();
    for (compartment, saved) in &task.documents {
        book.load(*compartment, saved).map_err(|_| Refusal::Unreadable)?;
    }
    let mut outcome = Outcome::default();
    for (compartment, changes) in &task.brought {
        let merged = book.merge(compartment, changes, task.author)?;
        let here = merged.applied.iter().chain(&merged.known);
        let written = here.filter_map(|hash| book.provenance(hash));
        outcome.at = written.map(|by| by.at).chain(outcome.at).max();
        outcome.put_off.extend(merged.waiting);
        let misfits = merged.refused.into_iter();
        outcome
            .misfits
            .extend(misfits.map(|refused| (refused.change, refused.why.to_string())));
    }
    let saved = task
        .brought
        .iter()
        .map(|(name, _)| ((*name).to_owned(), book.save(name)));
    outcome.documents = saved.filter(|(_, bytes)| !bytes.is_empty()).collect();
    outcome.waiting = book.waiting();
    for waiting in &mut outcome.waiting {
        waiting.needs.truncate(MOST_NEEDS);
    }
    outcome.begun = begun(&book);
    outcome.disagreements = book.disagreements().len() as u64;
    Ok(outcome)
}

impl From<MergeError> for Refusal {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::TooManyWaiting => Self::TooManyWaiting,
            other => Self::Wrong(other.to_string()),
        }
    }
}

fn begun(book: &Record) -> Option<Begun> {
    let (Some(Value::Text(form_id)), Some(Value::Text(form_version)), Some(by)) = (
        book.meta(META_FORM),
        book.meta(META_VERSION),
        book.meta_provenance(META_FORM),
    ) else {
        // Only an edit of it came so far; its beginning is still on the way.
        return None;
    };
    Some(Begun {
        form_id,
        form_version,
        at: by.at,
        author: by.author,
    })
}
