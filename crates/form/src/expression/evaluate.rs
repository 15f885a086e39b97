//! Works an expression out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::ast::{Call, Operator, Path, Term};
use super::compare::{Within, compare, cost};
use super::document::Document;
use super::environment::Context;
pub use super::error::EvalError;
use super::functions::Arguments;
use super::outcome::{Outcome, Place};
use super::steady::Steady;
use super::{Expression, Reference};
use crate::model::Choice;
use crate::path::QuestionPath;
use crate::table::Tree;

/// How many terms, nodes and comparisons one evaluation may take. A list of 20,000 choices that is
/// filtered by one column takes about 200,000.
const MAX_STEPS: u64 = 2_000_000;

/// Evaluates an expression against the answers of one record.
///
/// # Errors
/// If it reads what this node cannot read, or cannot be worked out.
pub fn evaluate(expression: &Expression, context: &Context<'_>) -> Result<Outcome, EvalError> {
    let shared = Shared::default();
    let evaluator = Evaluator::new(expression, context, &shared);
    evaluator.check_all_held()?;
    evaluator.outcome(&expression.term)
}

/// Evaluates a choice filter for each of these choices, and says which of them it lets through. The
/// choice of `context` is not looked at.
///
/// What does not depend on the choice is worked out once.
///
/// # Errors
/// If it reads what this node cannot read, or cannot be worked out.
pub fn offered<'c>(
    filter: &Expression,
    context: &Context<'c>,
    choices: impl IntoIterator<Item = &'c Choice>,
) -> Result<Vec<bool>, EvalError> {
    let shared = Shared::default();
    Evaluator::new(filter, context, &shared).check_all_held()?;
    shared.steady.prepare(&filter.term);
    choices
        .into_iter()
        .map(|choice| {
            let mut evaluator = Evaluator::new(filter, context, &shared);
            evaluator.choice = Some(choice);
            Ok(evaluator.outcome(&filter.term)?.to_boolean())
        })
        .collect()
}

/// The one evaluation that is going on.
pub(super) struct Evaluator<'a> {
    pub(super) context: &'a Context<'a>,
    expression: &'a Expression,
    /// The document, if the expression is not about answers.
    pub(super) document: Option<&'a Document>,
    /// The choice that a filter is asked about.
    pub(super) choice: Option<&'a Choice>,
    pub(super) shared: &'a Shared,
    steps: Cell<u64>,
}

/// What is found out once, for one evaluation or for those of a filter for several choices.
#[derive(Default)]
pub(super) struct Shared {
    /// The documents that were opened, with their names.
    pub(super) trees: RefCell<Vec<(String, Arc<Tree>)>>,
    /// What was worked out already, and is the same for every candidate.
    pub(super) steady: Steady,
}

/// What a term gave, which is kept for the next candidate or not.
enum Held {
    Own(Outcome),
    Kept(Rc<Outcome>),
}

impl Held {
    fn into_own(self) -> Outcome {
        match self {
            Held::Own(outcome) => outcome,
            Held::Kept(outcome) => (*outcome).clone(),
        }
    }
}

impl std::ops::Deref for Held {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        match self {
            Held::Own(outcome) => outcome,
            Held::Kept(outcome) => outcome,
        }
    }
}

/// What is looked at.
pub(super) struct Focus<'f> {
    pub(super) place: &'f Place,
    /// In a predicate, the how manieth of the candidates it is.
    pub(super) position: Option<usize>,
    /// How many candidates there are.
    pub(super) size: usize,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(expression: &'a Expression, context: &'a Context<'a>, shared: &'a Shared) -> Self {
        Evaluator {
            context,
            expression,
            document: None,
            choice: context.choice,
            shared,
            steps: Cell::new(0),
        }
    }
}

