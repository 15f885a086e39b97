//! Lists of choices: the further instances of the model, and the items within controls.

use std::collections::{HashMap, HashSet};

use roxmltree::Node;

use super::Parts;
use super::body::Body;
use super::document::{Document, attribute, child, elements, text_of};
use super::itemset::ItemsetSource;
use super::texts::text_id;
use crate::definition::{Choice, Definition, Element, List, Text};
use crate::read::{FormError, Problems};

/// What an item has in a list that the reference converter writes.
const VALUE: &str = "name";
const LABEL: &str = "label";
/// The path from an instance to its items that the reference converter writes.
const ITEMS: &str = "root/item";

/// The instances of the model but the first, by id.
#[derive(Default)]
pub(super) struct Lists<'d> {
    inline: Vec<Inline<'d>>,
    /// Instances that are files: their `jr://` addresses.
    files: Vec<(&'d str, &'d str, u32)>,
    by_id: HashMap<&'d str, Place>,
}

#[derive(Clone, Copy)]
enum Place {
    Inline(usize),
    File(usize),
}

struct Inline<'d> {
    id: &'d str,
    root: Node<'d, 'd>,
    /// Where its items are.
    path: String,
    value: &'d str,
    label: &'d str,
    /// Whether a select offers its items.
    is_offered: bool,
}

impl<'d> Lists<'d> {
    pub(super) fn of(
        document: &Document<'d>,
        model: Node<'d, 'd>,
        body: &Body<'d>,
        problems: &mut Problems,
    ) -> Self {
        let mut lists = Lists::default();
        let instances = elements(model).filter(|element| element.tag_name().name() == "instance");
        for instance in instances.skip(1) {
            let id = attribute(instance, "id").unwrap_or("");
            if id.is_empty() {
                let what = "an instance without an id is used by nothing";
                problems.warn(document.error(instance, "nameless_instance", "id", what));
                continue;
            }
            if lists.by_id.contains_key(id) {
                let what = format!("there is an instance `{id}` already");
                problems.error(
                    document
                        .error(instance, "duplicate_instance", "id", what)
                        .hint("give each further `instance` an `id` of its own"),
                );
                continue;
            }
            let place = match attribute(instance, "src") {
                Some(src) => {
                    lists.files.push((id, src.trim(), document.line(instance)));
                    Place::File(lists.files.len() - 1)
                }
                None => {
                    let Some(root) = elements(instance).next() else {
                        let what = format!("the instance `{id}` is empty");
                        problems.warn(document.error(instance, "empty_instance", "", what));
                        continue;
                    };
                    lists.inline.push(Inline {
                        id,
                        root,
                        path: items_path(root),
                        value: VALUE,
                        label: LABEL,
                        is_offered: false,
                    });
                    Place::Inline(lists.inline.len() - 1)
                }
            };
            lists.by_id.insert(id, place);
        }
        lists.take_references(body);
        lists
    }

    /// What of an item is its value and its label, the first select that offers the list says.
    fn take_references(&mut self, body: &Body<'d>) {
        let mut seen = vec![false; self.inline.len()];
        for itemset in body.itemsets() {
            let ItemsetSource::Instance(id, path) = itemset.source else {
                continue;
            };
            let Some(Place::Inline(nth)) = self.by_id.get(id).copied() else {
                continue;
            };
            if let (Some(inline), Some(seen)) = (self.inline.get_mut(nth), seen.get_mut(nth))
                && !std::mem::replace(seen, true)
            {
                inline.value = itemset.value;
                inline.label = itemset.label;
                inline.path = path.to_owned();
                inline.is_offered = true;
            }
        }
    }

    /// Returns the path to the items of a list whose items stand elsewhere than they are written.
    pub(super) fn renamed_path(&self, id: &str) -> Option<String> {
        let inline = self.inline_named(id).filter(|inline| inline.path != ITEMS)?;
        Some(format!("/{}", inline.path))
    }

