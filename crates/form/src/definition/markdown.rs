//! A definition as Markdown tables, in which a published form travels.

use std::collections::{BTreeMap, BTreeSet};

use super::{Choice, Definition, Element, ElementKind, Entity, List, MediaFiles, Text};
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

/// The rule that questions get whose lists get a choice of none.
const NONE_RULE: &str = "(.='none' or not(selected(., 'none')))";

/// A column that is not read: what stands in it keeps a row in its place.
const REMARK: &str = "_";

impl Definition {
    /// Returns the definition as Markdown tables, from which an equal form is read.
    ///
    /// All that an author wrote is in it. Rows that no author wrote are left out: reading makes
    /// them again.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        // The column `sensitivity` counts, also if nothing stands in it.
        let columns: &[&str] = match self.headers.has_sensitivity {
            true => &["type", "name", "sensitivity"],
            false => &["type", "name"],
        };
        sheet(&mut text, "survey", columns, self.survey());
        let mut with_other = BTreeSet::new();
        lists_with_other(&self.elements, &mut with_other);
        let generated = Generated {
            with_other,
            has_none: self.settings.contains_key("add_none_option"),
        };
        sheet(&mut text, "choices", &[], choice_rows(&self.lists, &generated));
        for (name, lists) in [
            ("external_choices", &self.external_lists),
            ("osm", &self.osm_lists),
        ] {
            sheet(&mut text, name, &[], choice_rows(lists, &Generated::default()));
        }
        sheet(
            &mut text,
            "entities",
            &[],
            self.entities.iter().map(entity_row).collect(),
        );
        sheet(&mut text, "settings", &[], vec![self.settings_row()]);
        text
    }

    fn survey(&self) -> Vec<Row> {
        let mut survey = Survey {
            from_sheet: !self.headers.survey.is_empty(),
            has_none: self.settings.contains_key("add_none_option"),
            audits: &self.audits,
            rows: Vec::new(),
        };
        survey.elements(&self.elements);
        for audit in std::mem::take(&mut survey.audits) {
            survey.element(audit);
        }
        survey.rows
    }

    fn settings_row(&self) -> Row {
        let mut row = Row::default();
        for (name, value) in &self.settings {
            row.put(name, value);
        }
        let id = self.settings.get("form_id").map_or("", String::as_str);
        if self.settings.get("form_title").is_none_or(String::is_empty) {
            row.put("form_title", id);
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

/// The rows of the sheet `survey`. They stay where they were, so that what is wrong with one is
/// found there.
struct Survey<'a> {
    from_sheet: bool,
    /// Whether lists get a choice of none.
    has_none: bool,
    /// Those that are yet to be written.
    audits: &'a [Element],
    rows: Vec<Row>,
}

impl Survey<'_> {
    fn elements(&mut self, elements: &[Element]) {
        for element in elements.iter().filter(|element| element.generated.is_none()) {
            while let Some((audit, later)) = self.audits.split_first() {
                if audit.row >= element.row {
                    break;
                }
                self.audits = later;
                self.element(audit);
            }
            self.element(element);
            let end = match element.kind {
                ElementKind::Question => continue,
                ElementKind::Group => "end_group",
                ElementKind::Repeat => "end_repeat",
                ElementKind::Loop => "end loop",
            };
            self.elements(&element.children);
            self.rows.push(Row::of("type", end));
        }
    }

    fn element(&mut self, element: &Element) {
        // The header is the first row.
        while self.from_sheet && self.rows.len() + 2 < element.row as usize {
            self.rows.push(Row::of(REMARK, "-"));
        }
        self.rows.push(element_row(element, self.has_none));
    }
}

