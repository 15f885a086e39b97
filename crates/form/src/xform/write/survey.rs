//! A form laid out as XForms need it: with its `meta` block, entities and loops written out, every
//! element knowing its path.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};

use super::texts::has_text_ids;
use crate::definition::{Definition, List, Text};
use crate::read::FormError;

/// The most errors that are listed of one form.
const MAX_LISTED: usize = 500;
/// The most bytes that paths and replaced references may take together.
const MAX_WRITTEN: usize = 64 * 1024 * 1024;

/// An item of a [`Survey`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Id(pub(super) usize);

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// The form itself.
    Root,
    /// A group, also one of those that a loop is written out as.
    Group,
    /// A `meta` block, which is not in the body.
    Meta,
    /// A repeat.
    Repeat,
    /// A loop: a group of one group for each choice.
    Loop,
    /// A question of any kind.
    Question(Control),
    /// A file of choices that is merely declared.
    External,
    /// An entity.
    Entity,
    /// An attribute of an entity.
    Attribute,
    /// The label of an entity.
    EntityLabel,
}

/// How a question is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Control {
    /// Not at all.
    Unseen,
    /// With nothing in it but what it is shown with.
    Plain,
    /// With choices.
    Select,
    /// As a range, possibly with labels at its ticks.
    Range,
    /// As a place, possibly with others to refer to.
    Geo,
    /// As places of a map with tags.
    Osm,
}

/// Something that is done when an event happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Action {
    /// The element: `setvalue`, ….
    pub(super) name: &'static str,
    /// The event.
    pub(super) event: &'static str,
    /// The value that is set, if it is not the default.
    pub(super) value: Option<&'static str>,
    /// How good a recording is to be.
    pub(super) quality: Option<String>,
}

/// A question that is computed anew when another changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Triggered {
    /// Its name.
    pub(super) name: String,
    /// What it is computed from.
    pub(super) value: String,
}

/// An element of the record, or a file that is declared.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) part: Part,
    pub(super) parent: Option<Id>,
    pub(super) children: Vec<Id>,
    pub(super) row: u32,
    pub(super) name: String,
    /// The path from the root of the record.
    pub(super) path: String,
    /// The type by its canonical name.
    pub(super) type_name: String,
    /// The type as it is written.
    pub(super) written_type: String,
    pub(super) label: Option<Text>,
    pub(super) hint: Option<Text>,
    pub(super) guidance: Option<Text>,
    pub(super) media: BTreeMap<String, Text>,
    /// `None` if it has no bind.
    pub(super) bind: Option<BTreeMap<String, Text>>,
    pub(super) tag: String,
    pub(super) control: BTreeMap<String, String>,
    pub(super) instance: BTreeMap<String, String>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) default: Option<String>,
    pub(super) actions: Vec<Action>,
    pub(super) triggers: Vec<String>,
    pub(super) choice_filter: Option<String>,
    /// Where its choices come from.
    pub(super) itemset: String,
    /// Whether its choices are looked up in the sheet `external_choices`.
    pub(super) queries: bool,
    /// What stands in it, for an attribute.
    pub(super) value: &'static str,
    /// The same where it is the author's.
    pub(super) dataset: Option<String>,
}

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

impl Item {
    /// An item with nothing else said.
    pub(super) fn new(part: Part, name: impl Into<String>) -> Self {
        Item {
            part,
            parent: None,
            children: Vec::new(),
            row: 0,
            name: name.into(),
            path: String::new(),
            type_name: String::new(),
            written_type: String::new(),
            label: None,
            hint: None,
            guidance: None,
            media: BTreeMap::new(),
            bind: None,
            tag: String::new(),
            control: BTreeMap::new(),
            instance: BTreeMap::new(),
            parameters: BTreeMap::new(),
            default: None,
            actions: Vec::new(),
            triggers: Vec::new(),
            choice_filter: None,
            itemset: String::new(),
            queries: false,
            value: "",
            dataset: None,
        }
    }

    /// Returns a bind attribute.
    pub(super) fn bound(&self, attribute: &str) -> Option<&Text> {
        self.bind.as_ref()?.get(attribute)
    }

    /// Whether it is a question.
    pub(super) fn is_question(&self) -> bool {
        matches!(self.part, Part::Question(_))
    }

    /// Whether it is something that others are in, and not a part of an entity.
    pub(super) fn is_section(&self) -> bool {
        matches!(
            self.part,
            Part::Root | Part::Group | Part::Meta | Part::Repeat | Part::Loop | Part::Entity
        )
    }

    /// Whether its label is a reference to a text in several languages or with media.
    pub(super) fn has_text_id(&self) -> bool {
        matches!(self.label, Some(Text::ByLanguage(_))) || !self.media.is_empty()
    }

    /// The id of one of its texts.
    pub(super) fn text_id(&self, element: &str) -> String {
        format!("{}:{element}", self.path)
    }
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
