//! Read answers from JSON, for a form that is here.

use form::AnswerSheet;
use form::answers_json::{self, AnswerError};
use thiserror::Error;

use crate::Notebook;
use crate::deeds::forms::FormsError;

/// Why answers cannot be read.
#[derive(Debug, Error)]
pub enum ReadAnswersError {
    /// The form is missing or unreadable.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// Something in the JSON is no answer to the form.
    #[error("these are not answers to the form:{}", listed(.0))]
    Answers(Vec<AnswerError>),
}

impl Notebook {
    /// Reads answers to the newest version of a form: an object, nested as the form is, repeats as arrays of objects.
    pub fn read_answers(
        &mut self,
        form: &str,
        json: &serde_json::Value,
    ) -> Result<AnswerSheet, ReadAnswersError> {
        let form = self.form(form, None)?;
        answers_json::read_answers(&form, json, &mut self.rng).map_err(ReadAnswersError::Answers)
    }
}

fn listed(errors: &[AnswerError]) -> String {
    errors
        .iter()
        .map(|error| format!("\n  {}: {}", error.at, error.problem))
        .collect()
}
