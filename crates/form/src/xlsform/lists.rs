//! Lists of choices.

use std::collections::{HashMap, HashSet};

use super::header::{CHOICES, Known};
use super::names::is_xml_name;
use super::node::Node;
use super::table::Table;
use crate::definition::{Choice, List, Text};
use crate::read::{Problems, Sheet, nearest};

/// Lists by name.
#[derive(Default)]
pub(super) struct Lists {
    lists: Vec<List>,
    places: HashMap<String, usize>,
}

impl Lists {
    pub(super) fn get(&self, name: &str) -> Option<&List> {
        self.lists.get(*self.places.get(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut List> {
        self.lists.get_mut(*self.places.get(name)?)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(|list| list.name.as_str())
    }

    pub(super) fn into_lists(self) -> Vec<List> {
        self.lists
    }

    fn add(&mut self, name: &str, choice: Choice) {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.lists.push(List {
                name: name.to_owned(),
                choices: Vec::new(),
            });
            self.lists.len() - 1
        });
        if let Some(list) = self.lists.get_mut(place) {
            list.choices.push(choice);
        }
    }

    /// Appends `other` to a list that has no choice of that name.
    pub(super) fn add_other(&mut self, name: &str) {
        let Some(list) = self.get_mut(name) else { return };
        if list.choices.iter().any(|choice| choice.name == "other") {
            return;
        }
        let mut languages: Vec<&str> = Vec::new();
        for choice in &list.choices {
            if let Some(Text::ByLanguage(texts)) = &choice.label {
                for (language, _) in texts {
                    if !languages.contains(&language.as_str()) {
                        languages.push(language);
                    }
                }
            }
        }
        let label = if languages.is_empty() {
            Text::Plain("Other".to_owned())
        } else {
            Text::ByLanguage(
                languages
                    .into_iter()
                    .map(|language| (language.to_owned(), "Other".to_owned()))
                    .collect(),
            )
        };
        list.choices.push(Choice {
            name: "other".to_owned(),
            label: Some(label),
            ..Choice::default()
        });
    }
}

/// Reads the sheet `external_choices` or `osm`, in which little is checked.
pub(super) fn read_loosely<'a>(
    sheet: &'a Sheet,
    default_language: &str,
    problems: &mut Problems,
) -> (Table<'a>, Lists) {
    let mut table = Table::read(sheet, &CHOICES, default_language, false, problems);
    let mut lists = Lists::default();
    for row in std::mem::take(&mut table.rows) {
        if row.values.has("list name") {
            let (list, choice) = choice(row.number, row.values);
            lists.add(&list, choice);
        }
    }
    (table, lists)
}

/// Reads the sheet `choices`.
pub(super) fn read<'a>(
    sheet: &'a Sheet,
    default_language: &str,
    may_repeat: bool,
    problems: &mut Problems,
) -> (Table<'a>, Lists) {
    let mut table = Table::read(sheet, &CHOICES, default_language, false, problems);
    let rows = std::mem::take(&mut table.rows);
    if !rows.is_empty() && !table.has_column("name") {
        let hint = table
            .suggestion("name", &CHOICES)
            .unwrap_or_else(|| "call the column with what is kept as the answer `name`".to_owned());
        problems.error(
            table
                .error("missing_column", 1, &[], "the sheet has no column `name`")
                .hint(hint),
        );
        return (table, Lists::default());
    }
    let unread = check_headers(&table, &CHOICES, problems);
    let mut lists = Lists::default();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut unsound = HashSet::new();
    for row in rows {
        let number = row.number;
        if !row.values.has("list name") {
            problems.warn(
                table
                    .error(
                        "choice_without_list",
                        number,
                        &["list name"],
                        "the choice belongs to no list and is not read",
                    )
                    .hint("write the name of its list"),
            );
            continue;
        }
        let has_name = row.values.has("name");
        let (list, mut choice) = choice(number, row.values);
        choice.columns.retain(|(name, _)| !unread.contains(name));
        for (name, _) in &choice.columns {
            if name != "sms_option" && !is_xml_name(name) && unsound.insert(name.clone()) {
                let message = format!("`{name}` cannot name a column that expressions read");
                problems.error(
                    table
                        .error("invalid_choice_column", 1, &[name.as_str()], message)
                        .hint("begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it"),
                );
            }
        }
        if !has_name {
            problems.error(
                table
                    .error("missing_choice_name", number, &["name"], "the choice has no name")
                    .hint("write what is to be kept as the answer"),
            );
            continue;
        }
        if choice.label.is_none() {
            let message = format!("the choice `{}` has no label", choice.name);
            problems.warn(
                table
                    .error("missing_choice_label", number, &["label"], message)
                    .hint("write what is shown to whoever asks"),
            );
        }
        if !may_repeat && !seen.insert((list.clone(), choice.name.clone())) {
            let message = format!("`{}` is in the list `{list}` twice", choice.name);
            problems.error(
                table
                    .error("duplicate_choice", number, &["name"], message)
                    .hint("give it another name, or write `yes` into the setting `allow_choice_duplicates`"),
            );
        }
        lists.add(&list, choice);
    }
    (table, lists)
}

/// Warns of headers that are not read, and returns them.
fn check_headers(table: &Table<'_>, known: &Known, problems: &mut Problems) -> HashSet<String> {
    let mut unread = HashSet::new();
    for column in &table.columns {
        let Some(first) = column.tokens.first() else {
            continue;
        };
        if first == "list name" {
            continue;
        }
        if first.is_empty() || first.contains(' ') {
            let message = format!(
                "the column `{}` is not read, because there is a space in its name",
                column.header
            );
            problems.warn(
                table
                    .error("unread_choice_column", 1, &[first.as_str()], message)
                    .hint("write `_` for the space if expressions are to read it"),
            );
            unread.insert(column.tokens.join("::"));
        } else if !known.columns.contains(&first.as_str())
            && !first.starts_with('_')
            && let Some(meant) = nearest(
                first,
                ["list_name", "name", "label", "media", "image", "audio", "video"],
            )
            .filter(|meant| *meant != first.as_str() && !table.has_column(meant))
        {
            let message = format!(
                "the column `{}` is kept for expressions to read, not shown",
                column.header
            );
            problems.warn(
                table
                    .error("unknown_column", 1, &[first.as_str()], message)
                    .hint(format!("did you mean `{meant}`?")),
            );
        }
    }
    unread
}

fn choice(row: u32, mut values: super::node::Branch) -> (String, Choice) {
    let list = values
        .take("list name")
        .map_or_else(String::new, |node| node.any().to_owned());
    let name = values
        .take("name")
        .map_or_else(String::new, |node| node.any().to_owned());
    let label = values.take("label").map(Node::into_text);
    let media = super::survey::texts(values.take("media"));
    let sms_option = values.take("sms_option");
    let mut columns = Vec::new();
    for (column, node) in values.iter() {
        flatten(column, node, &mut columns);
    }
    if let Some(option) = sms_option {
        columns.push(("sms_option".to_owned(), option.any().to_owned()));
    }
    let choice = Choice {
        row,
        name,
        label,
        media,
        columns,
    };
    (list, choice)
}

fn flatten(name: &str, node: &Node, columns: &mut Vec<(String, String)>) {
    match node {
        Node::Text(text) => columns.push((name.to_owned(), text.clone())),
        Node::Branch(branch) => {
            for (part, node) in branch.iter() {
                flatten(&format!("{name}::{part}"), node, columns);
            }
        }
    }
}
