//! Putting entities together from what records and published lists say of them.

use std::collections::{BTreeMap, BTreeSet};

use form::Row;
use record::entity::{Contribution, Entity};
use wire::{FileHash, RecordId};

use super::{EntityView, LABEL, SEEN};

/// What the names of contributions that a published list makes begin with.
const PUBLISHED: &str = "published/";

/// A contribution with its record (none if it was published), and who said it when.
pub(super) struct Spoken {
    pub(super) record: Option<RecordId>,
    pub(super) entity: String,
    pub(super) by: (String, i64),
    pub(super) contribution: Contribution,
}

impl Spoken {
    /// Returns the entity, and which contribution it is.
    pub(super) fn key(&self) -> (String, String) {
        (self.entity.clone(), self.contribution.id.clone())
    }
}

/// What a row of a published list says, unless the records here say all that it was made from.
pub(super) fn published(row: Row<'_>, spoken: &[Spoken]) -> Option<Spoken> {
    let seen: BTreeSet<String> = row
        .get(SEEN)
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let is_here = |id: &String| spoken.iter().any(|one| one.contribution.id == *id);
    if !seen.is_empty() && seen.iter().all(is_here) {
        return None;
    }
    let mut written = String::new();
    let mut properties = BTreeMap::new();
    for (column, text) in row.cells() {
        written.push_str(&format!("{column}={text};"));
        if column != "name" && !column.starts_with("__") {
            properties.insert(column.to_owned(), text.to_owned());
        }
    }
    let hash = FileHash::of(written.as_bytes()).to_string();
    let id = format!("{PUBLISHED}{}", hash.get(..16).unwrap_or_default());
    Some(Spoken {
        record: None,
        entity: row.get("name").unwrap_or_default().to_owned(),
        by: (String::new(), 0),
        contribution: Contribution {
            id,
            creates: false,
            seen,
            properties,
        },
    })
}

/// Lets what a row was made from say what the row says and nothing here does: of those records less may be here than the
/// desk had that published the row.
pub(super) fn fill_in(row: Row<'_>, spoken: &mut [Spoken]) {
    let sources = row.get(SEEN).unwrap_or_default();
    for (column, text) in row.cells() {
        let known = |one: &Spoken| one.contribution.properties.contains_key(column);
        let says_nothing = text.is_empty() || column == LABEL && Some(text) == row.get("name");
        if column == "name" || column.starts_with("__") || says_nothing || spoken.iter().any(known) {
            continue;
        }
        let is_source = |one: &&mut Spoken| sources.split_whitespace().any(|id| id == one.contribution.id);
        if let Some(source) = spoken.iter_mut().find(is_source) {
            let properties = &mut source.contribution.properties;
            properties.insert(column.to_owned(), text.to_owned());
        }
    }
}

/// Lets everybody have in mind what they said before.
pub(super) fn bear_in_mind(spoken: &mut [Spoken]) {
    spoken.sort_by(|one, other| (&one.by, &one.contribution.id).cmp(&(&other.by, &other.contribution.id)));
    let mut last: Option<((String, i64), String)> = None;
    for one in spoken {
        // Who said something before has it in mind the next time.
        if let Some((_, earlier)) = last
            .take()
            .filter(|(before, _)| before.0 == one.by.0 && !before.0.is_empty())
        {
            one.contribution.seen.insert(earlier);
        }
        last = Some((one.by.clone(), one.contribution.id.clone()));
    }
}

/// Puts an entity together for people.
pub(super) fn view(id: String, mut spoken: Vec<Spoken>) -> EntityView {
    bear_in_mind(&mut spoken);
    let records: BTreeSet<RecordId> = spoken.iter().filter_map(|one| one.record).collect();
    let behind: BTreeSet<String> = spoken
        .iter()
        .filter(|one| one.record.is_none())
        .flat_map(|one| one.contribution.seen.iter().cloned())
        .collect();
    let said: Vec<Contribution> = spoken.into_iter().map(|one| one.contribution).collect();
    let entity = Entity::of(&said);
    let label = entity.property(LABEL).unwrap_or(&id).to_owned();
    // Whoever knows a published row knows what it was made from, also where the row itself is not known.
    let heads: BTreeSet<String> = match entity.heads.iter().any(|head| head.starts_with(PUBLISHED)) {
        true => entity.heads.into_iter().chain(behind).collect(),
        false => entity.heads,
    };
    let properties = entity.properties.into_iter().filter(|(name, _)| name != LABEL);
    EntityView {
        label,
        properties: properties
            .map(|(name, held)| (name, held.into_iter().map(|held| held.value).collect()))
            .collect(),
        records: records.into_iter().collect(),
        heads: heads.into_iter().collect(),
        id,
    }
}
