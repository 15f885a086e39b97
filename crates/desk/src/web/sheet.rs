//! A record's answers with the form's words around them, in one language.

use std::sync::Arc;

use client_core::Notebook;
use client_core::deeds::show::RecordView;
use form::{
    Address, AnswerSheet, Answers as _, Environment, Form, InstanceId, Item, RepeatAddress, Value, interview,
};
use jiff::Timestamp;
use serde_json::Value as Json;
use wire::RecordId;

use super::problem::Problem;

/// A record's answers with its form, as one language shows them.
pub(crate) struct Sheet {
    pub(crate) form: Arc<Form>,
    /// The language, named as the form names it.
    pub(crate) language: String,
    answers: AnswerSheet,
}

impl Sheet {
    /// Opens a record and the form it answers.
    pub(crate) fn open(
        notebook: &mut Notebook,
        record: RecordId,
        language: Option<&str>,
    ) -> Result<(RecordView, Self), Problem> {
        let view = notebook.show(record)?;
        let form = notebook.form(&view.summary.form, Some(&view.summary.version))?;
        let sheet = Self::of(form, &view.answers, language);
        Ok((view, sheet))
    }

    fn of(form: Arc<Form>, answers: &Json, language: Option<&str>) -> Self {
        let mut sheet = AnswerSheet::new();
        take(&form.items, answers, &Address::root(), &mut sheet);
        let asked = language.and_then(|asked| {
            form.languages
                .iter()
                .find(|name| *name == asked || code(name) == Some(asked))
        });
        Self {
            language: asked.unwrap_or(&form.default_language).clone(),
            form,
            answers: sheet,
        }
    }

    /// Returns the code of the language (`fr`), if the form names one.
    pub(crate) fn code(&self) -> Option<&str> {
        code(&self.language)
    }

    /// Returns what is asked at an address, with what it refers to filled in; its name if it has no words.
    pub(crate) fn label(&self, item: &Item, at: &Address) -> String {
        let text = item
            .label()
            .text(&self.language, &self.form.default_language)
            .unwrap_or_default();
        let filled = interview::fill(&self.form, text, &self.answers, at, &self.language);
        match filled.trim() {
            "" => item.name().to_owned(),
            filled => filled.to_owned(),
        }
    }

    /// Returns what is asked at an address, or the address itself if the form knows no such question.
    pub(crate) fn label_at(&self, at: &Address) -> String {
        let item = at.path().and_then(|path| self.form.item(&path));
        item.map_or_else(|| at.to_string(), |item| self.label(item, at))
    }

    /// Finds the question in an instance that words in the form's default language begin with.
    pub(crate) fn told_in(&self, instance: &Address, words: &str) -> Option<Address> {
        let repeat = instance.path()?;
        let questions = self
            .form
            .questions()
            .filter(|question| question.path.is_within(&repeat));
        let begun = questions.filter_map(|question| {
            let label = question
                .label
                .text(&self.form.default_language, &self.form.default_language)?;
            words
                .strip_prefix(label)?
                .strip_prefix(": ")
                .map(|_| (label.len(), question))
        });
        let (_, question) = begun.max_by_key(|(length, _)| *length)?;
        Some(instance.near(&question.path))
    }

    pub(crate) fn answer(&self, at: &Address) -> Option<Value> {
        self.answers.answer(at)
    }

    pub(crate) fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.answers.instances(repeat)
    }

    /// Returns what the form calls the record, if it says so.
    pub(crate) fn record_name(&self, now: Timestamp) -> Option<String> {
        let environment = Environment::new(now, jiff::tz::TimeZone::UTC, 0);
        let name = interview::record_name(&self.form, &self.answers, &environment)?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

/// Returns the code at the end of a language's name: `fr` of `French (fr)`.
pub(crate) fn code(language: &str) -> Option<&str> {
    let (_, code) = language.strip_suffix(')')?.rsplit_once('(')?;
    Some(code.trim())
        .filter(|code| !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// Takes the answers out of JSON as [`form::answers_json::write_answers`] writes it.
fn take(items: &[Item], json: &Json, around: &Address, sheet: &mut AnswerSheet) {
    for item in items {
        let Some(json) = json.get(item.name()) else {
            continue;
        };
        match item {
            Item::Question(question) => {
                let value = json
                    .as_str()
                    .and_then(|text| Value::parse(&question.kind, text).ok());
                if let Some(value) = value {
                    sheet.set(around.near(&question.path), value);
                }
            }
            Item::Group(group) => take(&group.items, json, around, sheet),
            Item::Repeat(repeat) => {
                let address = RepeatAddress::near(around, &repeat.path);
                for json in json.as_array().into_iter().flatten() {
                    let id = json
                        .get("__id")
                        .and_then(Json::as_str)
                        .and_then(|id| id.parse().ok());
                    if let Some(id) = id {
                        let instance = sheet.add_instance(&address, id);
                        take(&repeat.items, json, &instance, sheet);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_the_code_at_its_end() {
        assert_eq!(code("French (fr)"), Some("fr"));
        assert_eq!(code("Portuguese (pt-BR)"), Some("pt-BR"));
        assert_eq!(code("default"), None);
        assert_eq!(code("odd (\"><script>)"), None);
    }
}
