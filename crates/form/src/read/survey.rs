//! The sheet `survey`: its rows become questions, groups and repeats.

use std::collections::{BTreeMap, BTreeSet};

use super::Rows;
use super::cell_type::{self, RowType};
use super::columns::{self, Aliases, Use};
use super::problem::{FormError, Problems};
use super::row::{Row, yes};
use super::settings::Settings;
use super::sheet::Sheet;
use super::unsupported;
use crate::kind::QuestionKind;
use crate::model::{
    ChoiceList, DefaultAnswer, GENERAL, Group, IDENTITY, Item, LabelMedia, PROTECTED, Question, Repeat,
};
use crate::path::{QuestionPath, check_name};

mod group;
mod question;
mod sensitivity;

/// What the sheet says.
pub(crate) struct Survey {
    pub(crate) items: Vec<Item>,
    pub(crate) rows: Rows,
    /// Items whose own row has a sensitivity.
    pub(crate) declared: BTreeSet<QuestionPath>,
    pub(crate) has_sensitivity: bool,
}

/// The deepest that groups and repeats may be nested.
const MAX_DEPTH: usize = 32;

const ALIASES: Aliases = &[
    ("readonly", "read_only"),
    ("bind::readonly", "read_only"),
    ("relevance", "relevant"),
    ("bind::relevant", "relevant"),
    ("bind::required", "required"),
    ("bind::constraint", "constraint"),
    ("calculate", "calculation"),
    ("bind::calculate", "calculation"),
    ("constraint_msg", "constraint_message"),
    ("bind::jr:constraintmsg", "constraint_message"),
    ("required_msg", "required_message"),
    ("bind::jr:requiredmsg", "required_message"),
    ("control::appearance", "appearance"),
    ("body::appearance", "appearance"),
    ("caption", "label"),
    ("command", "type"),
    ("jr:count", "repeat_count"),
    ("body::jr:count", "repeat_count"),
    ("control::jr:count", "repeat_count"),
    ("bind::entities:saveto", "save_to"),
    ("image", "media::image"),
    ("audio", "media::audio"),
    ("video", "media::video"),
    ("big_image", "media::big_image"),
    ("body::intent", "intent"),
    ("control::intent", "intent"),
];

fn used(name: &str) -> Option<Use> {
    match name {
        "type" | "name" | "relevant" | "required" | "constraint" | "calculation" | "default"
        | "choice_filter" | "read_only" | "appearance" | "parameters" | "repeat_count" | "sensitivity"
        | "reveals" | "disabled" => Some(Use::Read),
        "label" | "hint" | "guidance_hint" | "constraint_message" | "required_message" => {
            Some(Use::Translated)
        }
        _ if unsupported::IGNORED_SURVEY_COLUMNS.contains(&name) => Some(Use::Ignored),
        _ => unsupported::survey_column(name).map(Use::Refused),
    }
}

/// Reads the sheet. Expressions are parsed but their references not yet looked up.
pub(crate) fn read(
    sheet: &Sheet,
    settings: &Settings,
    lists: &[ChoiceList],
    problems: &mut Problems,
) -> Survey {
    let columns = columns::read(sheet, used, ALIASES, problems);
    let has = |name: &str| columns.iter().flatten().any(|column| column.name == name);
    for name in ["type", "name"] {
        if !has(name) {
            let message = format!("there is no column `{name}`");
            let row = sheet.rows.first().map_or(1, |row| row.number);
            problems.error(
                FormError::at("missing_column", &sheet.name, row, name, message)
                    .hint("the first row of the sheet holds the names of the columns: type, name, label, …"),
            );
        }
    }
    let mut builder = Builder {
        lists: lists.iter().map(|list| (list.name.as_str(), list)).collect(),
        used_lists: BTreeSet::new(),
        open: vec![Open::root()],
        rows: Rows::new(),
        declared: BTreeSet::new(),
        new_compartments: BTreeSet::new(),
    };
    for (number, cells) in sheet.table(&columns) {
        let row = Row::new(&sheet.name, number, cells, &settings.default_language);
        if row.text("type").starts_with('#') || row.flag("disabled", problems) {
            continue;
        }
        builder.add(&row, problems);
    }
    builder.finish(sheet, has("sensitivity"), problems)
}

