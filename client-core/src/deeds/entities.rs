//! Entities: the long-lived things that several records are about, as the records that can be read here say.
//!
//! On a desk these are all records it may read; on a device only those it was handed, because a
//! finished record leaves nothing behind on a device.

use std::collections::{BTreeMap, BTreeSet};

use form::{Address, Form, interview};
use record::entity::{Contribution, Entity};
use record::{AnswerError, Draft, DraftStep, Record};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::forms::FormsError;
use crate::deeds::start::readable;
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, entities as store};

/// Why entities cannot be listed.
#[derive(Debug, Error)]
pub enum EntitiesError {
    /// A form cannot be read.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// The notebook cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An entity, as people see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityView {
    /// Its id.
    pub id: String,
    /// What it is called; its id if nobody says.
    pub label: String,
    /// Its properties. Several values are a disagreement: records made far from one another say so.
    pub properties: BTreeMap<String, Vec<String>>,
    /// The records that say something about it.
    pub records: Vec<RecordId>,
    /// The contributions that none has seen yet.
    pub heads: Vec<String>,
}

/// What a record says about one entity, in the cache.
#[derive(Serialize, Deserialize)]
struct Said {
    list: String,
    entity: String,
    creates: bool,
    /// The repeat instance; empty for the record.
    at: String,
    seen: BTreeSet<String>,
    properties: BTreeMap<String, String>,
}

/// The property that holds what an entity is called.
const LABEL: &str = "label";
/// What the names of the notes about entities begin with, in a record's metadata.
const NOTE: &str = "entity";

impl Notebook {
    /// Returns the entities of a list, by their ids.
    ///
    /// # Errors
    /// A form or the notebook cannot be read.
    pub fn entities(&mut self, list: &str) -> Result<Vec<EntityView>, EntitiesError> {
        let mut contributions: BTreeMap<String, Vec<(RecordId, Contribution)>> = BTreeMap::new();
        for (record, said) in self.said()? {
            for one in said.into_iter().filter(|one| one.list == list) {
                let contribution = Contribution {
                    id: contribution_id(record, &one.at),
                    creates: one.creates,
                    seen: one.seen,
                    properties: one.properties,
                };
                contributions
                    .entry(one.entity)
                    .or_default()
                    .push((record, contribution));
            }
        }
        Ok(contributions
            .into_iter()
            .map(|(id, said)| view(id, said))
            .collect())
    }

    /// Returns the lists that the forms here declare entities of.
    ///
    /// # Errors
    /// A form or the notebook cannot be read.
    pub fn entity_lists(&self) -> Result<Vec<String>, FormsError> {
        let mut lists = BTreeSet::new();
        for view in self.forms()? {
            let form = self.form(&view.id, None)?;
            lists.extend(form.entities.iter().map(|declaration| declaration.list.clone()));
        }
        Ok(lists.into_iter().collect())
    }

    /// Notes in a draft that is being finished what it says about entities: which, and what this node knew of them.
    pub(crate) fn note_entities(
        &mut self,
        draft: &mut Draft,
        form: &Form,
        now: i64,
    ) -> Result<Vec<DraftStep>, NoteError> {
        let mut steps = Vec::new();
        if form.entities.is_empty() {
            return Ok(steps);
        }
        let environment = self.environment();
        for action in interview::entities(form, &*draft, &environment) {
            let name = note_name(&action.list, &action.at);
            // An edit of a record is still about the entity that the record is about.
            if draft.meta(&name).is_some() {
                continue;
            }
            let id = action.id.unwrap_or_else(|| self.fresh_entity());
            let known = self.entities(&action.list)?;
            let heads = known.into_iter().find(|entity| entity.id == id);
            let mut note = vec![if action.creates { "create" } else { "update" }.to_owned(), id];
            note.extend(heads.into_iter().flat_map(|entity| entity.heads));
            steps.push(draft.set_meta(&name, form::Value::Text(note.join(" ")), now)?);
        }
        Ok(steps)
    }

