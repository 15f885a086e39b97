//! The names of a form's questions, groups and repeats, and where each is.

use std::collections::BTreeMap;

use super::{MAX_DEPTH, MAX_ITEMS};
use crate::definition::{Element, ElementKind};
use crate::path::{QuestionPath, check_name};
use crate::read::{FormError, Problems};

/// The names of a form, and what has each.
pub(super) struct Names {
    by_name: BTreeMap<String, Vec<QuestionPath>>,
    places: BTreeMap<QuestionPath, Place>,
    is_full: bool,
}

/// The longest path of an answer in a record, in bytes.
const MAX_PATH: usize = 1_900;
/// How many of them each repeat instance takes.
const INSTANCE_BYTES: usize = 40;

/// What is around an element.
#[derive(Default)]
struct Outer {
    path: Option<QuestionPath>,
    depth: usize,
    repeats: usize,
}

/// Where an item comes from.
struct Place {
    row: u32,
    is_question: bool,
    is_in_repeat: bool,
}

impl Names {
    /// Gathers the names. Complains about those that cannot be one, or are taken.
    pub(super) fn of(elements: &[Element], problems: &mut Problems) -> Self {
        let mut names = Names {
            by_name: BTreeMap::new(),
            places: BTreeMap::new(),
            is_full: false,
        };
        names.gather(elements, &Outer::default(), problems);
        names
    }

    /// What is called `name`, if exactly one thing is.
    pub(super) fn one(&self, name: &str) -> Option<&QuestionPath> {
        match self.all(name) {
            [path] => Some(path),
            _ => None,
        }
    }

    /// Everything that is called `name`.
    pub(super) fn all(&self, name: &str) -> &[QuestionPath] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// All names there are.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The row that an item stands in; 0 if it stands in none.
    pub(super) fn row(&self, path: &QuestionPath) -> u32 {
        self.places.get(path).map_or(0, |place| place.row)
    }

    /// Whether a path is that of a question in a repeat.
    pub(super) fn is_question_in_repeat(&self, path: &QuestionPath) -> bool {
        let place = self.places.get(path);
        place.is_some_and(|place| place.is_question && place.is_in_repeat)
    }

    /// Whether this element is what the path names, and not a later one of the same name.
    pub(super) fn is_first(&self, path: &QuestionPath, element: &Element) -> bool {
        let is_question = element.kind == ElementKind::Question;
        let place = self.places.get(path);
        place.is_some_and(|place| place.row == element.row && place.is_question == is_question)
    }

    fn gather(&mut self, elements: &[Element], outer: &Outer, problems: &mut Problems) {
        for element in elements {
            if is_data(element) {
                continue;
            }
            if self.places.len() >= MAX_ITEMS {
                if !self.is_full {
                    let message = format!("the form has more than {MAX_ITEMS} questions");
                    problems.error(
                        error("too_many_rows", element, "type", message).hint("divide it into several forms"),
                    );
                }
                self.is_full = true;
                return;
            }
            if let Some(path) = self.add(element, outer, problems) {
                if !element.children.is_empty() && outer.depth >= MAX_DEPTH {
                    let message = format!("groups are nested more than {MAX_DEPTH} deep");
                    problems.error(
                        error("too_deep", element, "type", message)
                            .hint("close groups that need not be open"),
                    );
                    continue;
                }
                let is_repeat = element.kind == ElementKind::Repeat;
                let inner = Outer {
                    path: Some(path),
                    depth: outer.depth + 1,
                    repeats: outer.repeats + usize::from(is_repeat),
                };
                self.gather(&element.children, &inner, problems);
            }
        }
    }

    fn add(&mut self, element: &Element, outer: &Outer, problems: &mut Problems) -> Option<QuestionPath> {
        let name = element.name.as_str();
        if name.is_empty() {
            problems.error(
                error("missing_name", element, "name", "the row has no name")
                    .hint("give it a short name of letters, digits and `_`, such as `head_age`"),
            );
            return None;
        }
        if let Err(why) = check_name(name) {
            let message = format!("`{name}` cannot name a question: {why}");
            problems.error(
                error("invalid_name", element, "name", message).hint(format!("write `{}`", sound_name(name))),
            );
            return None;
        }
        let path = match &outer.path {
            Some(outer) => outer.join(name).ok()?,
            None => name.parse().ok()?,
        };
        if path.as_str().len() + outer.repeats * INSTANCE_BYTES > MAX_PATH {
            let message = format!("the names of `{name}` and the groups around it are too long together");
            problems.error(
                error("too_long_path", element, "name", message).hint("give the groups shorter names"),
            );
            return None;
        }
        if let Some(before) = self.places.get(&path) {
            let message = format!("the name `{name}` is taken by row {} already", before.row);
            problems.error(
                error("duplicate_name", element, "name", message)
                    .hint("names are different within a group; give it another"),
            );
            return None;
        }
        let place = Place {
            row: element.row,
            is_question: element.kind == ElementKind::Question,
            is_in_repeat: outer.repeats > 0,
        };
        self.places.insert(path.clone(), place);
        self.by_name
            .entry(name.to_owned())
            .or_default()
            .push(path.clone());
        Some(path)
    }
}

/// Whether a row only names a file of data, which is no question of the record.
pub(super) fn is_data(element: &Element) -> bool {
    element.kind == ElementKind::Question
        && matches!(element.type_name.as_str(), "csv-external" | "xml-external")
}

fn error(code: &'static str, element: &Element, column: &str, message: impl Into<String>) -> FormError {
    FormError::at(code, "survey", element.row, column, message)
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
        .take(60)
        .collect();
    if check_name(&sound).is_ok() {
        sound
    } else {
        format!("q_{sound}")
    }
}
