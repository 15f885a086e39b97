//! Rebuild: make every view anew from the envelopes, which are the truth.

use thiserror::Error;

use crate::Notebook;
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::store::{StoreError, envelopes, files, records};

/// Why the views could not be made anew. They are as they were.
#[derive(Debug, Error)]
pub enum RebuildError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Makes the records, their documents and the progress anew from the envelopes and keys in the notebook.
    /// Open drafts stay. Returns how many envelopes were opened.
    pub fn rebuild(&mut self) -> Result<u64, RebuildError> {
        let (own, _) = self.belonging::<RebuildError>()?;
        let me = &self.me;
        let own = own.clone();
        let now = self.surroundings.clock.now().as_second();
        self.store.write(|tx| {
            records::forget_views(tx)?;
            files::forget(tx)?;
            envelopes::wait_again(tx)?;
            Ok(import::retry(tx, &Reading::new(tx, me, &own, now)?)?)
        })
    }
}
