//! What a record asks now, given what was answered: for apps that show an interview.

use form::interview;
use form::{Address, Answers as _};
use serde::Serialize;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::start::{DraftError, OpenDraft};

/// A question or note, as it is to be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionView {
    /// Where its answer stands: what `answer` takes.
    pub address: Address,
    /// Its XLSForm type, such as `integer` or `select_one`.
    pub kind: &'static str,
    /// What is asked, in the language wanted; answers to other questions are put in.
    pub label: String,
    /// A hint for who asks; empty if there is none.
    pub hint: String,
    /// The answer there is, in ODK's text form.
    pub value: Option<String>,
    /// What a select or rank offers now, in order.
    pub choices: Vec<ChoiceView>,
    /// Whether the answer can only be read.
    pub read_only: bool,
}

/// One choice of a select.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoiceView {
    /// What the answer says.
    pub name: String,
    /// What people read.
    pub label: String,
}

impl Notebook {
    /// Returns the questions and notes that a record shows now, in form order, those in repeats once for each
    /// instance. `language` is one of the form's, or nothing for its default.
    ///
    /// # Errors
    /// The record cannot be opened here.
    pub fn questions(
        &mut self,
        record: RecordId,
        language: Option<&str>,
    ) -> Result<Vec<QuestionView>, DraftError> {
        let OpenDraft { form, draft, .. } = self.open_draft(record)?;
        let environment = self.environment();
        let default = form.default_language.clone();
        let language = language.unwrap_or(&default);
        let visible = interview::visible(&form, &draft, &environment);
        let shown = visible.into_iter().filter_map(|at| {
            let question = form.question(&at.path()?)?;
            let text = |translated: &form::Translated| {
                let text = translated.text(language, &default).unwrap_or_default();
                interview::fill(&form, text, &draft, &at, language)
            };
            let offered = match question.kind.choices() {
                Some(_) => interview::offered(&form, &draft, &at, &environment),
                None => Vec::new(),
            };
            let choices = offered.into_iter();
            Some(QuestionView {
                kind: question.kind.word(),
                label: text(&question.label),
                hint: text(&question.hint),
                value: draft.answer(&at).map(|value| value.to_odk_text()),
                choices: choices
                    .map(|c| ChoiceView {
                        name: c.name.clone(),
                        label: text(&c.label),
                    })
                    .collect(),
                read_only: interview::read_only(&form, &draft, &at, &environment),
                address: at,
            })
        });
        Ok(shown.collect())
    }
}
