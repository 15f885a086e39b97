//! What a form's author wrote, sorted but not yet understood: the one shape between the notations
//! of forms.
//!
//! Sheets ([`Source`](crate::Source)) and XForms are read into a [`Definition`]; a
//! [`Form`](crate::Form) is built from one, and sheets as Markdown and XForms are written from one.
//! Expressions and references are text here, exactly as their author wrote them, but for what the
//! reference converter changes while it reads (outer space, smart quotes).

mod markdown;
mod media;

use std::collections::BTreeMap;

pub use media::MediaFiles;

/// A form as its author wrote it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Definition {
    /// The name of the root of a record in XForms; `data` unless the settings name another.
    pub root: String,
    /// The settings by their canonical names (`form_id`, `form_title`, `version`, …). Grouped
    /// ones keep their group: `attribute::odk:tag`.
    pub settings: BTreeMap<String, String>,
    /// The language of texts that name none; `default` if the form says nothing.
    pub default_language: String,
    /// Questions, groups and repeats, in order.
    pub elements: Vec<Element>,
    /// The rows of type `audit`, which stand in the `meta` block of a record.
    pub audits: Vec<Element>,
    /// The lists of the sheet `choices`, in order.
    pub lists: Vec<List>,
    /// The lists of the sheet `external_choices`, in order.
    pub external_lists: Vec<List>,
    /// The tags of the sheet `osm`, by list.
    pub osm_lists: Vec<List>,
    /// The rows of the sheet `entities`, in order.
    pub entities: Vec<Entity>,
    /// The headers as they are written, for messages; empty for a form that comes from an XForm.
    pub headers: Headers,
}

/// A text, in one or several languages.
///
/// `${name}` in it stands for an answer. In a form that comes from an XForm, `${= expression }`
/// stands for what an expression gives; it has no `}` outside quotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// Written in a column that names no language, in a form where none does for this property.
    Plain(String),
    /// By language, in the order of the columns; texts that name no language stand under the
    /// default language.
    ByLanguage(Vec<(String, String)>),
}

/// What a row of the sheet `survey` is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ElementKind {
    /// Something that is asked, shown, computed or kept.
    Question,
    /// A group.
    Group,
    /// A repeat.
    Repeat,
    /// A legacy `begin loop over list`: what is in it stands once for each choice of [`Element::list`].
    Loop,
}

/// Rows that no author wrote.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Generated {
    /// The calculation `…_count` that holds the number of a repeat's instances.
    RepeatCount,
    /// The question `…_other` behind an `or_other`.
    Other,
    /// The note that shows the label of a group with the appearance `table-list`.
    TableListLabel,
    /// The select that shows the labels of the choices on top of a `table-list`.
    TableListHeader,
}

/// One row of the sheet `survey`, with what is inside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Element {
    /// The row, counted from 1 as spreadsheets show it; in a form that comes from an XForm the
    /// line of its control, bind or node.
    pub row: u32,
    /// What it is.
    pub kind: ElementKind,
    /// Why it is there, if no author wrote it.
    pub generated: Option<Generated>,
    /// The type by its canonical name, as XLSForm documentation writes it: `text`,
    /// `integer`, `select_one`, `select_multiple`, `rank`, `select_one_external`, `image`, `start`, …;
    /// `group`, `repeat`, `loop` for those.
    pub type_name: String,
    /// The type as it is written: `select one from yes_no or_other`.
    pub written_type: String,
    /// Its name.
    pub name: String,
    /// What is asked.
    pub label: Option<Text>,
    /// Help for whoever asks.
    pub hint: Option<Text>,
    /// More help, shown on demand.
    pub guidance_hint: Option<Text>,
    /// Media beside the label.
    pub media: MediaFiles,
    /// What goes to the bind, by attribute: `relevant`, `required`, `readonly`, `constraint`,
    /// `calculate`, `jr:constraintMsg`, `jr:requiredMsg`, `entities:saveto` (without the list),
    /// `odk:track-changes`, …, and the author's own.
    pub bind: BTreeMap<String, Text>,
    /// What goes to the control in the body, by attribute: `appearance`, `jr:count`, `intent`,
    /// `rows`, `autoplay`, …, and the author's own.
    pub control: BTreeMap<String, String>,
    /// Attributes of the node in the record: `odk:tag`, ….
    pub instance: BTreeMap<String, String>,
    /// Parameters by their names, in lower case.
    pub parameters: BTreeMap<String, String>,
    /// The default, fixed or computed, as written.
    pub default: Option<String>,
    /// The names of the questions whose change makes this one be computed anew.
    pub triggers: Vec<String>,
    /// Which choices are offered.
    pub choice_filter: Option<String>,
    /// Where choices come from: a list's name, a file's name (`towns.csv`), or `${repeat}`; for
    /// `osm` the list of tags, for a loop its list, for `range` the list of its tick labels.
    pub list: Option<String>,
    /// Whether the type ends in `or_other`.
    pub or_other: bool,
    /// How many instances a repeat has, as written; the control's `jr:count` names the node.
    pub repeat_count: Option<String>,
    /// The appearance as written; the control's may differ for a `table-list`.
    pub appearance: Option<String>,
    /// The entity list that `entities:saveto` saves to.
    pub saves_to_list: Option<String>,
    /// The part of the record that the answer is kept in (`sensitivity`), as written.
    pub sensitivity: Option<String>,
    /// The compartments that may show through it, as written.
    pub reveals: Option<String>,
    /// Further columns of known meaning elsewhere, by header: `hxl`, `sms_field`, ….
    pub other: BTreeMap<String, String>,
    /// Whether a group is only shown, and leaves no node in the record: what is in it is kept
    /// where the group stands.
    pub flat: bool,
    /// What is inside a group, repeat or loop.
    pub children: Vec<Element>,
}

