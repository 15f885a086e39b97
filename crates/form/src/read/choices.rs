//! The sheet `choices`.

use std::collections::BTreeMap;

use super::columns::{self, Aliases, Use};
use super::problem::{FormError, Problems};
use super::settings::Settings;
use super::sheet::{Cell, Sheet};
use crate::model::{Choice, ChoiceList, LabelMedia};
use crate::translated::Translated;

const ALIASES: Aliases = &[
    ("list", "list_name"),
    ("listname", "list_name"),
    ("value", "name"),
    ("caption", "label"),
    ("image", "media::image"),
    ("audio", "media::audio"),
    ("video", "media::video"),
];

/// Returns the lists, in the order they begin.
pub(crate) fn read(sheet: Option<&Sheet>, settings: &Settings, problems: &mut Problems) -> Vec<ChoiceList> {
    let mut lists = Lists::default();
    let Some(sheet) = sheet else { return Vec::new() };
    let columns = columns::read(sheet, used, ALIASES, problems);
    for (row, cells) in sheet.table(&columns) {
        lists.add(&sheet.name, row, &cells, settings, problems);
    }
    lists.lists
}

fn used(name: &str) -> Option<Use> {
    match name {
        "label" => Some(Use::Translated),
        "media::image" | "media::audio" | "media::video" | "media::big_image" | "big_image" => {
            Some(Use::Ignored)
        }
        // Every further column can be read by choice filters.
        _ if !name.contains(':') => Some(Use::Read),
        _ => None,
    }
}

#[derive(Default)]
struct Lists {
    lists: Vec<ChoiceList>,
    places: BTreeMap<String, usize>,
    taken: BTreeMap<(String, String), u32>,
    unlabelled: bool,
}

impl Lists {
    fn add(
        &mut self,
        sheet: &str,
        row: u32,
        cells: &[Cell<'_>],
        settings: &Settings,
        problems: &mut Problems,
    ) {
        let mut list = String::new();
        let mut name = String::new();
        let mut label = Translated::default();
        let mut columns = BTreeMap::new();
        for cell in cells {
            match cell.column.name.as_str() {
                "list_name" => list = cell.text.to_owned(),
                "name" => name = cell.text.to_owned(),
                "label" => {
                    let language = cell
                        .column
                        .language
                        .as_ref()
                        .unwrap_or(&settings.default_language);
                    label.set(language, cell.text);
                }
                _ => {
                    columns.insert(cell.column.header.clone(), cell.text.to_owned());
                }
            }
        }
        if list.is_empty() {
            let message = "the choice belongs to no list";
            problems.error(
                FormError::at("missing_list", sheet, row, "list_name", message).hint("write the list's name"),
            );
            return;
        }
        if list.contains(char::is_whitespace) {
            let message = format!("`{list}` is no name of a list: there is a space in it");
            problems.error(
                FormError::at("invalid_list", sheet, row, "list_name", message).hint(format!(
                    "write `{}`",
                    list.split_whitespace().collect::<Vec<_>>().join("_")
                )),
            );
            return;
        }
        self.check_name(sheet, row, &list, &name, settings, problems);
        if label.is_empty() && !self.unlabelled {
            self.unlabelled = true;
            let message =
                format!("the choice `{name}` of the list `{list}` has no label; others may have none either");
            problems.warn(FormError::at("missing_label", sheet, row, "label", message));
        }
        let place = *self.places.entry(list.clone()).or_insert_with(|| {
            self.lists.push(ChoiceList {
                name: list,
                choices: Vec::new(),
            });
            self.lists.len() - 1
        });
        if let Some(list) = self.lists.get_mut(place) {
            let media = LabelMedia::default();
            list.choices.push(Choice {
                name,
                label,
                media,
                columns,
            });
        }
    }

    fn check_name(
        &mut self,
        sheet: &str,
        row: u32,
        list: &str,
        name: &str,
        settings: &Settings,
        problems: &mut Problems,
    ) {
        if name.is_empty() {
            let message = format!("a choice of the list `{list}` has no name");
            problems.error(
                FormError::at("missing_name", sheet, row, "name", message)
                    .hint("write what to keep as the answer"),
            );
        } else if name.contains(char::is_whitespace) {
            let message = format!("the choice's name `{name}` has a space in it");
            problems.error(
                FormError::at("invalid_choice_name", sheet, row, "name", message).hint(format!(
                    "write `{}`",
                    name.split_whitespace().collect::<Vec<_>>().join("_")
                )),
            );
        } else if !settings.allow_choice_duplicates {
            let before = self.taken.insert((list.to_owned(), name.to_owned()), row);
            if let Some(before) = before {
                let message = format!("the list `{list}` has a choice `{name}` in row {before} already");
                problems.error(
                    FormError::at("duplicate_choice", sheet, row, "name", message)
                        .hint("give it another name; if it is meant, write `yes` under allow_choice_duplicates in settings"),
                );
            }
        }
    }
}
