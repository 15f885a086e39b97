//! Warns of expressions whose author hardly means what they say.

use super::names::Names;
use super::writing::Writing;
use crate::expression::Expression;
use crate::model::{DefaultAnswer, Form, Item};
use crate::read::Problems;

/// Looks at every expression of every question, group and repeat.
pub(super) fn tell(form: &Form, names: &Names, writing: &Writing<'_>, problems: &mut Problems) {
    for item in form.all_items() {
        for (column, expression) in expressions(item) {
            for doubt in expression.doubts(form, Some(item.path())) {
                let row = names.row(item.path());
                problems.warn(
                    writing
                        .error(doubt.code, row, column, doubt.message)
                        .hint(doubt.hint),
                );
            }
        }
    }
}

fn expressions(item: &Item) -> Vec<(&'static str, &Expression)> {
    let mut expressions = vec![("relevant", item.relevant()), ("read_only", item.read_only())];
    match item {
        Item::Question(question) => {
            let default = match &question.default {
                Some(DefaultAnswer::Computed(default)) => Some(default),
                _ => None,
            };
            expressions.extend([
                ("required", question.required.as_ref()),
                ("constraint", question.constraint.as_ref()),
                ("calculation", question.calculation.as_ref()),
                ("choice_filter", question.choice_filter.as_ref()),
                ("default", default),
            ]);
        }
        Item::Repeat(repeat) => expressions.push(("repeat_count", repeat.repeat_count.as_ref())),
        Item::Group(_) => {}
    }
    expressions
        .into_iter()
        .filter_map(|(column, expression)| Some((column, expression?)))
        .collect()
}
