//! Reading the sheets of an XLSForm into a [`Definition`].
//!
//! What is understood, refused and warned of is what the reference converter understands, refuses
//! and warns of, and a few misspellings beyond. Everything that is wrong is told, not the first:
//! after a mistake reading goes on with a stand-in.

mod checks;
mod dynamic;
mod entities;
mod entity_places;
mod header;
mod lists;
mod lookup;
mod names;
mod node;
mod parameters;
mod question;
mod range;
mod select;
mod settings;
mod survey;
mod table;
mod translations;
mod triggers;
mod types;

pub(crate) use dynamic::is_dynamic;

use crate::definition::{Definition, Headers};
use crate::read::{FormError, Problems, Sheet, Source, Warning, nearest, sheets_of};
use lists::Lists;
use settings::Settings;

/// The sheets that are read.
const SHEETS: [&str; 6] = [
    "survey",
    "choices",
    "settings",
    "external_choices",
    "entities",
    "osm",
];

impl Definition {
    /// Reads what a form's author wrote into the sheets of an XLSForm, or what an XForm says.
    ///
    /// # Errors
    /// Everything that is wrong with the form, in the order of its rows or lines.
    pub fn read(source: Source<'_>) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
        read(source, "")
    }

    /// Reads a form from a file, by its extension; see [`Source::from_named`].
    ///
    /// A form without an id is called after its file.
    ///
    /// # Errors
    /// As [`Definition::read`].
    pub fn read_named(file_name: &str, bytes: &[u8]) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
        let source = Source::from_named(file_name, bytes).map_err(|error| vec![error])?;
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        read(source, stem)
    }
}

fn read(source: Source<'_>, file_stem: &str) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
    if let Source::XForm(text) = source {
        return Definition::read_xform(text);
    }
    let sheets = sheets_of(source).map_err(|error| vec![error])?;
    let mut problems = Problems::default();
    match define(&sheets, file_stem, &mut problems) {
        Some(definition) => problems.finish(definition),
        None => Err(problems.into_errors()),
    }
}

/// Reads the sheets of a form. `None` only if there is no survey in them; whether the form is sound
/// is told by `problems`.
pub(crate) fn define(sheets: &[Sheet], file_stem: &str, problems: &mut Problems) -> Option<Definition> {
    let workbook = Workbook { sheets };
    let survey_sheet = workbook.survey(problems)?;

    let (settings_table, settings) = match workbook.sheet("settings", problems) {
        Some(sheet) => {
            let (table, settings) = settings::read(sheet, problems);
            (Some(table), settings)
        }
        None => (None, Settings::default()),
    };
    let default_language = settings.get("default_language").unwrap_or("default").to_owned();

    let external = workbook
        .find("external_choices")
        .map(|sheet| lists::read_loosely(sheet, &default_language, problems).1);
    let (choices_table, lists) = match workbook.find("choices") {
        Some(sheet) => {
            let may_repeat = settings.is_on("allow_choice_duplicates");
            let (table, lists) = lists::read(sheet, &default_language, may_repeat, problems);
            (Some(table), lists)
        }
        None => (None, Lists::default()),
    };
    let osm = workbook
        .find("osm")
        .map(|sheet| lists::read_loosely(sheet, "default", problems).1);
    let (entities_table, entities) = match workbook.sheet("entities", problems) {
        Some(sheet) => {
            let (table, entities) = entities::read(sheet, problems);
            (Some(table), entities)
        }
        None => (None, Vec::new()),
    };

    let squeeze = settings.get("clean_text_values").and_then(yes).unwrap_or(true);
    let survey = survey::read(
        survey_sheet,
        survey::Around {
            workbook: &workbook,
            settings: &settings,
            default_language: &default_language,
            squeeze,
            lists,
            external: external.as_ref(),
            osm: osm.as_ref(),
            entities: &entities,
        },
        problems,
    );

    translations::warn_of_missing(&survey.table, problems);
    if let Some(table) = &choices_table {
        translations::warn_of_missing(table, problems);
    }
    if survey.or_other {
        let tables: Vec<_> = std::iter::once(&survey.table).chain(&choices_table).collect();
        translations::warn_of_other(&tables, problems);
    }

    let mut values = settings.values.clone();
    let stem = if file_stem.is_empty() { "data" } else { file_stem };
    let form_id = values
        .entry("form_id".to_owned())
        .or_insert_with(|| stem.to_owned())
        .clone();
    values.entry("form_title".to_owned()).or_insert(form_id);
    // An id in a row of the survey gives the form no title.
    values.extend(survey.settings);

    let mut definition = Definition {
        root: settings.get("name").unwrap_or("data").to_owned(),
        settings: values,
        default_language,
        elements: survey.elements,
        audits: survey.audits,
        lists: survey.lists.into_lists(),
        external_lists: external.map(Lists::into_lists).unwrap_or_default(),
        osm_lists: osm.map(Lists::into_lists).unwrap_or_default(),
        entities,
        headers: Headers {
            survey: lookup::survey_headers(&survey.table),
            choices: choices_table
                .as_ref()
                .map(lookup::choice_headers)
                .unwrap_or_default(),
            settings: settings_table
                .as_ref()
                .map(lookup::settings_headers)
                .unwrap_or_default(),
            entities: entities_table
                .as_ref()
                .map(lookup::entity_headers)
                .unwrap_or_default(),
            settings_row: settings.row,
            choice_columns: choices_table
                .as_ref()
                .map(lookup::choice_columns)
                .unwrap_or_default(),
            has_sensitivity: survey.table.has_column("sensitivity"),
        },
    };
    entity_places::settle(
        &mut definition.entities,
        &survey.entity_uses,
        &survey.table,
        entities_table.as_ref(),
        problems,
    );
    checks::check(
        &definition,
        &checks::Tables {
            survey: &survey.table,
            choices: choices_table.as_ref(),
            settings: settings_table.as_ref(),
            entities: entities_table.as_ref(),
        },
        &survey.names,
        problems,
    );
    Some(definition)
}

