//! Laying a form out: what its rows become, and the `meta` block.

use std::collections::{BTreeMap, HashSet};

use super::parameters;
use super::survey::{Action, Control, Id, Item, Part, Survey, Triggered};
use super::tokens::{self, is_computed};
use super::types::{TypeTraits, traits_of};
use crate::definition::{Definition, Element, ElementKind, Text};
use crate::read::FormError;

/// The deepest that groups may be nested.
const MAX_DEPTH: usize = 90;
/// The most elements, once loops are written out.
const MAX_ITEMS: usize = 200_000;
/// The constraint that `add_none_option` puts on a question.
const NONE_ALONE: &str = "(.='none' or not(selected(., 'none')))";

impl<'a> Survey<'a> {
    /// Lays a form out. What is wrong with it is taken down.
    pub(super) fn of(definition: &'a Definition) -> Self {
        let mut survey = Survey::new(definition);
        let mut given_none = HashSet::new();
        survey.add_all(&definition.elements, Self::ROOT, &mut given_none);
        survey.add_entities();
        survey.add_meta();
        survey.check_names();
        survey.find_searches();
        survey
    }

    /// Adds rows to what is in an item. `given_none` has the lists that a choice of none was added to.
    pub(super) fn add_all(&mut self, elements: &[Element], parent: Id, given_none: &mut HashSet<String>) {
        if self.around(parent).count() > MAX_DEPTH {
            let message = format!("groups are nested more than {MAX_DEPTH} deep");
            self.problem(self.item(parent), "nested_too_deep", "type", message, "");
            return;
        }
        for element in elements {
            if self.items.len() >= MAX_ITEMS || !self.spend(0) {
                let message = format!("the form has more than {MAX_ITEMS} elements");
                self.report(FormError::of_file("too_many_elements", message));
                return;
            }
            match element.kind {
                ElementKind::Group | ElementKind::Repeat => {
                    let part = match element.kind {
                        ElementKind::Repeat => Part::Repeat,
                        _ => Part::Group,
                    };
                    let id = self.put(section(element, part), parent);
                    self.add_all(&element.children, id, given_none);
                }
                ElementKind::Loop => self.add_loop(element, parent, given_none),
                ElementKind::Question => self.add_question(element, parent, given_none),
            }
        }
    }

    fn add_question(&mut self, element: &Element, parent: Id, given_none: &mut HashSet<String>) {
        if matches!(element.type_name.as_str(), "csv-external" | "xml-external") {
            let mut item = Item::new(Part::External, element.name.as_str());
            item.row = element.row;
            item.type_name.clone_from(&element.type_name);
            self.put(item, parent);
            return;
        }
        let in_repeat = self.item(parent).part == Part::Repeat || self.repeat_around(parent).is_some();
        let Some(mut item) = question(element, in_repeat) else {
            let message = format!("`{}` is no type of question", element.written_type);
            let nobody = section(element, Part::Group);
            self.problem(&nobody, "unknown_type", "type", message, "");
            return;
        };
        if item.tag == "select" && self.is_set("add_none_option") {
            self.add_none(element, &mut item, given_none);
        }
        for trigger in &item.triggers {
            let set = match item.type_name.as_str() {
                "background-geopoint" => &mut self.located_by,
                _ => &mut self.set_by,
            };
            set.entry(trigger.clone()).or_default().push(Triggered {
                name: item.name.clone(),
                value: item.bound("calculate").map_or("", Text::any).to_owned(),
            });
        }
        self.put(item, parent);
    }

    /// Adds what `add_none_option` asks for: that a choice `none` excludes all others.
    fn add_none(&self, element: &Element, item: &mut Item, given_none: &mut HashSet<String>) {
        let list = self.lists.get(item.itemset.as_str());
        let randomized = element
            .parameters
            .get("randomize")
            .is_some_and(|value| value == "true");
        let Some((list, _)) = list.filter(|_| !randomized || element.choice_filter.is_some()) else {
            self.problem(
                item,
                "none_without_choices",
                "type",
                "the setting `add_none_option` needs the choices of this question in the sheet `choices`",
                "leave the setting out",
            );
            return;
        };
        let none = |choice: &crate::definition::Choice| {
            choice.name == "none"
                && choice.label == Some(Text::Plain("None".to_owned()))
                && choice.media.is_empty()
                && choice.columns.is_empty()
        };
        if list.choices.iter().any(none) || !given_none.insert(list.name.clone()) {
            return;
        }
        let bind = item.bind.get_or_insert_default();
        let constraint = match bind.get("constraint") {
            Some(constraint) => format!("{} and {NONE_ALONE}", constraint.any()),
            None => NONE_ALONE.to_owned(),
        };
        bind.insert("constraint".to_owned(), Text::Plain(constraint));
    }

    /// Adds the `meta` block of the record, or what is missing in it.
    fn add_meta(&mut self) {
        let mut parts: Vec<Item> = Vec::new();
        parts.extend(
            self.definition
                .audits
                .iter()
                .filter_map(|audit| question(audit, false)),
        );
        if !self.is_set("omit_instanceID") {
            let preload = self.setting("instance_id").unwrap_or("uid");
            parts.push(calculation(
                "instanceID",
                &[("readonly", "true()"), ("jr:preload", preload)],
            ));
        }
        if let Some(name) = self.setting("instance_name") {
            parts.push(calculation("instanceName", &[("calculate", name)]));
        }
        if parts.is_empty() {
            return;
        }
        let known = self
            .children(Self::ROOT)
            .find(|(_, item)| item.part == Part::Meta);
        let meta = match known.map(|(id, _)| id) {
            Some(meta) => meta,
            None => self.put(Item::new(Part::Meta, "meta"), Self::ROOT),
        };
        for part in parts {
            self.put(part, meta);
        }
    }