    fn inline_named(&self, id: &str) -> Option<&Inline<'d>> {
        match self.by_id.get(id)? {
            Place::Inline(nth) => self.inline.get(*nth),
            Place::File(_) => None,
        }
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Returns the name of the file that an instance is read from: `towns.csv`.
    pub(super) fn file(&self, id: &str) -> Option<&'d str> {
        match self.by_id.get(id)? {
            Place::File(nth) => self.files.get(*nth).map(|(_, src, _)| file_name(src)),
            Place::Inline(_) => None,
        }
    }
}

/// Lists that stand as items within controls. Those that are alike are one.
#[derive(Default)]
pub(super) struct ItemLists {
    lists: Vec<List>,
    by_content: HashMap<String, String>,
    taken: HashSet<String>,
    /// How often a name has been wished for.
    wished: HashMap<String, u32>,
}

impl ItemLists {
    pub(super) fn into_lists(self) -> Vec<List> {
        self.lists
    }

    fn free_name(&mut self, wished: &str, known: &Lists<'_>) -> String {
        let times = self.wished.entry(wished.to_owned()).or_insert(0);
        loop {
            *times += 1;
            let name = match *times {
                1 => wished.to_owned(),
                nth => format!("{wished}_{nth}"),
            };
            if !known.knows(&name) && self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The path to the items: the names of the outermost element and of the first one in it.
fn items_path(root: Node<'_, '_>) -> String {
    let item = elements(root)
        .next()
        .map_or("item", |item| item.tag_name().name());
    format!("{}/{item}", root.tag_name().name())
}

fn file_name(src: &str) -> &str {
    src.rsplit_once('/').map_or(src, |(_, name)| name)
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

impl<'d> Parts<'d> {
    /// Reads the lists that are instances of the model.
    pub(super) fn choice_lists(&self, problems: &mut Problems) -> Vec<List> {
        let lists = self.lists.inline.iter();
        lists
            .map(|inline| {
                let is_empty = elements(inline.root).next().is_none();
                if is_empty && inline.is_offered {
                    let what = format!("the list `{}` has no choices", inline.id);
                    problems.error(
                        self.document
                            .error(inline.root, "no_choices", "", what)
                            .hint("put `item`s into it, or take the select out"),
                    );
                }
                let item = inline.path.rsplit_once('/').map_or("", |(_, item)| item);
                let items = elements(inline.root).filter(|element| element.tag_name().name() == item);
                List {
                    name: inline.id.to_owned(),
                    choices: items.map(|item| self.choice(inline, item, problems)).collect(),
                }
            })
            .collect()
    }

    fn choice(&self, inline: &Inline<'d>, item: Node<'d, 'd>, problems: &mut Problems) -> Choice {
        let itext = inline
            .label
            .strip_prefix("jr:itext(")
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| child(item, "itextId").map(|_| "itextId"));
        let mut choice = Choice {
            row: self.document.line(item),
            ..Choice::default()
        };
        if child(item, inline.value).is_none_or(|value| text_of(value).is_empty()) && inline.is_offered {
            problems.error(self.without_value(item));
        }
        for part in elements(item) {
            if elements(part).next().is_some() {
                let what = format!("an item of `{}` holds more than a table can", inline.id);
                problems.error(
                    self.document
                        .error(part, "nested_instance", "", what)
                        .hint("an `item` holds one element for each column, with text in it"),
                );
                continue;
            }
            let name = part.tag_name().name();
            let text = text_of(part);
            let is_value = name == inline.value;
            let is_label = itext.is_none() && name == inline.label;
            // A choice that no language has a text for has no label.
            if itext == Some(name) && self.texts.named(&text).is_some() {
                let shown = self.text_named(&text, part, None, problems);
                choice.label = shown.text;
                choice.media = shown.media;
            } else if is_label && !text.is_empty() {
                choice.label = Some(Text::Plain(text.clone()));
            }
            if is_value {
                choice.name = text.clone();
            }
            let is_plain = itext == Some(name) || (is_value && name == VALUE) || (is_label && name == LABEL);
            // Expressions may ask for it by its own name.
            if !is_plain && !text.is_empty() {
                choice.columns.push((name.to_owned(), text));
            }
        }
        choice
    }

    fn without_value(&self, item: Node<'d, 'd>) -> FormError {
        self.document
            .error(item, "choice_without_value", "", "the choice has no value")
            .hint("put into it what is kept as the answer")
    }

    /// Reads the items within a select as a list, and returns its name.
    pub(super) fn items_list(
        &self,
        control: Node<'d, 'd>,
        question: &str,
        lists: &mut ItemLists,
        problems: &mut Problems,
    ) -> String {
        let items: Vec<Node<'d, 'd>> = elements(control)
            .filter(|element| element.tag_name().name() == "item")
            .collect();
        let mut names = Vec::new();
        let mut choices = Vec::new();
        for item in items {
            let label = child(item, "label");
            let id = label.and_then(|label| attribute(label, "ref")).and_then(text_id);
            names.push(id.and_then(|id| id.rsplit_once('-')).map(|(list, _)| list));
            let shown = self.shown(label, None, problems);
            if child(item, "value").is_none_or(|value| text_of(value).is_empty()) {
                problems.error(self.without_value(item));
            }
            if shown.text.is_none() && shown.media.is_empty() {
                problems.error(
                    self.document
                        .error(item, "choice_without_label", "", "the choice has no label")
                        .hint("put a `label` into it"),
                );
            }
            choices.push(Choice {
                row: self.document.line(item),
                name: child(item, "value").map(text_of).unwrap_or_default(),
                label: shown.text,
                media: shown.media,
                columns: Vec::new(),
            });
        }
        let content = format!(
            "{:?}",
            choices
                .iter()
                .map(|c| (&c.name, &c.label, &c.media))
                .collect::<Vec<_>>()
        );
        if let Some(name) = lists.by_content.get(&content) {
            return name.clone();
        }
        // The converter names the texts of such items after their list.
        let first = names.first().copied().flatten();
        let common = first.filter(|first| names.iter().all(|name| *name == Some(first)));
        let wished = common
            .filter(|name| crate::path::check_name(name).is_ok())
            .unwrap_or(question);
        let name = lists.free_name(wished, &self.lists);
        lists.by_content.insert(content, name.clone());
        lists.lists.push(List {
            name: name.clone(),
            choices,
        });
        name
    }

    /// Adds the files that no select names: those of `pulldata` come by themselves.
    pub(super) fn put_files(&self, definition: &mut Definition) {
        let mut named = HashSet::new();
        let mut pulled = HashSet::new();
        note_files(&definition.elements, &mut named, &mut pulled);
        let named: HashSet<String> = named.into_iter().map(str::to_owned).collect();
        for (id, src, line) in &self.lists.files {
            let file = file_name(src);
            let is_last_saved = *src == "jr://instance/last-saved";
            let is_known = stem(file) == *id && (named.contains(file) || pulled.contains(*id));
            if is_last_saved || is_known {
                continue;
            }
            let kind = if src.starts_with("jr://file-csv/") || file.ends_with(".csv") {
                "csv-external"
            } else {
                "xml-external"
            };
            let mut element = Element::question(*line, kind, *id);
            if file != format!("{id}.{}", kind.trim_end_matches("-external")) {
                element.list = Some(file.to_owned());
            }
            definition.elements.push(element);
        }
    }
}

/// Notes the files that selects name, and those that `pulldata` asks.
fn note_files<'e>(elements: &'e [Element], named: &mut HashSet<&'e str>, pulled: &mut HashSet<String>) {
    for element in elements {
        named.extend(element.list.as_deref());
        let bound = element.bind.values().map(Text::any);
        let others = [&element.default, &element.choice_filter];
        for expression in bound.chain(others.into_iter().flatten().map(String::as_str)) {
            for call in expression.split("pulldata").skip(1) {
                let argument = call.trim_start().strip_prefix('(').unwrap_or("").trim_start();
                let file = argument.split(['\'', '"']).nth(1);
                pulled.extend(file.map(str::to_owned));
            }
        }
        note_files(&element.children, named, pulled);
    }
}
