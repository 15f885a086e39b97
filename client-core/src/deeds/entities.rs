//! Entities: the long-lived things that several records are about, as the records that can be read here say.
//!
//! On a desk these are all records it may read; on a device only those it was handed, because a
//! finished record leaves nothing behind on a device.

use std::collections::{BTreeMap, BTreeSet};

use form::{Address, Form, interview};
use record::entity::Contribution;
use record::{AnswerError, Draft, DraftStep, Record};
use rusqlite::Connection;
use seal::assignment::{Assignment, SaidOfEntity};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::RecordId;

use self::assembling::{Spoken, fill_in, published, view};

use crate::Notebook;
use crate::deeds::attach::FileError;
use crate::deeds::expire::ExpireError;
use crate::deeds::forms::FormsError;
use crate::deeds::start::readable;
use crate::store::assigned::{self, Assigned};
use crate::store::audit::{self, Deed};
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, entities as store};

mod assembling;
mod assign;

pub use self::assign::{AssignError, AssignedEntities};

/// Why entities cannot be listed.
#[derive(Debug, Error)]
pub enum EntitiesError {
    /// A form cannot be read.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// A file that belongs to a form cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A packet whose time is over is still here.
    #[error(transparent)]
    Expire(#[from] ExpireError),
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
    /// Who said it, and when (unix seconds, by their clock): what one says, one has in mind the next time.
    by: (String, i64),
    properties: BTreeMap<String, String>,
}

impl Said {
    fn spoken(self, record: RecordId) -> Spoken {
        Spoken {
            record: Some(record),
            entity: self.entity,
            by: self.by,
            contribution: Contribution {
                id: contribution_id(record, &self.at),
                creates: self.creates,
                seen: self.seen,
                properties: self.properties,
            },
        }
    }
}

impl From<&SaidOfEntity> for Said {
    fn from(handed: &SaidOfEntity) -> Self {
        let SaidOfEntity {
            list,
            entity,
            creates,
            at,
            by,
            when,
            seen,
            properties,
        } = handed.clone();
        Self {
            list,
            entity,
            creates,
            at,
            seen: seen.into_iter().collect(),
            by: (by, i64::try_from(when).unwrap_or(i64::MAX)),
            properties: properties.into_iter().collect(),
        }
    }
}

/// Keeps what a desk handed out of what a record says.
pub(crate) fn keep_assigned(
    db: &Connection,
    record: RecordId,
    assignment: &Assignment,
) -> Result<(), StoreError> {
    for handed in &assignment.said {
        let said = Said::from(handed);
        let assigned = Assigned {
            record,
            said: serde_json::to_string(&said).unwrap_or_default(),
            list: said.list,
            entity: said.entity,
            expires: i64::try_from(assignment.expires).unwrap_or(i64::MAX),
        };
        assigned::keep(db, &assigned)?;
    }
    Ok(())
}

/// The property that holds what an entity is called.
const LABEL: &str = "label";
/// What the names of the notes about entities begin with, in a record's metadata.
const NOTE: &str = "entity";
/// The column of a published list that says what its row was made from.
pub const SEEN: &str = "__seen";
impl Notebook {
    /// Returns the entities of a list, by their ids: what records say of them, and what the list
    /// says that is attached to a form as `LIST.csv`.
    ///
    /// # Errors
    /// A form or the notebook cannot be read.
    pub fn entities(&mut self, list: &str) -> Result<Vec<EntityView>, EntitiesError> {
        self.let_expire()?;
        let entities = self.entities_now(list)?;
        if self.is_desk() && !entities.is_empty() {
            let now = self.now().as_second();
            self.store
                .write(|tx| audit::note(tx, now, Deed::List, &[0; 16]))?;
        }
        Ok(entities)
    }

    /// Does as [`Notebook::entities`], whether or not the time of what it reads is over.
    pub(crate) fn entities_now(&mut self, list: &str) -> Result<Vec<EntityView>, EntitiesError> {
        Ok(self
            .spoken(list)?
            .into_iter()
            .map(|(id, said)| view(id, said))
            .collect())
    }

