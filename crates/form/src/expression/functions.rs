//! The functions of ODK forms.
//!
//! Each table lists its functions by name, with how many arguments they take. A function reads the
//! arguments it needs when it needs them, so that `if` and `coalesce` work out one branch only.

use super::ast::Term;
use super::error::EvalError;
use super::evaluate::{Evaluator, Focus};
use super::outcome::{Node, Outcome, Reading};

mod codes;
mod conditions;
mod dates;
mod geo;
mod lookup;
mod nodes;
mod numbers;
mod selects;
mod strings;
mod surroundings;

pub(crate) use nodes::shuffled;

/// All functions.
pub(super) const TABLES: [&[Function]; 10] = [
    codes::TABLE,
    conditions::TABLE,
    dates::TABLE,
    geo::TABLE,
    lookup::TABLE,
    nodes::TABLE,
    numbers::TABLE,
    selects::TABLE,
    strings::TABLE,
    surroundings::TABLE,
];

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// The fewest arguments it takes.
    pub(super) least: usize,
    /// The most, if there is a most.
    pub(super) most: Option<usize>,
    pub(super) run: Run,
}

pub(super) type Run = fn(&Arguments<'_>) -> Result<Outcome, EvalError>;

/// The longest text that is put together, in bytes.
const MAX_TEXT: usize = 1024 * 1024;

const fn exactly(name: &'static str, count: usize, run: Run) -> Function {
    Function {
        name,
        least: count,
        most: Some(count),
        run,
    }
}

const fn between(name: &'static str, least: usize, most: usize, run: Run) -> Function {
    Function {
        name,
        least,
        most: Some(most),
        run,
    }
}

const fn at_least(name: &'static str, least: usize, run: Run) -> Function {
    Function {
        name,
        least,
        most: None,
        run,
    }
}

/// The arguments of one call.
pub(super) struct Arguments<'f> {
    pub(super) evaluator: &'f Evaluator<'f>,
    pub(super) focus: &'f Focus<'f>,
    pub(super) function: &'static Function,
    pub(super) terms: &'f [Term],
}

impl Arguments<'_> {
    fn len(&self) -> usize {
        self.terms.len()
    }

    /// The nth argument, counted from 0. One that was not given is an empty text.
    fn outcome(&self, nth: usize) -> Result<Outcome, EvalError> {
        match self.terms.get(nth) {
            Some(term) => self.evaluator.term(term, self.focus),
            None => Ok(Outcome::Text(String::new())),
        }
    }

    fn text(&self, nth: usize) -> Result<String, EvalError> {
        let text = self.outcome(nth)?.to_text();
        self.evaluator.spend(text.len() as u64 / 64)?;
        Ok(text)
    }

    fn number(&self, nth: usize) -> Result<f64, EvalError> {
        Ok(self.outcome(nth)?.to_number())
    }

    fn boolean(&self, nth: usize) -> Result<bool, EvalError> {
        Ok(self.outcome(nth)?.to_boolean())
    }

    fn nodes(&self, nth: usize) -> Result<Vec<Node>, EvalError> {
        match self.outcome(nth)? {
            Outcome::Nodes(nodes) => Ok(nodes),
            _ => Err(EvalError::NotNodes {
                function: self.function.name,
            }),
        }
    }

    /// The first argument, or what is looked at if there is none.
    fn outcome_or_here(&self) -> Result<Outcome, EvalError> {
        if self.terms.is_empty() {
            return Ok(Outcome::Nodes(vec![
                self.evaluator.read(self.focus.place.clone())?,
            ]));
        }
        self.outcome(0)
    }

    /// The arguments from the nth on, several nodes one by one.
    fn spread(&self, from: usize) -> Result<Vec<Outcome>, EvalError> {
        let mut all = Vec::new();
        for nth in from..self.len() {
            match self.outcome(nth)? {
                Outcome::Nodes(nodes) => all.extend(nodes.into_iter().map(single)),
                other => all.push(other),
            }
        }
        Ok(all)
    }
}

fn single(node: Node) -> Outcome {
    match node.reading {
        Reading::Text => Outcome::Text(node.text),
        // As it was written: `007` stays `007`.
        _ => Outcome::Nodes(vec![node]),
    }
}

fn number(number: f64) -> Result<Outcome, EvalError> {
    Ok(Outcome::Number(number))
}

fn text(text: impl Into<String>) -> Result<Outcome, EvalError> {
    Ok(Outcome::Text(text.into()))
}

fn boolean(condition: bool) -> Result<Outcome, EvalError> {
    Ok(Outcome::Boolean(condition))
}

/// A number as an index; negative ones count from the end in some functions. NaN is 0, as in Java.
fn index(number: f64) -> i64 {
    number as i64
}
