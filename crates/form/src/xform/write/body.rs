//! The body: what is shown, in groups and repeats.

use super::binds::NEW_REPEAT;
use super::item::{Control, Id, Item, Part, Triggered};
use super::node::Node;
use super::references::Place;
use super::survey::Survey;
use crate::definition::Text;

impl Survey<'_> {
    /// Writes the controls of what is in an item.
    pub(super) fn controls(&self, id: Id) -> Vec<Node> {
        self.children(id)
            .filter_map(|(child_id, child)| match child.part {
                Part::Question(control) => self.question(child_id, child, control),
                Part::Repeat => Some(self.repeat(child_id, child)),
                Part::Group if child.control.contains_key("bodyless") => None,
                Part::Group | Part::Loop => Some(self.group(child_id, child)),
                _ => None,
            })
            .collect()
    }

    fn group(&self, id: Id, item: &Item) -> Node {
        let mut node = Node::new("group");
        for (name, value) in &item.control {
            match name.as_str() {
                "appearance" => node.set(name, value),
                _ => node.set(name, self.with_paths(value, Place::of(id, name))),
            }
        }
        node.set("ref", item.path.as_str());
        if item.label.is_some() {
            node.push(self.label(id, item));
        }
        node.extend(self.controls(id));
        node
    }

    fn repeat(&self, id: Id, item: &Item) -> Node {
        let mut repeat = Node::new("repeat").with("nodeset", item.path.as_str());
        for (name, value) in &item.control {
            repeat.set(name.as_str(), self.with_paths(value, Place::of(id, name)));
        }
        repeat.extend(self.controls(id));
        for (inner_id, inner) in self.within(id) {
            let acts = inner.is_question() || inner.part == Part::Attribute;
            if acts && self.repeat_around(inner_id) == Some(id) {
                repeat.extend(self.actions(inner_id, inner, |event| event == NEW_REPEAT));
            }
        }
        Node::new("group")
            .with("ref", item.path.as_str())
            .child(self.label(id, item))
            .child(repeat)
    }

    fn question(&self, id: Id, item: &Item, control: Control) -> Option<Node> {
        let computed = item.bound("calculate").is_some() || !item.triggers.is_empty();
        let wordless = item.label.is_none() && item.hint.is_none();
        if item.written_type == "calculate" || (computed && wordless) {
            for triggered in self.set_by.get(&item.name).into_iter().flatten() {
                let message = format!(
                    "`${{{}}}` is not shown, so nothing can be computed when it changes: `{}`",
                    item.name, triggered.name
                );
                self.problem(
                    item,
                    "unseen_trigger",
                    "trigger",
                    message,
                    "name a question that is asked",
                );
            }
            return None;
        }
        if control == Control::Unseen {
            return None;
        }
        let mut node = Node::new(item.tag.as_str());
        node.extend(self.label_and_hint(id, item));
        node.set("ref", item.path.as_str());
        for (name, value) in &item.control {
            node.set(name.as_str(), self.with_paths(value, Place::of(id, name)));
        }
        match control {
            Control::Select => {
                self.check_bind_of_select(item);
                node.extend(self.choices(id, item));
            }
            Control::Range => node.extend(self.ticks(item)),
            Control::Geo => node.extend(self.places(id, item)),
            Control::Osm => node.extend(self.tags(item)),
            Control::Input => {
                if let Some(query) = self.query(id, item) {
                    node.set("query", query);
                }
            }
            Control::Plain | Control::Unseen => {}
        }
        for (set, name) in [(&self.set_by, "setvalue"), (&self.located_by, "odk:setgeopoint")] {
            for triggered in set.get(&item.name).into_iter().flatten() {
                node.extend(self.triggered(id, name, triggered));
            }
        }
        Some(node)
    }

    fn check_bind_of_select(&self, item: &Item) {
        let bind_type = item.bound("type").map_or("", Text::any);
        if !matches!(bind_type, "string" | "odk:rank") {
            let message = format!("choices are kept as text, not as `{bind_type}`");
            self.problem(
                item,
                "select_bind_type",
                "bind::type",
                message,
                "leave the cell empty",
            );
        }
    }

    fn triggered(&self, by: Id, action: &str, triggered: &Triggered) -> Option<Node> {
        let target = self.named(&triggered.name, Place::of(by, "trigger"))?;
        let mut node = Node::new(action)
            .with("ref", self.item(target).path.as_str())
            .with("event", "xforms-value-changed");
        let value = self.with_paths(&triggered.value, Place::of(by, "calculate"));
        if action == "setvalue" && !value.is_empty() {
            node.set("value", value);
        }
        Some(node)
    }

    fn label_and_hint(&self, id: Id, item: &Item) -> Vec<Node> {
        let labelled = item.label.is_some() || !item.media.is_empty();
        if !labelled && item.hint.is_none() {
            let message = format!("`{}` has no label", item.name);
            self.problem(item, "missing_label", "label", message, "write a label or a hint");
            return Vec::new();
        }
        if item.media.contains_key("big-image") && !item.media.contains_key("image") {
            let message = format!("`{}` has a big image but no image", item.name);
            self.problem(
                item,
                "big_image_without_image",
                "big-image",
                message,
                "name an image, too",
            );
        }
        let mut nodes = vec![self.label(id, item)];
        let apart = matches!(item.hint, Some(Text::ByLanguage(_))) || item.guidance.is_some();
        if apart {
            nodes.push(Node::new("hint").with("ref", format!("jr:itext('{}')", item.text_id("hint"))));
        } else if let Some(hint) = &item.hint {
            let mut node = Node::new("hint");
            self.push_label(&mut node, hint.any(), Place::of(id, "hint"));
            nodes.push(node);
        }
        nodes
    }

    fn label(&self, id: Id, item: &Item) -> Node {
        let mut node = Node::new("label");
        if item.has_text_id() {
            node.set("ref", format!("jr:itext('{}')", item.text_id("label")));
        } else if let Some(label) = &item.label {
            self.push_label(&mut node, label.any(), Place::of(id, "label"));
        }
        node
    }
}
