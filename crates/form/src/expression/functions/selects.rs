//! Answers to select questions, which are the choices' names with spaces between them.

use super::{Arguments, Function, boolean, exactly, index, number, text};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    exactly("selected", 2, selected),
    exactly("is-selected", 2, selected),
    exactly("count-selected", 1, |a| {
        number(a.text(0)?.split_whitespace().count() as f64)
    }),
    exactly("selected-at", 2, selected_at),
];

fn selected(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let (taken, name) = (arguments.text(0)?, arguments.text(1)?);
    let name = name.trim();
    boolean(if name.is_empty() {
        taken.is_empty()
    } else {
        taken.split_whitespace().any(|one| one == name)
    })
}

/// The nth choice taken, counted from 0; empty beyond.
fn selected_at(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let taken = arguments.text(0)?;
    let nth = usize::try_from(index(arguments.number(1)?)).ok();
    text(
        nth.and_then(|nth| taken.split_whitespace().nth(nth))
            .unwrap_or_default(),
    )
}
