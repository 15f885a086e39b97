//! Reads what is at a place: an answer, or a column of a choice.

use super::evaluate::{EvalError, Evaluator};
use super::outcome::{Node, Place, Reading};
use crate::address::Address;
use crate::kind::QuestionKind;
use crate::model::{Choice, Question};
use crate::path::QuestionPath;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// The choice at a place.
    pub(super) fn choice(&self, place: &Place) -> Option<&'a Choice> {
        match place {
            Place::Offered => self.context.choice,
            Place::Choice(list, nth) => self.context.form.lists.get(*list)?.choices.get(*nth),
            _ => None,
        }
    }

    /// Reads what is at a place.
    pub(super) fn read(&self, place: Place) -> Result<Node, EvalError> {
        self.spend(1)?;
        let (text, reading) = match &place {
            Place::At(at, Some(path)) => match self.context.form.question(path) {
                Some(question) => self.answer(question, at)?,
                None => (String::new(), Reading::Text),
            },
            Place::Column(choice, column) => (self.column(choice, column), Reading::Text),
            _ => (String::new(), Reading::Text),
        };
        Ok(Node { place, text, reading })
    }

    /// Complains if the answer to a question may not be read here.
    pub(super) fn check_held(&self, path: &QuestionPath) -> Result<(), EvalError> {
        match self.context.form.question(path) {
            Some(question) if !self.context.answers.holds(&question.compartment) => Err(EvalError::NotHeld {
                question: path.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn answer(&self, question: &Question, at: &Address) -> Result<(String, Reading), EvalError> {
        let value = match &self.context.this {
            Some(this) if at == self.context.at => Some(this.clone()),
            _ => {
                self.check_held(&question.path)?;
                self.context.answers.answer(at)
            }
        };
        let Some(value) = value else {
            return Ok((String::new(), Reading::Text));
        };
        let text = value.to_odk_text();
        let reading = match value {
            Value::Integer(number) => Reading::Number(number as f64),
            Value::Decimal(number) => Reading::Number(number),
            // A computed condition is kept as text, and is a condition all the same.
            Value::Text(_) if question.kind == QuestionKind::Calculate && text == "true" => {
                Reading::Boolean(true)
            }
            Value::Text(_) if question.kind == QuestionKind::Calculate && text == "false" => {
                Reading::Boolean(false)
            }
            _ => Reading::Text,
        };
        Ok((text, reading))
    }

    fn column(&self, place: &Place, column: &str) -> String {
        let Some(choice) = self.choice(place) else {
            return String::new();
        };
        match column {
            "name" => choice.name.clone(),
            "label" => self.label(choice).to_owned(),
            _ => choice.columns.get(column).cloned().unwrap_or_default(),
        }
    }

    /// The label of a choice in the language of the interview.
    pub(super) fn label(&self, choice: &'a Choice) -> &'a str {
        let fallback = &self.context.form.default_language;
        choice
            .label
            .text(&self.context.env.language, fallback)
            .unwrap_or(&choice.name)
    }
}