fn element_row(element: &Element, has_none: bool) -> Row {
    let list = element.list.as_deref().unwrap_or_default();
    let is_question = element.kind == ElementKind::Question;
    let is_written = match is_question {
        true => !element.written_type.is_empty(),
        false => element.written_type.starts_with("begin"),
    };
    let kind = match element.kind {
        _ if is_written => element.written_type.clone(),
        ElementKind::Question => [element.type_name.as_str(), list].join(" ").trim_end().to_owned(),
        ElementKind::Group => "begin_group".to_owned(),
        ElementKind::Repeat => "begin_repeat".to_owned(),
        ElementKind::Loop => format!("begin loop over {list}"),
    };
    let mut row = Row::of("type", &kind);
    row.put("name", &element.name);
    // The note on top of a table shows what was written for the group.
    let is_table = |child: &&Element| child.generated == Some(super::Generated::TableListLabel);
    let shown = element.children.first().filter(is_table).unwrap_or(element);
    row.text("label", shown.label.as_ref());
    row.text("hint", shown.hint.as_ref());
    row.text("guidance_hint", element.guidance_hint.as_ref());
    row.media(&element.media);
    binds(element, &mut row, has_none);
    let default = element.default.as_deref().unwrap_or_default();
    let is_image = element.type_name == "image";
    // Reading puts it there again.
    let picture = default.strip_prefix("jr://images/").filter(|_| is_image);
    row.put("default", picture.unwrap_or(default));
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

fn binds(element: &Element, row: &mut Row, has_none: bool) {
    for (attribute, text) in &element.bind {
        if attribute == "constraint" && has_none && element.type_name == "select_multiple" {
            let own = text.any().strip_suffix(NONE_RULE);
            let own = own.map(|own| own.strip_suffix(" and ").unwrap_or(own));
            row.put("constraint", own.unwrap_or(text.any()));
            continue;
        }
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

/// The lists of questions that end in `or_other`, which get a choice that no author wrote.
fn lists_with_other<'a>(elements: &'a [Element], lists: &mut BTreeSet<&'a str>) {
    for element in elements {
        if element.or_other {
            lists.extend(element.list.as_deref());
        }
        lists_with_other(&element.children, lists);
    }
}

/// Which choices no author wrote.
#[derive(Default)]
struct Generated<'a> {
    /// The lists of questions that end in `or_other`.
    with_other: BTreeSet<&'a str>,
    /// Whether lists get a choice of none.
    has_none: bool,
}

impl Generated<'_> {
    fn holds(&self, list: &List, choice: &Choice) -> bool {
        choice.row == 0
            && match choice.name.as_str() {
                "other" => self.with_other.contains(list.name.as_str()),
                "none" => self.has_none,
                _ => false,
            }
    }
}

