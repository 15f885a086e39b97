//! What may show through what: the compartments of a form.
//!
//! A calculation tells about what it reads, so it is kept where the highest of that is kept.
//! Whether a question was asked, and which answers it allowed, also tells about what was read;
//! that is an error unless the form says that it is meant.

use std::collections::BTreeSet;

use super::Rows;
use super::problem::{FormError, Problems};
use crate::expression::Expression;
use crate::model::{DefaultAnswer, Form, GENERAL, IDENTITY, Item, PROTECTED, Question};
use crate::path::QuestionPath;

/// Raises calculations to what they read, complains about what would show, and finds out
/// which compartments the form has.
pub(crate) fn apply(
    form: &mut Form,
    rows: &Rows,
    declared: &BTreeSet<QuestionPath>,
    problems: &mut Problems,
) {
    if form.has_sensitivity {
        for path in form.order.clone() {
            raise(form, &path, rows, declared, problems);
        }
        check(form, rows, problems);
    }
    form.compartments = compartments(form);
}

fn compartments(form: &Form) -> Vec<String> {
    let kept = form
        .questions()
        .filter(|question| question.kind.has_value())
        .map(|question| &question.compartment);
    let mut compartments = vec![GENERAL.to_owned()];
    let mut custom = Vec::new();
    let mut usual = BTreeSet::new();
    for compartment in kept {
        match compartment.as_str() {
            GENERAL => {}
            IDENTITY => _ = usual.insert(IDENTITY),
            PROTECTED => _ = usual.insert(PROTECTED),
            _ if custom.contains(compartment) => {}
            _ => custom.push(compartment.clone()),
        }
    }
    // "identity" sorts before "protected", which is also their order.
    compartments.extend(usual.into_iter().map(str::to_owned));
    compartments.extend(custom);
    compartments
}

fn rank(compartment: &str) -> u8 {
    match compartment {
        GENERAL => 0,
        IDENTITY => 1,
        PROTECTED => 2,
        _ => 3,
    }
}

/// Whether whoever may read `one` may not thereby read `other`: it is higher, or another of the programme's own.
fn shows(one: &str, other: &str) -> bool {
    one != other && rank(other) >= rank(one) && rank(other) > 0
}

/// The questions that an expression at `at` reads, also through relative paths.
fn read_by<'a>(form: &'a Form, expression: &Expression, at: &QuestionPath) -> Vec<&'a Question> {
    expression
        .dependencies(form, Some(at))
        .iter()
        .filter_map(|path| form.question(path))
        .collect()
}

fn raise(
    form: &mut Form,
    path: &QuestionPath,
    rows: &Rows,
    declared: &BTreeSet<QuestionPath>,
    problems: &mut Problems,
) {
    let Some(question) = form.question(path) else {
        return;
    };
    let Some(calculation) = &question.calculation else {
        return;
    };
    let mut highest = question.compartment.clone();
    let mut cause = None;
    for read in read_by(form, calculation, path) {
        let compartment = &read.compartment;
        if question.reveals.contains(compartment) || !shows(&highest, compartment) {
            continue;
        }
        if rank(&highest) == 3 {
            let message = format!(
                "`{}` would be kept in `{highest}` and tell about `{}`, which is in `{compartment}`",
                question.name, read.name
            );
            problems.error(
                at("incomparable_compartments", path, rows, "calculation", message)
                    .hint(format!("neither compartment is above the other; if it is meant, write `{compartment}` in the column `reveals`")),
            );
            continue;
        }
        highest = compartment.clone();
        cause = Some(read.name.clone());
    }
    let Some(cause) = cause else { return };
    if declared.contains(path) {
        let message = format!(
            "`{}` is kept in `{highest}`, because it is computed from `{cause}`",
            question.name
        );
        problems.warn(at("raised", path, rows, "sensitivity", message).hint(format!(
            "to keep it in `{}` all the same, write `{highest}` in the column `reveals`",
            question.compartment
        )));
    }
    if let Some(question) = question_mut(form, path) {
        question.compartment = highest;
    }
}

