//! A look at the answers as they stand: what a condition says about them.

use crate::address::Address;
use crate::answers::Answers;
use crate::expression::{self, Context, Environment, Expression, Outcome, evaluate};
use crate::kind::ChoiceSource;
use crate::model::{Choice, Form, Item, LabelMedia, Question};
use crate::translated::Translated;
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
    ) -> Option<Outcome> {
        evaluate(expression, &self.context(at, this)).ok()
    }

    fn context<'c>(&'c self, at: &'c Address, this: Option<Value>) -> Context<'c> {
        Context {
            form: self.form,
            answers: self.answers,
            at,
            this,
            choice: None,
            env: self.env,
        }
    }

    /// Evaluates a condition; `None` if it cannot be evaluated.
    pub(super) fn is_true(&self, condition: &Expression, at: &Address, this: Option<Value>) -> Option<bool> {
        self.evaluate(condition, at, this)
            .map(|outcome| outcome.to_boolean())
    }

    /// Says whether a condition of relevance is fulfilled. One that cannot be read is.
    pub(super) fn is_fulfilled(&self, relevant: Option<&Expression>, at: &Address) -> bool {
        relevant
            .filter(|condition| self.can_read(condition, at))
            .is_none_or(|condition| self.is_true(condition, at, None).unwrap_or(false))
    }

    /// How many instances a repeat shall have; what is no number, and less than none, is none.
    /// `None` if it has no count, or one that cannot be read.
    pub(super) fn count(&self, count: Option<&Expression>, at: &Address) -> Option<usize> {
        let count = count.filter(|count| self.can_read(count, at))?;
        let number = self
            .evaluate(count, at, None)
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
                self.can_read(condition, at) && self.is_true(condition, at, None) == Some(true)
            }) {
                return true;
            }
            path = inner.parent();
        }
        false
    }

    /// Says which of these choices the question's filter lets through at `at`. One that reads what
    /// this node cannot read lets all through, one that cannot be worked out none.
    pub(super) fn let_through<'c>(
        &self,
        question: &Question,
        at: &Address,
        choices: impl IntoIterator<Item = &'c Choice>,
    ) -> Vec<&'c Choice> {
        let choices: Vec<&Choice> = choices.into_iter().collect();
        let filter = question.choice_filter.as_ref();
        let Some(filter) = filter.filter(|filter| self.can_read(filter, at)) else {
            return choices;
        };
        let context = self.context(at, None);
        let fit = expression::offered(filter, &context, choices.iter().copied()).unwrap_or_default();
        let fit = choices.into_iter().zip(fit).filter(|(_, fits)| *fits);
        fit.map(|(choice, _)| choice).collect()
    }

    /// The choices of the form itself that are offered at `at`, in order.
    pub(super) fn offered(&self, at: &Address) -> Vec<&'f Choice> {
        let Some(question) = at.path().and_then(|path| self.form.question(&path)) else {
            return Vec::new();
        };
        let source = question.kind.choices();
        let choices = source.map_or(&[][..], |source| self.form.choices_of(source));
        self.let_through(question, at, choices)
    }

    /// The choices in a file that came with the form, in order; none if it did not come.
    pub(super) fn in_file(&self, source: &ChoiceSource) -> Vec<Choice> {
        let ChoiceSource::File { name, value, label } = source else {
            return Vec::new();
        };
        let tables = self.env.attachments.as_ref();
        let Some(table) = tables.and_then(|tables| tables.table(name)) else {
            return Vec::new();
        };
        let choice = |row: crate::Row<'_>| {
            let name = row.get(value)?.to_owned();
            let cells = row
                .cells()
                .map(|(column, text)| (column.to_owned(), text.to_owned()));
            Some(Choice {
                label: Translated::in_one("default", row.get(label).unwrap_or(&name)),
                name,
                media: LabelMedia::default(),
                columns: cells.collect(),
            })
        };
        table.rows().filter_map(choice).collect()
    }
}