    /// Looks for names that are none, or that clash once everything has its place.
    fn check_names(&self) {
        let mut repeats = HashSet::new();
        for (id, item) in self.within(Self::ROOT) {
            if item.part == Part::Repeat
                && (item.name == self.item(Self::ROOT).name || !repeats.insert(&item.name))
            {
                let message = format!("the repeat `{}` needs a name of its own", item.name);
                self.problem(
                    item,
                    "duplicate_name",
                    "name",
                    message,
                    "no other repeat may have it, nor the form",
                );
            }
            let mut names = HashSet::new();
            for (_, child) in self.children(id) {
                if !tokens::is_name(&child.name) {
                    let message = format!("`{}` cannot be a name", child.name);
                    self.problem(
                        child,
                        "bad_name",
                        "name",
                        message,
                        "use letters, digits, `-`, `_` and `.`",
                    );
                } else if !names.insert(&child.name) {
                    let message = format!("`{}` stands twice in `{}`", child.name, item.name);
                    self.problem(child, "duplicate_name", "name", message, "rename one of them");
                }
            }
        }
    }
}

/// A calculation that no author wrote.
pub(super) fn calculation(name: &str, bind: &[(&str, &str)]) -> Item {
    let mut item = Item::new(Part::Question(Control::Unseen), name);
    item.type_name = "calculate".to_owned();
    item.bind = Some(bind_of(bind));
    item
}

/// A bind of these attributes, for a text unless they say otherwise.
pub(super) fn bind_of(attributes: &[(&str, &str)]) -> BTreeMap<String, Text> {
    let all = [("type", "string")].iter().chain(attributes);
    all.map(|(name, value)| ((*name).to_owned(), Text::Plain((*value).to_owned())))
        .collect()
}

/// What a group, a repeat or a loop becomes.
pub(super) fn section(element: &Element, part: Part) -> Item {
    let mut item = Item::new(part, element.name.as_str());
    item.row = element.row;
    item.label.clone_from(&element.label);
    item.hint.clone_from(&element.hint);
    item.media.clone_from(&element.media);
    item.bind = Some(element.bind.clone()).filter(|bind| !bind.is_empty());
    item.control.clone_from(&element.control);
    item.instance.clone_from(&element.instance);
    label_for_labels(&mut item);
    item
}

/// What a question becomes; `None` if there is no such type.
fn question(element: &Element, in_repeat: bool) -> Option<Item> {
    let (type_name, traits) = match traits_of(&element.written_type) {
        Some(traits) => (&element.written_type, traits),
        None => (&element.type_name, traits_of(&element.type_name)?),
    };
    let mut item = section(element, Part::Question(control_of(type_name, traits)));
    item.type_name.clone_from(type_name);
    item.guidance.clone_from(&element.guidance_hint);
    if item.hint.is_none() {
        item.hint = traits.hint.map(|hint| Text::Plain(hint.to_owned()));
    }
    if let Some(defaults) = traits.bind {
        let mut bind = bind_of(&[]);
        bind.extend(
            defaults
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Text::Plain((*value).to_owned()))),
        );
        bind.extend(element.bind.clone());
        item.bind = Some(bind);
    }
    let tag = item.control.remove("tag");
    item.tag = tag.unwrap_or_else(|| traits.control.unwrap_or_default().to_owned());
    if let Some(media_type) = traits.media_type {
        item.control
            .entry("mediatype".to_owned())
            .or_insert_with(|| media_type.to_owned());
    }
    item.parameters.clone_from(&element.parameters);
    item.default = element.default.clone().filter(|default| !default.is_empty());
    item.triggers.clone_from(&element.triggers);
    item.choice_filter = element.choice_filter.clone().filter(|filter| !filter.is_empty());
    item.itemset = element.list.clone().unwrap_or_default();
    item.queries = element.type_name == "select_one_external" && item.choice_filter.is_some();
    if let Some(default) = &item.default
        && is_computed(default, type_name)
    {
        item.actions.push(action("setvalue", "odk-instance-first-load"));
        if in_repeat {
            item.actions.push(action("setvalue", super::binds::NEW_REPEAT));
        }
    }
    parameters::apply(&mut item, &element.type_name);
    Some(item)
}

/// An action that sets no value of its own.
pub(super) fn action(name: &'static str, event: &'static str) -> Action {
    Action {
        name,
        event,
        value: None,
        quality: None,
    }
}

fn control_of(type_name: &str, traits: TypeTraits) -> Control {
    match (type_name, traits.control) {
        ("geopoint" | "geotrace" | "geoshape", _) => Control::Geo,
        ("osm", _) => Control::Osm,
        (_, None) => Control::Unseen,
        (_, Some("select" | "select1" | "odk:rank")) => Control::Select,
        (_, Some("range")) => Control::Range,
        _ => Control::Plain,
    }
}

/// What labels the choices of others needs no label of its own.
fn label_for_labels(item: &mut Item) {
    if item.label.is_none()
        && item
            .control
            .get("appearance")
            .is_some_and(|value| value == "label")
    {
        item.label = Some(Text::Plain(" ".to_owned()));
    }
}
