//! A definition as Markdown tables, in which a published form travels.

use std::collections::{BTreeMap, BTreeSet};

use super::{Choice, Definition, Element, ElementKind, Entity, List, Text};
use crate::read::escape;

/// The columns of the sheet `survey` for bind attributes that have one of their own.
const BINDS: [(&str, &str); 8] = [
    ("relevant", "relevant"),
    ("required", "required"),
    ("readonly", "read_only"),
    ("constraint", "constraint"),
    ("calculate", "calculation"),
    ("jr:constraintMsg", "constraint_message"),
    ("jr:requiredMsg", "required_message"),
    ("jr:noAppErrorString", "noAppErrorString"),
];

impl Definition {
    /// Returns the definition as Markdown tables, from which an equal form is read.
    ///
    /// All that an author wrote is in it. Rows that no author wrote are left out: reading makes
    /// them again.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        sheet(&mut text, "survey", self.survey());
        sheet(&mut text, "choices", choice_rows(&self.lists));
        sheet(&mut text, "external_choices", choice_rows(&self.external_lists));
        sheet(&mut text, "osm", choice_rows(&self.osm_lists));
        sheet(
            &mut text,
            "entities",
            self.entities.iter().map(entity_row).collect(),
        );
        sheet(&mut text, "settings", vec![self.settings_row()]);
        text
    }

    fn survey(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        survey_rows(&self.elements, &mut rows);
        survey_rows(&self.audits, &mut rows);
        // The column counts, also if nothing stands in it.
        if self.headers.has_sensitivity
            && let Some(first) = rows.first_mut()
        {
            first.column("sensitivity");
        }
        rows
    }

    fn settings_row(&self) -> Row {
        let mut row = Row::default();
        for (name, value) in &self.settings {
            row.put(name, value);
        }
        if !self.settings.contains_key("default_language") && self.default_language != "default" {
            row.put("default_language", &self.default_language);
        }
        if !self.settings.contains_key("name") && self.root != "data" {
            row.put("name", &self.root);
        }
        row
    }
}

fn survey_rows(elements: &[Element], rows: &mut Vec<Row>) {
    for element in elements.iter().filter(|element| element.generated.is_none()) {
        rows.push(element_row(element));
        let end = match element.kind {
            ElementKind::Question => continue,
            ElementKind::Group => "end_group",
            ElementKind::Repeat => "end_repeat",
            ElementKind::Loop => "end_loop",
        };
        survey_rows(&element.children, rows);
        rows.push(Row::of("type", end));
    }
}

fn element_row(element: &Element) -> Row {
    let list = element.list.as_deref().unwrap_or_default();
    let kind = match element.kind {
        ElementKind::Question => element.written_type.clone(),
        ElementKind::Group => "begin_group".to_owned(),
        ElementKind::Repeat => "begin_repeat".to_owned(),
        ElementKind::Loop => format!("begin_loop over {list}"),
    };
    let mut row = Row::of("type", &kind);
    row.put("name", &element.name);
    row.text("label", element.label.as_ref());
    row.text("hint", element.hint.as_ref());
    row.text("guidance_hint", element.guidance_hint.as_ref());
    row.media(&element.media);
    binds(element, &mut row);
    row.put_some("default", element.default.as_deref());
    let triggers: Vec<String> = element
        .triggers
        .iter()
        .map(|name| format!("${{{name}}}"))
        .collect();
    row.put("trigger", &triggers.join(", "));
    row.put_some("choice_filter", element.choice_filter.as_deref());
    row.put_some("repeat_count", element.repeat_count.as_deref());
    row.put_some("appearance", element.appearance.as_deref());
    let parameters: Vec<String> = element
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    row.put("parameters", &parameters.join(" "));
    for (attribute, value) in &element.control {
        // These have columns of their own.
        let is_written = matches!(attribute.as_str(), "appearance" | "jr:count")
            || element.parameters.contains_key(attribute);
        if !is_written {
            row.put(&format!("body::{attribute}"), value);
        }
    }
    for (attribute, value) in &element.instance {
        row.put(&format!("instance::{attribute}"), value);
    }
    row.put_some("sensitivity", element.sensitivity.as_deref());
    row.put_some("reveals", element.reveals.as_deref());
    for (header, value) in &element.other {
        row.put(header, value);
    }
    row
}