/// A list of choices, or of OSM tags.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct List {
    /// Its name.
    pub name: String,
    /// Its choices, in order.
    pub choices: Vec<Choice>,
}

/// A row of a sheet of choices.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Choice {
    /// The row or line, counted from 1; 0 if no author wrote it (`or_other`).
    pub row: u32,
    /// What is kept as the answer.
    pub name: String,
    /// What is shown.
    pub label: Option<Text>,
    /// Media beside the label.
    pub media: MediaFiles,
    /// The further columns that are filled, in the order of the sheet.
    pub columns: Vec<(String, String)>,
}

/// A row of the sheet `entities`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Entity {
    /// The row or line, counted from 1.
    pub row: u32,
    /// The entity list.
    pub list: String,
    /// What the entity is called, as an expression.
    pub label: Option<String>,
    /// Which entity is updated.
    pub entity_id: Option<String>,
    /// When one is created.
    pub create_if: Option<String>,
    /// When one is updated.
    pub update_if: Option<String>,
    /// The names of the groups and repeats around its `meta` block, the root's left out.
    pub container: Vec<String>,
    /// Whether a repeat is among them.
    pub in_repeat: bool,
}

/// The headers of the sheets as they are written, by what they mean.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Headers {
    /// Of the sheet `survey`: by property (`relevant`, `constraint_message`, `label`, …).
    pub survey: BTreeMap<String, String>,
    /// Of the sheet `choices`.
    pub choices: BTreeMap<String, String>,
    /// Of the sheet `settings`.
    pub settings: BTreeMap<String, String>,
    /// Of the sheet `entities`.
    pub entities: BTreeMap<String, String>,
    /// The row of the sheet `settings` that holds the values.
    pub settings_row: u32,
    /// Columns of the sheet `choices` that are read, in order: with what stands in none of the rows.
    pub choice_columns: Vec<String>,
    /// Whether the sheet `survey` has a column `sensitivity`.
    pub has_sensitivity: bool,
}

impl Element {
    /// A question of this type and name, with nothing else said.
    pub fn question(row: u32, type_name: impl Into<String>, name: impl Into<String>) -> Self {
        let type_name = type_name.into();
        Element {
            row,
            kind: ElementKind::Question,
            generated: None,
            written_type: type_name.clone(),
            type_name,
            name: name.into(),
            label: None,
            hint: None,
            guidance_hint: None,
            media: MediaFiles::new(),
            bind: BTreeMap::new(),
            control: BTreeMap::new(),
            instance: BTreeMap::new(),
            parameters: BTreeMap::new(),
            default: None,
            triggers: Vec::new(),
            choice_filter: None,
            list: None,
            or_other: false,
            repeat_count: None,
            appearance: None,
            saves_to_list: None,
            sensitivity: None,
            reveals: None,
            other: BTreeMap::new(),
            flat: false,
            children: Vec::new(),
        }
    }

    /// Returns a bind attribute that is not translated.
    pub fn bound(&self, attribute: &str) -> Option<&str> {
        self.bind.get(attribute).map(Text::any)
    }
}

impl Text {
    /// Returns the text in the first language there is.
    pub fn any(&self) -> &str {
        match self {
            Text::Plain(text) => text,
            Text::ByLanguage(texts) => texts.first().map_or("", |(_, text)| text),
        }
    }

    /// Goes through the languages and texts; one that names no language is in `default_language`.
    pub fn in_languages<'a>(&'a self, default_language: &'a str) -> Vec<(&'a str, &'a str)> {
        match self {
            Text::Plain(text) => vec![(default_language, text)],
            Text::ByLanguage(texts) => texts
                .iter()
                .map(|(language, text)| (language.as_str(), text.as_str()))
                .collect(),
        }
    }
}
