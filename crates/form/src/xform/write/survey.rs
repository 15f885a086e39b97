//! A form laid out as XForms need it: with its `meta` block, entities and loops written out, every
//! element knowing its path.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use super::item::{Id, Item, Part, Triggered};
use super::texts::has_text_ids;
use crate::definition::{Definition, List};
use crate::read::FormError;

/// The most errors that are listed of one form.
const MAX_LISTED: usize = 500;
/// The most bytes that paths and replaced references may take together.
const MAX_WRITTEN: usize = 64 * 1024 * 1024;

/// A form laid out.
pub(super) struct Survey<'a> {
    pub(super) definition: &'a Definition,
    pub(super) items: Vec<Item>,
    /// Items by name; `None` where several have the name.
    pub(super) by_name: HashMap<String, Option<Id>>,
    /// What is computed anew when the question of a name changes.
    pub(super) set_by: HashMap<String, Vec<Triggered>>,
    /// What is located anew when the question of a name changes.
    pub(super) located_by: HashMap<String, Vec<Triggered>>,
    pub(super) entities_version: Option<&'static str>,
    /// The lists of choices, and whether their labels are texts that stand apart.
    pub(super) lists: HashMap<&'a str, (&'a List, bool)>,
    /// The lists that are shown in the body since a `search()` looks choices up.
    pub(super) searched: HashSet<String>,
    problems: RefCell<Vec<FormError>>,
    written: Cell<usize>,
}

impl<'a> Survey<'a> {
    /// A form with nothing in it but its root.
    pub(super) fn new(definition: &'a Definition) -> Self {
        let name = Some(definition.root.as_str()).filter(|name| !name.is_empty());
        let mut root = Item::new(Part::Root, name.unwrap_or("data"));
        root.path = format!("/{}", root.name);
        let by_name = HashMap::from([(root.name.clone(), Some(Id(0)))]);
        Survey {
            definition,
            items: vec![root],
            by_name,
            set_by: HashMap::new(),
            located_by: HashMap::new(),
            entities_version: None,
            lists: definition
                .lists
                .iter()
                .map(|list| (list.name.as_str(), (list, has_text_ids(list))))
                .collect(),
            searched: HashSet::new(),
            problems: RefCell::default(),
            written: Cell::new(0),
        }
    }

    /// The form itself.
    pub(super) const ROOT: Id = Id(0);

    /// Puts an item at the end of what is in another.
    pub(super) fn put(&mut self, mut item: Item, parent: Id) -> Id {
        let id = Id(self.items.len());
        let mark = if item.part == Part::Attribute { "@" } else { "" };
        item.path = format!("{}/{mark}{}", self.item(parent).path, item.name);
        item.parent = Some(parent);
        self.spend(item.path.len());
        if item.is_question() || item.is_section() {
            self.by_name
                .entry(item.name.clone())
                .and_modify(|known| *known = None)
                .or_insert(Some(id));
        }
        self.items.push(item);
        if let Some(parent) = self.items.get_mut(parent.0) {
            parent.children.push(id);
        }
        id
    }

    /// Returns an item.
    pub(super) fn item(&self, id: Id) -> &Item {
        #[expect(
            clippy::indexing_slicing,
            reason = "ids are given out by `put` alone, and no item is ever taken away"
        )]
        &self.items[id.0]
    }

    /// Goes through what is in an item.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = (Id, &Item)> {
        self.item(id)
            .children
            .iter()
            .map(|child| (*child, self.item(*child)))
    }

    /// Goes through the items around an item, from the inside.
    pub(super) fn around(&self, id: Id) -> impl Iterator<Item = (Id, &Item)> {
        let parent = |id: Id| self.item(id).parent;
        std::iter::successors(parent(id), move |id| parent(*id)).map(|id| (id, self.item(id)))
    }

    /// The repeat directly around an item, whatever groups are between.
    pub(super) fn repeat_around(&self, id: Id) -> Option<Id> {
        self.around(id)
            .find(|(_, item)| item.part == Part::Repeat)
            .map(|(id, _)| id)
    }

    /// Goes through an item and everything in it, in the order of the form.
    pub(super) fn within(&self, id: Id) -> impl Iterator<Item = (Id, &Item)> {
        let mut waiting = vec![id];
        std::iter::from_fn(move || {
            let id = waiting.pop()?;
            let item = self.item(id);
            waiting.extend(item.children.iter().rev());
            Some((id, item))
        })
    }

    /// Returns a setting.
    pub(super) fn setting(&self, name: &str) -> Option<&'a str> {
        let value = self.definition.settings.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether a setting is a yes.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.setting(name)
            .is_some_and(|value| matches!(value, "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()"))
    }

    /// The language of texts that name none.
    pub(super) fn default_language(&self) -> &'a str {
        match self.definition.default_language.as_str() {
            "" => "default",
            language => language,
        }
    }

    /// Takes down that something is wrong with an item.
    pub(super) fn problem(
        &self,
        item: &Item,
        code: &'static str,
        property: &str,
        message: impl Into<String>,
        hint: &str,
    ) {
        let column = self.definition.headers.survey.get(property);
        let column = column.map_or(property, String::as_str);
        self.report(FormError::at(code, "survey", item.row, column, message).hint(hint));
    }

    /// Takes down that something is wrong.
    pub(super) fn report(&self, error: FormError) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MAX_LISTED && !problems.contains(&error) {
            problems.push(error);
        }
    }

    /// Whether no more errors are listed.
    pub(super) fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MAX_LISTED
    }

    /// Counts what is written; `false` if it has become too much.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let written = self.written.get().saturating_add(bytes);
        self.written.set(written);
        if written > MAX_WRITTEN {
            self.report(FormError::of_file(
                "form_too_large",
                "the form written out is longer than 64 MiB",
            ));
        }
        written <= MAX_WRITTEN
    }

    /// Returns what was found to be wrong.
    pub(super) fn problems(&self) -> Vec<FormError> {
        self.problems.borrow().clone()
    }
}
