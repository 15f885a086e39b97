//! Where in a record its entities stand.
//!
//! Each group, repeat, and the form itself holds at most one entity. Which one stands where follows
//! from the questions that save to its list and those that its expressions refer to.

use std::collections::{BTreeMap, HashMap};

use super::names::{is_xml_name, references};
use super::survey::NAME_HINT;
use super::table::Table;
use super::types::Container;
use crate::definition::Entity;
use crate::read::{Problems, nearest};

/// A group, repeat or loop, by the names and kinds of those around it and its own.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub(super) struct Scope(Vec<(String, Kind)>);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
enum Kind {
    Group,
    Repeat,
    Loop,
}

/// A question that has to do with an entity.
struct EntityUse {
    list: String,
    row: u32,
    scope: Scope,
    /// The property it saves to, or else the question the entity's expressions refer to.
    what: What,
}

/// The questions that have to do with entities.
#[derive(Default)]
pub(super) struct Uses {
    all: Vec<EntityUse>,
    /// The row that saves to a property of a list.
    saved: HashMap<(String, String), u32>,
}

enum What {
    Saves(String),
    Referred(String),
}

/// What an entity asks for.
struct Request {
    list: String,
    row: u32,
    /// The repeat it belongs to, or the form.
    boundary: Scope,
    wanted: Scope,
    saves: Vec<Scope>,
}

impl Scope {
    pub(super) fn new(containers: impl Iterator<Item = (String, Container)>) -> Self {
        Scope(
            containers
                .map(|(name, container)| {
                    let kind = match container {
                        Container::Group => Kind::Group,
                        Container::Repeat => Kind::Repeat,
                        Container::Loop => Kind::Loop,
                    };
                    (name, kind)
                })
                .collect(),
        )
    }

    fn first(&self, length: usize) -> Scope {
        Scope(self.0.iter().take(length).cloned().collect())
    }

    fn begins_with(&self, other: &Scope) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The innermost repeat around, or the form.
    fn boundary(&self) -> Scope {
        let length = self.0.iter().rposition(|(_, kind)| *kind == Kind::Repeat);
        self.first(length.map_or(0, |at| at + 1))
    }

    fn repeats(&self) -> usize {
        self.0.iter().filter(|(_, kind)| *kind == Kind::Repeat).count()
    }

