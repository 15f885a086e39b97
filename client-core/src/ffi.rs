//! The face for apps in Kotlin, Swift and Python: the notebook's deeds with plain types.
//!
//! Every call is a short transaction except [`Notebook::sync`], which waits for the network: call that on a thread of
//! its own. Ids and addresses are text, answers have ODK's text form, whole records are JSON.

use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use form::{Address, RepeatAddress};

use crate::deeds::settle::Decision;
use crate::deeds::sync::SyncOptions;
use crate::{Cost, HttpLink, Surroundings};

mod consent;
mod error;
mod files;
mod handing;
mod interview;
mod screens;
mod syncing;
mod views;

pub use consent::{Basis, ConsentDecision, ConsentMode, ConsentSaid};
pub use error::NotebookError;
pub use files::{FormFile, MediaFile};
pub use handing::{Entity, EntityProperty, HandedDraft, Member, Packet};
pub use interview::Interview;
pub use screens::{Asked, Heading, Named, Notice, Offer, Problem, Screen, Step};
pub use syncing::{Confirmations, SyncProgress, SyncReport, SyncWatcher};
pub use views::{
    Choice, Disagreement, FormSummary, Question, RecordSummary, Settlement, Side, Trouble, TroubleKind,
};

/// One device's notebook. Keep one for the whole app, and close it when the app is locked.
#[derive(Debug, uniffi::Object)]
pub struct Notebook {
    inner: Mutex<crate::Notebook>,
    link: HttpLink,
}

#[uniffi::export]
impl Notebook {
    /// Makes a notebook in a new folder. `name` is what people will call this device.
    #[uniffi::constructor]
    pub fn create(folder: String, name: String, passphrase: String) -> Result<Self, NotebookError> {
        let made = crate::Notebook::create(
            Path::new(&folder),
            &name,
            &passphrase,
            Cost::STANDARD,
            Surroundings::real()?,
        )?;
        Ok(Self::of(made))
    }

    /// Opens the notebook in a folder.
    #[uniffi::constructor]
    pub fn open(folder: String, passphrase: String) -> Result<Self, NotebookError> {
        Ok(Self::of(crate::Notebook::open(
            Path::new(&folder),
            &passphrase,
            Surroundings::real()?,
        )?))
    }

    /// Returns this device's id.
    pub fn member(&self) -> String {
        self.book().member().to_string()
    }

    /// Returns the request to show to a desk, which admits this device.
    pub fn request(&self) -> Result<String, NotebookError> {
        let request = self.book().request();
        request
            .map(|request| request.to_text())
            .map_err(NotebookError::invalid)
    }

    /// Joins a programme with the certificate that a desk made. Returns the programme's id.
    pub fn join(&self, certificate: String) -> Result<String, NotebookError> {
        Ok(self.book().join(&certificate)?.to_string())
    }

    /// Returns the forms that have arrived here.
    pub fn forms(&self) -> Result<Vec<FormSummary>, NotebookError> {
        Ok(self.book().forms()?.into_iter().map(FormSummary::from).collect())
    }

    /// Starts a record, with answers as JSON (nested as the form is, repeats as arrays) or none. Returns its id.
    pub fn start(&self, form: String, answers: Option<String>) -> Result<String, NotebookError> {
        let mut book = self.book();
        let sheet = match answers {
            None => None,
            Some(text) => {
                let json = serde_json::from_str(&text).map_err(NotebookError::invalid)?;
                Some(book.read_answers(&form, &json)?)
            }
        };
        Ok(book.start(&form, sheet.as_ref())?.to_string())
    }

    /// Returns what a record shows now, in a language of the form or its default.
    pub fn questions(
        &self,
        record: String,
        language: Option<String>,
    ) -> Result<Vec<Question>, NotebookError> {
        let questions = self.book().questions(read(&record)?, language.as_deref())?;
        Ok(questions.into_iter().map(Question::from).collect())
    }

    /// Puts down an answer: it is on disk when this returns.
    pub fn answer(&self, record: String, address: String, value: String) -> Result<(), NotebookError> {
        Ok(self
            .book()
            .answer_text(read(&record)?, &read(&address)?, &value)?)
    }

