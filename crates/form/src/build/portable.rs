//! Complains about what ODK Validate refuses in a form that the reference converter takes.

use std::collections::BTreeSet;

use super::names::Names;
use super::writing::Writing;
use crate::definition::Text;
use crate::expression::{Expression, Unportable};
use crate::kind::ChoiceSource;
use crate::model::{Form, Item};
use crate::read::{FormError, Problems};

/// Looks at the lists that questions use, and at all expressions.
pub(super) fn check(form: &Form, names: &Names, writing: &Writing<'_>, problems: &mut Problems) {
    check_lists(form, writing, problems);
    check_expressions(form, names, writing, problems);
}

/// A list whose texts are not translated needs a label in its first row: there, other tools look
/// for what labels are called.
fn check_lists(form: &Form, writing: &Writing<'_>, problems: &mut Problems) {
    let used: BTreeSet<&str> = form
        .questions()
        .filter(|question| !question.appearance.contains("search("))
        .filter_map(|question| match question.kind.choices() {
            Some(ChoiceSource::List(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for list in writing
        .lists()
        .iter()
        .filter(|list| used.contains(list.name.as_str()))
    {
        let is_translated = list
            .choices
            .iter()
            .any(|choice| matches!(choice.label, Some(Text::ByLanguage(_))) || !choice.media.is_empty());
        if let Some(first) = list.choices.first()
            && first.label.is_none()
            && !is_translated
        {
            let message = format!("the first choice of `{}` has no label", list.name);
            let error = FormError::at("missing_label", "choices", first.row, "label", message);
            problems.error(error.hint("write what is shown into the column `label`"));
        }
    }
}

/// Looks at everything that is worked out as answers come in. Constraints, defaults and texts are
/// worked out for one question at a time, and other tools find out then.
fn check_expressions(form: &Form, names: &Names, writing: &Writing<'_>, problems: &mut Problems) {
    let items = form.all_items();
    let asks_for_instances = |item: &&Item| {
        let mut expressions = expressions(item).into_iter();
        expressions.any(|(_, expression)| expression.text().contains("instance"))
    };
    // Most forms ask for none, and putting the files of a large one together takes its time.
    let attachments = match items.iter().any(asks_for_instances) {
        true => form.attachments(),
        false => Vec::new(),
    };
    let files = attachments.iter().map(|file| stem(&file.name));
    let lists = form.lists.iter().map(|list| list.name.as_str());
    let data = form.external_data.iter().map(|data| data.name.as_str());
    let instances: BTreeSet<&str> = files.chain(lists).chain(data).chain(["__last-saved"]).collect();
    for item in items {
        for (column, expression) in expressions(item) {
            for found in expression.unportable(form, item.path(), &instances) {
                let error =
                    |code, message: String| writing.error(code, names.row(item.path()), column, message);
                problems.error(told(found, error));
            }
        }
    }
}

fn expressions(item: &Item) -> Vec<(&'static str, &Expression)> {
    let mut expressions = vec![("relevant", item.relevant()), ("read_only", item.read_only())];
    if let Item::Question(question) = item {
        expressions.push(("required", question.required.as_ref()));
        // In a filter of answers from a repeat, names stand for what is in one instance.
        if !matches!(question.kind.choices(), Some(ChoiceSource::Repeat(_))) {
            expressions.push(("choice_filter", question.choice_filter.as_ref()));
        }
        if question.triggers.is_empty() {
            expressions.push(("calculation", question.calculation.as_ref()));
        }
    }
    expressions
        .into_iter()
        .filter_map(|(column, expression)| Some((column, expression?)))
        .collect()
}

fn told(found: Unportable, error: impl Fn(&'static str, String) -> FormError) -> FormError {
    match found {
        Unportable::Several { path, repeat } => error(
            "several_answers",
            format!(
                "`{}` has one answer in each instance of `{repeat}`, and one value is needed",
                path.name()
            ),
        )
        .hint("put them together with sum(), max(), count() or join(), or choose one with indexed-repeat()"),
        Unportable::Union => error(
            "unsupported_path",
            "paths joined by `|` are not taken by other tools".to_owned(),
        )
        .hint("count or add them one by one"),
        Unportable::Axis => error(
            "unsupported_path",
            "`//` and axes to what is further inside are not taken by other tools".to_owned(),
        )
        .hint("name the question, like ${age}"),
        Unportable::AnyName => error(
            "unsupported_path",
            "`*` in a path is not taken by other tools".to_owned(),
        )
        .hint("name the question, like ${age}"),
        Unportable::AboveRecord => error("unsupported_path", "the path leads out of the record".to_owned())
            .hint("name the question, like ${age}"),
        Unportable::NoInstance(name) => {
            error("unknown_list", format!("there is no list and no file `{name}`"))
                .hint("add it to the sheet `choices`, or as a row of type `csv-external`")
        }
    }
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}