    /// What every record that can be read here says. What is not in the cache is looked up and kept.
    fn said(&mut self) -> Result<Vec<(RecordId, Vec<Said>)>, EntitiesError> {
        let environment = self.environment();
        let shelf = &self.shelf;
        self.store.write(|tx| {
            let mut all = Vec::new();
            for row in records::list(tx, None)? {
                if !matches!(row.status, RecordStatus::Received | RecordStatus::Granted) {
                    continue;
                }
                if let Some(kept) = store::said(tx, row.id)?
                    && let Ok(said) = serde_json::from_str(&kept)
                {
                    all.push((row.id, said));
                    continue;
                }
                let (_, form) = shelf.read(tx, &row.form_id, Some(&row.form_version))?;
                let said = match form.entities.is_empty() {
                    true => Vec::new(),
                    false => of_record(&readable(tx, row.id, &form)?, &form, &environment),
                };
                store::keep(tx, row.id, &serde_json::to_string(&said).unwrap_or_default())?;
                all.push((row.id, said));
            }
            Ok(all)
        })
    }

    fn fresh_entity(&mut self) -> String {
        let mut chance = [0; 16];
        rand::Rng::fill_bytes(&mut self.rng, &mut chance);
        RecordId::from_chance(chance).to_string()
    }
}

/// Why a draft cannot note what it says about entities.
#[derive(Debug, Error)]
pub(crate) enum NoteError {
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Entities(#[from] EntitiesError),
}

fn of_record(record: &Record, form: &Form, environment: &form::Environment) -> Vec<Said> {
    let mut said = Vec::new();
    for (list, at) in places(record, form) {
        let Some(form::Value::Text(note)) = record.meta(&note_name(&list, &at)) else {
            continue;
        };
        let mut words = note.split(' ');
        let (Some(deed), Some(entity)) = (words.next(), words.next()) else {
            continue;
        };
        let creates = deed == "create";
        let Some(action) = interview::said_of_entity(form, record, environment, &list, &at, creates) else {
            continue;
        };
        let mut properties: BTreeMap<String, String> = action.properties.into_iter().collect();
        properties.extend(action.label.map(|label| (LABEL.to_owned(), label)));
        said.push(Said {
            list,
            entity: entity.to_owned(),
            creates,
            at: at.to_string(),
            seen: words.map(str::to_owned).collect(),
            properties,
        });
    }
    said
}

/// Where a record may say something about an entity of which list.
fn places(record: &Record, form: &Form) -> Vec<(String, Address)> {
    let mut places = Vec::new();
    for declaration in &form.entities {
        let around = interview::instances_around(form, record, declaration.container.as_ref());
        places.extend(around.into_iter().map(|at| (declaration.list.clone(), at)));
    }
    places
}

fn view(id: String, said: Vec<(RecordId, Contribution)>) -> EntityView {
    let (mut records, said): (Vec<RecordId>, Vec<Contribution>) = said.into_iter().unzip();
    records.sort();
    records.dedup();
    let entity = Entity::of(&said);
    let label = entity.property(LABEL).unwrap_or(&id).to_owned();
    let properties = entity.properties.into_iter().filter(|(name, _)| name != LABEL);
    EntityView {
        label,
        properties: properties
            .map(|(name, held)| (name, held.into_iter().map(|held| held.value).collect()))
            .collect(),
        records,
        heads: entity.heads.into_iter().collect(),
        id,
    }
}

fn note_name(list: &str, at: &Address) -> String {
    match *at == Address::root() {
        true => format!("{NOTE}/{list}"),
        false => format!("{NOTE}/{list}/{at}"),
    }
}

fn contribution_id(record: RecordId, at: &str) -> String {
    match at.is_empty() {
        true => record.to_string(),
        false => format!("{record}/{at}"),
    }
}
