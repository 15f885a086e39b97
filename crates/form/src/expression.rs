//! The expressions of a form: conditions, calculations and filters in the XPath dialect of ODK.
//!
//! An [`Expression`] is parsed once, when the form is read, and bound to the questions it names.
//! It is evaluated against the answers of one record, as seen from one question or repeat instance.
//! The clock and chance are arguments, in an [`Environment`], and so are the tables that came with
//! the form and the record that was saved last.
//!
//! [`eval_xml`] works an expression out over an XML record or a whole XForm instead.
//! [`Expression::doubts`] tells what its author hardly means.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Form;
use crate::path::QuestionPath;
use ast::{Start, Term};
use parser::Dialect;

mod ast;
#[cfg(test)]
mod canonical;
mod check;
mod compare;
mod dependencies;
mod document;
mod doubts;
mod environment;
mod error;
mod evaluate;
mod functions;
mod lexer;
mod moment;
mod navigate;
mod outcome;
mod parser;
mod pattern;
mod portable;
mod reading;
mod sight;
mod steady;
mod tree;
mod trees;

pub use document::{DocumentError, TypedOutcome, eval_xml};
pub use doubts::Doubt;
pub use environment::{Context, Environment, Verifier};
pub use evaluate::{EvalError, evaluate, offered};
pub(crate) use functions::shuffled;
pub use outcome::{Node, Outcome};
pub(crate) use portable::Unportable;

/// The code of errors about how an expression is written.
const SYNTAX: &str = "expression_syntax";

/// A parsed expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    text: String,
    term: Term,
    /// What the names in `${…}` mean.
    bound: BTreeMap<String, QuestionPath>,
    /// What the names in `${last-saved#…}` mean.
    earlier: BTreeMap<String, QuestionPath>,
}

/// A `${name}` in an expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The name between the braces.
    pub name: String,
    /// Whether it is written `${last-saved#name}`.
    pub last_saved: bool,
    /// Where it begins, in bytes from the start of the expression.
    pub offset: usize,
}

/// A text is no expression.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}: {hint}")]
pub struct ExpressionError {
    /// A word that stays the same: `expression_syntax`, `unknown_function`, `unsupported_function`,
    /// `argument_count`, `unsupported_pattern`, `unsupported_path`.
    pub code: &'static str,
    /// What is wrong, and where.
    pub message: String,
    /// Where it is wrong, in bytes from the start of the text.
    pub offset: usize,
    /// What to write instead.
    pub hint: String,
}

impl Expression {
    /// Parses an expression, and finds out whether the functions it calls exist and get as many
    /// arguments as they take. What `${name}` means stays open until [`Expression::resolve`].
    ///
    /// # Errors
    /// If the text is no expression, or calls what is not there.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let term = parser::parse(text, Dialect::Form)?;
        Ok(Expression {
            text: text.to_owned(),
            ..Expression::of(term)
        })
    }

    /// An expression that no text is known of.
    fn of(term: Term) -> Self {
        Expression {
            text: String::new(),
            term,
            bound: BTreeMap::new(),
            earlier: BTreeMap::new(),
        }
    }

    /// Returns the expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the `${name}` in the expression, in the order they are written.
    pub fn references(&self) -> Vec<Reference> {
        let mut references = Vec::new();
        self.term.visit(&mut |term| {
            if let Term::Path(path) = term
                && let Start::Reference(reference) = &path.start
            {
                references.push(reference.clone());
            }
        });
        references.sort_by_key(|reference| reference.offset);
        references
    }

    /// Returns the names of the functions that the expression calls, each once, in alphabetical order.
    pub fn functions(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        self.term.visit(&mut |term| {
            if let Term::Call(call) = term {
                names.insert(call.function.name);
            }
        });
        names.into_iter().map(str::to_owned).collect()
    }

    /// Binds each `${name}` to the question, group or repeat that `find` gives for it. Evaluating a
    /// name that is bound to nothing is an error.
    pub fn resolve(&mut self, find: &dyn Fn(&str) -> Option<QuestionPath>) {
        for reference in self.references() {
            let bound = match reference.last_saved {
                true => &mut self.earlier,
                false => &mut self.bound,
            };
            match find(&reference.name) {
                Some(path) => _ = bound.insert(reference.name, path),
                None => _ = bound.remove(&reference.name),
            }
        }
    }

    /// Returns what the `${name}` in the expression are bound to, each once.
    ///
    /// What it reads through other paths is not among them: see [`Expression::dependencies`].
    pub fn paths(&self) -> Vec<QuestionPath> {
        let paths: BTreeSet<&QuestionPath> = self.bound.values().collect();
        paths.into_iter().cloned().collect()
    }

    /// Returns every question, group and repeat that the expression can read when it stands at `at`
    /// (`None`: at the whole record), each once: through `${name}`, through absolute and relative
    /// paths, and in predicates.
    ///
    /// What it reads as `.` is left out: that is the answer it belongs to.
    pub fn dependencies(&self, form: &Form, at: Option<&QuestionPath>) -> Vec<QuestionPath> {
        dependencies::of(self, form, at)
    }
}
