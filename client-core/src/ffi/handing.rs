//! What is handed to this device and on from it: packets, entities, drafts.

use super::{Notebook, NotebookError, read};
use crate::deeds::entities::EntityView;
use crate::deeds::packets::{Handed, HandedView};

/// What a desk handed to this device for a while: a record, or what is known of an entity.
#[derive(Debug, uniffi::Record)]
pub struct Packet {
    /// The record, if it is one.
    pub record: Option<String>,
    /// The entity's list, if it is one.
    pub list: Option<String>,
    /// The entity, if it is one.
    pub entity: Option<String>,
    /// When this device forgets it (UTC, RFC 3339); nothing if never.
    pub expires: Option<String>,
}

impl From<HandedView> for Packet {
    fn from(handed: HandedView) -> Self {
        let (record, list, entity) = match handed.what {
            Handed::Record(record) => (Some(record.to_string()), None, None),
            Handed::Entity { list, id } => (None, Some(list), Some(id)),
        };
        Self {
            record,
            list,
            entity,
            expires: handed.expires,
        }
    }
}

/// An entity, such as a household.
#[derive(uniffi::Record)]
pub struct Entity {
    /// Its id: what an answer that chooses it says.
    pub id: String,
    /// What it is called; its id if nobody says.
    pub label: String,
    /// Its properties, by name.
    pub properties: Vec<EntityProperty>,
}

/// A property of an entity.
#[derive(uniffi::Record)]
pub struct EntityProperty {
    /// Its name.
    pub name: String,
    /// Its value. Several are a disagreement.
    pub values: Vec<String>,
}

/// Never shows what is known of it.
impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entity").finish_non_exhaustive()
    }
}

/// Never shows what is known of it.
impl std::fmt::Debug for EntityProperty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntityProperty").finish_non_exhaustive()
    }
}

impl From<EntityView> for Entity {
    fn from(entity: EntityView) -> Self {
        let properties = entity.properties.into_iter();
        Self {
            id: entity.id,
            label: entity.label,
            properties: properties
                .map(|(name, values)| EntityProperty { name, values })
                .collect(),
        }
    }
}

/// A member of the programme.
#[derive(Debug, uniffi::Record)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it is a desk.
    pub desk: bool,
}

/// A draft on its way to another device.
#[derive(Debug, uniffi::Record)]
pub struct HandedDraft {
    /// The device that takes it.
    pub to: String,
    /// A file that holds it, sealed, for the way without a relay.
    pub file: Vec<u8>,
}

#[uniffi::export]
impl Notebook {
    /// Returns what desks handed to this device and it has not forgotten.
    pub fn packets(&self) -> Result<Vec<Packet>, NotebookError> {
        Ok(self.book().packets()?.into_iter().map(Packet::from).collect())
    }

    /// Returns the entity lists that are known here.
    pub fn entity_lists(&self) -> Result<Vec<String>, NotebookError> {
        Ok(self.book().entity_lists()?)
    }

    /// Returns the entities of a list that are known here, by their ids.
    pub fn entities(&self, list: String) -> Result<Vec<Entity>, NotebookError> {
        let entities = self.book().entities(&list)?;
        Ok(entities.into_iter().map(Entity::from).collect())
    }

    /// Returns the members of the programme, desks first.
    pub fn members(&self) -> Result<Vec<Member>, NotebookError> {
        let members = self.book().members().map_err(NotebookError::invalid)?;
        let members = members.into_iter();
        Ok(members
            .map(|member| Member {
                id: member.id.to_string(),
                name: member.name,
                desk: member.role == "desk",
            })
            .collect())
    }

    /// Offers to take a draft over from another device: a text to show it, good for one draft.
    pub fn offer(&self, from: String) -> Result<String, NotebookError> {
        Ok(self.book().offer(read(&from)?)?)
    }

    /// Hands a draft over to the device that made an offer, with its photos and recordings: it is there from now on, and
    /// not here.
    pub fn hand_over(&self, record: String, offer: String) -> Result<HandedDraft, NotebookError> {
        let handed = self.book().hand_over(read(&record)?, &offer)?;
        Ok(HandedDraft {
            to: handed.to.to_string(),
            file: handed.file,
        })
    }

    /// Takes over the draft in a file that another device wrote for this one. Returns its record.
    pub fn take_over(&self, file: Vec<u8>) -> Result<String, NotebookError> {
        Ok(self.book().take_over(&file)?.to_string())
    }
}
