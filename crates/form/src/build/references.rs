//! Looks up what `${name}` means, everywhere in a form.

use std::collections::BTreeSet;

use super::bare_names::bare_names;
use super::names::Names;
use super::writing::Writing;
use crate::expression::Expression;
use crate::model::{DefaultAnswer, Form, Item, Question, Shuffle};
use crate::read::{FormError, Problems};
use crate::translated::Translated;

/// Binds the references of all expressions to the questions they name. Complains about those
/// that name nothing, or several questions.
pub(super) fn resolve(form: &mut Form, names: &Names, writing: &Writing<'_>, problems: &mut Problems) {
    let lists = form.lists.iter().chain(&form.external_lists);
    let filled = lists
        .flat_map(|list| &list.choices)
        .flat_map(|choice| choice.columns.keys().cloned());
    let mut binding = Binding {
        names,
        writing,
        choice_columns: filled
            .chain(["name", "label", "list_name"].map(str::to_owned))
            .collect(),
        problems,
    };
    let mut items = std::mem::take(&mut form.items);
    binding.items(&mut items);
    form.items = items;
    let headers = writing.headers();
    if let Some(instance_name) = &mut form.instance_name {
        let place = Place::new("settings", headers.settings_row, "instance_name");
        binding.bind(instance_name, &place);
    }
    for (entity, row) in form.entities.iter_mut().zip(writing.entity_rows()) {
        for (column, expression) in [
            ("label", &mut entity.label),
            ("entity_id", &mut entity.entity_id),
            ("create_if", &mut entity.create_if),
            ("update_if", &mut entity.update_if),
        ] {
            if let Some(expression) = expression {
                binding.bind(expression, &Place::new("entities", row, column));
            }
        }
    }
    for (list, rows) in form.lists.iter().zip(writing.choice_rows()) {
        for (choice, row) in list.choices.iter().zip(rows) {
            binding.check_text(&choice.label, &Place::new("choices", row, "label"));
        }
    }
}

/// What stands in the `meta` block of every record, and is no question.
const OF_RECORD: [&str; 2] = ["instanceID", "instanceName"];

/// Where something stands.
struct Place<'a> {
    sheet: &'static str,
    row: u32,
    column: &'a str,
    /// Whether names of choice columns stand alone here.
    is_filter: bool,
    /// Whether the choices of a filter are in a file, whose columns are not known.
    is_in_file: bool,
}

impl<'a> Place<'a> {
    fn new(sheet: &'static str, row: u32, column: &'a str) -> Self {
        Place {
            sheet,
            row,
            column,
            is_filter: false,
            is_in_file: false,
        }
    }
}

struct Binding<'a> {
    names: &'a Names,
    writing: &'a Writing<'a>,
    choice_columns: BTreeSet<String>,
    problems: &'a mut Problems,
}

