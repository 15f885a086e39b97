//! Looks up what `${name}` means, everywhere in a form.

use std::collections::{BTreeMap, BTreeSet};

use super::Rows;
use super::bare_names::bare_names;
use super::problem::{FormError, Problems};
use crate::expression::Expression;
use crate::model::{DefaultAnswer, Form, Item};
use crate::path::QuestionPath;
use crate::translated::Translated;

/// Binds the references of all expressions to the questions they name. Complains about those
/// that name nothing, or several questions.
pub(crate) fn resolve(form: &mut Form, rows: &Rows, instance_name_row: u32, problems: &mut Problems) {
    let names = Names::of(form, rows);
    let mut items = std::mem::take(&mut form.items);
    resolve_items(&mut items, rows, &names, problems);
    form.items = items;
    if let Some(instance_name) = &mut form.instance_name {
        let place = Place {
            sheet: "settings",
            row: instance_name_row,
            column: "instance_name",
        };
        names.bind(instance_name, &place, problems);
    }
    for choice in form.lists.iter().flat_map(|list| &list.choices) {
        let place = Place {
            sheet: "choices",
            row: 0,
            column: "label",
        };
        names.check_text(&choice.label, &place, problems);
    }
}

fn resolve_items(items: &mut [Item], rows: &Rows, names: &Names<'_>, problems: &mut Problems) {
    for item in items {
        let row = rows.get(item.path()).copied().unwrap_or_default();
        let at = |column| Place {
            sheet: "survey",
            row,
            column,
        };
        names.check_text(item.label(), &at("label"), problems);
        match item {
            Item::Question(question) => {
                names.check_text(&question.hint, &at("hint"), problems);
                names.check_text(&question.constraint_message, &at("constraint_message"), problems);
                names.check_text(&question.required_message, &at("required_message"), problems);
                for (column, expression) in [
                    ("relevant", &mut question.relevant),
                    ("required", &mut question.required),
                    ("constraint", &mut question.constraint),
                    ("calculation", &mut question.calculation),
                    ("choice_filter", &mut question.choice_filter),
                ] {
                    if let Some(expression) = expression {
                        names.bind(expression, &at(column), problems);
                    }
                }
                if let Some(DefaultAnswer::Computed(expression)) = &mut question.default {
                    names.bind(expression, &at("default"), problems);
                }
            }
            Item::Group(group) => {
                if let Some(relevant) = &mut group.relevant {
                    names.bind(relevant, &at("relevant"), problems);
                }
                resolve_items(&mut group.items, rows, names, problems);
            }
            Item::Repeat(repeat) => {
                if let Some(relevant) = &mut repeat.relevant {
                    names.bind(relevant, &at("relevant"), problems);
                }
                if let Some(count) = &mut repeat.repeat_count {
                    names.bind(count, &at("repeat_count"), problems);
                }
                resolve_items(&mut repeat.items, rows, names, problems);
            }
        }
    }
}

struct Place {
    sheet: &'static str,
    row: u32,
    column: &'static str,
}

/// The names of a form, and what has each.
struct Names<'a> {
    paths: BTreeMap<&'a str, Vec<&'a QuestionPath>>,
    choice_columns: BTreeSet<String>,
}

impl<'a> Names<'a> {
    fn of(form: &Form, rows: &'a Rows) -> Self {
        let mut paths: BTreeMap<&str, Vec<&QuestionPath>> = BTreeMap::new();
        for path in rows.keys() {
            paths.entry(path.name()).or_default().push(path);
        }
        let choices = form.lists.iter().flat_map(|list| &list.choices);
        let filled = choices.flat_map(|choice| choice.columns.keys().cloned());
        let choice_columns = filled
            .chain(["name", "label", "list_name"].map(str::to_owned))
            .collect();
        Names {
            paths,
            choice_columns,
        }
    }

    fn bind(&self, expression: &mut Expression, place: &Place, problems: &mut Problems) {
        for reference in expression.references() {
            if reference.last_saved {
                let message = format!("`${{last-saved#{}}}` is not supported", reference.name);
                problems.error(
                    FormError::at(
                        "unsupported_reference",
                        place.sheet,
                        place.row,
                        place.column,
                        message,
                    )
                    .hint("records are not read by one another; ask again, or give a fixed default"),
                );
            } else {
                self.check(&reference.name, place, problems);
            }
        }
        self.check_bare(expression, place, problems);
        expression.resolve(&|name| self.one(name).cloned());
    }

    /// Complains about names without `${}`, but for the columns that a choice filter reads.
    fn check_bare(&self, expression: &Expression, place: &Place, problems: &mut Problems) {
        for name in bare_names(expression.text()) {
            if place.column == "choice_filter" && self.choice_columns.contains(name) {
                continue;
            }
            let is_filter = place.column == "choice_filter";
            let message = match is_filter {
                true => format!("no choice has anything in a column `{name}`"),
                false => format!("`{name}` stands alone and reads nothing"),
            };
            let columns = self.choice_columns.iter().map(String::as_str);
            let hint = if self.paths.contains_key(name) {
                format!("to read the question, write `${{{name}}}`")
            } else if is_filter {
                problems.did_you_mean(name, columns, "add the column to the sheet `choices`")
            } else {
                format!("a text is written in quotes: `'{name}'`")
            };
            let code = if is_filter {
                "unknown_choice_column"
            } else {
                "bare_name"
            };
            let found = FormError::at(code, place.sheet, place.row, place.column, message).hint(hint);
            // Other tools accept such names outside filters, and forms with them are in use.
            if is_filter {
                problems.error(found)
            } else {
                problems.warn(found)
            }
        }
    }

    fn check_text(&self, text: &Translated, place: &Place, problems: &mut Problems) {
        for (_, text) in text.iter() {
            for name in references_in(text) {
                self.check(name, place, problems);
            }
        }
    }

    fn one(&self, name: &str) -> Option<&'a QuestionPath> {
        match self.paths.get(name).map(Vec::as_slice) {
            Some([path]) => Some(path),
            _ => None,
        }
    }

    fn check(&self, name: &str, place: &Place, problems: &mut Problems) {
        let error = |code, message| FormError::at(code, place.sheet, place.row, place.column, message);
        match self.paths.get(name).map(Vec::as_slice) {
            Some([_]) => {}
            Some(several) => {
                let paths: Vec<&str> = several.iter().map(|path| path.as_str()).collect();
                let message = format!("`${{{name}}}` may mean {}", paths.join(" or "));
                problems.error(error("ambiguous_reference", message).hint("give them different names"));
            }
            None => {
                let hint = problems.did_you_mean(
                    name,
                    self.paths.keys().copied(),
                    "no row of the survey has this name",
                );
                problems
                    .error(error("unknown_reference", format!("`${{{name}}}` names no question")).hint(hint));
            }
        }
    }
}

/// The names that a text refers to as `${name}`.
pub(crate) fn references_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name.trim()))
}
