//! The entities that a record makes or changes: `entity` elements in blocks `meta`.

use super::Parts;
use super::document::attribute;
use super::record::NodeId;
use crate::definition::Entity;
use crate::read::Problems;

impl Parts<'_> {
    /// Returns the entity whose `meta` block stands directly in a node.
    pub(super) fn entity_in(&self, node: NodeId) -> Option<NodeId> {
        self.record.child(self.record.child(node, "meta")?, "entity")
    }

    /// Reads all entities, in the order of the record.
    pub(super) fn entities(&self, problems: &mut Problems) -> Vec<Entity> {
        let mut entities = Vec::new();
        self.gather_entities(self.record.root(), &mut entities, problems);
        entities
    }

    fn gather_entities(&self, node: NodeId, entities: &mut Vec<Entity>, problems: &mut Problems) {
        if let Some(entity) = self.entity_in(node) {
            entities.extend(self.entity(node, entity, problems));
        }
        for child in self.record.children(node) {
            self.gather_entities(*child, entities, problems);
        }
    }

    fn entity(&self, around: NodeId, node: NodeId, problems: &mut Problems) -> Option<Entity> {
        let xml = self.record.xml(node)?;
        let Some(list) = attribute(xml, "dataset")
            .map(str::trim)
            .filter(|list| !list.is_empty())
        else {
            problems.error(
                self.document
                    .error(xml, "no_entity_list", "dataset", "the entity names no list")
                    .hint("write the name of the entity list as `dataset`"),
            );
            return None;
        };
        let computed = |of| {
            let written = self.binds.value_of_attribute(node, of, "calculate")?;
            Some(self.authored_inside(written, node))
        };
        let label = self.record.child(node, "label").and_then(|label| {
            let written = self.binds.value(label, "calculate")?;
            Some(self.authored(written, Some(label)))
        });
        let mut container: Vec<String> = std::iter::once(around)
            .chain(self.record.ancestors(around))
            .filter(|id| *id != self.record.root())
            .map(|id| self.record.name(id).to_owned())
            .collect();
        container.reverse();
        let mut nodes = std::iter::once(around).chain(self.record.ancestors(around));
        Some(Entity {
            row: self.document.line(xml),
            list: list.to_owned(),
            label,
            entity_id: computed("id"),
            create_if: computed("create"),
            update_if: computed("update"),
            container,
            in_repeat: nodes.any(|id| self.record.is_repeat(id)),
        })
    }

    /// Returns the entity list that the answers of a node are saved to.
    pub(super) fn saves_to(&self, node: NodeId) -> Option<&str> {
        let entity = self
            .record
            .ancestors(node)
            .find_map(|around| self.entity_in(around))?;
        attribute(self.record.xml(entity)?, "dataset").map(str::trim)
    }
}
