//! Reading a form from an XLSForm: a workbook, or the same tables as Markdown.

mod bare_names;
mod cell_type;
mod choices;
mod columns;
mod comma_separated;
mod flow;
mod languages;
mod markdown;
mod order;
mod problem;
mod references;
mod row;
mod settings;
mod sheet;
mod suggest;
mod survey;
mod unsupported;
mod workbook;
mod xls_bounds;
mod xlsx_bounds;

use std::collections::BTreeMap;

use crate::model::{Form, Item};
use crate::path::QuestionPath;

pub(crate) use markdown::escape;
pub(crate) use problem::Problems;
pub use problem::{FormError, Warning};
pub(crate) use sheet::{Notation, Sheet};
pub(crate) use suggest::{did_you_mean, nearest};

/// Where a form is read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A workbook in the format of Excel 2007 and later.
    Xlsx(&'a [u8]),
    /// A workbook in the older binary format.
    Xls(&'a [u8]),
    /// The sheets one after the other as comma-separated values, with their names in the first column.
    Csv(&'a str),
    /// The sheets as Markdown tables.
    Markdown(&'a str),
    /// An XForm.
    XForm(&'a str),
}

impl<'a> Source<'a> {
    /// Returns the source that a file of this name holds, by its extension:
    /// `.xlsx`, `.xlsm`, `.xls`, `.csv`, `.md` or `.xml`.
    ///
    /// # Errors
    /// If the extension is another, or a text file is not UTF-8.
    pub fn from_named(file_name: &str, bytes: &'a [u8]) -> Result<Self, FormError> {
        let extension = file_name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("xlsx" | "xlsm") => Ok(Source::Xlsx(bytes)),
            Some("xls") => Ok(Source::Xls(bytes)),
            Some("csv") => utf8(bytes).map(Source::Csv),
            Some("md" | "markdown") => utf8(bytes).map(Source::Markdown),
            Some("xml") => utf8(bytes).map(Source::XForm),
            _ => Err(FormError::of_file(
                "unknown_file_type",
                format!("`{file_name}` is no workbook whose name says its format"),
            )
            .hint("forms are read from .xlsx, .xlsm, .xls, .csv, .md and .xml files")),
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, FormError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        FormError::of_file("not_utf8", "the file is not UTF-8 text").hint("save it again as UTF-8")
    })?;
    // Some editors put a mark before the text.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl Form {
    /// Reads a form and finds out whether it is sound.
    ///
    /// # Errors
    /// Everything that is wrong with the form, in the order of its rows.
    pub fn read(source: Source<'_>) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
        read_sheets(sheets_of(source).map_err(|error| vec![error])?, "")
    }

    /// Reads a form from a file, by its extension; see [`Source::from_named`].
    ///
    /// A form that names neither an id nor a title is called after its file, with a warning.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_named(file_name: &str, bytes: &[u8]) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
        let source = Source::from_named(file_name, bytes).map_err(|error| vec![error])?;
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        read_sheets(sheets_of(source).map_err(|error| vec![error])?, stem)
    }

    /// Reads a form from the text that [`Form::to_markdown`] wrote.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_markdown(text: &str) -> Result<Form, Vec<FormError>> {
        Form::read(Source::Markdown(text)).map(|(form, _)| form)
    }
}

/// The rows in which items stand, for messages about them.
type Rows = BTreeMap<QuestionPath, u32>;

pub(crate) fn sheets_of(source: Source<'_>) -> Result<Vec<Sheet>, FormError> {
    match source {
        Source::Xlsx(bytes) => workbook::read_xlsx(bytes),
        Source::Xls(bytes) => workbook::read_xls(bytes),
        Source::Csv(text) => comma_separated::read(text),
        Source::Markdown(text) => markdown::read(text),
        Source::XForm(_) => {
            Err(FormError::of_file("no_sheets", "an XForm has no sheets").hint("read it as a definition"))
        }
    }
}

fn read_sheets(sheets: Vec<Sheet>, file_stem: &str) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
    let mut problems = Problems::default();
    sheet::check_names(&sheets, &mut problems);
    let find = |name: &str| sheets.iter().find(|sheet| sheet.name.eq_ignore_ascii_case(name));

    let settings = settings::read(find("settings"), file_stem, &mut problems);
    let lists = choices::read(find("choices"), &settings, &mut problems);
    let Some(survey_sheet) = find("survey") else {
        problems.error(
            FormError::of_file("missing_survey", "there is no sheet `survey`")
                .hint("put the questions into a sheet named `survey`"),
        );
        return Err(problems.into_errors());
    };
    let survey = survey::read(survey_sheet, &settings, &lists, &mut problems);

    let mut form = Form {
        id: settings.form_id,
        title: settings.title,
        version: settings.version,
        languages: languages::languages(&settings.default_language, &survey.items, &lists),
        default_language: settings.default_language,
        style: settings.style,
        instance_name: settings.instance_name,
        items: survey.items,
        lists,
        has_sensitivity: survey.has_sensitivity,
        compartments: Vec::new(),
        index: BTreeMap::new(),
        order: Vec::new(),
    };
    form.index = index(&form.items);
    references::resolve(&mut form, &survey.rows, settings.instance_name_row, &mut problems);
    form.order = order::order(&form, &survey.rows, &mut problems);
    flow::apply(&mut form, &survey.rows, &survey.declared, &mut problems);
    problems.finish(form)
}

fn index(items: &[Item]) -> BTreeMap<QuestionPath, Vec<usize>> {
    fn gather(items: &[Item], way: &mut Vec<usize>, index: &mut BTreeMap<QuestionPath, Vec<usize>>) {
        for (nth, item) in items.iter().enumerate() {
            way.push(nth);
            index.entry(item.path().clone()).or_insert_with(|| way.clone());
            gather(item.items(), way, index);
            way.pop();
        }
    }
    let mut index = BTreeMap::new();
    gather(items, &mut Vec::new(), &mut index);
    index
}
