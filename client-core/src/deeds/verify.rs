//! Verify a notebook: the file, the audit, and the signature of every envelope in it.

use seal::verify::envelope::verify;
use serde::Serialize;
use thiserror::Error;
use wire::EnvelopeId;

use crate::Notebook;
use crate::notebook::NoProgramme;
use crate::store::{StoreError, envelopes};

/// Why a notebook could not be verified.
#[derive(Debug, Error)]
pub enum VerifyNotebookError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The file is damaged or cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a notebook was found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotebookVerdict {
    /// Envelopes whose signature and parts hold.
    pub sound: u64,
    /// Envelopes that do not hold, and why.
    pub broken: Vec<BrokenEnvelope>,
    /// Where the audit is broken, if it is.
    pub audit: Option<String>,
}

/// An envelope that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenEnvelope {
    /// Its id.
    pub envelope: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Notebook {
    /// Verifies the notebook's file, its audit, and every envelope in it.
    ///
    /// # Errors
    /// The file is damaged, or the notebook belongs to no programme.
    pub fn verify(&self) -> Result<NotebookVerdict, VerifyNotebookError> {
        self.check()?;
        let (own, _) = self.belonging::<VerifyNotebookError>()?;
        let mut verdict = NotebookVerdict {
            sound: 0,
            broken: Vec::new(),
            audit: self.audit_break().map(|trouble| trouble.to_string()),
        };
        let ids: Vec<EnvelopeId> = self.store.read(envelopes::everything)?;
        for id in ids {
            let Some(envelope) = self.store.read(|db| envelopes::get(db, id))? else {
                continue;
            };
            match verify(envelope, own) {
                Ok(verified) if verified.id() == id => verdict.sound += 1,
                Ok(_) => verdict.broken.push(broken(id, "it is filed under another's id")),
                Err(error) => verdict.broken.push(broken(id, &error.to_string())),
            }
        }
        Ok(verdict)
    }
}

fn broken(id: EnvelopeId, reason: &str) -> BrokenEnvelope {
    BrokenEnvelope {
        envelope: id.to_string(),
        reason: reason.to_owned(),
    }
}