    /// Returns what is said here of each entity of a list.
    fn spoken(&mut self, list: &str) -> Result<BTreeMap<String, Vec<Spoken>>, EntitiesError> {
        let mut all: BTreeMap<(String, String), Spoken> = BTreeMap::new();
        for (record, said) in self.said()? {
            for one in said.into_iter().filter(|one| one.list == list) {
                let spoken = one.spoken(record);
                all.insert(spoken.key(), spoken);
            }
        }
        for (record, one) in self.assigned(list)? {
            let handed = one.spoken(record);
            match all.get_mut(&handed.key()) {
                // Its record is here, but perhaps less of it.
                Some(spoken) => {
                    let more = handed.contribution.properties.into_iter();
                    let properties = &mut spoken.contribution.properties;
                    more.for_each(|(name, value)| _ = properties.entry(name).or_insert(value));
                }
                None => _ = all.insert(handed.key(), handed),
            }
        }
        let mut spoken: BTreeMap<String, Vec<Spoken>> = BTreeMap::new();
        for ((entity, _), one) in all {
            spoken.entry(entity).or_default().push(one);
        }
        if let Some(table) = self.published_list(list)? {
            for row in table.rows() {
                let Some(id) = row.get("name").filter(|id| !id.is_empty()) else {
                    continue;
                };
                let of_entity = spoken.entry(id.to_owned()).or_default();
                match published(row, of_entity) {
                    Some(published) => of_entity.push(published),
                    None => fill_in(row, of_entity),
                }
            }
        }
        Ok(spoken)
    }

    /// What a desk handed to this device of a list: of what one record says of one entity, what came last.
    fn assigned(&self, list: &str) -> Result<Vec<(RecordId, Said)>, EntitiesError> {
        let mut newest = BTreeMap::new();
        for Assigned { record, said, .. } in self.store.read(|db| assigned::of_list(db, list))? {
            let said: Said = serde_json::from_str(&said)
                .map_err(|_| StoreError::Unreadable("what was handed out of an entity"))?;
            newest.insert((record, said.at.clone(), said.entity.clone()), said);
        }
        let newest = newest.into_iter();
        Ok(newest.map(|((record, ..), said)| (record, said)).collect())
    }

    /// Returns the lists that the forms here declare entities of, and those of which entities were assigned to this node.
    ///
    /// # Errors
    /// A form or the notebook cannot be read.
    pub fn entity_lists(&self) -> Result<Vec<String>, FormsError> {
        let mut lists = self.store.read(assigned::lists)?;
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
        let environment = self.environment(form)?;
        for action in interview::entities(form, &*draft, &environment) {
            let name = note_name(&action.list, &action.at);
            // An edit of a record is still about the entity that the record is about.
            if draft.meta(&name).is_some() {
                continue;
            }
            let id = action.id.unwrap_or_else(|| self.fresh_entity());
            let known = self.entities_now(&action.list)?;
            let heads = known.into_iter().find(|entity| entity.id == id);
            let mut note = vec![if action.creates { "create" } else { "update" }.to_owned(), id];
            note.extend(heads.into_iter().flat_map(|entity| entity.heads));
            steps.push(draft.set_meta(&name, form::Value::Text(note.join(" ")), now)?);
        }
        Ok(steps)
    }

    /// What every record that can be read here says. What is not in the cache is looked up and kept.
    fn said(&mut self) -> Result<Vec<(RecordId, Vec<Said>)>, EntitiesError> {
        let environment = self.plain_environment();
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
        let by = record.meta_provenance(&note_name(&list, &at));
        properties.extend(action.label.map(|label| (LABEL.to_owned(), label)));
        said.push(Said {
            list,
            entity: entity.to_owned(),
            creates,
            at: at.to_string(),
            seen: words.map(str::to_owned).collect(),
            by: by.map_or_else(Default::default, |by| (format!("{:?}", by.author), by.at)),
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

/// Returns entities as the CSV that forms choose from: `name`, `label` and `__version` as ODK Central
/// writes them, the properties, and in `__seen` what the row was made from. Of values that disagree
/// it has one, the same on every node.
pub fn entities_csv(entities: &[EntityView]) -> String {
    let properties: BTreeSet<&str> = entities
        .iter()
        .flat_map(|entity| entity.properties.keys().map(String::as_str))
        .collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let heading = ["name", "label", "__version", SEEN].into_iter();
    let _ = table.write_record(heading.chain(properties.iter().copied()));
    for entity in entities {
        let (version, seen) = (entity.records.len().to_string(), entity.heads.join(" "));
        let mut row = vec![entity.id.as_str(), &entity.label, &version, &seen];
        row.extend(properties.iter().map(|name| {
            let values = entity.properties.get(*name);
            values
                .and_then(|values| values.first())
                .map_or("", String::as_str)
        }));
        let _ = table.write_record(row);
    }
    String::from_utf8(table.into_inner().unwrap_or_default()).unwrap_or_default()
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