    /// Leaves a question without an answer.
    pub fn clear(&self, record: String, address: String) -> Result<(), NotebookError> {
        Ok(self.book().clear(read(&record)?, &read(&address)?)?)
    }

    /// Adds an instance of a repeat. Returns its address.
    pub fn add_instance(&self, record: String, repeat: String) -> Result<String, NotebookError> {
        let repeat: RepeatAddress = read(&repeat)?;
        let added = self.book().add_instance(read(&record)?, &repeat)?;
        Ok(repeat.instance(added).to_string())
    }

    /// Removes an instance of a repeat. Its answers stay in the history.
    pub fn remove_instance(&self, record: String, instance: String) -> Result<(), NotebookError> {
        Ok(self
            .book()
            .remove_instance(read(&record)?, &read::<Address>(&instance)?)?)
    }

    /// Returns what still keeps a record from being finished.
    pub fn troubles(&self, record: String) -> Result<Vec<Trouble>, NotebookError> {
        let complaints = self.book().complaints(read(&record)?)?;
        Ok(complaints.into_iter().map(Trouble::from).collect())
    }

    /// Returns the answers that finishing would send, as JSON, to be read through with the person who gave them.
    pub fn preview(&self, record: String) -> Result<String, NotebookError> {
        Ok(self.book().preview(read(&record)?)?.to_string())
    }

    /// Finishes a record: it is sealed, and this device can no longer open it.
    pub fn finish(&self, record: String) -> Result<(), NotebookError> {
        self.book().finish(read(&record)?)?;
        Ok(())
    }

    /// Returns the records here, of one form or all, the last changed first.
    pub fn records(&self, form: Option<String>) -> Result<Vec<RecordSummary>, NotebookError> {
        Ok(self
            .book()
            .records(form.as_deref())?
            .into_iter()
            .map(RecordSummary::from)
            .collect())
    }

    /// Returns one record as JSON: `answers`, `disagreements`, `history` and more.
    pub fn show(&self, record: String) -> Result<String, NotebookError> {
        let view = self.book().show(read(&record)?)?;
        serde_json::to_string(&view).map_err(NotebookError::invalid)
    }

    /// Returns the open disagreements of every record that can be read here.
    pub fn disagreements(&self) -> Result<Vec<Disagreement>, NotebookError> {
        Ok(self
            .book()
            .disagreements()?
            .into_iter()
            .map(Disagreement::from)
            .collect())
    }

    /// Settles a disagreement, for everybody.
    pub fn settle(
        &self,
        record: String,
        address: String,
        settlement: Settlement,
    ) -> Result<(), NotebookError> {
        self.book()
            .settle(read(&record)?, &read(&address)?, Decision::from(settlement))?;
        Ok(())
    }

    /// Syncs with the programme's relay. Waits for the network.
    pub fn sync(&self) -> Result<SyncReport, NotebookError> {
        Ok(SyncReport::from(self.book().sync(&self.link)?))
    }

    /// Syncs with the programme's relay, and tells how it goes. On a metered link photos and recordings wait for
    /// another; of `budget` bytes no more are sent and received than that. What does not fit waits for the next sync.
    pub fn sync_watched(
        &self,
        watcher: Box<dyn SyncWatcher>,
        metered: bool,
        budget: Option<u64>,
    ) -> Result<SyncReport, NotebookError> {
        let mut watch = |progress| watcher.progress(SyncProgress::from(progress));
        let options = SyncOptions {
            metered,
            budget,
            watch: Some(&mut watch),
        };
        Ok(SyncReport::from(self.book().sync_as(&self.link, options)?))
    }

    /// Returns how many records were finished here, and how many of them a desk has opened: only then does this device
    /// forget its sealed copies.
    pub fn confirmations(&self) -> Result<Confirmations, NotebookError> {
        Ok(Confirmations::from(self.book().confirmations()?))
    }
}

impl Notebook {
    fn of(inner: crate::Notebook) -> Self {
        Self {
            inner: Mutex::new(inner),
            link: HttpLink::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, crate::Notebook> {
        // A deed that panicked left no half-done transaction: SQLite rolled it back.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read<T: FromStr>(text: &str) -> Result<T, NotebookError>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(NotebookError::invalid)
}
