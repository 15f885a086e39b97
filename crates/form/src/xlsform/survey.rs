//! The sheet `survey`.

mod containers;
mod element;
mod headers;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(super) use self::element::texts;
use headers::check_headers;

use super::entity_places::{self, Scope, Uses};
use super::header::{Column, SURVEY, SURVEY_EXTRAS};
use super::lists::Lists;
use super::names::{is_xml_name, whole_reference};
use super::node::{Branch, Node};
use super::parameters::{self, Parameters};
use super::settings::Settings;
use super::table::{Row, Table};
use super::triggers::{self, Trigger};
use super::types::{self, Container, RowType};
use super::{Workbook, question, select, yes};
use crate::definition::{Element, ElementKind, Entity, Generated, Text};
use crate::read::{FormError, Problems, Sheet, nearest};

/// What a name must be like.
pub(super) const NAME_HINT: &str =
    "begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it";

/// So deep groups and repeats may stand in each other.
const MAX_DEPTH: usize = 64;

/// What the survey is read with.
pub(super) struct Around<'a> {
    pub(super) workbook: &'a Workbook<'a>,
    pub(super) settings: &'a Settings,
    pub(super) default_language: &'a str,
    /// Whether several spaces in a row become one.
    pub(super) squeeze: bool,
    pub(super) lists: Lists,
    pub(super) external: Option<&'a Lists>,
    pub(super) osm: Option<&'a Lists>,
    pub(super) entities: &'a [Entity],
}

/// What was read.
pub(super) struct Survey<'a> {
    pub(super) table: Table<'a>,
    pub(super) elements: Vec<Element>,
    pub(super) audits: Vec<Element>,
    /// Settings that stand in this sheet.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) lists: Lists,
    /// How often each name is written.
    pub(super) names: BTreeMap<String, u32>,
    pub(super) entity_uses: Uses,
    /// Whether any type ends in `or_other`.
    pub(super) or_other: bool,
}

/// A survey that is being read.
pub(super) struct Reader<'s, 'a> {
    pub(super) table: Table<'s>,
    pub(super) around: Around<'a>,
    open: Vec<Open>,
    /// How many groups were begun that are too deep to be read.
    too_deep: usize,
    audits: Vec<Element>,
    settings: BTreeMap<String, String>,
    names: BTreeMap<String, u32>,
    repeats: HashSet<String>,
    questions: BTreeSet<String>,
    triggers: Vec<Trigger>,
    /// The names of secondary instances, and where something refers to one for a place.
    pub(super) instances: HashSet<String>,
    pub(super) geometries: Vec<(String, u32)>,
    /// The entity lists whose expressions refer to a question.
    referring: HashMap<String, Vec<String>>,
    entity_uses: Uses,
    pub(super) table_list: TableList,
    /// Whether any type ends in `or_other`.
    pub(super) or_other: bool,
    /// Lists to which the choice `none` was added.
    pub(super) none_added: HashSet<String>,
    /// Lists to which the choice `other` was added, and those looked through for spaces.
    pub(super) other_added: HashSet<String>,
    pub(super) looked_through: HashSet<String>,
}

/// Whether what is read is inside a group with the appearance `table-list`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TableList {
    No,
    /// It is, and no select came yet.
    Begun,
    /// It is, and its selects share this list.
    Of(String),
}

/// A group, repeat or loop whose end did not come yet; the first is the survey itself.
struct Open {
    container: Option<(Container, Element)>,
    children: Vec<Element>,
    names: HashSet<String>,
    lower_names: HashSet<String>,
}

/// One row with what is read of it first.
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) written: String,
    pub(super) values: Branch,
    pub(super) parameters: Parameters,
}

/// Reads the sheet.
pub(super) fn read<'s>(sheet: &'s Sheet, around: Around<'_>, problems: &mut Problems) -> Survey<'s> {
    let mut table = Table::read(sheet, &SURVEY, around.default_language, around.squeeze, problems);
    check_headers(&table, problems);
    let rows = std::mem::take(&mut table.rows);
    let mut reader = Reader {
        referring: entity_places::referring(around.entities),
        table,
        around,
        open: vec![Open::new(None)],
        too_deep: 0,
        audits: Vec::new(),
        settings: BTreeMap::new(),
        names: BTreeMap::new(),
        repeats: HashSet::new(),
        questions: BTreeSet::new(),
        triggers: Vec::new(),
        instances: HashSet::new(),
        geometries: Vec::new(),
        entity_uses: Uses::default(),
        table_list: TableList::No,
        or_other: false,
        none_added: HashSet::new(),
        other_added: HashSet::new(),
        looked_through: HashSet::new(),
    };
    for row in rows {
        reader.read_row(row, problems);
    }
    reader.finish(problems)
}