impl Binding<'_> {
    fn items(&mut self, items: &mut [Item]) {
        for item in items {
            let row = self.names.row(item.path());
            let at = |column| Place::new("survey", row, column);
            self.check_text(item.label(), &at("label"));
            match item {
                Item::Question(question) => self.question(question, row),
                Item::Group(group) => {
                    self.bind_some(&mut group.relevant, &at("relevant"));
                    self.bind_some(&mut group.read_only, &at("read_only"));
                    self.items(&mut group.items);
                }
                Item::Repeat(repeat) => {
                    self.bind_some(&mut repeat.relevant, &at("relevant"));
                    self.bind_some(&mut repeat.read_only, &at("read_only"));
                    self.bind_some(&mut repeat.repeat_count, &at("repeat_count"));
                    self.items(&mut repeat.items);
                }
            }
        }
    }

    fn question(&mut self, question: &mut Question, row: u32) {
        let at = |column| Place::new("survey", row, column);
        self.check_text(&question.hint, &at("hint"));
        self.check_text(&question.guidance_hint, &at("guidance_hint"));
        self.check_text(&question.constraint_message, &at("constraint_message"));
        self.check_text(&question.required_message, &at("required_message"));
        for (column, expression) in [
            ("relevant", &mut question.relevant),
            ("required", &mut question.required),
            ("constraint", &mut question.constraint),
            ("calculation", &mut question.calculation),
            ("read_only", &mut question.read_only),
        ] {
            self.bind_some(expression, &at(column));
        }
        let filter = Place {
            is_filter: true,
            is_in_file: question.kind.choices().is_some_and(|source| !source.is_in_form()),
            ..at("choice_filter")
        };
        self.bind_some(&mut question.choice_filter, &filter);
        if let Some(seed) = question.shuffle.as_mut().and_then(Shuffle::seed_mut) {
            self.bind(seed, &at("parameters"));
        }
        if let Some(DefaultAnswer::Computed(expression)) = &mut question.default {
            self.bind(expression, &at("default"));
        }
    }

    fn bind_some(&mut self, expression: &mut Option<Expression>, place: &Place<'_>) {
        if let Some(expression) = expression {
            self.bind(expression, place);
        }
    }

    fn bind(&mut self, expression: &mut Expression, place: &Place<'_>) {
        for reference in expression.references() {
            self.check(&reference.name, place);
        }
        self.check_bare(expression, place);
        let names = self.names;
        expression.resolve(&|name| names.one(name).cloned());
    }

    /// Warns of names without `${}`, but for the columns that a choice filter reads.
    fn check_bare(&mut self, expression: &Expression, place: &Place<'_>) {
        for name in bare_names(expression.text()) {
            if place.is_filter && (place.is_in_file || self.choice_columns.contains(name)) {
                continue;
            }
            let message = match place.is_filter {
                true => format!("no choice has anything in a column `{name}`"),
                false => format!("`{name}` stands alone and reads nothing"),
            };
            let columns = self.choice_columns.iter().map(String::as_str);
            let hint = if !self.names.all(name).is_empty() {
                format!("to read the question, write `${{{name}}}`")
            } else if place.is_filter {
                self.problems
                    .did_you_mean(name, columns, "add the column to the sheet `choices`")
            } else {
                format!("a text is written in quotes: `'{name}'`")
            };
            let code = match place.is_filter {
                true => "unknown_choice_column",
                false => "bare_name",
            };
            // Other tools accept such names, and forms with them are in use.
            let found = self.error(code, place, message).hint(hint);
            self.problems.warn(found);
        }
    }

    fn check_text(&mut self, text: &Translated, place: &Place<'_>) {
        let mut told = BTreeSet::new();
        for (_, text) in text.iter() {
            for name in references_in(text).filter(|name| told.insert((*name).to_owned())) {
                self.check(name, place);
            }
        }
    }

    fn check(&mut self, name: &str, place: &Place<'_>) {
        let name = name.strip_prefix("last-saved#").unwrap_or(name);
        if OF_RECORD.contains(&name) {
            return;
        }
        let found = match self.names.all(name) {
            [_] => return,
            [] => {
                let known = self.names.known();
                let hint = self
                    .problems
                    .did_you_mean(name, known, "no row of the survey has this name");
                self.error(
                    "unknown_reference",
                    place,
                    format!("`${{{name}}}` names no question"),
                )
                .hint(hint)
            }
            several => {
                let paths: Vec<&str> = several.iter().map(|path| path.as_str()).collect();
                let message = format!("`${{{name}}}` may mean {}", paths.join(" or "));
                self.error("ambiguous_reference", place, message)
                    .hint("give them different names")
            }
        };
        self.problems.error(found);
    }

    fn error(&self, code: &'static str, place: &Place<'_>, message: String) -> FormError {
        match place.sheet {
            "survey" => self.writing.error(code, place.row, place.column, message),
            sheet => FormError::at(code, sheet, place.row, place.column, message),
        }
    }
}

/// The names that a text refers to as `${name}`.
fn references_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name.trim()))
        .filter(|name| !name.is_empty())
}