    /// How many groups are inside the innermost repeat.
    fn below_boundary(&self) -> usize {
        self.0.len() - self.boundary().0.len()
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn told(&self) -> String {
        match self.0.last() {
            None => "the form itself".to_owned(),
            Some(_) => format!("`{}`", self.names().join("/")),
        }
    }
}

/// Checks what a question saves to and notes it down; returns the list and the property.
#[expect(
    clippy::too_many_arguments,
    reason = "a row, what is known of entities, and where it stands"
)]
pub(super) fn saved(
    table: &Table<'_>,
    row: u32,
    written: &str,
    is_container: bool,
    entities: &[Entity],
    uses: &mut Uses,
    scope: Scope,
    problems: &mut Problems,
) -> Option<(String, String)> {
    let mut complain = |code, message: String, hint: String| {
        let error = table
            .error(code, row, &["bind", "entities:saveto"], message)
            .hint(hint);
        problems.error(error);
    };
    if entities.is_empty() {
        complain(
            "save_to_without_entities",
            "the answer is saved to an entity, but the form has none".to_owned(),
            "add a sheet `entities` with a row for the entity list".to_owned(),
        );
        return None;
    }
    let (list, property) = match written.split_once('#') {
        Some((list, property)) if !property.contains('#') => (list.to_owned(), property),
        Some(_) => {
            complain(
                "invalid_save_to",
                format!("there are two `#` in `{written}`"),
                "write it like `list#property`".to_owned(),
            );
            return None;
        }
        None => match entities {
            [only] => (only.list.clone(), written),
            _ => {
                complain(
                    "save_to_without_list",
                    format!("`{written}` does not say which entity list it belongs to"),
                    format!("write it like `list#{written}`"),
                );
                return None;
            }
        },
    };
    if !entities.iter().any(|entity| entity.list == list) {
        let hint = nearest(&list, entities.iter().map(|entity| entity.list.as_str())).map_or_else(
            || "add a row for it to the sheet `entities`".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        complain(
            "unknown_entity_list",
            format!("there is no entity list `{list}`"),
            hint,
        );
        return None;
    }
    let fault = if property.is_empty() {
        Some((
            "invalid_name",
            "no property is named".to_owned(),
            NAME_HINT.to_owned(),
        ))
    } else if is_container {
        Some((
            "save_to_in_group",
            "groups and repeats have no answer to save".to_owned(),
            "move it to a question".to_owned(),
        ))
    } else if matches!(property.to_lowercase().as_str(), "name" | "label") {
        Some((
            "reserved_property",
            format!("every entity has a `{property}` of its own"),
            "choose another name for the property".to_owned(),
        ))
    } else if property.starts_with("__") {
        Some((
            "reserved_entity_name",
            format!("the property `{property}` begins with two underscores"),
            "begin it with a letter".to_owned(),
        ))
    } else if !is_xml_name(property) {
        Some((
            "invalid_name",
            format!("`{property}` cannot name a property"),
            NAME_HINT.to_owned(),
        ))
    } else {
        uses.saved.get(&(list.clone(), property.to_owned())).map(|other| {
            (
                "duplicate_save_to",
                format!("row {other} saves to the property `{property}` too"),
                "save to another property, or take one of them out".to_owned(),
            )
        })
    };
    if let Some((code, message, hint)) = fault {
        complain(code, message, hint);
        return None;
    }
    uses.saved.insert((list.clone(), property.to_owned()), row);
    uses.all.push(EntityUse {
        list: list.clone(),
        row,
        scope,
        what: What::Saves(property.to_owned()),
    });
    Some((list, property.to_owned()))
}

/// The questions that the expressions of an entity refer to, by name.
pub(super) fn referring(entities: &[Entity]) -> HashMap<String, Vec<String>> {
    let mut referring: HashMap<String, Vec<String>> = HashMap::new();
    for entity in entities {
        let mut names: Vec<&str> = Vec::new();
        for text in [
            &entity.entity_id,
            &entity.create_if,
            &entity.update_if,
            &entity.label,
        ]
        .into_iter()
        .flatten()
        {
            for reference in references(text).into_iter().flatten() {
                if !names.contains(&reference.name) {
                    names.push(reference.name);
                }
            }
        }
        for name in names {
            referring
                .entry(name.to_owned())
                .or_default()
                .push(entity.list.clone());
        }
    }
    referring
}

/// Notes down that entities refer to a question.
pub(super) fn referred(
    row: u32,
    name: &str,
    referring: &HashMap<String, Vec<String>>,
    uses: &mut Uses,
    scope: &Scope,
) {
    for list in referring.get(name).into_iter().flatten() {
        uses.all.push(EntityUse {
            list: list.clone(),
            row,
            scope: scope.clone(),
            what: What::Referred(name.to_owned()),
        });
    }
}

/// Finds a place for each entity.
pub(super) fn settle(
    entities: &mut [Entity],
    uses: &Uses,
    survey: &Table<'_>,
    table: Option<&Table<'_>>,
    problems: &mut Problems,
) {
    let Some(table) = table else { return };
    let uses = &uses.all;
    // In the order in which lists are first used, and then those that are not.
    let mut used: Vec<&str> = Vec::new();
    for one in uses {
        if !used.contains(&one.list.as_str()) {
            used.push(&one.list);
        }
    }
    let mut requests: Vec<Request> = Vec::new();
    for list in &used {
        let Some(entity) = entities.iter().find(|entity| entity.list == *list) else {
            continue;
        };
        let about: Vec<&EntityUse> = uses.iter().filter(|one| one.list == *list).collect();
        requests.extend(request(entity, &about, survey, table, problems));
    }
    for entity in entities
        .iter()
        .filter(|entity| !used.contains(&entity.list.as_str()))
    {
        requests.push(Request {
            list: entity.list.clone(),
            row: entity.row,
            boundary: Scope::default(),
            wanted: Scope::default(),
            saves: Vec::new(),
        });
    }
    for (list, scope) in allocate(&requests, table, problems) {
        if let Some(entity) = entities.iter_mut().find(|entity| entity.list == list) {
            entity.in_repeat = scope.repeats() > 0;
            entity.container = scope.names();
        }
    }
}

/// What one entity asks for, or `None` if its questions stand where no entity can reach them all.
fn request(
    entity: &Entity,
    uses: &[&EntityUse],
    survey: &Table<'_>,
    table: &Table<'_>,
    problems: &mut Problems,
) -> Option<Request> {
    let mut deepest: Option<&EntityUse> = None;
    for one in uses {
        if deepest.is_none_or(|deepest| one.scope.repeats() > deepest.scope.repeats()) {
            deepest = Some(one);
        }
    }
    let deepest = deepest?;
    let boundary = deepest.scope.boundary();
    let saves = |one: &&&EntityUse| matches!(one.what, What::Saves(_));
    let wanted = wanted(uses, &boundary);
    let mut sound = true;
    for one in uses {
        let own = one.scope.boundary();
        let is_save = saves(&one);
        if boundary.begins_with(&own) && !(is_save && wanted.boundary() != own) {
            continue;
        }
        sound = false;
        let elsewhere = if boundary.begins_with(&own) {
            &wanted
        } else {
            &deepest.scope
        };
        match &one.what {
            What::Saves(property) => {
                let message = format!(
                    "`{property}` is in {}, and other questions of the entity list `{}` are in {}",
                    one.scope.told(),
                    entity.list,
                    elsewhere.told()
                );
                problems.error(
                    survey
                        .error(
                            "entity_scope_of_save_to",
                            one.row,
                            &["bind", "entities:saveto"],
                            message,
                        )
                        .hint("copy the answer with a calculation to where the others are, and save that"),
                );
            }
            What::Referred(name) => {
                let message = format!(
                    "`${{{name}}}` is in {}, and other questions of the entity list `{}` are in {}",
                    one.scope.told(),
                    entity.list,
                    elsewhere.told()
                );
                problems.error(
                    table
                        .error("entity_scope_of_reference", entity.row, &[], message)
                        .hint(
                            "copy the answer with a calculation to where the others are, and refer to that",
                        ),
                );
            }
        }
    }
    let mut lineages: Vec<Scope> = Vec::new();
    for one in uses.iter().filter(saves) {
        if !lineages.contains(&one.scope) {
            lineages.push(one.scope.clone());
        }
    }
    sound.then(|| Request {
        list: entity.list.clone(),
        row: entity.row,
        boundary,
        wanted,
        saves: lineages,
    })
}

/// Where an entity would stand best.
fn wanted(uses: &[&EntityUse], boundary: &Scope) -> Scope {
    let saves: Vec<&Scope> = uses
        .iter()
        .filter(|one| matches!(one.what, What::Saves(_)))
        .map(|one| &one.scope)
        .collect();
    let Some(first) = saves.first() else {
        // The deepest of the questions that belong to the innermost repeat.
        let mut best: Option<&Scope> = None;
        for scope in uses
            .iter()
            .map(|one| &one.scope)
            .filter(|scope| scope.boundary() == *boundary)
        {
            if best.is_none_or(|best| scope.below_boundary() > best.below_boundary()) {
                best = Some(scope);
            }
        }
        return best.cloned().unwrap_or_default();
    };
    let shared = (0..=first.0.len())
        .rev()
        .map(|length| first.first(length))
        .find(|shared| saves.iter().all(|scope| scope.begins_with(shared)))
        .unwrap_or_default();
    // Of the saving questions, the one in the innermost repeat counts.
    let mut innermost = *first;
    for scope in &saves {
        if scope.repeats() > innermost.repeats() {
            innermost = scope;
        }
    }
    let of_repeat = innermost.boundary();
    let depth = |scope: &Scope| (scope.repeats(), scope.below_boundary());
    if depth(&shared) > depth(&of_repeat) {
        shared
    } else {
        of_repeat
    }
}

/// Gives each entity the place it asks for, or the next one further out that is free.
fn allocate(requests: &[Request], table: &Table<'_>, problems: &mut Problems) -> Vec<(String, Scope)> {
    let root = Scope::default();
    if let [only] = requests
        && only.boundary == root
    {
        return vec![(only.list.clone(), root)];
    }
    let mut boundaries: Vec<&Scope> = Vec::new();
    for request in requests {
        if !boundaries.contains(&&request.boundary) {
            boundaries.push(&request.boundary);
        }
    }
    let mut taken: BTreeMap<Scope, &Request> = BTreeMap::new();
    let mut places = Vec::new();
    for boundary in boundaries {
        let mut here: Vec<&Request> = requests
            .iter()
            .filter(|request| request.boundary == *boundary)
            .collect();
        here.sort_by_key(|request| request.row);
        for request in here {
            match place(request, &taken) {
                Ok(scope) => {
                    taken.insert(scope.clone(), request);
                    for lineage in &request.saves {
                        for length in scope.0.len()..=lineage.0.len() {
                            taken.insert(lineage.first(length), request);
                        }
                    }
                    places.push((request.list.clone(), scope));
                }
                Err(other) => {
                    let message = format!(
                        "there is no place for the entity list `{}` in {}, because row {} has it",
                        request.list,
                        boundary.told(),
                        other
                    );
                    problems.error(
                        table
                            .error("no_place_for_entity", request.row, &["dataset"], message)
                            .hint("each group and repeat holds one entity: put the questions of each list into a group of its own"),
                    );
                }
            }
        }
    }
    places
}

/// The first free place; the row of the entity that stands in the way if there is none.
fn place(request: &Request, taken: &BTreeMap<Scope, &Request>) -> Result<Scope, u32> {
    let mut in_the_way = request.row;
    for length in (request.boundary.0.len()..=request.wanted.0.len()).rev() {
        let scope = request.wanted.first(length);
        let Some(other) = taken.get(&scope) else {
            return Ok(scope);
        };
        in_the_way = other.row;
        let first_save = request.saves.iter().find_map(|lineage| taken.get(lineage));
        if let Some(other) = first_save {
            return Err(other.row);
        }
    }
    Err(in_the_way)
}
