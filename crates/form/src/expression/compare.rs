//! Comparing outcomes.

use super::ast::Operator;
use super::moment::Moment;
use super::outcome::{Node, Outcome, Reading, number_of};

/// One side of a comparison.
#[derive(Clone, Copy)]
enum Atom<'a> {
    Number(f64),
    Boolean(bool),
    Text(&'a str),
}

/// How many single comparisons the comparison of these takes at most.
pub(super) fn cost(left: &Outcome, right: &Outcome) -> u64 {
    let size = |outcome: &Outcome| match outcome {
        Outcome::Nodes(nodes) => nodes.len().max(1) as u64,
        _ => 1,
    };
    size(left).saturating_mul(size(right))
}

/// Compares two outcomes. Where one is several nodes it is enough that one of them fits; no nodes
/// at all count as an empty text, which is how an unanswered question counts too.
pub(super) fn compare(operator: Operator, left: &Outcome, right: &Outcome) -> bool {
    if let (Outcome::Boolean(_), _) | (_, Outcome::Boolean(_)) = (left, right) {
        return fits(
            operator,
            Atom::Boolean(left.to_boolean()),
            Atom::Boolean(right.to_boolean()),
        );
    }
    let rights = atoms(right);
    atoms(left)
        .into_iter()
        .any(|left| rights.iter().any(|right| fits(operator, left, *right)))
}

fn atoms(outcome: &Outcome) -> Vec<Atom<'_>> {
    match outcome {
        Outcome::Number(number) => vec![Atom::Number(*number)],
        Outcome::Boolean(condition) => vec![Atom::Boolean(*condition)],
        Outcome::Text(text) => vec![Atom::Text(text)],
        Outcome::Nodes(nodes) if nodes.is_empty() => vec![Atom::Text("")],
        Outcome::Nodes(nodes) => nodes.iter().map(atom).collect(),
    }
}

fn atom(node: &Node) -> Atom<'_> {
    match node.reading {
        Reading::Text => Atom::Text(&node.text),
        Reading::Number(number) => Atom::Number(number),
        Reading::Boolean(condition) => Atom::Boolean(condition),
    }
}

fn fits(operator: Operator, left: Atom<'_>, right: Atom<'_>) -> bool {
    match operator {
        Operator::Equal => equal(left, right),
        Operator::Unequal => !equal(left, right),
        _ => {
            let (left, right) = numbers(left, right);
            match operator {
                Operator::Less => left < right,
                Operator::LessOrEqual => left <= right,
                Operator::More => left > right,
                _ => left >= right,
            }
        }
    }
}

fn equal(left: Atom<'_>, right: Atom<'_>) -> bool {
    match (left, right) {
        (Atom::Text(left), Atom::Text(right)) => left == right,
        (Atom::Boolean(condition), Atom::Text(text)) | (Atom::Text(text), Atom::Boolean(condition)) => {
            match text {
                // A computed condition is kept as one of these.
                "true" | "1" => condition,
                "false" | "0" => !condition,
                _ => condition != text.is_empty(),
            }
        }
        (Atom::Boolean(left), right) => left == is_true(right),
        (left, Atom::Boolean(right)) => is_true(left) == right,
        (left, right) => {
            let (left, right) = (number(left), number(right));
            left == right || (left - right).abs() < 1e-12
        }
    }
}

/// The two sides as numbers. Beside a day alone, a day with a time counts as the day.
fn numbers(left: Atom<'_>, right: Atom<'_>) -> (f64, f64) {
    if let (Atom::Text(left), Atom::Text(right)) = (left, right)
        && let (Some(left), Some(right)) = (Moment::parse(left), Moment::parse(right))
        && let (Some(_), Some(_)) = (left.day, right.day)
        && left.millis.is_none() != right.millis.is_none()
    {
        return (left.to_days().floor(), right.to_days().floor());
    }
    (number(left), number(right))
}

fn number(atom: Atom<'_>) -> f64 {
    match atom {
        Atom::Number(number) => number,
        Atom::Boolean(condition) => f64::from(u8::from(condition)),
        Atom::Text(text) => number_of(text),
    }
}

fn is_true(atom: Atom<'_>) -> bool {
    match atom {
        Atom::Number(number) => number.abs() > 1e-12,
        Atom::Boolean(condition) => condition,
        Atom::Text(text) => !text.is_empty(),
    }
}
