//! The block `meta` of a record: what is kept about the record itself.

use super::Parts;
use super::document::attribute;
use super::record::NodeId;
use super::types::is_metadata;
use crate::definition::{Definition, Element};
use crate::read::Problems;

impl Parts<'_> {
    /// Puts what stands in the block `meta` to the settings, the audits or the questions.
    pub(super) fn put_meta(&self, definition: &mut Definition, problems: &mut Problems) {
        let mut set = |name: &str, value: &str| {
            definition.settings.insert(name.to_owned(), value.to_owned());
        };
        let meta = self.record.child(self.record.root(), "meta");
        let named = |name| meta.and_then(|meta| self.record.child(meta, name));
        match named("instanceID") {
            None => set("omit_instanceID", "yes"),
            Some(id) => match self.binds.value(id, "jr:preload") {
                Some("uid") | None => {}
                Some(other) => set("instance_id", other),
            },
        }
        if let Some(name) = named("instanceName")
            && let Some(written) = self.binds.value(name, "calculate")
        {
            set("instance_name", &self.authored(written, Some(name)));
        }
        for node in meta.map_or(&[][..], |meta| self.record.children(meta)) {
            match self.record.name(*node) {
                "audit" => definition.audits.extend(self.audit(*node, problems)),
                "instanceID" | "instanceName" | "deprecatedID" | "entity" => {}
                name => self.put_about_record(*node, name, definition, problems),
            }
        }
    }

    fn audit(&self, node: NodeId, problems: &mut Problems) -> Option<Element> {
        let xml = self.binds.of_node(node).or_else(|| self.record.xml(node))?;
        let mut element = Element::question(self.document.line(xml), "audit", "audit");
        self.put_bind(node, &["binary", ""], &mut element, problems);
        element.parameters = self.parameters(node, &element);
        Some(element)
    }

    /// What other programs keep in `meta`, such as the device, becomes a question of its own.
    fn put_about_record(
        &self,
        node: NodeId,
        name: &str,
        definition: &mut Definition,
        problems: &mut Problems,
    ) {
        let Some(xml) = self.record.xml(node) else { return };
        let kind = self.type_of(node).name;
        let is_free = self.record.child(self.record.root(), name).is_none();
        let is_filled = is_metadata(kind) || self.binds.value(node, "calculate").is_some();
        let what = if is_free && is_filled {
            let mut element = Element::question(self.document.line(xml), kind, name);
            self.put_bind(node, self.type_of(node).data, &mut element, problems);
            definition.elements.push(element);
            "is kept beside the other questions"
        } else {
            "is left out"
        };
        let message = format!("`{name}` in the block `meta` {what}");
        problems.warn(self.document.error(xml, "unknown_meta", "", message));
    }

    /// Whether a node is a block `meta`: of the record, or around an entity.
    pub(super) fn is_meta(&self, node: NodeId) -> bool {
        let Some(parent) = self.record.parent(node) else {
            return false;
        };
        self.record.name(node) == "meta"
            && (parent == self.record.root() || self.record.child(node, "entity").is_some())
            && self
                .record
                .xml(node)
                .is_some_and(|xml| attribute(xml, "jr:template").is_none())
    }
}
