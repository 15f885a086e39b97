//! What is wrong with the answers.

use std::fmt;

use serde::Serialize;

use super::look::Look;
use super::pass::Pass;
use super::text::fill;
use crate::address::Address;
use crate::answers::Answers;
use crate::expression::Environment;
use crate::model::{Form, Question};
use crate::value::Value;

/// Something that is wrong with one answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complaint {
    /// Where the answer stands or is missing.
    pub at: Address,
    /// What is wrong with it.
    pub trouble: Trouble,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The question must be answered and is not.
    Missing,
    /// The answer does not fulfil the question's constraint.
    Constraint,
    /// The answer is of another type than the question asks for.
    WrongType,
    /// The answer names a choice that the question does not offer.
    NotOffered,
    /// The question's constraint cannot be worked out from the answers there are.
    Unclear,
}

/// Checks the answers to all relevant questions, in form order.
///
/// What this node cannot read is not checked.
pub fn check(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<Complaint> {
    let pass = Pass::of(form, answers, env);
    let mut complaints = Vec::new();
    pass.walk(&form.items, &Address::root(), &mut |question, at| {
        if question.kind.has_value() && answers.holds(&question.compartment) && pass.is_relevant(at) {
            let trouble = trouble(&pass.look(), question, at);
            complaints.extend(trouble.map(|trouble| Complaint {
                at: at.clone(),
                trouble,
            }));
        }
    });
    complaints
}

/// What is wrong with the answer to a question that is asked.
pub(super) fn trouble(look: &Look<'_, '_>, question: &Question, at: &Address) -> Option<Trouble> {
    let Some(value) = look.answers.answer(at) else {
        return is_required(look, question, at).then_some(Trouble::Missing);
    };
    objection(look, question, at, &value)
}

/// What is wrong with an answer, be it put down or not.
pub(super) fn objection(
    look: &Look<'_, '_>,
    question: &Question,
    at: &Address,
    value: &Value,
) -> Option<Trouble> {
    if !value.fits(&question.kind) {
        return Some(Trouble::WrongType);
    }
    if !are_offered(look, question, at, value) {
        return Some(Trouble::NotOffered);
    }
    let constraint = question
        .constraint
        .as_ref()
        .filter(|constraint| look.can_read(constraint, at))?;
    match look.is_true(constraint, at, Some(value.clone())) {
        Some(true) => None,
        Some(false) => Some(Trouble::Constraint),
        None => Some(Trouble::Unclear),
    }
}

/// Whether somebody must answer.
pub(super) fn is_required(look: &Look<'_, '_>, question: &Question, at: &Address) -> bool {
    let Some(required) = question.required.as_ref().filter(|_| question.kind.is_asked()) else {
        return false;
    };
    look.can_read(required, at) && look.is_true(required, at, None) == Some(true) && !look.is_read_only(at)
}

/// Whether the choices taken are offered. What is in files and repeats is not looked at here.
pub(super) fn are_offered(look: &Look<'_, '_>, question: &Question, at: &Address, value: &Value) -> bool {
    let taken: &[String] = match value {
        Value::SelectOne(name) => std::slice::from_ref(name),
        Value::SelectMultiple(names) | Value::Rank(names) => names,
        _ => &[],
    };
    let Some(source) = question.kind.choices().filter(|source| source.is_in_form()) else {
        return true;
    };
    let choices = look.form.choices_of(source);
    let named = choices.iter().filter(|choice| taken.contains(&choice.name));
    let offered = look.let_through(question, at, named);
    taken
        .iter()
        .all(|name| offered.iter().any(|choice| choice.name == *name))
}

impl Complaint {
    /// Returns what to tell whoever asks: the form's own message in `language` where it has one,
    /// otherwise a plain sentence in English.
    pub fn message(&self, form: &Form, answers: &dyn Answers, language: &str) -> String {
        let question = self.at.path().and_then(|path| form.question(&path));
        let own = match self.trouble {
            Trouble::Missing => question.map(|question| &question.required_message),
            Trouble::Constraint => question.map(|question| &question.constraint_message),
            _ => None,
        };
        match own.and_then(|own| own.text(language, &form.default_language)) {
            Some(text) => fill(form, text, answers, &self.at, language),
            None => self.trouble.to_string(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Missing => "This question must be answered.",
            Trouble::Constraint => "This answer is not allowed here.",
            Trouble::WrongType => "This answer is of another type than the question asks for.",
            Trouble::NotOffered => "This answer is not among the choices.",
            Trouble::Unclear => "Whether this answer is allowed cannot be worked out.",
        })
    }
}
