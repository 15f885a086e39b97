//! Comparing outcomes.

use std::collections::HashSet;

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
    size(left).saturating_add(size(right))
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Answers. No nodes at all count as an empty text, which is how an unanswered question counts
    /// too; and beside a day alone, a day with a time counts as the day.
    Record,
    /// What is in a document, as XPath compares it: of no nodes none fits.
    Document,
}

/// Compares two outcomes. Where one is several nodes it is enough that one of them fits.
pub(super) fn compare(operator: Operator, left: &Outcome, right: &Outcome, within: Within) -> bool {
    if let (Outcome::Boolean(_), _) | (_, Outcome::Boolean(_)) = (left, right) {
        if matches!(operator, Operator::Equal | Operator::Unequal) {
            let same = left.to_boolean() == right.to_boolean();
            return same == (operator == Operator::Equal);
        }
        let number = |outcome: &Outcome| match outcome {
            Outcome::Nodes(_) => f64::from(u8::from(outcome.to_boolean())),
            other => other.to_number(),
        };
        return fits(
            operator,
            Atom::Number(number(left)),
            Atom::Number(number(right)),
            within,
        );
    }
    if let (Some(left), Some(right)) = (single(left), single(right)) {
        return fits(operator, left, right, within);
    }
    let (lefts, rights) = (atoms(left, within), atoms(right, within));
    let any = |lefts: &[Atom<'_>], rights: &[Atom<'_>]| {
        lefts
            .iter()
            .any(|left| rights.iter().any(|right| fits(operator, *left, *right, within)))
    };
    if lefts.len().saturating_mul(rights.len()) <= FEW {
        return any(&lefts, &rights);
    }
    match operator {
        Operator::Equal => any_equal(&lefts, &rights),
        // All are equal only if each is equal to the first of the other side.
        Operator::Unequal => {
            let (first, other_first) = (lefts.get(..1), rights.get(..1));
            any(first.unwrap_or_default(), &rights) || any(&lefts, other_first.unwrap_or_default())
        }
        _ => any(&lefts, &extremes(&rights)),
    }
}

/// The one atom of an outcome that is not several nodes.
fn single(outcome: &Outcome) -> Option<Atom<'_>> {
    match outcome {
        Outcome::Number(number) => Some(Atom::Number(*number)),
        Outcome::Boolean(condition) => Some(Atom::Boolean(*condition)),
        Outcome::Text(text) => Some(Atom::Text(text)),
        Outcome::Nodes(nodes) => match nodes.as_slice() {
            [node] => Some(atom(node)),
            _ => None,
        },
    }
}

/// Up to how many pairs are compared one by one.
const FEW: usize = 256;

/// Whether any of many atoms is equal to any of many others, without going through all pairs.
fn any_equal(lefts: &[Atom<'_>], rights: &[Atom<'_>]) -> bool {
    let texts: HashSet<&str> = rights.iter().filter_map(text).collect();
    if lefts.iter().filter_map(text).any(|text| texts.contains(text)) {
        return true;
    }
    let conditions = |atoms: &[Atom<'_>]| {
        [true, false]
            .into_iter()
            .filter(|wanted| {
                atoms
                    .iter()
                    .any(|atom| matches!(atom, Atom::Boolean(condition) if condition == wanted))
            })
            .collect::<Vec<_>>()
    };
    let with_condition = |one: &[Atom<'_>], other: &[Atom<'_>]| {
        conditions(one)
            .into_iter()
            .any(|condition| other.iter().any(|atom| equal(Atom::Boolean(condition), *atom)))
    };
    with_condition(lefts, rights)
        || with_condition(rights, lefts)
        || number_meets(lefts, rights)
        || number_meets(rights, lefts)
}

fn text<'a>(atom: &Atom<'a>) -> Option<&'a str> {
    match atom {
        Atom::Text(text) => Some(*text),
        _ => None,
    }
}