fn question_mut<'a>(form: &'a mut Form, path: &QuestionPath) -> Option<&'a mut Question> {
    let (last, way) = form.index.get(path)?.split_last()?;
    let mut items = &mut form.items;
    for nth in way {
        items = match items.get_mut(*nth)? {
            Item::Question(_) => return None,
            Item::Group(group) => &mut group.items,
            Item::Repeat(repeat) => &mut repeat.items,
        };
    }
    match items.get_mut(*last)? {
        Item::Question(question) => Some(question),
        _ => None,
    }
}

fn check(form: &Form, rows: &Rows, problems: &mut Problems) {
    for item in form.all_items() {
        match item {
            Item::Question(question) if question.kind.has_value() => {
                let default = match &question.default {
                    Some(DefaultAnswer::Computed(expression)) => Some(expression),
                    _ => None,
                };
                for (column, expression) in [
                    ("relevant", question.relevant.as_ref()),
                    ("required", question.required.as_ref()),
                    ("constraint", question.constraint.as_ref()),
                    ("choice_filter", question.choice_filter.as_ref()),
                    ("default", default),
                ] {
                    let inside = [(question.compartment.as_str(), question.name.as_str())];
                    check_one(
                        form,
                        &question.path,
                        column,
                        expression,
                        &inside,
                        &question.reveals,
                        rows,
                        problems,
                    );
                }
            }
            Item::Question(_) => {}
            Item::Group(group) => {
                let inside = kept_inside(&group.items);
                check_one(
                    form,
                    &group.path,
                    "relevant",
                    group.relevant.as_ref(),
                    &inside,
                    &group.reveals,
                    rows,
                    problems,
                );
            }
            Item::Repeat(repeat) => {
                // Which instances there are is itself kept in `general`.
                let mut inside = vec![(GENERAL, repeat.name.as_str())];
                inside.extend(kept_inside(&repeat.items));
                for (column, expression) in [
                    ("relevant", &repeat.relevant),
                    ("repeat_count", &repeat.repeat_count),
                ] {
                    check_one(
                        form,
                        &repeat.path,
                        column,
                        expression.as_ref(),
                        &inside,
                        &repeat.reveals,
                        rows,
                        problems,
                    );
                }
            }
        }
    }
}

/// The compartments that what is inside is kept in, each with the name of one such question.
fn kept_inside(items: &[Item]) -> Vec<(&str, &str)> {
    let mut inside = Vec::new();
    for item in items {
        match item {
            Item::Question(question) if question.kind.has_value() => {
                inside.push((question.compartment.as_str(), question.name.as_str()));
            }
            Item::Question(_) => {}
            Item::Repeat(repeat) => {
                inside.push((GENERAL, repeat.name.as_str()));
                inside.extend(kept_inside(&repeat.items));
            }
            Item::Group(group) => inside.extend(kept_inside(&group.items)),
        }
    }
    inside.sort_by_key(|(compartment, _)| *compartment);
    inside.dedup_by_key(|(compartment, _)| *compartment);
    inside
}

#[expect(
    clippy::too_many_arguments,
    reason = "one place for the rule; its callers differ in each of them"
)]
fn check_one(
    form: &Form,
    path: &QuestionPath,
    column: &'static str,
    expression: Option<&Expression>,
    inside: &[(&str, &str)],
    reveals: &[String],
    rows: &Rows,
    problems: &mut Problems,
) {
    let Some(expression) = expression else { return };
    let mut told = BTreeSet::new();
    for read in read_by(form, expression, path) {
        let compartment = &read.compartment;
        if reveals.contains(compartment) || told.contains(compartment) {
            continue;
        }
        if let Some((lower, name)) = inside.iter().find(|(lower, _)| shows(lower, compartment)) {
            told.insert(compartment);
            let message = format!(
                "`{name}` is in `{lower}` and would let show `{}`, which is in `{compartment}`",
                read.name
            );
            problems.error(at("reveals", path, rows, column, message).hint(format!(
                "keep it in `{compartment}` too, or, if it is meant, write `{compartment}` in the column `reveals` of this row"
            )));
        }
    }
}

fn at(code: &'static str, path: &QuestionPath, rows: &Rows, column: &str, message: String) -> FormError {
    FormError::at(
        code,
        "survey",
        rows.get(path).copied().unwrap_or_default(),
        column,
        message,
    )
}