impl Evaluator<'_> {
    /// Works the whole expression out.
    pub(super) fn outcome(&self, term: &Term) -> Result<Outcome, EvalError> {
        let here = self.here();
        self.term(
            term,
            &Focus {
                place: &here,
                position: None,
                size: 1,
            },
        )
    }

    fn check_all_held(&self) -> Result<(), EvalError> {
        self.expression
            .bound
            .values()
            .try_for_each(|path| self.check_held(path))
    }

    /// Works a term out.
    pub(super) fn term(&self, term: &Term, focus: &Focus<'_>) -> Result<Outcome, EvalError> {
        self.borrowed(term, focus).map(Held::into_own)
    }

    /// Works a term out, or takes what it gave before.
    fn borrowed(&self, term: &Term, focus: &Focus<'_>) -> Result<Held, EvalError> {
        self.spend(1)?;
        let is_value = matches!(term, Term::Number(_) | Term::Literal(_));
        if is_value || matches!(focus.place, Place::At(..)) {
            return self.work_out(term, focus).map(Held::Own);
        }
        match self.shared.steady.known(term) {
            None => self.work_out(term, focus).map(Held::Own),
            Some(Some(outcome)) => Ok(Held::Kept(outcome)),
            Some(None) => {
                let outcome = Rc::new(self.work_out(term, focus)?);
                self.shared.steady.keep(term, &outcome);
                Ok(Held::Kept(outcome))
            }
        }
    }

    fn work_out(&self, term: &Term, focus: &Focus<'_>) -> Result<Outcome, EvalError> {
        match term {
            Term::Number(number) => Ok(Outcome::Number(*number)),
            Term::Literal(text) => Ok(Outcome::Text(text.clone())),
            Term::Negate(term) => Ok(Outcome::Number(-self.term(term, focus)?.to_number())),
            Term::Chain(first, rest) => self.chain(first, rest, focus),
            Term::Path(path) => self.path(path, focus),
            Term::Call(call) => self.call(call, focus),
        }
    }

    fn chain(
        &self,
        first: &Term,
        rest: &[(Operator, Term)],
        focus: &Focus<'_>,
    ) -> Result<Outcome, EvalError> {
        let mut left = self.borrowed(first, focus)?;
        for (operator, right) in rest {
            match operator {
                // What is decided is not worked out further.
                Operator::Or if left.to_boolean() => return Ok(Outcome::Boolean(true)),
                Operator::And if !left.to_boolean() => return Ok(Outcome::Boolean(false)),
                _ => {}
            }
            let right = self.borrowed(right, focus)?;
            left = Held::Own(self.apply(*operator, &left, &right)?);
        }
        Ok(left.into_own())
    }

    fn apply(&self, operator: Operator, left: &Outcome, right: &Outcome) -> Result<Outcome, EvalError> {
        Ok(match operator {
            Operator::Or | Operator::And => Outcome::Boolean(right.to_boolean()),
            Operator::Plus => Outcome::Number(left.to_number() + right.to_number()),
            Operator::Minus => Outcome::Number(left.to_number() - right.to_number()),
            Operator::Times => Outcome::Number(left.to_number() * right.to_number()),
            Operator::Div => Outcome::Number(left.to_number() / right.to_number()),
            Operator::Mod => Outcome::Number(left.to_number() % right.to_number()),
            Operator::Union => match (left, right) {
                (Outcome::Nodes(left), Outcome::Nodes(right)) => Outcome::Nodes(self.union(left, right)?),
                _ => return Err(EvalError::NotNodes { function: "|" }),
            },
            _ => {
                self.spend(cost(left, right))?;
                let within = match self.document {
                    Some(_) => Within::Document,
                    None => Within::Record,
                };
                Outcome::Boolean(compare(operator, left, right, within))
            }
        })
    }

    fn path(&self, path: &Path, focus: &Focus<'_>) -> Result<Outcome, EvalError> {
        if let Some(cell) = self.cell(path, focus) {
            return Ok(Outcome::Nodes(match cell {
                Some(place) => vec![self.read(place)?],
                None => Vec::new(),
            }));
        }
        let places = self.places(path, focus)?;
        let nodes: Result<Vec<_>, _> = places.into_iter().map(|place| self.read(place)).collect();
        nodes.map(Outcome::Nodes)
    }

    fn call(&self, call: &Call, focus: &Focus<'_>) -> Result<Outcome, EvalError> {
        let function = call.function;
        (function.run)(&Arguments {
            evaluator: self,
            focus,
            function,
            terms: &call.arguments,
        })
    }

    /// What a `${name}` is bound to.
    pub(super) fn bound(&self, reference: &Reference) -> Result<&QuestionPath, EvalError> {
        let bound = match reference.last_saved {
            true => &self.expression.earlier,
            false => &self.expression.bound,
        };
        bound.get(&reference.name).ok_or_else(|| EvalError::Unbound {
            name: reference.name.clone(),
        })
    }

    /// How much work was done so far.
    #[cfg(test)]
    pub(super) fn spent(&self) -> u64 {
        self.steps.get()
    }

    /// Counts work, and stops what takes too much of it.
    pub(super) fn spend(&self, steps: u64) -> Result<(), EvalError> {
        let spent = self.steps.get().saturating_add(steps);
        self.steps.set(spent);
        if spent > MAX_STEPS {
            Err(EvalError::TooMuch)
        } else {
            Ok(())
        }
    }
}
