//! The forms of the programme that have arrived here.

use std::sync::Arc;

use form::Form;
use rusqlite::Connection;
use serde::Serialize;
use thiserror::Error;
use wire::FormId;

use crate::Notebook;
use crate::notebook::NoProgramme;
use crate::store::StoreError;
use crate::store::forms::{self, FormRow};
use crate::store::myself;

/// Why a form cannot be used.
#[derive(Debug, Error)]
pub enum FormsError {
    /// There is no programme, so no form either.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// It has not arrived.
    #[error("there is no form \"{0}\" here; sync, or look at the list of forms")]
    NoForm(String),
    /// What arrived is not readable by this program.
    #[error("the form \"{0}\" cannot be read by this program; update it")]
    Unreadable(String),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A published form, as people see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormView {
    /// The form's id over all its versions.
    pub key: FormId,
    /// Its `form_id`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: String,
}

impl Notebook {
    /// Returns the newest version of every form.
    pub fn forms(&self) -> Result<Vec<FormView>, FormsError> {
        let rows = self.store.read(forms::newest)?;
        Ok(rows
            .into_iter()
            .map(|row| FormView {
                key: row.form,
                id: row.form_id,
                version: row.version,
                title: row.title,
            })
            .collect())
    }

    /// Returns a form: the version named, or the newest.
    pub fn form(&self, id: &str, version: Option<&str>) -> Result<Arc<Form>, FormsError> {
        self.store
            .read(|db| self.shelf.read(db, id, version))
            .map(|(_, form)| form)
    }

    /// Returns what the records of a form are compressed with. It is made from the form and from made-up respondents,
    /// never from answers.
    ///
    /// # Errors
    /// The form is not here.
    pub fn dictionary(&self, id: &str, version: Option<&str>) -> Result<Vec<u8>, FormsError> {
        self.store.read(|db| {
            let row = find(db, id, version)?;
            let dictionary = forms::dictionary(db, row.dictionary)?;
            Ok(dictionary
                .map(|dictionary| dictionary.as_bytes().to_vec())
                .unwrap_or_default())
        })
    }
}

/// Finds a form that has arrived.
pub(crate) fn find(db: &Connection, id: &str, version: Option<&str>) -> Result<FormRow, FormsError> {
    match forms::find(db, id, version)? {
        Some(row) => Ok(row),
        None if myself::programme(db)?.is_none() => Err(NoProgramme::NotJoined.into()),
        None => Err(FormsError::NoForm(id.to_owned())),
    }
}
