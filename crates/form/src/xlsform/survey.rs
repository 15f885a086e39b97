//! The sheet `survey`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

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

fn check_headers(table: &Table<'_>, problems: &mut Problems) {
    if !table.has_column("type") {
        let hint = table
            .suggestion("type", &SURVEY)
            .unwrap_or_else(|| "write the headers into the first row; one of them is `type`".to_owned());
        problems.error(
            table
                .error("missing_column", 1, &[], "the sheet has no column `type`")
                .hint(hint),
        );
    }
    for column in &table.columns {
        let Some(first) = column.tokens.first() else {
            continue;
        };
        check_parts(table, column, problems);
        let is_known = SURVEY.columns.contains(&first.as_str())
            || SURVEY_EXTRAS.contains(&first.as_str())
            || first.starts_with("sms_")
            || first.starts_with('_');
        if !is_known {
            let names = SURVEY
                .columns
                .iter()
                .copied()
                .chain(SURVEY.aliases.iter().map(|(alias, _)| *alias))
                .filter(|name| {
                    !matches!(
                        *name,
                        "actions" | "choices" | "extra_data" | "itemset" | "parent" | "query"
                    )
                });
            let hint = nearest(first, names).map_or_else(
                || "put `_` before its name if it is a note".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!("the column `{}` is not known and is not read", column.header);
            problems.warn(
                table
                    .error("unknown_column", 1, &[first.as_str()], message)
                    .hint(hint),
            );
        }
    }
}

/// Complains of headers with too few or too many parts.
fn check_parts(table: &Table<'_>, column: &Column, problems: &mut Problems) {
    let Some(first) = column.tokens.first() else {
        return;
    };
    let (at_least, at_most) = match first.as_str() {
        "bind" | "control" | "instance" => (2, 3),
        "media" => (1, 3),
        "label" | "hint" | "guidance_hint" => (1, 2),
        _ => return,
    };
    if column.tokens.len() < at_least {
        let message = format!("the column `{}` does not say what it sets", column.header);
        problems.error(
            table
                .error("incomplete_header", 1, &[first.as_str()], message)
                .hint(format!(
                    "write it after two colons, like `{}::name`",
                    column.header
                )),
        );
    }
    if column.tokens.len() > at_most {
        let way: Vec<&str> = column.tokens.iter().map(String::as_str).collect();
        let message = format!("the header `{}` has too many parts", column.header);
        problems.error(
            table
                .error("overlong_header", 1, &way, message)
                .hint("write at most the language behind the name of the column, like `label::English (en)`"),
        );
    }
    if first == "media" && column.tokens.len() == 1 {
        let message = format!("the column `{}` is not read", column.header);
        problems.warn(
            table
                .error("incomplete_header", 1, &[first.as_str()], message)
                .hint("write the kind of media after two colons, like `media::image`"),
        );
    }
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

    fn end(&mut self, row: u32, container: Container, name: &str, problems: &mut Problems) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let innermost = self
            .open
            .last()
            .and_then(|open| open.container.as_ref())
            .map(|(container, _)| *container);
        if innermost == Some(container) {
            self.close();
            self.table_list = TableList::No;
            return;
        }
        let kind = container.name();
        let named = if name.is_empty() {
            String::new()
        } else {
            format!(" of `{name}`")
        };
        let hint = match self.open.last().and_then(|open| open.container.as_ref()) {
            Some((inner, element)) => format!(
                "the {} `{}`, begun in row {}, is to be ended first",
                inner.name(),
                element.name,
                element.row
            ),
            None => format!("put a row `begin_{kind}` before it, or take it out"),
        };
        problems.error(
            self.error(
                "unmatched_end",
                row,
                &["type"],
                format!("this end_{kind}{named} ends nothing"),
            )
            .hint(hint),
        );
        // Go on as if what is between had been ended, so that one mistake is told once.
        let matching = self.open.iter().rposition(|open| {
            open.container
                .as_ref()
                .is_some_and(|(other, _)| *other == container)
        });
        if let Some(at) = matching {
            while self.open.len() > at.max(1) {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop_if(|open| open.container.is_some()) else {
            return;
        };
        if let Some((_, mut element)) = open.container {
            element.children = open.children;
            self.push(element);
        }
    }

    fn begin(
        &mut self,
        line: Line,
        name: String,
        container: Container,
        list: Option<String>,
        problems: &mut Problems,
    ) {
        let row = line.row;
        if self.open.len() > MAX_DEPTH {
            self.refuse_depth(row, problems);
            return;
        }
        if container == Container::Repeat {
            self.check_repeat(row, &name, &line.values, problems);
        }
        let mut element = self.element(line, name, container.name());
        element.kind = match container {
            Container::Group => ElementKind::Group,
            Container::Repeat => ElementKind::Repeat,
            Container::Loop => ElementKind::Loop,
        };
        if container == Container::Loop {
            self.check_loop(row, list.as_deref(), problems);
            element.list = list;
        }
        if let Some(intent) = element.other.get("intent") {
            element.control.insert("intent".to_owned(), intent.clone());
        }
        if let Some(count) = element.control.get("jr:count").cloned() {
            if whole_reference(&count).is_none() {
                let node = format!("{}_count", element.name);
                let mut counted = Element::question(row, "calculate", &node);
                counted.generated = Some(Generated::RepeatCount);
                counted
                    .bind
                    .insert("readonly".to_owned(), Text::Plain("true()".to_owned()));
                counted
                    .bind
                    .insert("calculate".to_owned(), Text::Plain(count.clone()));
                self.push(counted);
                element
                    .control
                    .insert("jr:count".to_owned(), format!("${{{node}}}"));
            }
            element.repeat_count = Some(count);
        }
        let mut open = Open::new(None);
        if let Some(appearance) = &element.appearance
            && appearance.split_whitespace().any(|word| word == "table-list")
        {
            self.table_list = TableList::Begun;
            let others = appearance.split_whitespace().filter(|word| *word != "table-list");
            let shown: Vec<&str> = std::iter::once("field-list").chain(others).collect();
            element.control.insert("appearance".to_owned(), shown.join(" "));
            if element.label.is_some() || element.hint.is_some() {
                let mut note = Element::question(row, "note", format!("generated_table_list_label_{row}"));
                note.generated = Some(Generated::TableListLabel);
                note.label = element.label.take();
                note.hint = element.hint.take();
                open.children.push(note);
            }
        }
        open.container = Some((container, element));
        self.open.push(open);
    }

    /// What is in a group that is too deep is read as if it stood beside it.
    fn refuse_depth(&mut self, row: u32, problems: &mut Problems) {
        if self.too_deep == 0 {
            let message = format!("more than {MAX_DEPTH} groups and repeats stand in each other");
            problems.error(
                self.error("too_deep", row, &["type"], message)
                    .hint("take some of them apart"),
            );
        }
        self.too_deep += 1;
    }

    fn check_repeat(&mut self, row: u32, name: &str, values: &Branch, problems: &mut Problems) {
        let root = self.around.settings.get("name").unwrap_or("data");
        if name == root {
            let message = format!("a repeat cannot be called `{name}` like the form's root");
            problems.error(
                self.error("repeat_named_like_root", row, &["name"], message)
                    .hint("give the repeat another name"),
            );
        } else if !self.repeats.insert(name.to_owned()) {
            let message = format!("another repeat is called `{name}` too");
            problems.error(
                self.error("duplicate_repeat_name", row, &["name"], message)
                    .hint("give one of them another name, also if they are in different groups"),
            );
        }
        if !values.has("label") && !values.has("media") {
            let message = format!("the repeat `{name}` has no label");
            problems.warn(
                self.error("repeat_without_label", row, &["label"], message)
                    .hint("write what its instances are called"),
            );
        }
    }

    fn check_loop(&self, row: u32, list: Option<&str>, problems: &mut Problems) {
        match list {
            None => problems.error(
                self.error("missing_list", row, &["type"], "the loop names no list")
                    .hint("write it like `begin loop over list_name`"),
            ),
            Some(list) if self.around.lists.get(list).is_none() => {
                let error = self.unknown_list(row, list, problems);
                problems.error(error);
            }
            Some(_) => {}
        }
    }

    /// An error about a list that there is not.
    pub(super) fn unknown_list(&self, row: u32, list: &str, problems: &Problems) -> FormError {
        let message = format!("there is no list `{list}` in the sheet `choices`");
        let hint = problems.nearest(list, self.around.lists.names()).map_or_else(
            || format!("add rows to the sheet `choices` with `{list}` in the column `list_name`"),
            |meant| format!("did you mean `{meant}`?"),
        );
        self.error("unknown_list", row, &["type"], message).hint(hint)
    }

    fn unknown_type(&mut self, line: Line, name: String, problems: &mut Problems) {
        let row = line.row;
        let written = line.written.clone();
        if types::is_select_without_list(&written) {
            let message = format!("`{written}` names no list of choices");
            problems.error(
                self.error("missing_list", row, &["type"], message)
                    .hint("write the list's name after it, like `select_one yes_no`"),
            );
        } else {
            let (first, rest) = written.split_once(' ').unwrap_or((&written, ""));
            let is_container = matches!(written.as_str(), "group" | "repeat");
            let known = problems.nearest(&written, types::known()).or_else(|| {
                problems
                    .nearest(first, types::known())
                    .filter(|_| !rest.is_empty())
            });
            let hint = match known {
                _ if is_container => {
                    format!("write `begin_{written}` and `end_{written}` around what is in it")
                }
                Some(meant) if rest.is_empty() || !meant.contains("select") => {
                    format!("did you mean `{meant}`?")
                }
                Some(meant) => format!("did you mean `{meant} {rest}`?"),
                None => "for example: text, integer, select_one list_name, date".to_owned(),
            };
            let message = format!("`{written}` is no type of question");
            problems.error(self.error("unknown_type", row, &["type"], message).hint(hint));
        }
        let element = self.element(line, name, "text");
        self.push(element);
    }

    /// The element of a row, with all that is not special to its type.
    pub(super) fn element(&self, line: Line, name: String, type_name: &str) -> Element {
        let Line {
            row,
            written,
            mut values,
            parameters,
        } = line;
        let mut element = Element::question(row, type_name, name);
        element.written_type = written;
        element.label = values.take("label").map(Node::into_text);
        element.hint = values.take("hint").map(Node::into_text);
        element.guidance_hint = values.take("guidance_hint").map(Node::into_text);
        element.media = texts(values.take("media"));
        element.bind = texts(values.take("bind"));
        element.control = plain_texts(values.take("control"));
        element.instance = plain_texts(values.take("instance"));
        element.appearance = element.control.get("appearance").cloned();
        element.parameters = parameters;
        let mut text = |name: &str| values.take(name).map(|node| node.any().to_owned());
        element.default = text("default");
        element.choice_filter = text("choice_filter");
        element.sensitivity = text("sensitivity");
        element.reveals = text("reveals");
        for name in ["type", "name", "parameters"] {
            text(name);
        }
        element.other = values
            .iter()
            .filter_map(|(name, node)| match node {
                Node::Text(text) => Some((name.to_owned(), text.clone())),
                Node::Branch(_) => None,
            })
            .collect();
        element
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

/// The texts under a group of headers, by their second part.
pub(super) fn texts(node: Option<Node>) -> BTreeMap<String, Text> {
    let Some(Node::Branch(branch)) = node else {
        return BTreeMap::new();
    };
    branch
        .iter()
        .map(|(name, node)| (name.to_owned(), node.clone().into_text()))
        .collect()
}

fn plain_texts(node: Option<Node>) -> BTreeMap<String, String> {
    let Some(Node::Branch(branch)) = node else {
        return BTreeMap::new();
    };
    branch
        .iter()
        .map(|(name, node)| (name.to_owned(), node.any().to_owned()))
        .collect()
}
