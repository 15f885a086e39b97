//! Laying a form out: what its rows become, and the `meta` block.

use std::collections::{BTreeMap, HashSet};

use super::item::{Action, Control, Id, Item, Part, Triggered};
use super::survey::Survey;
use super::tokens;
use super::types::{TypeTraits, traits_of};
use crate::definition::{Definition, Element, ElementKind, Text};
use crate::read::FormError;
use crate::xlsform::is_dynamic;

/// The deepest that groups may be nested.
const MAX_DEPTH: usize = 90;
/// The most elements, once loops are written out.
const MAX_ITEMS: usize = 200_000;

impl<'a> Survey<'a> {
    /// Lays a form out. What is wrong with it is taken down.
    pub(super) fn of(definition: &'a Definition) -> Self {
        let mut survey = Survey::new(definition);
        survey.add_all(&definition.elements, Self::ROOT);
        survey.add_entities();
        survey.add_meta();
        survey.check_names();
        survey.find_searches();
        survey
    }

    /// Adds rows to what is in an item.
    pub(super) fn add_all(&mut self, elements: &[Element], parent: Id) {
        if self.around(parent).count() > MAX_DEPTH {
            let message = format!("groups are nested more than {MAX_DEPTH} deep");
            self.problem(self.item(parent), "nested_too_deep", "type", message, "");
            return;
        }
        for element in elements {
            if !self.spend(0) {
                return;
            }
            if self.items.len() >= MAX_ITEMS {
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
                    self.add_all(&element.children, id);
                }
                ElementKind::Loop => self.add_loop(element, parent),
                ElementKind::Question => self.add_question(element, parent),
            }
        }
    }

    fn add_question(&mut self, element: &Element, parent: Id) {
        if matches!(element.type_name.as_str(), "csv-external" | "xml-external") {
            let mut item = Item::new(Part::External, element.name.as_str());
            item.row = element.row;
            item.type_name.clone_from(&element.type_name);
            self.put(item, parent);
            return;
        }
        let in_repeat = self.item(parent).part == Part::Repeat || self.repeat_around(parent).is_some();
        let Some(item) = question(element, in_repeat) else {
            let message = format!("`{}` is no type of question", element.written_type);
            let nobody = section(element, Part::Group);
            self.problem(&nobody, "unknown_type", "type", message, "");
            return;
        };
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
    let traits = traits_of(&element.type_name)?;
    let mut item = section(element, Part::Question(control_of(&element.type_name, traits)));
    item.type_name.clone_from(&element.type_name);
    item.written_type.clone_from(&element.written_type);
    item.guidance.clone_from(&element.guidance_hint);
    if let Some(bind_type) = traits.bind {
        let mut bind = bind_of(traits.more);
        bind.insert("type".to_owned(), Text::Plain(bind_type.to_owned()));
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
    let external = element.type_name == "select_one_external" && item.choice_filter.is_some();
    item.query = match external {
        true => element.list.clone(),
        // A column of this name is no documented one, yet the reference converter minds it.
        false => element.other.get("query").cloned(),
    };
    if let Some(default) = &item.default
        && is_dynamic(default, &element.written_type)
    {
        item.actions.push(action("setvalue", "odk-instance-first-load"));
        if in_repeat {
            item.actions.push(action("setvalue", super::binds::NEW_REPEAT));
        }
    }
    match element.type_name.as_str() {
        "start-geopoint" => item
            .actions
            .push(action("odk:setgeopoint", "odk-instance-first-load")),
        "background-audio" => {
            let mut recording = action("odk:recordaudio", "odk-instance-load");
            recording.quality = item.parameters.get("quality").cloned();
            item.actions.push(recording);
        }
        _ => {}
    }
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
        (_, Some("input")) => Control::Input,
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