fn binds(element: &Element, row: &mut Row) {
    for (attribute, text) in &element.bind {
        if attribute == "entities:saveto" {
            let list = element.saves_to_list.as_ref().map(|list| format!("{list}#"));
            row.put("save_to", &format!("{}{}", list.unwrap_or_default(), text.any()));
            continue;
        }
        let own = BINDS.iter().find(|(known, _)| known == attribute);
        let column = own.map_or_else(
            || format!("bind::{attribute}"),
            |(_, column)| (*column).to_owned(),
        );
        row.text(&column, Some(text));
    }
}

fn choice_rows(lists: &[List]) -> Vec<Row> {
    let mut rows = Vec::new();
    for list in lists {
        for choice in list.choices.iter().filter(|choice| choice.row > 0) {
            rows.push(choice_row(list, choice));
        }
    }
    rows
}

fn choice_row(list: &List, choice: &Choice) -> Row {
    let mut row = Row::of("list_name", &list.name);
    row.put("name", &choice.name);
    row.text("label", choice.label.as_ref());
    row.media(&choice.media);
    for (column, text) in &choice.columns {
        row.put(column, text);
    }
    row
}

fn entity_row(entity: &Entity) -> Row {
    let mut row = Row::of("list_name", &entity.list);
    row.put_some("label", entity.label.as_deref());
    row.put_some("entity_id", entity.entity_id.as_deref());
    row.put_some("create_if", entity.create_if.as_deref());
    row.put_some("update_if", entity.update_if.as_deref());
    if let (true, Some(repeat)) = (entity.in_repeat, entity.container.last()) {
        row.put("repeat", &format!("${{{repeat}}}"));
    }
    row
}

/// The cells of a row, by their headers.
#[derive(Default)]
struct Row(Vec<(String, String)>);

impl Row {
    fn of(column: &str, text: &str) -> Row {
        let mut row = Row::default();
        row.put(column, text);
        row
    }

    fn put(&mut self, column: &str, text: &str) {
        if !text.is_empty() {
            self.0.push((column.to_owned(), text.to_owned()));
        }
    }

    fn put_some(&mut self, column: &str, text: Option<&str>) {
        self.put(column, text.unwrap_or_default());
    }

    /// Makes a column be there, though nothing may stand in it.
    fn column(&mut self, column: &str) {
        if !self.0.iter().any(|(name, _)| name == column) {
            self.0.push((column.to_owned(), String::new()));
        }
    }

    fn text(&mut self, column: &str, text: Option<&Text>) {
        match text {
            None => {}
            Some(Text::Plain(text)) => self.put(column, text),
            Some(Text::ByLanguage(texts)) => {
                for (language, text) in texts {
                    self.put(&format!("{column}::{language}"), text);
                }
            }
        }
    }

    fn media(&mut self, media: &BTreeMap<String, Text>) {
        for (form, names) in media {
            self.text(&format!("media::{form}"), Some(names));
        }
    }
}

fn sheet(out: &mut String, name: &str, rows: Vec<Row>) {
    let mut columns: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for (column, _) in rows.iter().flat_map(|row| &row.0) {
        if known.insert(column.as_str()) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return;
    }
    out.push_str(&format!("| {name} |\n"));
    line(out, columns.iter().copied());
    for row in &rows {
        let cells: BTreeMap<&str, &str> = row
            .0
            .iter()
            .map(|(column, text)| (column.as_str(), text.as_str()))
            .collect();
        line(
            out,
            columns
                .iter()
                .map(|column| cells.get(column).copied().unwrap_or_default()),
        );
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    out.push_str("| |");
    for cell in cells {
        out.push_str(&format!(" {} |", escape(cell)));
    }
    out.push('\n');
}
