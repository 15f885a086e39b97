//! What is wrong with the answers.

use std::fmt;

use super::pass::Pass;
use super::text::fill;
use crate::address::Address;
use crate::answers::Answers;
use crate::expression::Environment;
use crate::kind::ChoiceSource;
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
            let trouble = trouble(&pass, question, at);
            complaints.extend(trouble.map(|trouble| Complaint {
                at: at.clone(),
                trouble,
            }));
        }
    });
    complaints
}

fn trouble(pass: &Pass<'_, '_>, question: &Question, at: &Address) -> Option<Trouble> {
    let Some(value) = pass.answer(at) else {
        let required = question
            .required
            .as_ref()
            .filter(|_| question.kind.is_asked() && !pass.is_read_only(at))?;
        let must = pass.can_read(required, at) && pass.is_true(required, at, None, None)?;
        return must.then_some(Trouble::Missing);
    };
    if !value.fits(&question.kind) {
        return Some(Trouble::WrongType);
    }
    let taken: &[String] = match &value {
        Value::SelectOne(name) => std::slice::from_ref(name),
        Value::SelectMultiple(names) | Value::Rank(names) => names,
        _ => &[],
    };
    // What is in files and repeats is not looked at here.
    if question.kind.choices().is_some_and(ChoiceSource::is_in_form) {
        let offered = pass.offered(at);
        if taken
            .iter()
            .any(|name| !offered.iter().any(|choice| choice.name == *name))
        {
            return Some(Trouble::NotOffered);
        }
    }
    let constraint = question
        .constraint
        .as_ref()
        .filter(|constraint| pass.can_read(constraint, at))?;
    match pass.is_true(constraint, at, Some(value), None) {
        Some(true) => None,
        Some(false) => Some(Trouble::Constraint),
        None => Some(Trouble::Unclear),
    }
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
