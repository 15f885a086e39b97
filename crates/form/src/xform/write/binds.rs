//! Binds, and what is done when a record is made: the end of the model.

use super::item::{Action, Id, Item, Part};
use super::node::Node;
use super::references::{Place, has_reference};
use super::survey::Survey;
use crate::definition::Text;
use crate::xlsform::is_dynamic;

/// The event of a new instance of a repeat; what it calls for stands in the repeat.
pub(super) const NEW_REPEAT: &str = "odk-new-repeat";

impl Survey<'_> {
    /// Writes the binds of the form, each with the actions of its node.
    pub(super) fn binds(&self) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (id, item) in self.within(Self::ROOT) {
            nodes.extend(self.bind(id, item));
            nodes.extend(self.actions(id, item, |event| event != NEW_REPEAT));
        }
        nodes
    }

    /// Writes the actions of an item whose events are wanted.
    pub(super) fn actions(&self, id: Id, item: &Item, wanted: impl Fn(&str) -> bool) -> Vec<Node> {
        let actions = item.actions.iter().filter(|action| wanted(action.event));
        actions.map(|action| self.action(id, item, action)).collect()
    }

    fn action(&self, id: Id, item: &Item, action: &Action) -> Node {
        let mut node = Node::new(action.name)
            .with("ref", item.path.as_str())
            .with("event", action.event);
        let value = match &item.default {
            Some(default) if is_dynamic(default, &item.written_type) => {
                Some(self.with_paths(default, Place::of(id, "default")))
            }
            Some(default) => Some(default.clone()),
            None => action.value.map(str::to_owned),
        };
        if let Some(value) = value.filter(|value| action.name == "setvalue" && !value.is_empty()) {
            node.set("value", value);
        }
        if let Some(quality) = &action.quality {
            node.set("odk:quality", quality.as_str());
        }
        node
    }

    fn bind(&self, id: Id, item: &Item) -> Option<Node> {
        let bind = item.bind.as_ref()?;
        let mut node = Node::new("bind").with("nodeset", item.path.as_str());
        for (name, value) in bind {
            // What a trigger computes stands in the action of the question that triggers it.
            if name == "calculate" && !item.triggers.is_empty() && item.part != Part::Attribute {
                continue;
            }
            let value = bound_value(item, name, value);
            node.set(name.as_str(), self.with_paths(&value, Place::of(id, name)));
        }
        Some(node)
    }
}

fn bound_value(item: &Item, name: &str, value: &Text) -> String {
    let translated = matches!(value, Text::ByLanguage(_));
    let text = value.any();
    match name {
        "readonly" | "required" | "relevant" | "constraint" | "calculate" => match text {
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" => "true()".to_owned(),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" => "false()".to_owned(),
            other => other.to_owned(),
        },
        "jr:constraintMsg" | "jr:requiredMsg" if translated || has_reference(text) => {
            format!("jr:itext('{}')", item.text_id(name))
        }
        "jr:noAppErrorString" if translated => format!("jr:itext('{}')", item.text_id(name)),
        _ => text.to_owned(),
    }
}
