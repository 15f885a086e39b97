//! Entities: what a finished record makes or changes, in a `meta` block of its own.

use super::build::{action, bind_of};
use super::item::{Id, Item, Part};
use super::survey::Survey;
use crate::definition::Entity;

impl Survey<'_> {
    /// Adds the entities, each at the end of the group or repeat it belongs to.
    pub(super) fn add_entities(&mut self) {
        let definition = self.definition;
        for entity in &definition.entities {
            let container = self.container(entity);
            let meta = self.put(Item::new(Part::Meta, "meta"), container);
            let id = self.put(Item::new(Part::Entity, "entity"), meta);
            let in_repeat = self.repeat_around(id).is_some();
            for part in parts(entity, in_repeat) {
                self.put(part, id);
            }
        }
        let several = definition.entities.len() > 1;
        if let Some(first) = definition.entities.first() {
            let container = self.container(first);
            let in_repeat =
                self.item(container).part == Part::Repeat || self.repeat_around(container).is_some();
            self.entities_version = Some(if several || in_repeat {
                "2025.1.0"
            } else {
                "2024.1.0"
            });
        }
    }

    fn container(&self, entity: &Entity) -> Id {
        let mut container = Self::ROOT;
        for name in &entity.container {
            let inner = self
                .children(container)
                .find(|(_, item)| item.name == *name && matches!(item.part, Part::Group | Part::Repeat));
            match inner {
                Some((inner, _)) => container = inner,
                None => break,
            }
        }
        container
    }
}

/// The attributes and the label of an entity.
fn parts(entity: &Entity, in_repeat: bool) -> Vec<Item> {
    let mut parts = Vec::new();
    let mut dataset = Item::new(Part::Attribute, "dataset");
    dataset.dataset = Some(entity.list.clone());
    parts.push(dataset);

    let mut id = Item::new(Part::Attribute, "id");
    if entity.entity_id.is_none() || entity.create_if.is_some() {
        parts.push(mode("create", entity.create_if.as_deref()));
    }
    match &entity.entity_id {
        None => {
            let mut events = vec!["odk-instance-first-load"];
            events.extend(in_repeat.then_some(super::binds::NEW_REPEAT));
            for event in events {
                let mut make = action("setvalue", event);
                make.value = Some("uuid()");
                id.actions.push(make);
            }
            id.bind = Some(bind_of(&[("readonly", "true()")]));
        }
        Some(entity_id) => {
            parts.push(mode("update", entity.update_if.as_deref()));
            let known = format!("instance('{}')/root/item[name={entity_id}]", entity.list);
            for (name, property) in [
                ("baseVersion", "__version"),
                ("trunkVersion", "__trunkVersion"),
                ("branchId", "__branchId"),
            ] {
                parts.push(computed(Part::Attribute, name, &format!("{known}/{property}")));
            }
            id.bind = Some(bind_of(&[("readonly", "true()"), ("calculate", entity_id)]));
        }
    }
    parts.push(id);
    if let Some(label) = &entity.label {
        parts.push(computed(Part::EntityLabel, "label", label));
    }
    parts
}

fn mode(name: &str, condition: Option<&str>) -> Item {
    let mut item = match condition {
        Some(condition) => computed(Part::Attribute, name, condition),
        None => Item::new(Part::Attribute, name),
    };
    item.value = "1";
    item
}

fn computed(part: Part, name: &str, calculation: &str) -> Item {
    let mut item = Item::new(part, name);
    item.bind = Some(bind_of(&[("readonly", "true()"), ("calculate", calculation)]));
    item
}
