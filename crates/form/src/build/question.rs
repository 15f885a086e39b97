//! An element that asks, shows or computes something.

use super::names::is_data;
use super::{Around, Builder};
use crate::definition::{Element, Generated};
use crate::expression::Expression;
use crate::kind::QuestionKind;
use crate::model::{Audit, DefaultAnswer, ExternalData, Item, LocationTracking, Question, SaveTo, Shuffle};
use crate::path::QuestionPath;
use crate::value::{Value, ValueError};
use crate::xlsform::is_dynamic;

/// What stands before the name of a file that is the default of a question.
const FILE_SCHEMES: [&str; 4] = ["jr://images/", "jr://audio/", "jr://video/", "jr://file/"];

impl Builder<'_> {
    pub(super) fn question(
        &mut self,
        element: &Element,
        path: QuestionPath,
        around: &Around,
        before: Option<&Item>,
    ) -> Option<Item> {
        let writing = self.writing();
        let kind = self.kind(element);
        let computes = !matches!(kind, QuestionKind::Metadata(_));
        let compartment = match (element.generated, before) {
            // What else somebody said is kept where the choice is.
            (Some(Generated::Other), Some(Item::Question(choice))) => choice.compartment.clone(),
            _ => self.compartment(element, &path, around),
        };
        let read_only = match element.type_name.as_str() {
            "note" if kind != QuestionKind::Note => Some("true()"),
            _ => element.bound("readonly"),
        };
        let message = |attribute: &str| writing.text(element.bind.get(attribute));
        let question = Question {
            name: element.name.clone(),
            label: writing.text(element.label.as_ref()),
            hint: writing.text(element.hint.as_ref()),
            guidance_hint: writing.text(element.guidance_hint.as_ref()),
            media: self.media(&element.media),
            relevant: writing.expression(element, "relevant", element.bound("relevant"), self.problems),
            required: writing.condition(element, "required", element.bound("required"), self.problems),
            required_message: message("jr:requiredMsg"),
            constraint: writing.expression(element, "constraint", element.bound("constraint"), self.problems),
            constraint_message: message("jr:constraintMsg"),
            calculation: writing
                .expression(element, "calculation", element.bound("calculate"), self.problems)
                .filter(|_| computes),
            default: self.default(element, &kind),
            triggers: self.triggers(element),
            choice_filter: writing
                .expression(
                    element,
                    "choice_filter",
                    element.choice_filter.as_deref(),
                    self.problems,
                )
                .filter(|_| kind.choices().is_some()),
            shuffle: self.shuffle(element),
            read_only: writing.condition(element, "read_only", read_only, self.problems),
            autoplay: element.control.get("autoplay").cloned().unwrap_or_default(),
            save_to: self.save_to(element),
            appearance: appearance(element),
            parameters: element.parameters.clone(),
            compartment,
            reveals: self.reveals(element),
            path,
            kind,
        };
        self.warn_of_what_is_ignored(element, &question);
        Some(Item::Question(question))
    }

    /// The files of data that expressions read as `instance('name')`.
    pub(super) fn data_file(&mut self, element: &Element) -> bool {
        if is_data(element) {
            let extension = element.type_name.split('-').next().unwrap_or_default();
            let name = element
                .name
                .strip_suffix(&format!(".{extension}"))
                .unwrap_or(&element.name);
            self.external_data.push(ExternalData {
                name: name.to_owned(),
                file: format!("{name}.{extension}"),
            });
            return true;
        }
        false
    }

    /// What is logged of the interview.
    pub(super) fn audit(&mut self) -> Option<Audit> {
        let (element, further) = self.definition.audits.split_first()?;
        for element in further {
            let message = "a form has one audit, and there is one already";
            let found = self
                .writing()
                .error("duplicate_name", element.row, "type", message);
            self.problems
                .error(found.hint("put all its parameters into one row"));
        }
        let parameter = |name: &str| element.parameters.get(name).map(String::as_str);
        let seconds = |name: &str| parameter(name).and_then(|text| text.parse().ok());
        let location = parameter("location-priority").map(|priority| LocationTracking {
            priority: priority.to_owned(),
            min_interval: seconds("location-min-interval").unwrap_or_default(),
            max_age: seconds("location-max-age").unwrap_or_default(),
        });
        let is_on = |name: &str| parameter(name) == Some("true");
        Some(Audit {
            location,
            track_changes: is_on("track-changes"),
            track_changes_reasons: parameter("track-changes-reasons")
                .is_some_and(|when| when == "on-form-edit"),
            identify_user: is_on("identify-user"),
        })
    }

    fn default(&mut self, element: &Element, kind: &QuestionKind) -> Option<DefaultAnswer> {
        let text = element
            .default
            .as_deref()
            .filter(|text| !text.trim().is_empty())?;
        let writing = self.writing();
        if is_dynamic(text, &element.written_type) {
            let expression = writing.expression(element, "default", Some(text), self.problems);
            return expression.map(DefaultAnswer::Computed);
        }
        let text = FILE_SCHEMES
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .unwrap_or(text);
        match Value::parse(kind, text) {
            Ok(value) => {
                self.check_choices(element, kind, &value);
                Some(DefaultAnswer::Fixed(value))
            }
            Err(ValueError::Empty | ValueError::Note) => None,
            Err(why) => {
                let message = format!(
                    "`{text}` is no answer to this {} question, so it is ignored",
                    kind.word()
                );
                let found = writing.error("invalid_default", element.row, "default", message);
                self.problems.warn(found.hint(why.to_string()));
                None
            }
        }
    }

    /// Warns of a default that the question does not offer.
    fn check_choices(&mut self, element: &Element, kind: &QuestionKind, value: &Value) {
        let taken = match value {
            Value::SelectOne(name) => std::slice::from_ref(name),
            Value::SelectMultiple(names) | Value::Rank(names) => names,
            _ => return,
        };
        let list = kind
            .list()
            .and_then(|name| self.definition.lists.iter().find(|list| list.name == name));
        let Some(list) = list else { return };
        for name in taken {
            if !list.choices.iter().any(|choice| choice.name == *name) {
                let names = list.choices.iter().map(|choice| choice.name.as_str());
                let hint = self
                    .problems
                    .did_you_mean(name, names, "write the name of a choice in the list");
                let message = format!("the list `{}` has no choice `{name}`", list.name);
                let found = self
                    .writing()
                    .error("unknown_choice", element.row, "default", message);
                self.problems.warn(found.hint(hint));
            }
        }
    }

    fn triggers(&mut self, element: &Element) -> Vec<QuestionPath> {
        let mut triggers = Vec::new();
        for name in &element.triggers {
            match self.names.one(name) {
                Some(path) => triggers.push(path.clone()),
                None => {
                    let hint = "write the name of one question, like `${age}`";
                    let message = format!("`${{{name}}}` names no question, or several");
                    let found = self
                        .writing()
                        .error("unknown_reference", element.row, "trigger", message);
                    self.problems.error(found.hint(hint));
                }
            }
        }
        triggers
    }

    fn shuffle(&mut self, element: &Element) -> Option<Shuffle> {
        if element.parameters.get("randomize").map(String::as_str) != Some("true") {
            return None;
        }
        let Some(seed) = element.parameters.get("seed") else {
            return Some(Shuffle::Anew);
        };
        let writing = self.writing();
        writing
            .expression(element, "parameters", Some(seed), self.problems)
            .map(Shuffle::Seeded)
    }

    fn save_to(&mut self, element: &Element) -> Option<SaveTo> {
        let property = element.bound("entities:saveto")?.to_owned();
        let only = match self.definition.entities.as_slice() {
            [entity] => Some(&entity.list),
            _ => None,
        };
        let Some(list) = element.saves_to_list.as_ref().or(only) else {
            let message = format!("`{property}` may be a property of several entity lists, or of none");
            let found = self
                .writing()
                .error("unknown_entity_list", element.row, "save_to", message);
            self.problems
                .error(found.hint("write `list#property`, and declare the list in the sheet `entities`"));
            return None;
        };
        Some(SaveTo {
            list: list.clone(),
            property,
        })
    }

    fn warn_of_what_is_ignored(&mut self, element: &Element, question: &Question) {
        let writing = self.writing();
        let mut ignored = |column: &str, message: &str, hint: &str| {
            let found = writing.error("ignored_cell", element.row, column, message);
            self.problems.warn(found.hint(hint));
        };
        if matches!(question.kind, QuestionKind::Metadata(_)) && element.bound("calculate").is_some() {
            let message = "it is filled in by the device, so the calculation is ignored";
            ignored("calculation", message, "take the calculation out");
        }
        if element.repeat_count.is_some() {
            let message = "only repeats have a repeat_count, so it is ignored";
            ignored("repeat_count", message, "move it to the row begin_repeat");
        }
        if element.choice_filter.is_some() && question.kind.choices().is_none() {
            let message = "only questions with choices have a choice_filter, so it is ignored";
            ignored("choice_filter", message, "use `relevant` to ask only sometimes");
        }
        if question.kind == QuestionKind::Note && question.required.is_some() {
            let message = "a note cannot be answered, so it is not required";
            self.problems
                .warn(writing.error("required_note", element.row, "required", message));
        }
    }
}

/// How an element looks: in a table of selects not as it is written.
pub(super) fn appearance(element: &Element) -> String {
    let shown = element.control.get("appearance").or(element.appearance.as_ref());
    shown.cloned().unwrap_or_default()
}

impl Shuffle {
    /// The expression of the seed, if there is one.
    pub(super) fn seed_mut(&mut self) -> Option<&mut Expression> {
        match self {
            Shuffle::Seeded(seed) => Some(seed),
            Shuffle::Anew => None,
        }
    }
}
