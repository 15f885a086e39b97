//! What may show through what: the compartments of a form.
//!
//! A calculation tells about what it reads, so it is kept where the highest of that is kept.
//! Whether a question was asked, and which answers it allowed, also tells about what was read;
//! that is an error unless the form says that it is meant.

use std::collections::BTreeSet;

use super::names::Names;
use super::writing::Writing;
use crate::expression::Expression;
use crate::kind::ChoiceSource;
use crate::model::{DefaultAnswer, Form, GENERAL, IDENTITY, Item, PROTECTED, Question, Shuffle};
use crate::path::QuestionPath;
use crate::read::Problems;

/// Raises calculations to what they read, complains about what would show, and finds out
/// which compartments the form has.
pub(super) fn apply(
    form: &mut Form,
    names: &Names,
    writing: &Writing<'_>,
    declared: &BTreeSet<QuestionPath>,
    problems: &mut Problems,
) {
    if form.has_sensitivity {
        for path in form.order.clone() {
            if let Some(compartment) = raised(form, &path, names, writing, declared, problems)
                && let Some(question) = question_mut(form, &path)
            {
                question.compartment = compartment;
            }
        }
        let mut check = Check {
            form,
            names,
            writing,
            problems,
        };
        for item in form.all_items() {
            check.item(item);
        }
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

/// The compartment that a calculation is to be raised to; `None` if it stays where it is.
fn raised(
    form: &Form,
    path: &QuestionPath,
    names: &Names,
    writing: &Writing<'_>,
    declared: &BTreeSet<QuestionPath>,
    problems: &mut Problems,
) -> Option<String> {
    let question = form.question(path)?;
    let calculation = question.calculation.as_ref()?;
    let mut highest = question.compartment.clone();
    let mut cause = None;
    // When it was computed also tells something about what made it be computed.
    let triggers = question
        .triggers
        .iter()
        .filter_map(|trigger| form.question(trigger));
    for read in read_by(form, calculation, path).into_iter().chain(triggers) {
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
                writing
                    .error("incomparable_compartments", names.row(path), "calculation", message)
                    .hint(format!("neither compartment is above the other; if it is meant, write `{compartment}` in the column `reveals`")),
            );
            continue;
        }
        highest = compartment.clone();
        cause = Some(read.name.clone());
    }
    let cause = cause?;
    if declared.contains(path) {
        let message = format!(
            "`{}` is kept in `{highest}`, because it is computed from `{cause}`",
            question.name
        );
        problems.warn(
            writing
                .error("raised", names.row(path), "sensitivity", message)
                .hint(format!(
                    "to keep it in `{}` all the same, write `{highest}` in the column `reveals`",
                    question.compartment
                )),
        );
    }
    Some(highest)
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

/// Looks for what would let show.
struct Check<'a> {
    form: &'a Form,
    names: &'a Names,
    writing: &'a Writing<'a>,
    problems: &'a mut Problems,
}

/// One row, and the compartments of what it decides about, each with the name of one question.
struct Row<'a> {
    path: &'a QuestionPath,
    inside: Vec<(&'a str, &'a str)>,
    reveals: &'a [String],
}

impl Check<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Question(question) if question.kind.has_value() => self.question(question),
            Item::Question(_) => {}
            Item::Group(group) => {
                let row = Row {
                    path: &group.path,
                    inside: kept_inside(&group.items),
                    reveals: &group.reveals,
                };
                self.expression(&row, "relevant", group.relevant.as_ref());
                self.expression(&row, "read_only", group.read_only.as_ref());
            }
            Item::Repeat(repeat) => {
                // Which instances there are is itself kept in `general`.
                let mut inside = vec![(GENERAL, repeat.name.as_str())];
                inside.extend(kept_inside(&repeat.items));
                let row = Row {
                    path: &repeat.path,
                    inside,
                    reveals: &repeat.reveals,
                };
                self.expression(&row, "relevant", repeat.relevant.as_ref());
                self.expression(&row, "read_only", repeat.read_only.as_ref());
                self.expression(&row, "repeat_count", repeat.repeat_count.as_ref());
            }
        }
    }

    fn question(&mut self, question: &Question) {
        let row = Row {
            path: &question.path,
            inside: vec![(question.compartment.as_str(), question.name.as_str())],
            reveals: &question.reveals,
        };
        let default = match &question.default {
            Some(DefaultAnswer::Computed(expression)) => Some(expression),
            _ => None,
        };
        let seed = match &question.shuffle {
            Some(Shuffle::Seeded(seed)) => Some(seed),
            _ => None,
        };
        for (column, expression) in [
            ("relevant", question.relevant.as_ref()),
            ("required", question.required.as_ref()),
            ("constraint", question.constraint.as_ref()),
            ("read_only", question.read_only.as_ref()),
            ("choice_filter", question.choice_filter.as_ref()),
            ("parameters", seed),
            ("default", default),
        ] {
            self.expression(&row, column, expression);
        }
        let form = self.form;
        let answers = match question.kind.choices() {
            Some(ChoiceSource::Repeat(path)) => form.question(path),
            _ => None,
        };
        self.reads(&row, "type", answers);
        if question.calculation.is_none() {
            let triggers = question.triggers.iter().filter_map(|path| form.question(path));
            self.reads(&row, "trigger", triggers);
        }
    }

    fn expression(&mut self, row: &Row<'_>, column: &str, expression: Option<&Expression>) {
        if let Some(expression) = expression {
            let read = read_by(self.form, expression, row.path);
            self.reads(row, column, read);
        }
    }

    fn reads<'q>(&mut self, row: &Row<'_>, column: &str, read: impl IntoIterator<Item = &'q Question>) {
        let mut told = BTreeSet::new();
        for read in read {
            let compartment = &read.compartment;
            if row.reveals.contains(compartment) || told.contains(compartment) {
                continue;
            }
            if let Some((lower, name)) = row.inside.iter().find(|(lower, _)| shows(lower, compartment)) {
                told.insert(compartment);
                let message = format!(
                    "`{name}` is in `{lower}` and would let show `{}`, which is in `{compartment}`",
                    read.name
                );
                let found = self
                    .writing
                    .error("reveals", self.names.row(row.path), column, message);
                self.problems.error(found.hint(format!(
                    "keep it in `{compartment}` too, or, if it is meant, write `{compartment}` in the column `reveals` of this row"
                )));
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
