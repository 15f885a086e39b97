//! Reads what is at a place: an answer, or a column of a choice.

use super::error::EvalError;
use super::evaluate::Evaluator;
use super::outcome::{Node, Place, Reading, Spot};
use crate::address::Address;
use crate::kind::QuestionKind;
use crate::model::{Choice, Question};
use crate::path::QuestionPath;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    /// The choice at a place.
    pub(super) fn choice(&self, spot: Spot) -> Option<&'a Choice> {
        match spot {
            Spot::Offered => self.choice,
            Spot::Listed(list, nth) => self.context.form.lists.get(list)?.choices.get(nth),
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
            Place::Column(spot, column) => (self.column(*spot, column), Reading::Text),
            Place::Element(tree, node) => (self.text_of(*tree, *node)?, Reading::Text),
            Place::Attribute(tree, node, nth) => {
                let tree = self.tree(*tree);
                let attribute = tree.attributes(*node).get(*nth as usize);
                let text = attribute.map_or_else(String::new, |(_, value)| value.to_string());
                (text, Reading::Text)
            }
            Place::Earlier(at, path) => self.earlier_answer(at, path)?,
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
        Ok(value.map_or((String::new(), Reading::Text), |value| counted(question, &value)))
    }

    /// What was answered in the record that was saved last.
    fn earlier_answer(&self, at: &Address, path: &QuestionPath) -> Result<(String, Reading), EvalError> {
        let question = self.context.form.question(path);
        let (Some(question), Some(answers)) = (question, &self.context.env.last_saved) else {
            return Ok((String::new(), Reading::Text));
        };
        if !answers.holds(&question.compartment) {
            return Err(EvalError::NotHeld {
                question: path.clone(),
            });
        }
        let value = answers.answer(at);
        Ok(value.map_or((String::new(), Reading::Text), |value| counted(question, &value)))
    }
    fn column(&self, spot: Spot, column: &str) -> String {
        let Some(choice) = self.choice(spot) else {
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

/// The text of an answer, and what it counts as.
fn counted(question: &Question, value: &Value) -> (String, Reading) {
    let text = value.to_odk_text();
    let reading = match value {
        Value::Integer(number) => Reading::Number(*number as f64),
        Value::Decimal(number) => Reading::Number(*number),
        // A computed condition is kept as text, and is a condition all the same.
        Value::Text(_) if question.kind == QuestionKind::Calculate && text == "true" => {
            Reading::Boolean(true)
        }
        Value::Text(_) if question.kind == QuestionKind::Calculate && text == "false" => {
            Reading::Boolean(false)
        }
        _ => Reading::Text,
    };
    (text, reading)
}
