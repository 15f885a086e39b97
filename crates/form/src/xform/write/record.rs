//! The primary instance: an empty record.

use super::item::{Id, Item, Part};
use super::node::Node;
use super::references::Place;
use super::survey::Survey;
use crate::xlsform::is_dynamic;

/// The bytes that a node takes beside its name, about.
const NODE: usize = 50;

impl Survey<'_> {
    /// Writes the record that an interview starts from.
    pub(super) fn record(&self) -> Node {
        let mut record = self.section_of_record(Self::ROOT, false);
        for (name, value) in &self.definition.settings {
            if let Some(name) = name.strip_prefix("attribute::") {
                record.set(name, value.as_str());
            }
        }
        record.set("id", self.form_id());
        for (setting, attribute) in [
            ("instance_xmlns", "xmlns"),
            ("version", "version"),
            ("prefix", "odk:prefix"),
            ("delimiter", "odk:delimiter"),
        ] {
            if let Some(value) = self.setting(setting) {
                record.set(attribute, value);
            }
        }
        record
    }

    /// The name that the form is known by.
    pub(super) fn form_id(&self) -> &str {
        self.setting("form_id").unwrap_or("data")
    }

    /// Writes a group or repeat with what is in it. A repeat stands there twice, first as the
    /// template of further instances, but not within another's first instance.
    fn section_of_record(&self, id: Id, in_instance: bool) -> Node {
        let item = self.item(id);
        let mut node = Node::new(item.name.as_str());
        for (name, value) in &item.instance {
            node.set(name.as_str(), self.with_paths(value, Place::of(id, name)));
        }
        for (child_id, child) in self.children(id) {
            // Repeats in repeats are written often.
            if !self.spend(NODE + child.name.len()) {
                return node;
            }
            match child.part {
                Part::External => {}
                Part::Attribute => node.set(child.name.as_str(), child.attribute_value()),
                Part::Repeat if !in_instance => {
                    node.push(self.template(child_id));
                    node.push(self.section_of_record(child_id, true));
                }
                _ => node.push(self.element_of_record(child_id, in_instance)),
            }
        }
        node
    }

    fn element_of_record(&self, id: Id, in_instance: bool) -> Node {
        let item = self.item(id);
        match item.part {
            Part::Question(_) => self.answer(id),
            Part::EntityLabel => Node::new(item.name.as_str()),
            _ => self.section_of_record(id, in_instance),
        }
    }

    fn template(&self, id: Id) -> Node {
        let mut node = Node::new(self.item(id).name.as_str()).with("jr:template", "");
        for (child_id, child) in self.children(id) {
            match child.part {
                Part::Repeat => node.push(self.template(child_id)),
                Part::External => self.problem(
                    child,
                    "external_in_repeat",
                    "type",
                    format!("`{}` declares a file within a repeat", child.type_name),
                    "put the row before the repeat",
                ),
                _ => node.push(self.element_of_record(child_id, false)),
            }
        }
        node
    }

    fn answer(&self, id: Id) -> Node {
        let item = self.item(id);
        let mut node = Node::new(item.name.as_str());
        if let Some(default) = &item.default
            && !is_dynamic(default, &item.written_type)
        {
            node.push_text(default.as_str());
        }
        for (name, value) in &item.instance {
            node.set(name.as_str(), self.with_paths(value, Place::of(id, name)));
        }
        node
    }
}

impl Item {
    fn attribute_value(&self) -> &str {
        self.dataset.as_deref().unwrap_or(self.value)
    }
}
