//! A row of the sheet `survey` that asks, shows or computes something.

use super::*;
use crate::value::{Value, ValueError};

impl<'a> Builder<'a> {
    pub(super) fn question(&mut self, row: &Row<'_>, kind: QuestionKind, problems: &mut Problems) {
        let list = self.check_list(row, &kind, problems);
        let path = self.reserve(row, problems);
        let compartment = self.compartment(row, path.as_ref(), problems);
        let reveals = self.reveals(row, problems);
        let question = Question {
            name: row.text("name").to_owned(),
            label: row.translated("label"),
            hint: row.translated("hint"),
            guidance_hint: row.translated("guidance_hint"),
            relevant: row.expression("relevant", problems),
            required: row.condition("required", problems),
            required_message: row.translated("required_message"),
            constraint: row.expression("constraint", problems),
            constraint_message: row.translated("constraint_message"),
            calculation: row.expression("calculation", problems),
            default: self.default(row, &kind, list, problems),
            choice_filter: row.expression("choice_filter", problems),
            read_only: row.condition("read_only", problems),
            media: LabelMedia::default(),
            triggers: Vec::new(),
            shuffle: None,
            autoplay: String::new(),
            save_to: None,
            appearance: row.text("appearance").to_owned(),
            parameters: row.parameters(problems),
            compartment,
            reveals,
            // Stands in only where an error was already found; such a form is never given out.
            path: path.clone().unwrap_or_else(|| QuestionPath::stand_in(row.number)),
            kind,
        };
        self.check_columns(row, &question, problems);
        if path.is_some()
            && let Some(open) = self.open.last_mut()
        {
            open.items.push(Item::Question(question));
        }
    }

    /// The list of a select question. Complains if there is none of its name.
    fn check_list(
        &mut self,
        row: &Row<'_>,
        kind: &QuestionKind,
        problems: &mut Problems,
    ) -> Option<&'a ChoiceList> {
        let name = kind.list()?;
        self.used_lists.insert(name.to_owned());
        let list = self.lists.get(name).copied();
        if list.is_none() {
            let names = self.lists.keys().copied();
            let hint = problems.did_you_mean(name, names, "add its choices to the sheet `choices`");
            let message = format!("there is no list of choices `{name}`");
            problems.error(row.error("unknown_list", "type", message).hint(hint));
        }
        list
    }

    fn default(
        &self,
        row: &Row<'_>,
        kind: &QuestionKind,
        list: Option<&ChoiceList>,
        problems: &mut Problems,
    ) -> Option<DefaultAnswer> {
        let text = row.text("default");
        if text.is_empty() {
            return None;
        }
        if is_computed(text) {
            return row.expression("default", problems).map(DefaultAnswer::Computed);
        }
        let value = match Value::parse(kind, text) {
            Ok(value) => value,
            Err(ValueError::Empty | ValueError::Note) => return None,
            Err(why) => {
                let message = format!("`{text}` is no answer to this {} question", kind.word());
                problems.error(
                    row.error("invalid_default", "default", message)
                        .hint(why.to_string()),
                );
                return None;
            }
        };
        let taken: Vec<&str> = match &value {
            Value::SelectOne(name) => vec![name],
            Value::SelectMultiple(names) => names.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let choices = list.map_or(&[][..], |list| &list.choices);
        for name in taken {
            if list.is_some() && !choices.iter().any(|choice| choice.name == name) {
                let names = choices.iter().map(|choice| choice.name.as_str());
                let hint = problems.did_you_mean(name, names, "write the name of a choice in the list");
                let message = format!("the list has no choice `{name}`");
                problems.error(row.error("unknown_choice", "default", message).hint(hint));
            }
        }
        Some(DefaultAnswer::Fixed(value))
    }

    /// Complains about columns that do not go with the kind of question.
    fn check_columns(&self, row: &Row<'_>, question: &Question, problems: &mut Problems) {
        let kind = &question.kind;
        if *kind == QuestionKind::Calculate
            && row.text("calculation").is_empty()
            && question.default.is_none()
        {
            problems.error(
                row.error("missing_calculation", "calculation", "the row computes nothing")
                    .hint("write how it is computed in the column `calculation`"),
            );
        }
        if !kind.has_value() && question.calculation.is_some() {
            problems.error(
                row.error("misplaced_column", "calculation", "a note computes nothing")
                    .hint("compute it in a row of type calculate, and show it with `${its_name}` in the note's label"),
            );
        }
        if matches!(kind, QuestionKind::Metadata(_)) && question.calculation.is_some() {
            problems.error(
                row.error(
                    "misplaced_column",
                    "calculation",
                    "it is filled in by the device, not computed",
                )
                .hint("take the calculation out"),
            );
        }
        if !row.text("repeat_count").is_empty() {
            let message = "only repeats have a repeat_count, so it is ignored";
            problems.warn(
                row.error("ignored_cell", "repeat_count", message)
                    .hint("move it to the row begin_repeat"),
            );
        }
        if question.choice_filter.is_some() && kind.list().is_none() {
            let message = "only select questions have a choice_filter";
            problems.error(
                row.error("misplaced_column", "choice_filter", message)
                    .hint("use `relevant` to ask only sometimes"),
            );
        }
        if (kind.is_asked() || *kind == QuestionKind::Note)
            && question.label.is_empty()
            && question.hint.is_empty()
            && question.calculation.is_none()
        {
            problems.warn(row.error(
                "missing_label",
                "label",
                format!("`{}` has no label", question.name),
            ));
        }
        if *kind == QuestionKind::Note && question.required.is_some() {
            let message = "a note cannot be answered, so it is not required";
            problems.warn(row.error("required_note", "required", message));
        }
    }
}

/// Whether a default is computed: it refers to a question, or is a call like `today()`.
fn is_computed(text: &str) -> bool {
    if text.contains("${") {
        return true;
    }
    let Some((function, _)) = text.split_once('(') else {
        return false;
    };
    text.ends_with(')')
        && function.starts_with(|c: char| c.is_ascii_alphabetic())
        && function
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c))
}