/// Whether what is a number on one side is as much as anything on the other.
fn number_meets(numbers: &[Atom<'_>], others: &[Atom<'_>]) -> bool {
    let mut sorted: Vec<f64> = numbers
        .iter()
        .filter_map(|atom| match atom {
            Atom::Number(number) if !number.is_nan() => Some(*number),
            _ => None,
        })
        .collect();
    sorted.sort_by(f64::total_cmp);
    !sorted.is_empty()
        && others.iter().any(|other| {
            let other = number(*other);
            let from = sorted.partition_point(|number| *number < other - 1e-12);
            sorted
                .get(from)
                .is_some_and(|number| *number == other || (number - other).abs() < 1e-12)
        })
}

/// Those of many atoms that fit if any of them does: the smallest and the largest, of days, of days
/// with a time and of what is neither.
fn extremes<'a>(atoms: &[Atom<'a>]) -> Vec<Atom<'a>> {
    let mut found: [Option<(Atom<'a>, Atom<'a>)>; 3] = [None; 3];
    for atom in atoms.iter().filter(|atom| !number(**atom).is_nan()) {
        let kind = match text(atom).and_then(Moment::parse) {
            Some(moment) if moment.day.is_some() => usize::from(moment.millis.is_some()),
            _ => 2,
        };
        let Some(ends) = found.get_mut(kind) else { continue };
        let (smallest, largest) = ends.get_or_insert((*atom, *atom));
        if number(*atom) < number(*smallest) {
            *smallest = *atom;
        }
        if number(*atom) > number(*largest) {
            *largest = *atom;
        }
    }
    found
        .into_iter()
        .flatten()
        .flat_map(|(smallest, largest)| [smallest, largest])
        .collect()
}

fn atoms(outcome: &Outcome, within: Within) -> Vec<Atom<'_>> {
    match outcome {
        Outcome::Number(number) => vec![Atom::Number(*number)],
        Outcome::Boolean(condition) => vec![Atom::Boolean(*condition)],
        Outcome::Text(text) => vec![Atom::Text(text)],
        Outcome::Nodes(nodes) if nodes.is_empty() && within == Within::Record => vec![Atom::Text("")],
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

fn fits(operator: Operator, left: Atom<'_>, right: Atom<'_>, within: Within) -> bool {
    match operator {
        Operator::Equal => equal(left, right),
        Operator::Unequal => !equal(left, right),
        _ => {
            let (left, right) = match within {
                Within::Record => numbers(left, right),
                Within::Document => (number(left), number(right)),
            };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Atoms of every kind, many of them.
    fn many(seed: usize, count: usize) -> Vec<Atom<'static>> {
        const TEXTS: [&str; 9] = [
            "",
            "a",
            "12",
            "1.5",
            "2024-03-01",
            "2024-03-01T10:00:00.000Z",
            "true",
            "x y",
            "13",
        ];
        (0..count)
            .map(|nth| {
                let n = (nth + 1).wrapping_mul(seed.wrapping_mul(2_654_435_761) | 1) >> 3;
                match n % 11 {
                    0 => Atom::Number((n / 11 % 40) as f64 / 2.0),
                    1 if seed.is_multiple_of(3) => Atom::Boolean(n / 11 % 2 == 0),
                    _ => Atom::Text(TEXTS[n / 11 % (1 + seed % TEXTS.len())]),
                }
            })
            .collect()
    }

    #[test]
    fn many_nodes_compare_as_few_do() {
        for (seed, within) in (0..60).flat_map(|seed| [(seed, Within::Record), (seed, Within::Document)]) {
            let (lefts, rights) = (many(seed, 40), many(seed * 7 + 1, 30));
            let pair_by_pair = |operator| {
                lefts
                    .iter()
                    .any(|left| rights.iter().any(|right| fits(operator, *left, *right, within)))
            };
            assert_eq!(
                any_equal(&lefts, &rights),
                pair_by_pair(Operator::Equal),
                "{seed}"
            );
            for operator in [
                Operator::Less,
                Operator::LessOrEqual,
                Operator::More,
                Operator::MoreOrEqual,
            ] {
                let outcome = lefts.iter().any(|left| {
                    extremes(&rights)
                        .iter()
                        .any(|right| fits(operator, *left, *right, within))
                });
                assert_eq!(outcome, pair_by_pair(operator), "{seed} {operator:?}");
            }
        }
    }
}