impl Open {
    fn new(container: Option<(Container, Element)>) -> Self {
        Open {
            container,
            children: Vec::new(),
            // The block `meta` is the converter's.
            names: HashSet::from(["meta".to_owned()]),
            lower_names: HashSet::new(),
        }
    }
}

impl<'s> Reader<'s, '_> {
    pub(super) fn error(
        &self,
        code: &'static str,
        row: u32,
        way: &[&str],
        message: impl Into<String>,
    ) -> FormError {
        self.table.error(code, row, way, message)
    }

    /// Appends an element to what is open.
    pub(super) fn push(&mut self, element: Element) {
        if let Some(open) = self.open.last_mut() {
            open.children.push(element);
        }
    }

    fn read_row(&mut self, row: Row, problems: &mut Problems) {
        let Row {
            number: row,
            mut values,
        } = row;
        if let Some(disabled) = values.take("disabled") {
            problems.warn(
                self.error(
                    "disabled_row",
                    row,
                    &["disabled"],
                    "`disabled` is no longer part of XLSForm",
                )
                .hint("write `false()` into `relevant`, or take the row out"),
            );
            if yes(disabled.any()) == Some(true) {
                return;
            }
        }
        if values.is_empty() {
            return;
        }
        let written = values.text("type").to_owned();
        if written.is_empty() {
            self.complain_of_no_type(row, &values, problems);
            return;
        }
        let trigger = match values.take("trigger") {
            Some(node) => triggers::read(&self.table, row, node.any(), problems),
            None => Vec::new(),
        };
        self.triggers.extend(trigger.iter().map(|name| Trigger {
            name: name.clone(),
            row,
        }));
        let parameters = self.parameters(row, values.text("parameters"), problems);
        let row_type = types::read(&written);
        let mut line = Line {
            row,
            written,
            values,
            parameters,
        };
        match &row_type {
            RowType::Plain(plain) if plain.written == "audit" => {
                let audit = question::audit(self, line, problems);
                self.audits.push(audit);
                return;
            }
            RowType::Setting(setting) => {
                let value = line.values.text("name").to_owned();
                if value.is_empty() {
                    let code = if *setting == "form_id" {
                        "empty_form_id"
                    } else {
                        "missing_name"
                    };
                    let message = format!("the row sets `{setting}` to nothing");
                    let error = self.error(code, row, &["name"], message);
                    problems.error(error.hint("write its value into the column `name`, or take the row out"));
                    return;
                }
                self.settings.insert((*setting).to_owned(), value);
                return;
            }
            _ => {}
        }
        let is_end = matches!(row_type, RowType::End(_));
        let is_begin = matches!(row_type, RowType::Begin(..));
        let name = if is_end {
            line.values.text("name").to_owned()
        } else {
            self.name(&mut line, problems)
        };
        let saves_to_list = self.entity_uses(&mut line, &name, is_begin || is_end, is_end, problems);
        match row_type {
            RowType::End(container) => self.end(row, container, &name, problems),
            RowType::Begin(container, list) => self.begin(line, name, container, list, problems),
            row_type => {
                self.questions.insert(name.clone());
                let before = self.open.last().map_or(0, |open| open.children.len());
                match row_type {
                    RowType::Select(select) => select::read(self, line, name.clone(), select, problems),
                    RowType::Osm(list) => question::osm(self, line, name.clone(), list, problems),
                    RowType::Plain(plain) => {
                        question::read(self, line, name.clone(), plain, !trigger.is_empty(), problems)
                    }
                    _ => self.unknown_type(line, name.clone(), problems),
                }
                let written = self.open.last_mut().and_then(|open| {
                    open.children
                        .iter_mut()
                        .skip(before)
                        .find(|element| element.generated.is_none())
                });
                if let Some(element) = written {
                    element.triggers = trigger;
                    element.saves_to_list = saves_to_list;
                }
            }
        }
    }

    fn complain_of_no_type(&self, row: u32, values: &Branch, problems: &mut Problems) {
        if values.has("name") || values.has("label") {
            problems.error(
                self.error("missing_type", row, &["type"], "the row has no type")
                    .hint("write what kind of question it is, for example `text`"),
            );
        } else {
            problems.warn(
                self.error(
                    "skipped_row",
                    row,
                    &[],
                    "the row has no type, name or label and is not read",
                )
                .hint("empty it if it is a note"),
            );
        }
    }

    fn parameters(&self, row: u32, text: &str, problems: &mut Problems) -> Parameters {
        parameters::read(text).unwrap_or_else(|| {
            let message = format!("`{text}` is no list of parameters");
            problems.error(
                self.error("invalid_parameters", row, &["parameters"], message)
                    .hint("write each as a name and a value, like `randomize=true seed=7`"),
            );
            Parameters::new()
        })
    }

    /// The name of a row, checked, or a stand-in.
    fn name(&mut self, line: &mut Line, problems: &mut Problems) -> String {
        let row = line.row;
        let name = match line.values.text("name") {
            "" if line.written == "note" => format!("generated_note_name_{row}"),
            "" => {
                problems.error(
                    self.error("missing_name", row, &["name"], "the row has no name")
                        .hint("write a name that no other row beside it has"),
                );
                return format!("unnamed_{row}");
            }
            name => name.to_owned(),
        };
        if !is_xml_name(&name) {
            let message = format!("`{name}` cannot be a name");
            problems.error(
                self.error("invalid_name", row, &["name"], message)
                    .hint(NAME_HINT),
            );
            return format!("unnamed_{row}");
        }
        *self.names.entry(name.clone()).or_default() += 1;
        let complaint = self.open.last_mut().and_then(|open| {
            if !open.names.insert(name.clone()) {
                return Some(true);
            }
            (!open.lower_names.insert(name.to_lowercase())).then_some(false)
        });
        match complaint {
            Some(true) if name == "meta" => problems.error(
                self.error(
                    "reserved_name",
                    row,
                    &["name"],
                    "the name `meta` is kept for what tells about the record",
                )
                .hint("choose another name"),
            ),
            Some(true) => {
                let message = format!("another row in the same group or repeat is called `{name}` too");
                problems.error(
                    self.error("duplicate_name", row, &["name"], message)
                        .hint("give one of them another name"),
                );
            }
            Some(false) => {
                let message =
                    format!("another row in the same group or repeat is called `{name}` in other letters");
                problems.warn(
                    self.error("similar_name", row, &["name"], message).hint(
                        "some programs do not mind upper and lower case; give one of them another name",
                    ),
                );
            }
            None => {}
        }
        name
    }

    fn scope(&self) -> Scope {
        Scope::new(self.open.iter().filter_map(|open| {
            let (container, element) = open.container.as_ref()?;
            Some((element.name.clone(), *container))
        }))
    }

    /// Notes down how a row has to do with entities; returns the list it saves to.
    fn entity_uses(
        &mut self,
        line: &mut Line,
        name: &str,
        is_container: bool,
        is_end: bool,
        problems: &mut Problems,
    ) -> Option<String> {
        let scope = self.scope();
        let mut list = None;
        if let Some(saves) = line
            .values
            .branch("bind")
            .map(|bind| bind.text("entities:saveto").to_owned())
            .filter(|saves| !saves.is_empty())
        {
            let used = entity_places::saved(
                &self.table,
                line.row,
                &saves,
                is_container,
                self.around.entities,
                &mut self.entity_uses,
                scope.clone(),
                problems,
            );
            if let Some((saved_to, property)) = used {
                line.values.put(
                    &["bind".to_owned(), "entities:saveto".to_owned()],
                    property,
                    self.around.default_language,
                );
                list = Some(saved_to);
            }
        }
        if !is_end {
            entity_places::referred(line.row, name, &self.referring, &mut self.entity_uses, &scope);
        }
        list
    }

    fn finish(mut self, problems: &mut Problems) -> Survey<'s> {
        if let Some((container, element)) = self.open.last().and_then(|open| open.container.as_ref()) {
            let message = format!("the {} `{}` is not ended", container.name(), element.name);
            problems.error(
                self.error("unmatched_begin", element.row, &["type"], message)
                    .hint(format!(
                        "put a row `end_{}` after what is in it",
                        container.name()
                    )),
            );
        }
        while self.open.len() > 1 {
            self.close();
        }
        triggers::check(&self.table, &self.triggers, &self.questions, problems);
        self.check_geometries(problems);
        let elements = self.open.pop().map(|open| open.children).unwrap_or_default();
        Survey {
            table: self.table,
            elements,
            audits: self.audits,
            settings: self.settings,
            lists: self.around.lists,
            names: self.names,
            entity_uses: self.entity_uses,
            or_other: self.or_other,
        }
    }

    fn check_geometries(&self, problems: &mut Problems) {
        for (target, row) in &self.geometries {
            let known = self.instances.contains(target)
                || self.around.lists.get(target).is_some()
                || self.around.entities.iter().any(|entity| entity.list == *target)
                || whole_reference(target).is_some_and(|reference| self.repeats.contains(reference.name));
            if !known {
                let message = format!("`{target}` names nothing that has places");
                problems.error(
                    self.error("unknown_reference_geometry", *row, &["parameters"], message)
                        .hint("name a list of choices or of entities, a file without its extension, or a repeat like `${repeat}`"),
                );
            }
        }
    }
}
