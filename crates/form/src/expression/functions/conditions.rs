//! Conditions, and choosing between values.

use super::{Arguments, Function, at_least, boolean, exactly};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    exactly("if", 3, if_else),
    at_least("coalesce", 2, coalesce),
    exactly("once", 1, once),
    exactly("true", 0, |_| boolean(true)),
    exactly("false", 0, |_| boolean(false)),
    exactly("not", 1, |a| boolean(!a.boolean(0)?)),
    exactly("boolean", 1, |a| boolean(a.boolean(0)?)),
    exactly("boolean-from-string", 1, boolean_from_string),
    at_least("checklist", 2, checklist),
    at_least("weighted-checklist", 4, weighted_checklist),
    at_least("depend", 1, |a| a.outcome(0)),
];

fn if_else(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let branch = if arguments.boolean(0)? { 1 } else { 2 };
    arguments.outcome(branch)
}

/// The first argument that is neither empty nor NaN, or else the last.
fn coalesce(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let last = arguments.len().saturating_sub(1);
    for nth in 0..last {
        let outcome = arguments.outcome(nth)?;
        let is_nothing = match &outcome {
            Outcome::Number(number) => number.is_nan(),
            other => other.to_text().is_empty(),
        };
        if !is_nothing {
            return Ok(outcome);
        }
    }
    arguments.outcome(last)
}

/// What is answered already; only without an answer the argument.
fn once(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let node = arguments.evaluator.read(arguments.evaluator.current())?;
    if node.text.is_empty() {
        arguments.outcome(0)
    } else {
        Ok(Outcome::Nodes(vec![node]))
    }
}

fn boolean_from_string(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let text = arguments.text(0)?;
    boolean(text.eq_ignore_ascii_case("true") || text == "1")
}

/// Whether as many conditions hold as the first two arguments say; -1 sets no limit.
fn checklist(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (least, most) = (arguments.number(0)?, arguments.number(1)?);
    let count = arguments
        .spread(2)?
        .iter()
        .filter(|outcome| outcome.to_boolean())
        .count() as f64;
    boolean((least < 0.0 || count >= least) && (most < 0.0 || count <= most))
}

/// Whether the weights of the conditions that hold add up to what the first two arguments say; -1
/// sets no limit.
fn weighted_checklist(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (least, most) = (arguments.number(0)?, arguments.number(1)?);
    let mut sum = 0.0;
    if arguments.len() == 4 {
        for (condition, weight) in list(arguments, 2)?.iter().zip(list(arguments, 3)?) {
            sum += if condition.to_boolean() {
                weight.to_number()
            } else {
                0.0
            };
        }
    } else {
        for nth in (2..arguments.len()).step_by(2) {
            sum += if arguments.boolean(nth)? {
                arguments.number(nth + 1)?
            } else {
                0.0
            };
        }
    }
    boolean((least == -1.0 || sum >= least) && (most == -1.0 || sum <= most))
}

fn list(arguments: &Arguments<'_>, nth: usize) -> Result<Vec<Outcome>, EvalError> {
    Ok(match arguments.outcome(nth)? {
        Outcome::Nodes(nodes) => nodes.into_iter().map(|node| Outcome::Nodes(vec![node])).collect(),
        other => vec![other],
    })
}
