//! A look at the answers as they stand: what a condition says about them.

use crate::address::Address;
use crate::answers::Answers;
use crate::expression::{Context, Environment, Expression, Outcome, evaluate};
use crate::model::{Choice, Form, Item};
use crate::value::Value;

/// The answers as the form's logic sees them, and what to see them with.
#[derive(Clone, Copy)]
pub(super) struct Look<'f, 'a> {
    pub(super) form: &'f Form,
    pub(super) answers: &'a dyn Answers,
    pub(super) env: &'a Environment,
    /// Whether this node can read every compartment of the form.
    pub(super) holds_all: bool,
}

impl<'f> Look<'f, '_> {
    /// Says whether everything that an expression at `at` reads can be read on this node.
    pub(super) fn can_read(&self, expression: &Expression, at: &Address) -> bool {
        self.holds_all
            || expression
                .dependencies(self.form, at.path().as_ref())
                .iter()
                .filter_map(|path| self.form.question(path))
                .all(|question| self.answers.holds(&question.compartment))
    }

    /// Works an expression out; `None` if that is not possible.
    pub(super) fn evaluate(
        &self,
        expression: &Expression,
        at: &Address,
        this: Option<Value>,
        choice: Option<&Choice>,
    ) -> Option<Outcome> {
        let context = Context {
            form: self.form,
            answers: self.answers,
            at,
            this,
            choice,
            env: self.env,
        };
        evaluate(expression, &context).ok()
    }

    /// Evaluates a condition; `None` if it cannot be evaluated.
    pub(super) fn is_true(
        &self,
        condition: &Expression,
        at: &Address,
        this: Option<Value>,
        choice: Option<&Choice>,
    ) -> Option<bool> {
        self.evaluate(condition, at, this, choice)
            .map(|outcome| outcome.to_boolean())
    }

    /// Says whether a condition of relevance is fulfilled. One that cannot be read is.
    pub(super) fn is_fulfilled(&self, relevant: Option<&Expression>, at: &Address) -> bool {
        relevant
            .filter(|condition| self.can_read(condition, at))
            .is_none_or(|condition| self.is_true(condition, at, None, None).unwrap_or(false))
    }

    /// How many instances a repeat shall have; what is no number, and less than none, is none.
    /// `None` if it has no count, or one that cannot be read.
    pub(super) fn count(&self, count: Option<&Expression>, at: &Address) -> Option<usize> {
        let count = count.filter(|count| self.can_read(count, at))?;
        let number = self
            .evaluate(count, at, None, None)
            .map_or(0.0, |outcome| outcome.to_number());
        // NaN becomes 0.
        Some((number.max(0.0) as usize).min(super::MAX_INSTANCES))
    }

    /// Says whether the answer at `at` cannot be changed, given its own condition and those of the
    /// groups and repeats around it. A condition that cannot be read counts as not fulfilled.
    pub(super) fn is_read_only(&self, at: &Address) -> bool {
        let mut path = at.path();
        while let Some(inner) = path {
            let condition = self.form.item(&inner).and_then(Item::read_only);
            if condition.is_some_and(|condition| {
                self.can_read(condition, at) && self.is_true(condition, at, None, None) == Some(true)
            }) {
                return true;
            }
            path = inner.parent();
        }
        false
    }

    /// Says whether a choice of the form itself is offered at `at`.
    pub(super) fn is_offered(&self, filter: Option<&Expression>, at: &Address, choice: &Choice) -> bool {
        filter.is_none_or(|filter| self.is_true(filter, at, None, Some(choice)).unwrap_or(false))
    }

    /// The choices of the form itself that are offered at `at`, in order.
    pub(super) fn offered(&self, at: &Address) -> Vec<&'f Choice> {
        let Some(question) = at.path().and_then(|path| self.form.question(&path)) else {
            return Vec::new();
        };
        let choices = question
            .kind
            .choices()
            .map_or(&[][..], |source| self.form.choices_of(source));
        let filter = question
            .choice_filter
            .as_ref()
            .filter(|filter| self.can_read(filter, at));
        choices
            .iter()
            .filter(|choice| self.is_offered(filter, at, choice))
            .collect()
    }
}
