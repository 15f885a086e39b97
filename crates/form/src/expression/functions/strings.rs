//! Texts. Positions count characters.

use std::collections::HashMap;

use super::{Arguments, Function, MAX_TEXT, at_least, between, boolean, exactly, index, number, text};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;
use crate::expression::pattern;

pub(super) const TABLE: &[Function] = &[
    between("string", 0, 1, |a| text(a.outcome_or_here()?.to_text())),
    at_least("concat", 0, |a| text(joined(a, "", 0)?)),
    at_least("join", 1, |a| text(joined(a, &a.text(0)?, 1)?)),
    between("string-length", 0, 1, |a| {
        number(a.outcome_or_here()?.to_text().chars().count() as f64)
    }),
    between("substr", 2, 3, substr),
    between("substring", 2, 3, substring),
    exactly("substring-before", 2, |a| {
        let (all, mark) = (a.text(0)?, a.text(1)?);
        text(all.split_once(mark.as_str()).map_or("", |(before, _)| before))
    }),
    exactly("substring-after", 2, |a| {
        let (all, mark) = (a.text(0)?, a.text(1)?);
        text(all.split_once(mark.as_str()).map_or("", |(_, after)| after))
    }),
    exactly("contains", 2, |a| boolean(a.text(0)?.contains(&a.text(1)?))),
    exactly("starts-with", 2, |a| boolean(a.text(0)?.starts_with(&a.text(1)?))),
    exactly("ends-with", 2, |a| boolean(a.text(0)?.ends_with(&a.text(1)?))),
    between("normalize-space", 0, 1, |a| {
        let all = a.outcome_or_here()?.to_text();
        text(all.split_whitespace().collect::<Vec<_>>().join(" "))
    }),
    exactly("translate", 3, translate),
    exactly("regex", 2, regex),
];

fn joined(arguments: &Arguments<'_>, separator: &str, from: usize) -> Result<String, EvalError> {
    let mut all = String::new();
    for (nth, part) in arguments.spread(from)?.iter().enumerate() {
        if nth > 0 {
            all.push_str(separator);
        }
        all.push_str(&part.to_text());
        if all.len() > MAX_TEXT {
            return Err(EvalError::TooMuch);
        }
    }
    arguments.evaluator.spend(all.len() as u64 / 64)?;
    Ok(all)
}

/// From one position up to another, counted from 0; negative ones count from the end.
fn substr(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let all = arguments.text(0)?;
    let length = i64::try_from(all.chars().count()).unwrap_or(i64::MAX);
    let place = |at: i64| if at < 0 { at.saturating_add(length) } else { at }.clamp(0, length);
    let start = place(index(arguments.number(1)?));
    let end = if arguments.len() == 3 {
        place(index(arguments.number(2)?))
    } else {
        length
    };
    text(part(&all, start, end))
}

/// The function of XPath itself: from a position that is counted from 1, so many characters.
fn substring(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let all = arguments.text(0)?;
    let start = rounded(arguments.number(1)?);
    let end = if arguments.len() == 3 {
        start + rounded(arguments.number(2)?)
    } else {
        f64::INFINITY
    };
    if start.is_nan() || end.is_nan() {
        return text("");
    }
    text(part(&all, index(start.max(1.0) - 1.0), index(end - 1.0)))
}

fn rounded(number: f64) -> f64 {
    (number + 0.5).floor()
}

fn part(all: &str, start: i64, end: i64) -> String {
    let start = usize::try_from(start).unwrap_or(0);
    let end = usize::try_from(end).unwrap_or(0);
    all.chars().skip(start).take(end.saturating_sub(start)).collect()
}

/// Puts for each character of the second argument the one at the same place in the third, or none.
fn translate(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (all, from, to) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    let mut instead: HashMap<char, Option<char>> = HashMap::new();
    let mut to = to.chars();
    for c in from.chars() {
        let put = to.next();
        instead.entry(c).or_insert(put);
    }
    text(
        all.chars()
            .filter_map(|c| instead.get(&c).copied().unwrap_or(Some(c)))
            .collect::<String>(),
    )
}

fn regex(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (all, pattern) = (arguments.text(0)?, arguments.text(1)?);
    // Making a pattern takes about as long as a hundred terms; matching, as long as the text is.
    arguments.evaluator.spend(200 + all.len() as u64 / 16)?;
    let pattern = pattern::compile(&pattern).map_err(|_| EvalError::Pattern)?;
    boolean(pattern.is_match(&all))
}