/// A group or repeat whose end has not come yet, or the form itself.
struct Open {
    /// The group or repeat; `None` for the form itself, or one that could not be read.
    container: Option<Item>,
    is_repeat: bool,
    row: u32,
    path: Option<QuestionPath>,
    compartment: String,
    items: Vec<Item>,
    names: BTreeMap<String, u32>,
}

impl Open {
    fn root() -> Self {
        Open {
            container: None,
            is_repeat: false,
            row: 0,
            path: None,
            compartment: GENERAL.to_owned(),
            items: Vec::new(),
            names: BTreeMap::new(),
        }
    }
}

struct Builder<'a> {
    lists: BTreeMap<&'a str, &'a ChoiceList>,
    used_lists: BTreeSet<String>,
    /// Never empty: the first is the form itself.
    open: Vec<Open>,
    rows: Rows,
    declared: BTreeSet<QuestionPath>,
    new_compartments: BTreeSet<String>,
}

impl Builder<'_> {
    fn add(&mut self, row: &Row<'_>, problems: &mut Problems) {
        let text = row.text("type");
        if text.is_empty() {
            problems.error(
                row.error("missing_type", "type", "the row has no type")
                    .hint("write a type such as text, integer or select_one list_name, or take the row out"),
            );
            return;
        }
        match cell_type::read(text) {
            Ok(RowType::Question(kind)) => self.question(row, kind, problems),
            Ok(RowType::BeginGroup) => self.begin(row, false, problems),
            Ok(RowType::BeginRepeat) => self.begin(row, true, problems),
            Ok(RowType::EndGroup) => self.end(row, false, problems),
            Ok(RowType::EndRepeat) => self.end(row, true, problems),
            Err(refusal) => {
                problems.error(
                    row.error(refusal.code, "type", refusal.message)
                        .hint(refusal.hint),
                );
                // So that references to it are not also unknown.
                self.reserve(row, problems);
            }
        }
    }

    /// Takes the row's name in the innermost open group, if it is one.
    fn reserve(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<QuestionPath> {
        let name = row.text("name");
        if name.is_empty() {
            problems.error(
                row.error("missing_name", "name", "the row has no name")
                    .hint("give it a short name of letters, digits and `_`, such as `head_age`"),
            );
            return None;
        }
        if let Err(why) = check_name(name) {
            let message = format!("`{name}` cannot name a question: {why}");
            problems.error(
                row.error("invalid_name", "name", message)
                    .hint(format!("write `{}`", sound_name(name))),
            );
            return None;
        }
        let open = self.open.last_mut()?;
        if let Some(before) = open.names.get(name) {
            let message = format!("the name `{name}` is taken by row {before} already");
            problems.error(
                row.error("duplicate_name", "name", message)
                    .hint("names are different within a group; give it another"),
            );
            return None;
        }
        open.names.insert(name.to_owned(), row.number);
        let path = match &open.path {
            Some(outer) => outer.join(name).ok()?,
            None => name.parse().ok()?,
        };
        self.rows.insert(path.clone(), row.number);
        Some(path)
    }

    fn finish(mut self, sheet: &Sheet, has_sensitivity: bool, problems: &mut Problems) -> Survey {
        while self.open.len() > 1 {
            if let Some(open) = self.open.last() {
                let (what, end) = if open.is_repeat {
                    ("repeat", "end_repeat")
                } else {
                    ("group", "end_group")
                };
                let message = format!("the {what} is never ended");
                problems.error(
                    FormError::at("unbalanced_group", &sheet.name, open.row, "type", message)
                        .hint(format!("add a row `{end}` after its last question")),
                );
            }
            self.close();
        }
        for list in self.lists.keys().filter(|list| !self.used_lists.contains(**list)) {
            let message = format!("no question uses the list `{list}`");
            problems.warn(FormError::at("unused_list", "choices", 0, "list_name", message));
        }
        let items = self.open.pop().map(|open| open.items).unwrap_or_default();
        if items.is_empty() && !problems.has_errors() {
            problems.error(
                FormError::at("no_questions", &sheet.name, 0, "", "the form has no questions")
                    .hint("write one question in each row below the header"),
            );
        }
        Survey {
            items,
            rows: self.rows,
            declared: self.declared,
            has_sensitivity,
        }
    }
}

fn sound_name(name: &str) -> String {
    let sound: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "_-.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let sound = sound.chars().take(60).collect::<String>();
    if check_name(&sound).is_ok() {
        sound
    } else {
        format!("q_{sound}")
    }
}