fn choice_rows(lists: &[List], generated: &Generated<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for list in lists {
        for choice in list
            .choices
            .iter()
            .filter(|choice| !generated.holds(list, choice))
        {
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

    fn media(&mut self, media: &MediaFiles) {
        for (form, names) in media.iter() {
            self.text(&format!("media::{form}"), Some(names));
        }
    }
}

/// Writes a sheet; one of no columns and no rows is left out.
/// A column that says nothing and only shows that two colons divide headers here.
const NOTHING: &str = "_::_";

fn sheet(out: &mut String, name: &str, columns: &[&str], rows: Vec<Row>) {
    let mut columns = columns.to_vec();
    let mut known: BTreeSet<&str> = columns.iter().copied().collect();
    for (column, _) in rows.iter().flat_map(|row| &row.0) {
        if known.insert(column.as_str()) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return;
    }
    // A single colon divides a header only where no header of the sheet has two.
    let is_two_handed = columns.iter().any(|column| column.contains("::"));
    if !is_two_handed && columns.iter().any(|column| column.contains(':')) {
        columns.push(NOTHING);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_colons_may_divide_is_the_same_beside_others_and_alone() {
        let text =
            "| survey |\n| | type | name | label::English (en) | own:note |\n| | start | start | | x |\n";
        let (read, _) = Definition::read(crate::Source::Markdown(text)).unwrap();
        let written = read.to_markdown();
        let (again, _) = Definition::read(crate::Source::Markdown(&written)).unwrap();
        assert_eq!(again.to_markdown(), written);
        assert_eq!(again.elements, read.elements);
    }

    #[test]
    fn a_column_of_choices_with_a_colon_stays_one() {
        let text = "| survey |\n| | type | name | label::English (en) |\n| | select_one l | s | S |\n\
                    | choices |\n| | list_name | name | label:east | media::image |\n| | l | a | 4 | |\n";
        let Ok((read, _)) = Definition::read(crate::Source::Markdown(text)) else {
            panic!("it is read")
        };
        let written = read.to_markdown();
        let (again, _) = Definition::read(crate::Source::Markdown(&written)).unwrap();
        assert_eq!(again.lists, read.lists);
        assert_eq!(again.to_markdown(), written);
    }
    use crate::Source;
    use crate::definition::Headers;

    /// The definition without what says where it is written.
    fn anywhere(mut definition: Definition) -> Definition {
        fn clear(elements: &mut [Element]) {
            for element in elements {
                element.row = 0;
                clear(&mut element.children);
            }
        }
        clear(&mut definition.elements);
        clear(&mut definition.audits);
        let lists = [
            &mut definition.lists,
            &mut definition.external_lists,
            &mut definition.osm_lists,
        ];
        for choice in lists.into_iter().flatten().flat_map(|list| &mut list.choices) {
            choice.row = 0;
        }
        definition.entities.iter_mut().for_each(|entity| entity.row = 0);
        let has_sensitivity = definition.headers.has_sensitivity;
        definition.headers = Headers {
            has_sensitivity,
            ..Headers::default()
        };
        definition
    }

    fn check(text: &str) {
        let read = |text: &str| match Definition::read(Source::Markdown(text)) {
            Ok((definition, _)) => definition,
            Err(errors) => panic!("{errors:#?}\n{text}"),
        };
        let written = read(text).to_markdown();
        assert_eq!(anywhere(read(&written)), anywhere(read(text)), "{written}");
        assert_eq!(read(&written).to_markdown(), written);
    }

    #[test]
    fn rows_stay_where_they_were() {
        let text = "
| survey | | | | |
| | type | name | label | disabled | relevant |
| | text | a | A | yes | |
| | text | b | B | | |
| | | | | | a remark |
| | begin_group | g | G | | |
| | text | c | C | yes | |
| | audit | | | | |
| | text | d | D | | |
| | end_group | | | | |
| | text | e | E | | |";
        check(text);
        let (definition, _) = Definition::read(Source::Markdown(text)).unwrap();
        let (again, _) = Definition::read(Source::Markdown(&definition.to_markdown())).unwrap();
        let rows = |definition: &Definition| -> Vec<u32> {
            let inside = definition.elements.iter().flat_map(|element| &element.children);
            definition
                .elements
                .iter()
                .chain(inside)
                .map(|element| element.row)
                .collect()
        };
        assert_eq!(rows(&definition), [3, 5, 10, 8]);
        assert_eq!(rows(&again), rows(&definition));
    }

    #[test]
    fn all_that_an_author_wrote_travels() {
        check(
            "
| survey | | | | | | | | | | | | | | | |
| | type | name | label::English (en) | label::French (fr) | hint::French (fr) | guidance_hint | media::image::English (en) | media::big-image::English (en) | relevant | required | required_message::French (fr) | read_only | calculation | default | trigger |
| | text | who | Who? | Qui ? | Un \\| deux | More &#10;help | a.png | b.png | | yes | Il faut | | | x | |
| | integer | age | | Âge | | | | | ${who} != '' | false | | no | | 1 + 1 | |
| | dateTime | when | When | | | | | | | | | true | now() | | ${who}, ${age} |
| | note | shown | Shown ${age} | | | | | | | | | | | | |",
        );
        check(
            "
| survey | | | | | | | | | |
| | type | name | label | constraint | constraint_message | appearance | parameters | choice_filter | repeat_count | save_to |
| | audit | | | | | | track-changes=true | | | |
| | begin_group | g | G | | | field-list | | | | |
| | begin_repeat | r | R | | | | | | 1 + 2 | |
| | select_one l or_other | one | One | | | minimal | randomize=true seed=7 | | | |
| | select_multiple l | some | Some | count-selected(.) < 3 | Less | | | region = ${place} | | |
| | text | place | Place | | | | rows=3 | | | |
| | end_repeat | | | | | | | | | |
| | end_group | | | | | | | | | |
| | percentage | share | Share | | | | | | | |
| | range | near | Near | | | | start=1 end=9 step=2 | | | |
| | image | photo | Photo | | | annotate | max-pixels=100 | | | |
| | select_one_external out | far | Far | | | | | region = ${near} | | |
| | begin_group | h | H | | | | | | | |
| | select_one_from_file towns.csv | town | Town | | | | value=code label=title | | | who#town |
| | end_group | | | | | | | | | |
| | geopoint | spot | Spot | | | | capture-accuracy=5 | | | what#spot |
| | csv-external | what | | | | | | | | |
| choices | | | | | |
| | list_name | name | label | image | region | geometry |
| | l | a | A | a.png | north | |
| | l | b | B | | | 1 2 |
| external_choices | | | | |
| | list_name | name | label | region |
| | out | x | X | 1 |
| entities | | | | | |
| | list_name | label | create_if | update_if | entity_id |
| | who | ${town} | | | |
| | what | ${near} | ${near} > 3 | true() | ${spot} |
| settings | | | | | | | |
| | form_id | form_title | version | style | instance_name | name | attribute::odk:x | namespaces |
| | f 1 | F | 3 | pages | ${near} | root | y | odk=\"http://example.org\" |",
        );
        check(
            "
| survey | | | | |
| | type | name | label | constraint | appearance |
| | select_multiple l | a | A | . != 'x' | |
| | select_multiple m | b | B | | |
| | begin_group | g | G | | table-list |
| | select_one l | c | C | | |
| | end_group | | | | |
| choices | | | |
| | list_name | name | label |
| | l | a | A |
| | m | a | A |
| settings | |
| | add_none_option |
| | yes |",
        );
        check(
            "
| survey | | | | | | | | |
| | type | name | label | sensitivity | reveals | bind::custom | body::accuracy | instance::tag |
| | begin loop over l | each | Each | | | | | |
| | integer | count | How many %(label)s? | | | | | |
| | end loop | | | | | | | |
| | text | b | B | | | x | y | z |
| choices | | | |
| | list_name | name | label |
| | l | a | A |",
        );
    }
}