/// The sheets of a form.
pub(crate) struct Workbook<'a> {
    sheets: &'a [Sheet],
}

impl<'a> Workbook<'a> {
    /// The sheet of a name, in whatever case; of several the last.
    fn find(&self, name: &str) -> Option<&'a Sheet> {
        self.sheets
            .iter()
            .rfind(|sheet| sheet.name.to_lowercase() == name && sheet.is_filled())
    }

    /// As [`Workbook::find`], with a warning if there is none but one whose name is alike.
    fn sheet(&self, name: &str, problems: &mut Problems) -> Option<&'a Sheet> {
        let found = self.find(name);
        if found.is_none()
            && let Some(alike) = self.misspelt(name)
        {
            let message = format!("the sheet `{alike}` is not read");
            problems.warn(
                FormError::at("ignored_sheet", alike, 0, "", message)
                    .hint(format!("did you mean `{name}`? If not, put `_` before its name")),
            );
        }
        found
    }

    /// The sheet with the questions. A file's only sheet may have any name.
    fn survey(&self, problems: &mut Problems) -> Option<&'a Sheet> {
        let named = self
            .sheets
            .iter()
            .rfind(|sheet| sheet.name.to_lowercase() == "survey");
        let only = match self.sheets {
            [only] if !SHEETS.contains(&only.name.to_lowercase().as_str()) => Some(only),
            _ => None,
        };
        let found = named.or(only).filter(|sheet| !sheet.rows.is_empty());
        if found.is_none() {
            let hint = self.misspelt("survey").map_or_else(
                || "put the questions into a sheet named `survey`".to_owned(),
                |alike| format!("is the sheet `{alike}` meant to be `survey`?"),
            );
            problems.error(FormError::of_file("missing_survey", "there is no sheet `survey`").hint(hint));
        }
        found
    }

    /// A hint at a sheet whose name may be a misspelling.
    fn hint(&self, name: &str, otherwise: &str) -> String {
        self.misspelt(name).map_or_else(
            || otherwise.to_owned(),
            |alike| format!("is the sheet `{alike}` meant to be `{name}`?"),
        )
    }

    fn misspelt(&self, name: &str) -> Option<&'a str> {
        let strangers = self
            .sheets
            .iter()
            .map(|sheet| sheet.name.as_str())
            .filter(|other| !other.starts_with('_') && !SHEETS.contains(&other.to_lowercase().as_str()));
        nearest(name, strangers)
    }
}

/// Whether a cell is a plain yes or no; `None` for anything else.
fn yes(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => Some(false),
        _ => None,
    }
}
